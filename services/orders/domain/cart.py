"""A cart becomes a quote: dated prices and rates, tax a line, what is left of each piece."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from services.orders.domain.tax import round_off, split


@dataclass(frozen=True)
class Dated:
    """A value that holds from a day on; of those of one day the later stands behind the earlier."""

    valid_from: date
    value: int


@dataclass(frozen=True)
class Item:
    """What the price book knows of a SKU; `left` is the synced stock less what was sold since."""

    sku: str
    name: str
    size: str | None
    hsn: str
    exempt: bool
    prices: tuple[Dated, ...]
    rates: tuple[Dated, ...]
    left: int


@dataclass(frozen=True)
class Wanted:
    """A line of a cart, with the codes of what extends it: an alteration, a warranty."""

    sku: str
    quantity: int
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Extra:
    """Something that is sold with goods and has no stock: a delivery, or what extends the article `sku`."""

    code: str
    name: str
    amount_minor: int
    sku: str | None = None


@dataclass(frozen=True)
class Offer:
    """What head office alone can give while the store is online: discounts by SKU, and extras."""

    discounts: Mapping[str, int] = field(default_factory=dict)
    extras: tuple[Extra, ...] = ()


NO_OFFER = Offer()
# services are taxed alike, whatever they go with
SERVICE_HSN, SERVICE_RATE_BP = "9987", 1800


@dataclass(frozen=True)
class Line:
    """A reckoned line; amounts in minor units, rate in basis points; `for_line`: the goods that a service extends."""

    line_no: int
    sku: str
    name: str
    size: str | None
    hsn: str
    quantity: int
    unit_price_minor: int
    amount_minor: int
    discount_minor: int
    tax_rate_bp: int
    taxable_minor: int
    cgst_minor: int
    sgst_minor: int
    igst_minor: int
    oversold: bool
    extensions: tuple[str, ...] = ()
    for_line: int | None = None


@dataclass(frozen=True)
class Totals:
    """Sums over the lines, in minor units."""

    lines_minor: int
    discount_minor: int
    round_off_minor: int
    total_minor: int
    taxable_minor: int
    cgst_minor: int
    sgst_minor: int
    igst_minor: int


@dataclass(frozen=True)
class Quote:
    """What a customer is told before paying; `left` by SKU."""

    lines: tuple[Line, ...]
    totals: Totals
    left: Mapping[str, int] = field(default_factory=dict)


class Unpriced(Exception):
    """A SKU that is unknown, was deleted, or has no price or rate on this day."""

    def __init__(self, skus: Sequence[str]) -> None:
        self.skus = list(skus)
        super().__init__(", ".join(skus))


def on(values: Sequence[Dated], day: date) -> int | None:
    """The value that holds on a day: the one that began last, and the last named of those that began on one day."""
    begun = sorted((v for v in values if v.valid_from <= day), key=lambda v: v.valid_from)
    return begun[-1].value if begun else None


def gathered(wanted: Sequence[Wanted]) -> tuple[Wanted, ...]:
    """The cart with each SKU once, in the order in which it was first scanned."""
    lines: dict[str, Wanted] = {}
    for line in wanted:
        known = lines.get(line.sku)
        lines[line.sku] = replace(known, quantity=known.quantity + line.quantity) if known else line
    return tuple(lines.values())


def reckon(
    wanted: Sequence[Wanted],
    book: Mapping[str, Item],
    day: date,
    *,
    interstate: bool,
    round_cash: bool,
    offer: Offer = NO_OFFER,
) -> Quote:
    """The quote for a cart on a day. Raises Unpriced with every SKU that cannot be sold."""
    lines = gathered(wanted)
    unpriced = [w.sku for w in lines if not _priced(book.get(w.sku), day)]
    if unpriced:
        raise Unpriced(unpriced)
    goods = [_line(w, book[w.sku], day, interstate=interstate, discount=offer.discounts.get(w.sku, 0)) for w in lines]
    reckoned = numbered(goods, [(extra.sku, _extra(extra, interstate=interstate)) for extra in offer.extras])
    return Quote(reckoned, totals(reckoned, round_cash=round_cash), {w.sku: book[w.sku].left for w in lines})


def numbered(goods: Sequence[Line], services: Sequence[tuple[str | None, Line]]) -> tuple[Line, ...]:
    """The lines of an invoice: a service stands beneath the SKU that it extends, one of the whole cart at the end."""
    lines: list[Line] = []
    for line in goods:
        owner = len(lines) + 1
        extending = [service for sku, service in services if sku == line.sku]
        lines.append(replace(line, line_no=owner))
        lines += [replace(service, line_no=n, for_line=owner) for n, service in enumerate(extending, owner + 1)]
    rest = [service for sku, service in services if sku not in {line.sku for line in goods}]
    return (*lines, *(replace(service, line_no=n) for n, service in enumerate(rest, len(lines) + 1)))


def totals(lines: Sequence[Line], *, round_cash: bool) -> Totals:
    """The sums of lines, rounded to the rupee where cash asks for it."""
    amount = sum(line.amount_minor for line in lines)
    discount = sum(line.discount_minor for line in lines)
    rounding = round_off(amount - discount) if round_cash else 0
    return Totals(
        lines_minor=amount,
        discount_minor=discount,
        round_off_minor=rounding,
        total_minor=amount - discount + rounding,
        taxable_minor=sum(line.taxable_minor for line in lines),
        cgst_minor=sum(line.cgst_minor for line in lines),
        sgst_minor=sum(line.sgst_minor for line in lines),
        igst_minor=sum(line.igst_minor for line in lines),
    )


def _priced(item: Item | None, day: date) -> bool:
    if item is None or on(item.prices, day) is None:
        return False
    return item.exempt or on(item.rates, day) is not None


def _line(wanted: Wanted, item: Item, day: date, *, interstate: bool, discount: int) -> Line:
    price, rate = on(item.prices, day) or 0, on(item.rates, day) or 0
    amount = price * wanted.quantity
    discount = min(discount, amount)
    tax = split(amount - discount, rate, interstate=interstate)
    return Line(
        line_no=0,
        sku=item.sku,
        name=item.name,
        size=item.size,
        hsn=item.hsn,
        quantity=wanted.quantity,
        unit_price_minor=price,
        amount_minor=amount,
        discount_minor=discount,
        tax_rate_bp=rate,
        taxable_minor=tax.taxable,
        cgst_minor=tax.cgst,
        sgst_minor=tax.sgst,
        igst_minor=tax.igst,
        oversold=wanted.quantity > item.left,
        extensions=wanted.extensions,
    )


def _extra(extra: Extra, *, interstate: bool) -> Line:
    tax = split(extra.amount_minor, SERVICE_RATE_BP, interstate=interstate)
    return Line(
        line_no=0,
        sku=extra.code,
        name=extra.name,
        size=None,
        hsn=SERVICE_HSN,
        quantity=1,
        unit_price_minor=extra.amount_minor,
        amount_minor=extra.amount_minor,
        discount_minor=0,
        tax_rate_bp=SERVICE_RATE_BP,
        taxable_minor=tax.taxable,
        cgst_minor=tax.cgst,
        sgst_minor=tax.sgst,
        igst_minor=tax.igst,
        oversold=False,
    )


def differences(agreed: Mapping[str, int], now: Quote) -> list[dict[str, Any]]:
    """What changed since a customer agreed to unit prices by SKU: a row an article; what extends it is in the total."""
    prices = {line.sku: line.unit_price_minor for line in now.lines if line.for_line is None}
    return [
        {"sku": sku, "was_minor": agreed.get(sku), "is_minor": prices.get(sku)}
        for sku in sorted(set(agreed) | set(prices))
        if agreed.get(sku) != prices.get(sku)
    ]
