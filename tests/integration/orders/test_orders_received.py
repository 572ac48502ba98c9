"""What was published is proven received, whoever else is silent."""

import pytest
from orders_store import Counter
from sqlalchemy import text

from services.chassis import relay
from services.chassis.ids import new_id
from services.chassis.rpc import RpcTimeout

OF_SILENT = text("""
    insert into outbox (event_id, queue, type, body, published_at)
    select gen_random_uuid(), 'catalog.facts', 'x.v1', '', now() - interval '20 minutes' from generate_series(1, 1000)
""")
OF_SYNC = text("""
    insert into outbox (event_id, queue, type, body, published_at)
    values (:event_id, 'sync.orders', 'x.v1', '', now() - interval '10 minutes')
""")


def test_b9_a_silent_consumer_keeps_no_lost_sale_from_being_published_again(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
):
    lost = new_id()

    def answer(_uri: str, consumer: str, _method: str, **asked: list[str]) -> dict[str, object]:
        if consumer == "catalog":
            raise RpcTimeout
        return {"missing": asked["event_ids"], "paused": False}

    monkeypatch.setattr(relay, "call", answer)
    with counter.app.db.transaction() as tx:
        tx.execute(OF_SILENT)
        tx.execute(OF_SYNC, {"event_id": lost})
    loop = relay.RelayLoop(counter.app.db, "orders")
    loop.ask_consumers("")
    loop.ask_consumers("")
    assert counter.scalar(f"select published_at is null from outbox where event_id = '{lost}'") is True
