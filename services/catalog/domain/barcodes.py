"""What a scanner gives, and one spelling of it: GS1 wrappings are taken off, leading zeros tell no two codes apart."""

import re
import unicodedata

GTIN_DIGITS = 14
GTIN_LENGTHS = (8, 12, 13, 14)
MAX_LENGTH = 128

# what a scanner may put before the data to say which kind of symbol it read
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9]")
_SEPARATOR = "\x1d"
_BRACKETED_GTIN = re.compile(r"^\(01\)([0-9]{14})")
_GTIN_ELEMENT = re.compile(r"^01([0-9]{14})")


def normalise(scanned: str) -> str:
    """The one spelling under which a barcode is stored and looked up; empty where there is nothing to look up.

    Codes of digits are padded to the 14 of a GTIN, so that an EAN-13, its UPC-A and its GTIN-14 are one; any other code
    is kept in upper case without spaces.
    """
    if _is_digits(scanned) and len(scanned) <= GTIN_DIGITS:
        return scanned.zfill(GTIN_DIGITS)
    code = _unwrap(unicodedata.normalize("NFKC", scanned))
    code = "".join(c for c in code if not c.isspace() and unicodedata.category(c)[0] != "C").upper()
    if _is_digits(code) and len(code) <= GTIN_DIGITS:
        return code.zfill(GTIN_DIGITS)
    return code[:MAX_LENGTH]


def is_misread(scanned: str) -> bool:
    """Whether it has the length of a GTIN and a check digit that does not fit: typed or scanned wrongly."""
    code = "".join(_unwrap(unicodedata.normalize("NFKC", scanned)).split())
    return _is_digits(code) and len(code) in GTIN_LENGTHS and not has_check_digit(code)


def has_check_digit(digits: str) -> bool:
    """Whether the last digit of an EAN-8, UPC-A, EAN-13 or GTIN-14 is the check digit of the others."""
    weighted = (int(d) * (3 if n % 2 else 1) for n, d in enumerate(reversed(digits)))
    return sum(weighted) % 10 == 0


def _unwrap(scanned: str) -> str:
    """The GTIN of a GS1 element string, which may name lot and expiry as well; anything else as it is."""
    code = _SYMBOLOGY.sub("", scanned.strip(" \t\r\n")).lstrip(_SEPARATOR)
    found = _BRACKETED_GTIN.match(code) or _GTIN_ELEMENT.match(code)
    return found[1] if found and has_check_digit(found[1]) else code


def _is_digits(code: str) -> bool:
    return bool(code) and code.isascii() and code.isdigit()
