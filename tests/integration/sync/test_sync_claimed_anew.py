"""An order that is claimed anew at the moment its last outcome is committed."""

import eventlet
import pytest
from sync_store import QUIET, Store

from services.sync.domain.answers import Absent
from services.sync.drain import Drain
from services.sync.handlers import draining


def test_b9_an_order_claimed_anew_while_its_outcome_commits_is_still_under_way(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    [order] = store.place()
    drain = Drain(store.app)
    draining.hold(store.app, drain._me, QUIET, [])
    drain._claim(1)
    first = drain._todo.popleft()
    settle = draining.settle

    def settle_and_let_the_pump_in(*args: object) -> None:
        settle(*args)  # type: ignore[arg-type]
        drain._claim(1)

    monkeypatch.setattr(draining, "settle", settle_and_let_the_pump_in)
    committer = eventlet.spawn(drain.commit)
    drain._tried.put(draining.Tried(first, Absent(), "ask", 1))
    with eventlet.Timeout(30):
        while store.one(order).fence < 3 or drain._tried.qsize():
            eventlet.sleep(0.01)
    committer.kill()
    draining.hold(store.app, drain._me, QUIET, list(drain._working_on))
    assert store.one(order).state == "sending"
