"""GST out of a price that holds it (CGST Act; half-up to the paisa)."""

from dataclasses import dataclass

BASIS = 10_000


@dataclass(frozen=True)
class Tax:
    """The parts of an amount, in minor units: they always sum to it."""

    taxable: int
    cgst: int
    sgst: int
    igst: int


def split(amount: int, rate_bp: int, *, interstate: bool) -> Tax:
    """The tax in an amount (minor units) at a rate in basis points; IGST where the buyer's state is another."""
    divisor = 2 * (BASIS + rate_bp)
    half = (2 * amount * rate_bp + divisor) // (2 * divisor)
    if interstate:
        return Tax(amount - 2 * half, 0, 0, 2 * half)
    return Tax(amount - 2 * half, half, half, 0)


def round_off(amount: int, unit: int = 100) -> int:
    """What must be added to an amount so that it is whole in `unit`; half a unit goes up."""
    rest = amount % unit
    return unit - rest if 2 * rest >= unit else -rest
