"""By what a customer is found, and what is shown of one."""

import pytest

from services.orders.domain.personal import hidden, masked, names_somebody, same_phone, split, words_for, words_of

RAVI = {"customer_id": "c1", "name": "Ravi  KUMAR", "phone": "+91 98450-12345", "email": "r@x.in", "gstin": None}


@pytest.mark.parametrize("search", ["ravi", "RAVI k", "ravi kumar", "9845", "98450 12", "+919845", "919845012345"])
def test_s15_a_customer_is_found_by_how_name_or_number_begins(search):
    assert set(words_for(search)) & set(words_of(RAVI))


@pytest.mark.parametrize("search", ["rav", "kumar", "0123", "%%%%", "ravi kumar x", "984", ""])
def test_b18_a_customer_is_found_by_nothing_less(search):
    assert not set(words_for(search)) & set(words_of(RAVI))


def test_s15_a_short_name_is_found_by_the_whole_of_it():
    assert set(words_for("om")) & set(words_of({"name": "Om"}))
    assert not set(words_for("o")) & set(words_of({"name": "Om"}))


def test_b18_one_number_is_one_number_however_it_is_written():
    assert same_phone("+91 98450 12345") == same_phone("9845012345")
    assert same_phone("9845012345") in set(words_of(RAVI))


def test_b18_a_mask_leaves_the_name_and_the_end_of_the_number():
    assert masked(RAVI) == RAVI | {"phone": "••••2345", "email": None, "gstin": None}
    assert masked({"name": "X"})["phone"] is None


@pytest.mark.parametrize("customer", [RAVI, None])
def test_b18_t8_who_only_looks_on_sees_no_address_whoever_ordered(customer):
    order = {"order_id": "1", "customer": customer, "note": "n", "delivery": {"address": "12 Hill Road", "phone": "98"}}
    seen = hidden(order, note=False)
    assert seen == order | {"customer": customer and masked(customer), "delivery": None}
    assert hidden(order, note=True) == seen | {"note": ""}
    assert names_somebody(order)
    assert not names_somebody({"customer": None, "note": "n", "delivery": None})


def test_b18_an_order_is_split_into_facts_and_what_its_customer_told():
    order = {"order_id": "1", "customer": RAVI, "note": "n", "delivery": None}
    assert split(order) == ({"order_id": "1"}, {"customer": RAVI, "note": "n", "delivery": None})
    assert list(words_of(None)) == []
