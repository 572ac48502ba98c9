"""What a mode allows, and what a manager has to approve."""

from datetime import date

import pytest

from services.orders.domain.cart import Dated, Item, Wanted, reckon
from services.orders.domain.payments import Payment
from services.orders.domain.rules import Action, Feature, Needed, Policy, Sale, approvals_needed, refused_features

DAY = date(2026, 4, 15)
POLICY = Policy(payment_limit=500_00, order_limit=1_000_00, session_limit=5_000_00)


def sale(
    price: int, *, left: int = 9, offline: bool = True, session: int = 0, reused: tuple[str, ...] = (), limits=None
) -> Sale:
    item = Item("A1", "Shirt", "M", "6205", False, (Dated(DAY, price),), (Dated(DAY, 500),), left)
    quote = reckon([Wanted("A1", 1)], {"A1": item}, DAY, interstate=False, round_cash=False)
    payment = Payment(1, "UPI", "upi", price, price, 0, "412345678901", "claimed")
    return Sale(quote, [payment], offline, session, limits or {}, reused)


@pytest.mark.parametrize(
    ("made", "needed"),
    [
        (sale(500_00), []),
        (sale(500_01), [Needed(Action.PAYMENT_LIMIT, "UPI", 500_01)]),
        (sale(500_01, limits={"UPI": 600_00}), []),
        (
            sale(1_000_01),
            [Needed(Action.PAYMENT_LIMIT, "UPI", 1_000_01), Needed(Action.ORDER_LIMIT, "order", 1_000_01)],
        ),
        (sale(100_00, session=4_900_01), [Needed(Action.SESSION_LIMIT, "session", 100_00)]),
        (sale(100_00, session=4_900_00), []),
        (sale(9_999_00, offline=False), []),
        (sale(100_00, left=0), [Needed(Action.OVERSELL, "A1", 1)]),
        (sale(100_00, left=0, offline=False), [Needed(Action.OVERSELL, "A1", 1)]),
        (sale(100_00, reused=("UPI 412345678901",)), [Needed(Action.REUSED_REFERENCE, "UPI 412345678901")]),
    ],
)
def test_b4_limits_and_oversell_need_a_manager(made, needed):
    assert approvals_needed(made, POLICY) == needed


def test_s13_oversell_may_only_warn():
    assert approvals_needed(sale(100_00, left=0), Policy(oversell="warn")) == []


@pytest.mark.parametrize("feature", list(Feature))
def test_s19_what_only_head_office_gives_is_not_available_offline(feature):
    assert refused_features("offline", [feature]) == [feature]
    assert refused_features("online", [feature]) == []
