"""`-p tests.integration.insisting`: the tests of services once more, while database and broker fail (see `unsteady`).

A test calls steps: requests to a door, deliveries of facts, what a timer or a loop does. Errors come only inside of
one, and the step is repeated as its real caller does: a till asks again under the same id, the broker delivers again, a
timer comes again. Processes have callers of their own: only requests to them are repeated here.
"""

import inspect
import os
import pkgutil
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib import request
from urllib.error import HTTPError

import pytest
from werkzeug.test import Client, TestResponse

from services.chassis import inbox, relay, rpc, testing
from services.chassis.errors import Unavailable
from services.sync.drain import Drain
from tests.integration import unsteady
from tests.integration.unsteady import ABOUT, NOTES, SEED, Dice, Kind

SERVICES = ("catalog", "orders", "sessions", "sync")
PACKAGES = (*(f"services.{service}" for service in SERVICES), "tests.integration.chassis.sample")
BUSY, ASKS_AGAIN = HTTPStatus.SERVICE_UNAVAILABLE, "Retry-After"
# errors in one step: then it is let through
MOST = 3
REQUESTS, PAUSE_S = 40, 0.1

# what hands facts in as a queue does, in the stores of tests
DELIVERIES = {
    "orders_store": ("Counter", ("hear_book", "hear_mode")),
    "sync_store": ("Store", ("take", "fact")),
    "sessions_store": ("Store", ("apply",)),
}
# steps that nobody repeats, or not so
SPARED = {
    "orders.handlers.counter.pair": "a till's key is shown once: who misses it pairs anew under another name",
    "orders.handlers.recovering.from_folder": "a command: a person repeats it, and its report begins anew",
    "orders.handlers.recovering.from_head_office": "a command: a person repeats it, and its report begins anew",
    "orders.handlers.rotating.rotate": "a command: it counts what was left to do",
    "sync.handlers.draining.claim": "alone it hears no more of what it claimed: the drain holds anew first",
    "sync.handlers.recovering.retry_one": "who presses again is told that it goes out already",
    "sync.handlers.rotating.rotate": "a command: it counts what was left to do",
}


@dataclass
class Step:
    """What is repeated as a whole until it is done."""

    errors: int = 0


class InSteps:
    """The dice of one test: nothing falls outside of a step, and not for ever in one."""

    def __init__(self) -> None:
        self.dice: Dice | None = None

    def falls(self, kind: Kind) -> bool:
        step = STEP.get()
        if self.dice is None or step is None or step.errors >= MOST or not self.dice.falls(kind):
            return False
        step.errors += 1
        return True


STEP: ContextVar[Step | None] = ContextVar("step", default=None)
CASE = InSteps()


def step_of() -> Step:
    """The step that is being made."""
    step = STEP.get()
    assert step is not None
    return step


def insisting(step: Callable[..., Any], again: Callable[[Any], bool] = lambda _: False) -> Callable[..., Any]:
    """The step, repeated while it raises that it may be, or `again` says so of what it gave."""

    @wraps(step)
    def insist(*arguments: Any, **named: Any) -> Any:
        if STEP.get() is not None:
            return step(*arguments, **named)
        with _one() as made:
            while True:
                before = made.errors
                try:
                    result = step(*arguments, **named)
                except Unavailable:
                    if made.errors == before:
                        raise
                else:
                    if made.errors == before or not again(result):
                        return result

    return insist


@contextmanager
def _one() -> Iterator[Step]:
    token = STEP.set(made := Step())
    try:
        yield made
    finally:
        STEP.reset(token)


def insisting_itself(step: Callable[..., Any]) -> Callable[..., Any]:
    """A step of a loop in the services that repeats it."""

    @wraps(step)
    def once(*arguments: Any, **named: Any) -> Any:
        with _one():
            return step(*arguments, **named)

    return once


class Till(Client):
    """A client that asks again where it is told to."""

    def open(self, *arguments: Any, **named: Any) -> TestResponse:
        ask = insisting(super().open, lambda answer: ASKS_AGAIN in answer.headers)
        answer: TestResponse = ask(*arguments, **named)
        return answer


def _steps() -> None:
    """Makes every step of the services insist; before tests are imported."""
    testing.Client = Till
    inbox.Inbox.take = insisting(inbox.Inbox.take)
    inbox.Inbox.retry_one = insisting(inbox.Inbox.retry_one)
    relay.RelayLoop.publish_due = insisting(relay.RelayLoop.publish_due)
    relay.RelayLoop.ask_consumers = insisting(relay.RelayLoop.ask_consumers)
    for name in ("_round", "_write"):
        setattr(Drain, name, insisting_itself(getattr(Drain, name)))
    for service in SERVICES:
        package = import_module(f"services.{service}.handlers")
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            _handlers(import_module(found.name))


