"""Card numbers, in whatever spelling: nobody but issuers and networks may keep one."""

import re
import unicodedata
from collections.abc import Iterator

_LENGTHS = range(13, 20)
# how the numbers of issuers begin, and how many digits they have; others are for airlines and fuel, or for nobody
_ISSUED = re.compile(
    r"4[0-9]{12}(?:[0-9]{3}){0,2}"
    r"|3[47][0-9]{13}"
    r"|3[0689][0-9]{12,17}"
    r"|(?:2[2-7]|35|5[0-8]|6[0-9]|8[12])[0-9]{14,17}"
)
_PRINTED = ((4, 4, 4, 4), (4, 6, 5))
# digits with nothing between them but what is neither letter nor digit
_RUN = re.compile(r"\+?\d(?:[\W_]*\d)*")
_GROUP = re.compile(r"\+?\d+")
# as it is dialled abroad, and at most fifteen digits of E.164
_ABROAD = re.compile(r"^00(?=[1-9])")
_PHONE = re.compile(r"\+\d{1,15}")
# a postal code and a mobile number of India, side by side as in an address, and where one ends
_ADDRESSES = ((6, re.compile(r"[1-9]\d{5}[6-9]\d{9}")), (10, re.compile(r"[6-9]\d{9}[1-9]\d{5}")))
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)


def holds_card_number(text: str) -> bool:
    """Whether somewhere in a text stands what passes as a card number: 13 to 19 digits, an issuer's, Luhn.

    It may stand within a longer number, or be cut into groups in any way, with other groups beside it. Of what is cut
    only whole groups count, but for more behind the last one of what is cut as on a card: with parts of any group two
    telephone numbers would often pass as a card's.
    """
    plain = _UUID.sub("x", unicodedata.normalize("NFKC", text))
    runs = (_GROUP.findall(_ABROAD.sub("+", run)) for run in _RUN.findall(plain))
    return any(
        _passes(found) for groups in runs for found in (*_within(groups), *_joined(groups), *_as_printed(groups))
    )


def _within(groups: list[str]) -> Iterator[str]:
    """Every part of a group that is long enough, and no telephone number."""
    for digits in (group.lstrip("+") for group in groups if not _PHONE.fullmatch(group)):
        yield from (digits[i : i + n] for n in _LENGTHS for i in range(len(digits) - n + 1))


def _joined(groups: list[str]) -> Iterator[str]:
    """Every row of whole groups, with the plus that it begins with; none that is an address."""
    for start in range(len(groups)):
        joined, cuts = groups[start], set[int]()
        yield joined
        for group in groups[start + 1 :]:
            cuts.add(len(joined))
            joined += group.lstrip("+")
            if len(joined) > _LENGTHS.stop:
                break
            if not any(cut in cuts and address.fullmatch(joined) for cut, address in _ADDRESSES):
                yield joined


def _as_printed(groups: list[str]) -> Iterator[str]:
    """Every row that is cut as on a card, without what follows the last digit."""
    for sizes in _PRINTED:
        for start in range(len(groups) - len(sizes) + 1):
            row = groups[start : start + len(sizes)]
            if [len(group) for group in row[:-1]] == list(sizes[:-1]):
                yield "".join(row)[: sum(sizes)]


def _passes(found: str) -> bool:
    digits = "".join(str(int(digit)) for digit in found.lstrip("+"))
    # thirteen digits behind a plus are a telephone number, of Germany for one
    if found.startswith("+") and len(digits) == _LENGTHS.start:
        return False
    return bool(_ISSUED.fullmatch(digits)) and _luhn(digits)


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0  # noqa: PLR2004
