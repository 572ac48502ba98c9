"""Cells of exports that no spreadsheet takes for a formula."""

_STARTS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠{|%")
MAX_CELL = 32_767

Cell = str | int | None


def safe(cell: Cell) -> Cell:
    """The cell as it may stand in an export: numbers stay numbers, text that would be reckoned gets a ' before it."""
    if not isinstance(cell, str):
        return cell
    text = f"'{cell}" if cell.lstrip(" \u00a0\ufeff").startswith(_STARTS_A_FORMULA) else cell
    return text[:MAX_CELL]
