"""Counts failed tries a device and a person.

A try counts as failed until it is proven right, so that many at once gain nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from math import ceil

from services.chassis.database import Tx
from services.chassis.errors import Unavailable
from services.sessions import metrics
from services.sessions.app import App
from services.sessions.domain import pins
from services.sessions.domain.pins import DEVICE, PERSON, Instant, Rule, Tries
from services.sessions.errors import TooManyTries
from services.sessions.store import people
from services.sessions.store.people import Kind

RULES: dict[Kind, Rule] = {"device": DEVICE, "person": PERSON}


@contextmanager
def counted(app: App, staff_code: str, device: str) -> Iterator[None]:
    """A try, counted before it is judged; one that breaks off has told nobody anything, and is taken back."""
    count_a_try(app, staff_code, device)
    try:
        yield
    except Unavailable:
        with suppress(Unavailable):
            _take_back(app, staff_code, device)
        raise


def count_a_try(app: App, staff_code: str, device: str) -> None:
    """Raises TooManyTries for a device or person who has to wait; unknown staff codes wait as known ones do."""
    now = Instant(app.boot, app.clock.monotonic())
    subjects: list[tuple[Kind, str]] = [("device", device), ("person", staff_code)]
    with app.db.transaction() as tx:
        found = [(kind, subject, people.lock_tries(tx, kind, subject)) for kind, subject in subjects]
        seconds = max(pins.wait(tries, RULES[kind], now) for kind, _, tries in found)
        for kind, subject, tries in found:
            counted = pins.seen if seconds else pins.failed
            people.save_tries(tx, kind, subject, counted(tries, RULES[kind], now))
    if seconds:
        metrics.SIGN_INS.labels("made_to_wait").inc()
        raise TooManyTries(retry_after=ceil(seconds), seconds=ceil(seconds))


def _take_back(app: App, staff_code: str, device: str) -> None:
    with app.db.transaction() as tx:
        _one_less(tx, "device", device)
        _one_less(tx, "person", staff_code)


def _one_less(tx: Tx, kind: Kind, subject: str) -> None:
    tries = people.lock_tries(tx, kind, subject)
    people.save_tries(tx, kind, subject, replace(tries, failures=max(0, tries.failures - 1)))


def forgive(tx: Tx, staff_code: str, device: str) -> None:
    """After a right one the person starts anew.

    The device only loses this one: else a guesser would sign in as himself in between.
    """
    _one_less(tx, "device", device)
    forgive_person(tx, staff_code)


def forgive_person(tx: Tx, staff_code: str) -> None:
    people.lock_tries(tx, "person", staff_code)
    people.save_tries(tx, "person", staff_code, Tries())
