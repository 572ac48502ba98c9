"""What corrections of one order come to."""

from typing import Any

import pytest

from services.orders.domain.corrections import added, is_empty, strangers

NOTHING: dict[str, Any] = {"lines": [], "sales_employee_code": None, "payments": [], "contact": None, "note": None}
SKU = {"line_no": 1, "oms_sku": "HO-1"}
MODE = {"n": 1, "payment_mode": "CARD", "reference": None}


def test_b10_the_first_correction_is_as_it_was_wished():
    wished = NOTHING | {"lines": [SKU], "note": "n"}
    assert added({}, wished) == wished


@pytest.mark.parametrize(
    ("more", "whole"),
    [
        ({"sales_employee_code": "E2"}, {"sales_employee_code": "E2"}),
        ({"lines": [{"line_no": 2, "oms_sku": "HO-2"}]}, {"lines": [SKU, {"line_no": 2, "oms_sku": "HO-2"}]}),
        ({"lines": [SKU | {"oms_sku": "HO-9"}]}, {"lines": [SKU | {"oms_sku": "HO-9"}]}),
        (
            {"payments": [{"n": 1, "payment_mode": None, "reference": "R"}]},
            {"payments": [MODE | {"reference": "R"}]},
        ),
        ({"contact": {"phone": None, "email": "b@x.in"}}, {"contact": {"phone": "98", "email": "b@x.in"}}),
        ({"note": ""}, {"note": ""}),
    ],
)
def test_b10_a_later_one_leaves_what_it_does_not_name(more, whole):
    before = NOTHING | {"lines": [SKU], "payments": [MODE], "contact": {"phone": "98", "email": None}, "note": "n"}
    assert added(before, NOTHING | more) == before | whole


@pytest.mark.parametrize(
    ("correction", "empty"),
    [({}, True), ({"contact": {"phone": None, "email": None}}, True), ({"note": ""}, False), ({"lines": [SKU]}, False)],
)
def test_b10_what_corrects_nothing_is_known(correction, empty):
    assert is_empty(NOTHING | correction) == empty


def test_b4_what_the_order_does_not_have_is_named():
    order = {"lines": [{"line_no": 1}], "payments": [{"n": 1}]}
    correction = NOTHING | {"lines": [SKU, SKU | {"line_no": 500}], "payments": [MODE | {"n": 10}]}
    assert strangers(correction, order) == ["lines: 500", "payments: 10"]
