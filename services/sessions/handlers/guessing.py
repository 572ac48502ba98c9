"""Counts failed tries a device and a person.

A try counts as failed until it is proven right, so that many at once gain nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Try:
    """One that was counted: when, and how its device and its person stood before."""

    staff_code: str
    device: str
    at: Instant
    before: dict[Kind, Tries]


@contextmanager
def counted(app: App, staff_code: str, device: str) -> Iterator[Try]:
    """A try, counted before it is judged; one that breaks off has told nobody anything, and is taken back."""
    tried = count_a_try(app, staff_code, device)
    try:
        yield tried
    except Unavailable:
        with suppress(Unavailable):
            _take_back(app, tried)
        raise


def count_a_try(app: App, staff_code: str, device: str) -> Try:
    """Raises TooManyTries for a device or person who has to wait; unknown staff codes wait as known ones do."""
    now = Instant(app.boot, app.clock.monotonic())
    subjects: dict[Kind, str] = {"device": device, "person": staff_code}
    with app.db.transaction() as tx:
        locked = {kind: people.lock_tries(tx, kind, subject) for kind, subject in subjects.items()}
        found = {kind: pins.seen(tries, RULES[kind], now) for kind, tries in locked.items()}
        seconds = max(pins.wait(tries, RULES[kind], now) for kind, tries in found.items())
        for kind, tries in found.items():
            people.save_tries(tx, kind, subjects[kind], tries if seconds else pins.failed(tries, RULES[kind], now))
    if seconds:
        metrics.SIGN_INS.labels("made_to_wait").inc()
        raise TooManyTries(retry_after=ceil(seconds), seconds=ceil(seconds))
    return Try(staff_code, device, now, found)


def _take_back(app: App, tried: Try) -> None:
    with app.db.transaction() as tx:
        _one_less(tx, "device", tried.device, tried)
        _one_less(tx, "person", tried.staff_code, tried)


def _one_less(tx: Tx, kind: Kind, subject: str, tried: Try) -> None:
    tries = people.lock_tries(tx, kind, subject)
    people.save_tries(tx, kind, subject, pins.taken_back(tries, tried.at, tried.before[kind]))


def forgive(tx: Tx, tried: Try) -> None:
    """After a right one the person starts anew.

    The device stands as it did before it: a guesser does not sign in as himself to go on, and nobody waits once more
    for what failed long ago.
    """
    _one_less(tx, "device", tried.device, tried)
    forgive_person(tx, tried.staff_code)


def forgive_person(tx: Tx, staff_code: str) -> None:
    people.lock_tries(tx, "person", staff_code)
    people.save_tries(tx, "person", staff_code, Tries())
