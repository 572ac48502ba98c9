"""Invoice prefixes: each installation of the store has its own."""

SPARE = 60
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def spare(epoch: int) -> list[str]:
    """The prefixes of an installation, which no other one ever has."""
    return [f"{_base36(epoch)}{n:02d}" for n in range(1, SPARE + 1)]


def _base36(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, len(DIGITS))
        text = DIGITS[rest] + text
    return text or "0"
