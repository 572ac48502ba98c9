"""T45: a card number is found in whatever spelling, and nothing else is taken for one."""

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.card_numbers import holds_card_number

CARD = "4111111111111111"
# how an issuer's numbers begin, and how long they are
ISSUERS = [
    ("4", 13),
    ("4", 16),
    ("4", 19),
    ("51", 16),
    ("2221", 16),
    ("5018", 16),
    ("34", 15),
    ("37", 15),
    ("36", 14),
    ("3528", 16),
    ("6011", 16),
    ("6521", 16),
    ("8172", 16),
    ("6212", 19),
]
BETWEEN = st.text(" -./_,:;|·–—\n\t\u00a0\u200b\u2009()#*+", max_size=3)


def luhn_digit(digits: str) -> str:
    doubled = [int(d) * (1 if i % 2 else 2) for i, d in enumerate(reversed(digits))]
    return str(-sum(d // 10 + d % 10 for d in doubled) % 10)


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    begin, length = draw(st.sampled_from(ISSUERS))
    free = length - len(begin) - 1
    number = begin + draw(st.text("0123456789", min_size=free, max_size=free))
    return number + luhn_digit(number)


def like_an_address(number: str) -> set[int]:
    """Where a number must not be cut, or it reads as a postal code beside a mobile number."""
    long = len(number) == 16
    return {cut for cut, mobile in ((6, number[6]), (10, number[0])) if long and mobile in "6789"}


@st.composite
def spelled(draw: st.DrawFn) -> str:
    """A card number, cut anywhere, with anything between that is neither letter nor digit, in digits of any script."""
    number = draw(card_numbers())
    cuts = sorted({0, len(number), *draw(st.lists(st.integers(1, len(number) - 1)))} - like_an_address(number))
    groups = [number[a:b] for a, b in pairwise(cuts)]
    text = groups[0] + "".join(draw(BETWEEN) + group for group in groups[1:])
    zero = draw(st.sampled_from("0０०٠"))
    return text.translate({ord("0") + n: chr(ord(zero) + n) for n in range(10)})


@given(spelled(), st.sampled_from(["", "card ", "no. 7, ", "12/27 ", "98450 12345\n"]))
def test_t45_any_card_number_in_any_spelling_is_found(text: str, before: str):
    assert holds_card_number(before + text)
    assert holds_card_number(f"{before}{text} 12/27 123, thanks")


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111 12/27",
        "4111 1111 1111 1111 123",
        "41111111111111111227123",
        "0041111111111111110000",
        "4111 1111 1111 11111227",
        "3782 822463 100051227",
        "4111  1111  1111  1111",
        "4111/1111_1111,1111",
        "4111–1111—1111\n1111",
        "4111\u200b1111\u200b1111\u200b1111",
        "12/27, 3782 822463 10005",
        "+4111111111111111",
        "+378282246310005",
        f"{CARD}@example.com",
    ],
)
def test_t45_it_is_found_beside_other_digits_too(text: str):
    assert holds_card_number(text)


@pytest.mark.parametrize("text", ["4111111111111112", "8901234567894", "0" * 64, "4111 1111 then 1111 1111", ""])
def test_t45_what_no_issuer_numbers_so_is_none(text: str):
    assert not holds_card_number(text)


@given(st.from_regex(r"[A-Z][A-Z0-9]{0,3}/[0-9]{2}-[0-9]{1,8}", fullmatch=True), st.uuids())
def test_t45_an_invoice_number_and_an_order_id_are_no_card_numbers(invoice: str, order_id: UUID):
    assert not holds_card_number(f"{invoice}, order {order_id}")


def test_t45_an_order_id_that_happens_to_hold_a_card_number_is_none():
    number = "810000000000000" + luhn_digit("810000000000000")
    assert holds_card_number(f"{number[:4]}-{number[4:]}")
    assert not holds_card_number(f"0199d090-0000-7000-{number[:4]}-{number[4:]}")


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_t45_a_reference_of_twelve_digits_is_no_card_number(reference: str):
    for text in (reference, f"UPI {reference}", f"{reference[:4]} {reference[4:8]} {reference[8:]}"):
        assert not holds_card_number(text)


@given(st.from_regex(r"[1-9][0-9]{5}", fullmatch=True), st.from_regex(r"[6-9][0-9]{9}", fullmatch=True))
def test_t45_an_address_with_postal_code_and_mobile_number_is_no_card_number(code: str, mobile: str):
    for text in (f"{code}, {mobile}", f"{code}\n{mobile[:5]} {mobile[5:]}", f"{mobile} / {code}"):
        assert not holds_card_number(text)


def test_t45_an_address_that_was_refused_once():
    assert not holds_card_number("12 MG Road, Bengaluru 560001, 9845012346")


@given(st.integers(6, 9), st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_t45_telephone_numbers_of_this_country_are_no_card_numbers(first: int, rest: str):
    number = f"{first}{rest}"
    for text in (number, f"+91 {number[:5]} {number[5:]}", f"0{number}", f"+91-{number}", f"0091{number}"):
        assert not holds_card_number(text)


@given(st.from_regex(r"[1-9][0-9]{6,12}", fullmatch=True))
def test_t45_telephone_numbers_of_other_countries_are_no_card_numbers(number: str):
    for text in (f"+{number}", f"00{number}", f"+{number[:2]} {number[2:5]} {number[5:]}"):
        assert not holds_card_number(text)


def test_t45_german_telephone_numbers_that_pass_as_old_card_numbers_are_none():
    number = "491512345678" + luhn_digit("491512345678")
    assert holds_card_number(number)
    for text in (f"+{number}", f"00{number}", f"+{number[:2]} {number[2:6]} {number[6:]}"):
        assert not holds_card_number(text)
