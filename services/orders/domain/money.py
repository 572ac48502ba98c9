"""Amounts as people read them."""


def rupees(minor: int) -> str:
    """Paise as rupees in lakh grouping: ₹ 1,23,456.78."""
    sign = "-" if minor < 0 else ""
    whole, paise = divmod(abs(minor), 100)
    digits = str(whole)
    head, tail = digits[:-3], digits[-3:]
    groups = [tail]
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return f"{sign}₹ {','.join(groups)}.{paise:02d}"
