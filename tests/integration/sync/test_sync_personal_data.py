"""What customers told: sealed while it waits, opened for head office alone, gone when it has to be (B18)."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sync_fakes import document
from sync_store import CUSTOMER_KEYS, Store

from services.chassis.ids import new_id
from services.chassis.sealing import CannotOpen, Seals, new_key
from services.sync.handlers import keeping
from services.sync.handlers.rotating import rotate
from services.sync.handlers.telling import tell_due

ASHA = {"name": "Asha Rao", "phone": "9845012345"}
TOLD = {"customer": ASHA, "note": "Gift wrap", "delivery": None}
CONTACT = {"contact": {"phone": "9845054321"}, "note": "Ring twice"}
SEALED = """
    select personal from documents union all select correction ->> 'personal' from documents
    union all select body #>> '{correction,personal}' from wishes where kind = 'correct'
    union all select body ->> 'personal' from notices where kind = 'customer'
"""


def placed(store: Store) -> UUID:
    """An order with what its customer told."""
    order = document(1)
    store.take(order | {"personal": store.app.seals.seal(TOLD, f"order {order['order_id']}")})
    return UUID(order["order_id"])


def corrected(store: Store, order_id: UUID) -> None:
    wish_id = new_id()
    sealed = store.app.seals.seal(CONTACT, f"wish {wish_id}")
    correction = {"lines": [], "wish_id": str(wish_id), "personal": sealed}
    store.wish(order_id, "correct", wish_id=wish_id, correction=correction)


def saved(store: Store, customer_id: UUID, revision: int = 1) -> None:
    sealed = store.app.seals.seal(ASHA, f"customer {customer_id}")
    told = {"customer_id": str(customer_id), "revision": revision, "personal": sealed}
    store.fact("orders.customer_saved", told, version=revision)


def erased(store: Store, customer_id: UUID, *order_ids: UUID, revision: int = 2) -> None:
    told = {"customer_id": str(customer_id), "revision": revision, "order_ids": [str(i) for i in order_ids]}
    store.fact("orders.customer_erased", told, version=revision)


def kept(store: Store) -> list[str]:
    """All that is sealed here."""
    return [row.personal for row in store.rows(SEALED) if row.personal]


def tell_all(store: Store) -> None:
    while tell_due(store.app, store.me):
        pass


def test_b18_keys_change_while_orders_wait(store: Store) -> None:
    order_id = placed(store)
    corrected(store, order_id)
    saved(store, new_id())
    newer = new_key("2")
    store.app = replace(store.app, seals=Seals(f"{newer} {CUSTOMER_KEYS}"))
    turns: list[Counter[str]] = [Counter(), Counter()]
    for turn in turns:
        rotate(store.app, lambda kind, count, turn=turn: turn.update({kind: count}))
    assert turns == [{"orders": 1, "corrections": 1, "wishes": 1, "customers": 1}, dict.fromkeys(turns[0], 0)]
    assert [value.partition(":")[0] for value in kept(store)] == ["2"] * 4
    store.app = replace(store.app, seals=Seals(newer))
    store.drain()
    tell_all(store)
    assert store.states([order_id]) == ["synced"]
    assert store.oms.documents[-1]["customer"] == ASHA
    assert store.oms.documents[-1]["correction"]["contact"] == CONTACT["contact"]
    assert [body["name"] for kind, _, body in store.oms.told if kind == "customer"] == [ASHA["name"]]


def test_b18_a_key_that_is_gone_is_told_and_changes_nothing(store: Store) -> None:
    placed(store)
    before = kept(store)
    store.app = replace(store.app, seals=Seals(new_key("2")))
    with pytest.raises(CannotOpen):
        rotate(store.app, lambda *_: None)
    assert kept(store) == before


def test_b18_an_order_whose_key_is_not_here_waits_for_it_and_is_not_sent_without_its_customer(store: Store) -> None:
    order_id = placed(store)
    with_key = store.app
    store.app = replace(store.app, seals=Seals(new_key("2")))
    store.drain()
    assert (store.states([order_id]), store.one(order_id).reason_code) == (["pending"], "key_missing")
    assert store.oms.posts == []
    store.app = with_key
    store.sql("update deliveries set state = 'waiting', reason_code = null, reason_text = null, due_at = now()")
    store.drain()
    assert store.states([order_id]) == ["synced"]
    assert store.oms.documents[-1]["customer"] == ASHA


def test_b18_what_is_erased_is_kept_nowhere_whatever_comes_twice_or_late(store: Store) -> None:
    order_id, customer_id = placed(store), new_id()
    corrected(store, order_id)
    store.drain()
    erased(store, customer_id, order_id)
    saved(store, customer_id)
    erased(store, customer_id, order_id)
    assert kept(store) == []
    tell_all(store)
    assert [kind for kind, _, _ in store.oms.told if kind == "customer"] == []
    assert store.states([order_id]) == ["synced"]


@pytest.mark.parametrize("late", [1, 2, 3])
def test_b18_b21_who_came_back_after_an_erasure_is_told_whatever_word_comes_late(store: Store, late: int) -> None:
    customer_id = new_id()
    saved(store, customer_id)
    erased(store, customer_id, revision=2)
    saved(store, customer_id, revision=3)
    # of the orders that waited for head office: the customer who came back stays
    erased(store, customer_id, revision=late)
    store.drain()
    tell_all(store)
    assert [kind for kind, _, _ in store.oms.told if kind == "customer"] == ["customer"]


def test_b18_what_head_office_has_is_kept_for_a_time_and_what_waits_for_as_long_as_it_does(store: Store) -> None:
    waiting, sent = placed(store), placed(store)
    later = store.clock.now() + timedelta(minutes=50)
    store.sql("update deliveries set due_at = :later where order_id = :id", later=later, id=waiting)
    store.drain()
    keeping.prune(store.app)
    assert len(kept(store)) == 2
    old = "update deliveries set changed_at = now() - make_interval(days => :days)"
    store.sql(old, days=store.settings.keep_customers_days + 1)
    keeping.prune(store.app)
    held = {r.order_id: r.personal for r in store.rows("select order_id, personal from documents")}
    assert (held[sent], held[waiting] is not None) == (None, True)
