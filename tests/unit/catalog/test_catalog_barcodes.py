"""What a scanner gives is found, however it is wrapped."""

import pytest

from services.catalog.domain.barcodes import has_check_digit, is_misread, normalise

EAN = "8901234567890"


@pytest.mark.parametrize(
    "scanned",
    [
        EAN,
        f"0{EAN}",
        f" {EAN}\r\n",
        "890 1234 567890",
        f"]E0{EAN}",
        f"]C101{EAN.zfill(14)}",
        f"]d2\x1d01{EAN.zfill(14)}1724123110LOT7\x1d21SER",
        f"01{EAN.zfill(14)}3103000189",
        f"(01){EAN.zfill(14)}(10)LOT7",
        "８９０１２３４５６７８９０",
        f"{EAN[:5]}\x00{EAN[5:]}",
    ],
)
def test_s12_one_code_however_it_is_scanned(scanned):
    assert normalise(scanned) == EAN.zfill(14)


@pytest.mark.parametrize(
    ("one", "other"),
    [("012345678905", "12345678905"), ("00123", "123"), ("96385074", "000096385074"), ("ab-12", "AB-12")],
)
def test_s12_leading_zeros_and_case_tell_no_two_codes_apart(one, other):
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("scanned", "stored"),
    [("", ""), ("  ", ""), ("\x1d", ""), ("SHIRT 42", "SHIRT42"), ("0" * 20, "0" * 20), ("x" * 500, "X" * 128)],
)
def test_s12_what_is_no_gtin_is_kept_as_it_is(scanned, stored):
    assert normalise(scanned) == stored


def test_s12_a_long_code_that_only_looks_like_an_element_string_is_kept():
    assert normalise("0112345678901234") == "0112345678901234"


@pytest.mark.parametrize("digits", [EAN, "96385074", "036000291452", "10614141000415"])
def test_s12_check_digits(digits):
    assert has_check_digit(digits)
    assert not is_misread(digits)
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    assert not has_check_digit(wrong)
    assert is_misread(wrong)


@pytest.mark.parametrize("other", ["", "123", "FP-1163", "１２", "²" * 13])
def test_s12_only_a_gtin_is_misread(other):
    assert not is_misread(other)