def _handlers(module: Any) -> None:
    """Functions that a route, a timer or a loop calls: they take the app, and make transactions of their own."""
    for name, function in inspect.getmembers(module, inspect.isfunction):
        takes = list(inspect.signature(function).parameters)
        own = function.__module__ == module.__name__ and not name.startswith("_")
        key = f"{module.__name__.removeprefix('services.')}.{name}"
        if own and takes[:1] == ["app"] and "tx" not in takes and key not in SPARED:
            setattr(module, name, insisting(function))


def _deliveries() -> None:
    for module, (cls, methods) in DELIVERIES.items():
        owner = getattr(sys.modules.get(module), cls, None)
        for method in methods if owner else ():
            setattr(owner, method, insisting(getattr(owner, method)))


def _processes() -> None:
    """Has services started on an unsteady database and broker, and asked until they answer."""
    plain = subprocess.Popen.__init__

    @wraps(plain)
    def start(self: Any, command: Any, *arguments: Any, **named: Any) -> None:
        package, kind = (["", "", *command] if isinstance(command, list) else ["", ""])[-2:]
        if ABOUT in os.environ and package in PACKAGES and kind in ("door", "worker"):
            command = [*command[:-2], unsteady.__name__, package, kind]
            told = {name: os.environ[name] for name in (SEED, NOTES, ABOUT)}
            named["env"] = (named.get("env") or dict(os.environ)) | told
        plain(self, command, *arguments, **named)

    subprocess.Popen.__init__ = start  # type: ignore[method-assign]
    request.urlopen = asking(request.urlopen, HTTPError, _asks_again)
    rpc.call = asking(rpc.call, rpc.RpcError, lambda error: error.status == BUSY)


def _asks_again(error: HTTPError) -> bool:
    return error.code == BUSY and ASKS_AGAIN in error.headers


def asking(ask: Callable[..., Any], refusal: Any, again: Callable[[Any], bool]) -> Callable[..., Any]:
    """A request to a process, made again for a while where its refusal says so."""

    @wraps(ask)
    def insist(*arguments: Any, **named: Any) -> Any:
        for _ in range(REQUESTS):
            try:
                return ask(*arguments, **named)
            except refusal as error:
                if not again(error):
                    raise
                with suppress(AttributeError):
                    error.close()
            time.sleep(PAUSE_S)
        return ask(*arguments, **named)

    return insist


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--insist-seed", default=os.environ.get(SEED, "1"), help="what fails, and when")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Before anything of the tests is imported: they take functions by their names."""
    unsteady.install(CASE.falls)
    _steps()
    _processes()


def pytest_configure(config: pytest.Config) -> None:
    os.environ[SEED] = config.getoption("--insist-seed")
    if not hasattr(config, "workerinput"):
        os.environ[NOTES] = f"{tempfile.mkdtemp(prefix='insisting-')}/notes"
    Path(os.environ[NOTES]).touch()
    # SQLAlchemy leaves what other threads hold of a pool whose server was lost to the collector
    config.addinivalue_line("filterwarnings", "ignore:.*psycopg.Connection.*while still open:ResourceWarning")


def pytest_collection_finish() -> None:
    _deliveries()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    if item.get_closest_marker("one_step") is None:
        os.environ[ABOUT] = item.nodeid
    try:
        return (yield)
    finally:
        os.environ.pop(ABOUT, None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    if ABOUT in os.environ:
        CASE.dice = Dice(os.environ[SEED], Path(os.environ[NOTES]), item.nodeid)
    try:
        return (yield)
    finally:
        CASE.dice = None


def _noted() -> list[list[str]]:
    return [line.split("\t") for line in Path(os.environ[NOTES]).read_text().splitlines()]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput") and not _noted():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(Path(os.environ.pop(NOTES)).parent, ignore_errors=True)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    noted = _noted()
    counted = Counter(kind for kind, _ in noted)
    met = len({about for _, about in noted})
    terminalreporter.section(f"insisted with seed {os.environ[SEED]}")
    for kind in Kind:
        terminalreporter.line(f"{counted[kind]:6} {kind}")
    terminalreporter.line(f"{len(noted):6} errors in {met} tests" if noted else "nothing failed: that proves nothing")
