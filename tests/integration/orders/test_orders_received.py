"""What was published is proven received, whoever else is silent."""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from orders_store import Counter
from sqlalchemy import text

from services.chassis import outbox, relay
from services.chassis.events import Event
from services.chassis.ids import new_id
from services.chassis.inbox import Inbox, dead_letters
from services.chassis.publisher import Fate, Message
from services.chassis.rpc import RpcTimeout

OF_SILENT = text("""
    insert into outbox (event_id, queue, type, body, published_at)
    select gen_random_uuid(), 'catalog.facts', 'x.v1', '', now() - interval '20 minutes' from generate_series(1, 1000)
""")
LOST = text("""
    insert into outbox (event_id, queue, type, body, published_at)
    select gen_random_uuid(), 'sync.orders', 'x.v1', '', now() - interval '10 minutes' from generate_series(1, :rows)
""")
FAILED = text("""
    insert into outbox (event_id, queue, type, body, attempts)
    select gen_random_uuid(), 'sync.orders', 'x.v1', '', 7 from generate_series(1, :rows)
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
    relay.RelayLoop(counter.app.db, "orders").ask_consumers("")
    assert counter.scalar(f"select published_at is null from outbox where event_id = '{lost}'") is True


@pytest.mark.one_step
@pytest.mark.parametrize(("paused", "due", "questions"), [(False, 2500, 3), (True, 0, 1)])
def test_b9_a_broker_that_lost_all_is_told_all_again_at_once_unless_its_consumer_takes_nothing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, paused: bool, due: int, questions: int
):
    asked = []

    def answer(_uri: str, _consumer: str, _method: str, *, queue: str, event_ids: list[str]) -> dict[str, object]:
        asked.append(queue)
        return {"missing": event_ids, "paused": paused}

    monkeypatch.setattr(relay, "call", answer)
    with counter.app.db.transaction() as tx:
        tx.execute(LOST, {"rows": 2500})
    relay.RelayLoop(counter.app.db, "orders").ask_consumers("")
    assert counter.scalar("select count(*) from outbox where published_at is null") == due
    assert asked == ["sync.orders"] * questions


class Broker:
    """Confirms what it is sent; a batch with poison in it gets no word at all."""

    def __init__(self, poison: str = "") -> None:
        self.poison = poison
        self.batches: list[int] = []

    def publish(self, messages: Sequence[Message], **_: float) -> list[Fate]:
        self.batches.append(len(messages))
        spoilt = self.poison and any(m.body == self.poison for m in messages)
        return [Fate.UNKNOWN if spoilt else Fate.CONFIRMED for _ in messages]


def publish_all(counter: Counter, broker: Broker, rounds: int) -> int:
    """Rows that are left after so many rounds, between which all that was put off falls due, in its order."""
    loop = relay.RelayLoop(counter.app.db, "orders")
    for _ in range(rounds):
        with suppress(ConnectionError):
            loop.publish_due(broker)  # type: ignore[arg-type]
        with counter.app.db.transaction() as tx:
            tx.execute(text("update outbox set due_at = now() - interval '1 day' + attempts * interval '1 s'"))
    return int(counter.scalar("select count(*) from outbox where published_at is null"))


@pytest.mark.one_step
def test_f17_what_a_blocked_broker_did_not_take_goes_in_ever_larger_batches_once_it_can(counter: Counter):
    with counter.app.db.transaction() as tx:
        tx.execute(FAILED, {"rows": 500})
    broker = Broker()
    assert publish_all(counter, broker, rounds=11) == 0
    assert broker.batches[:8] == [1, 2, 4, 8, 16, 32, 64, 100]


@pytest.mark.parametrize(("fate", "seconds"), [(Fate.UNKNOWN, 8), (Fate.UNROUTABLE, 60)])
def test_f17_what_got_no_word_is_tried_again_soon(counter: Counter, fate: Fate, seconds: int):
    """A broker's alarm strikes every message; a queue that is not there strikes its own."""
    with counter.app.db.transaction() as tx:
        tx.execute(FAILED, {"rows": 1})
        [row] = outbox.claim(tx, failed=True, held=[], limit=1)
        outbox.mark(tx, confirmed=[], put_off={row.id: fate.value})
        # here, for the database's clock stands still within a transaction
        assert tx.scalar(text("select extract(epoch from due_at - now()) from outbox")) == seconds


@pytest.mark.parametrize(("queue", "fate", "left"), [
    (None, Fate.REFUSED, 0), (None, Fate.UNKNOWN, 1), ("sync.orders", Fate.REFUSED, 1),
])  # fmt: skip
def test_t29_a_copy_that_is_refused_again_and_again_is_given_up_and_a_fact_never(
    counter: Counter, queue: str | None, fate: Fate, left: int
):
    with counter.app.db.transaction() as tx:
        tx.execute(FAILED, {"rows": 1})
        tx.execute(text("update outbox set queue = :queue, attempts = 0"), {"queue": queue})
    for _ in range(10):
        with counter.app.db.transaction() as tx:
            tx.execute(text("update outbox set due_at = now()"))
            rows = [*outbox.claim(tx, failed=True, held=[], limit=1), *outbox.claim(tx, failed=False, held=[], limit=1)]
            assert len(rows) == 1
            outbox.mark(tx, confirmed=[], put_off={rows[0].id: fate.value})
    assert counter.scalar("select count(*) from outbox") == left


@pytest.mark.one_step
def test_f17_fresh_ones_and_those_that_failed_take_turns(counter: Counter):
    with counter.app.db.transaction() as tx:
        tx.execute(FAILED, {"rows": 3})
        tx.execute(LOST, {"rows": 250})
        tx.execute(text("update outbox set published_at = null where attempts = 0"))
    broker = Broker()
    assert publish_all(counter, broker, rounds=5) == 0
    assert broker.batches == [100, 2, 100, 1, 50]


def test_f29_a_row_that_spoils_its_batch_keeps_no_other_from_leaving(counter: Counter):
    with counter.app.db.transaction() as tx:
        tx.execute(FAILED, {"rows": 60})
        tx.execute(text("update outbox set body = 'poison' where id = (select min(id) + 5 from outbox)"))
    assert publish_all(counter, Broker("poison"), rounds=60) == 1


@pytest.mark.parametrize(("sender", "taken"), [("sync", True), ("catalog", False), ("admin", False), (None, False)])
def test_t30_a_fact_that_another_account_sent_has_no_effect(counter: Counter, sender: str | None, taken: bool):
    heard: list[Event] = []
    event = Event(type="sync.orders_settled", aggregate_id="S001", data={"outcomes": []})
    rows, _ = counter.app.outbox.rows(event, to=())
    inbox = Inbox(counter.app.db, "orders.outcomes", lambda _, events: heard.extend(events), "S001", check_senders=True)
    inbox.take([rows[0]["body"].encode()], [sender])
    with counter.app.db.transaction() as tx:
        letters = dead_letters(tx)
    assert (len(heard), len(letters)) == ((1, 0) if taken else (0, 1))
