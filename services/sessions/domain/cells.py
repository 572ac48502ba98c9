"""Cells of exports that no spreadsheet takes for a formula."""

from decimal import Decimal

_STARTS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠{|%")
MAX_CELL = 32_767

Cell = str | int | Decimal | None


def in_major_units(minor: int) -> Decimal:
    """An amount as people read it: 123456 paise are 1234.56."""
    return Decimal(minor).scaleb(-2)


def safe(cell: Cell) -> Cell:
    """The cell as it may stand in an export: numbers stay numbers, text that would be reckoned gets a ' before it."""
    if not isinstance(cell, str):
        return cell
    text = f"'{cell}" if cell.lstrip(" \u00a0\ufeff").startswith(_STARTS_A_FORMULA) else cell
    return text[:MAX_CELL]
