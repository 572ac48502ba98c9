"""B16: a server that was set back asks head office before it believes what its backup says."""

from datetime import timedelta

from sync_fakes import document
from sync_store import Store

from services.sync import commands
from services.sync.domain.answers import Lost, Refused
from services.sync.domain.reasons import Reason

CANCELLED = Refused((Reason("cancelled", "This order was cancelled."),))


def restored(store: Store) -> None:
    with store.app.db.transaction() as tx:
        commands.restored(store.app, tx)


def doubtful(store: Store) -> list[bool]:
    return [row.doubtful for row in store.rows("select doubtful from deliveries order by placed_at")]


def test_b16_what_the_backup_has_and_what_comes_back_is_in_doubt_and_what_is_sold_now_is_not(store: Store) -> None:
    now = store.app.clock.now()
    store.take(document(placed_at=(now - timedelta(hours=3)).isoformat()))
    restored(store)
    store.take(document(placed_at=(now - timedelta(hours=2)).isoformat()))
    store.take(document(placed_at=(now + timedelta(hours=1)).isoformat()))
    assert doubtful(store) == [True, True, False]


def test_b16_an_order_that_was_void_before_the_restore_is_void_and_told_so_once(store: Store) -> None:
    order = document(placed_at=(store.app.clock.now() - timedelta(hours=3)).isoformat())
    store.take(order)
    restored(store)
    store.oms.before = lambda _: CANCELLED
    store.drain()
    store.drain()
    assert store.states() == ["withdrawn"]
    [told] = store.told()
    assert (told["order_id"], told["state"], told["wish_id"]) == (order["order_id"], "withdrawn", None)


def test_b16_s23_what_head_office_cancelled_itself_waits_for_a_person(store: Store) -> None:
    restored(store)
    store.take(document(placed_at=store.app.clock.now().isoformat()))
    store.oms.before = lambda _: Lost()
    store.drain()
    assert store.states() == ["unknown"]
    store.oms.before = lambda _: CANCELLED
    store.later()
    store.drain()
    assert store.states() == ["pending"]


def test_b16_what_waited_for_a_person_is_asked_about_again(store: Store) -> None:
    orders = [document(), document()]
    store.take(*orders)
    store.oms.before = lambda _: Refused((Reason("unknown_sku", ""),))
    store.drain()
    assert store.states() == ["pending", "pending"]
    restored(store)
    store.oms.before = lambda _: None
    store.drain()
    assert store.states() == ["synced", "synced"]
