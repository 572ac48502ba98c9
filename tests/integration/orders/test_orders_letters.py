"""What is kept of a message is checked again, by whom it was sent and for which store, before it is taken in."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from orders_store import Counter
from sqlalchemy import text
from typer.testing import CliRunner

from services.chassis.admission import Admission
from services.chassis.database import Tx
from services.chassis.events import Event, encode
from services.chassis.ids import new_id
from services.chassis.inbox import Inbox, Replayed, dead_letters, missing, replay
from services.chassis.letters import letters as dead_letters_command

FORGED = {
    "sent by another than it says": ("catalog", "S001"),
    "no sender is noted": (None, "S001"),
    "another store": ("sync", "S999"),
}


def settled(store_id: str) -> Event:
    """A word that orders are at head office."""
    event = Event(type="sync.orders_settled", aggregate_id="S001", data={"outcomes": []})
    return replace(event, id=new_id(), store_id=store_id, occurred_at=datetime.now(UTC))


def of_outcomes(counter: Counter, heard: list[Event], *, fails: bool = False) -> Inbox:
    """The inbox of outcomes, which notes what its handler heard."""

    def handle(_: Tx, events: list[Event]) -> None:
        if fails:
            raise ValueError
        heard.extend(events)

    return Inbox(counter.app.db, "orders.outcomes", handle, "S001", check_senders=True)


def letters(counter: Counter) -> list[Any]:
    with counter.app.db.transaction() as tx:
        return dead_letters(tx)


def replay_all(counter: Counter) -> Replayed:
    with counter.app.db.transaction() as tx:
        return replay(tx, Admission("S001", check_senders=True), None)


@pytest.mark.parametrize("reason", FORGED)
@pytest.mark.parametrize("given_up", [False, True])
def test_t25_t30_a_forged_letter_is_not_taken_in_when_it_is_replayed(counter: Counter, reason: str, given_up: bool):
    heard: list[Event] = []
    sender, store_id = FORGED[reason]
    inbox, body = of_outcomes(counter, heard), encode(settled(store_id)).encode()
    if given_up:
        inbox.keep_dead(body, sender, "given up by the broker")
    else:
        inbox.take([body], [sender])
    [letter] = letters(counter)
    assert letter.sender == sender
    done = replay_all(counter)
    assert (done.due, done.refused) == (0, {letter.id: reason})
    assert not inbox.retry_one()
    [letter] = letters(counter)
    assert (heard, letter.error) == ([], f"unreadable: {reason}")


@pytest.mark.one_step
@pytest.mark.parametrize("reason", FORGED)
def test_t25_t30_what_was_due_already_is_checked_before_it_is_tried_again(counter: Counter, reason: str):
    heard: list[Event] = []
    sender, store_id = FORGED[reason]
    inbox = of_outcomes(counter, heard)
    inbox.keep_dead(encode(settled(store_id)).encode(), sender, "given up by the broker")
    with counter.app.db.transaction() as tx:
        tx.execute(text("update inbox_failures set dead = false, due_at = now()"))
    assert inbox.retry_one()
    assert not inbox.retry_one()
    assert (heard, [letter.error for letter in letters(counter)]) == ([], [f"unreadable: {reason}"])


@pytest.mark.one_step
@pytest.mark.parametrize("given_up", [False, True])
def test_t30_a_letter_from_its_own_service_is_taken_in_when_it_is_replayed(counter: Counter, given_up: bool):
    heard: list[Event] = []
    event, inbox = settled("S001"), of_outcomes(counter, heard)
    if given_up:
        inbox.keep_dead(encode(event).encode(), "sync", "given up by the broker")
    else:
        of_outcomes(counter, heard, fails=True).take([encode(event).encode()], ["sync"])
        with counter.app.db.transaction() as tx:
            tx.execute(text("update inbox_failures set dead = true, due_at = null"))
    assert replay_all(counter) == Replayed(due=1)
    assert inbox.retry_one()
    assert ([e.id for e in heard], letters(counter)) == ([event.id], [])


@pytest.mark.parametrize("given_up", [False, True])
def test_t37_the_list_of_dead_letters_shows_nothing_of_a_letter(counter: Counter, given_up: bool):
    """Neither of its body nor of what a check quotes of it, wherever a name stands."""
    named = {"name": "Letterius", "phone": "9845066442"}
    body = encode(replace(settled("S001"), type="sync.Letterius", data=named)).encode()
    bodies = [body, json.dumps(named).encode(), b"Letterius 9845066442", encode(settled("Letterius")).encode()]
    for one in bodies:
        if given_up:
            of_outcomes(counter, []).keep_dead(one, "sync", "given up by the broker")
        else:
            Inbox(counter.app.db, "orders.outcomes", refusing, "S001", check_senders=True).take([one], ["sync"])
    with counter.app.db.transaction() as tx:
        tx.execute(text("update inbox_failures set dead = true, due_at = null"))
    listed = CliRunner().invoke(dead_letters_command(lambda: counter.app), ["list"])
    assert (listed.exit_code, len(listed.stdout.splitlines())) == (0, len(bodies))
    assert "etterius" not in listed.stdout
    assert "66442" not in listed.stdout


def refusing(_: Tx, events: list[Event]) -> None:
    """A handler whose error quotes what it could not read."""
    raise ValueError(events[0].data)


def test_t30_a_forged_letter_does_not_stand_in_for_the_fact_whose_id_it_bears(counter: Counter):
    heard: list[Event] = []
    body = encode(event := settled("S001")).encode()
    of_outcomes(counter, heard).take([body], ["catalog"])
    with counter.app.db.transaction() as tx:
        assert missing(tx, "orders.outcomes", [event.id or new_id()]) == [event.id]
    of_outcomes(counter, heard, fails=True).take([body], ["sync"])
    assert counter.scalar("select count(*) from inbox_failures where not dead and sender = 'sync'") == 1
