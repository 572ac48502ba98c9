"""A clock that ran ahead and was put right, as after a power cut: nothing waits for a time that was never one."""

import pytest
from sync_store import Store

from services.chassis.ids import new_id
from services.sync.domain.answers import Failed, Unreachable
from services.sync.handlers.probing import probe
from services.sync.handlers.telling import tell_due
from services.sync.oms import Look

YEAR_S = 365 * 86_400


def test_b20_a_dead_process_that_held_by_a_clock_ahead_is_replaced(store: Store) -> None:
    [order] = store.place()
    store.sql("update drainer set holder = :dead, until = now() + interval '1 year'", dead=new_id())
    store.drain()
    assert store.states([order]) == ["synced"]


def test_b20_an_order_put_off_by_a_clock_ahead_goes_once_it_is_right(store: Store) -> None:
    [order] = store.place()
    store.clock.advance(YEAR_S)
    store.oms.before = lambda _: Failed()
    store.drain()
    store.clock.advance(-YEAR_S)
    store.oms.before = lambda _: None
    store.drain()
    assert store.states([order]) == ["synced"]


@pytest.mark.one_step
def test_b20_a_notice_put_off_by_a_clock_ahead_goes_once_it_is_right(store: Store) -> None:
    store.clock.advance(YEAR_S)
    store.fact("orders.customer_saved", {"customer_id": str(new_id()), "name": "R", "revision": 1})
    store.claim(0)
    store.oms.tell_answer = Unreachable()
    tell_due(store.app, store.me)
    store.clock.advance(-YEAR_S)
    store.claim(0)
    assert tell_due(store.app, store.me) == 1


def test_s6_b20_probing_goes_on_after_a_clock_ahead_was_put_right(store: Store) -> None:
    store.clock.advance(YEAR_S)
    store.see(head_office=True)
    store.clock.advance(-YEAR_S)
    store.oms.sight = Look(good=False, reason="timeout")
    for _ in range(4):
        probe(store.app)
        store.clock.advance(5)
    [line] = store.rows("select up from lines where name = 'head_office'")
    assert line.up is False
