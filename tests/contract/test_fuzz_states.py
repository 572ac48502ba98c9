"""States that services pull from each other: nonsense is not taken, the last word stays, the others go on."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from hypothesis import strategies as st
from pydantic import SecretStr

from services.chassis import states
from services.chassis.states import NONSENSE, Pull, Puller, State, told
from services.chassis.tokens import Principal, Revocations, revocations_of
from services.orders import app as orders_app
from services.orders.domain.freshness import ages
from services.orders.handlers import hearing, reckoning
from services.sessions import app as sessions_app
from services.sessions import heard as sessions_heard
from services.sessions.handlers import lighting
from services.sessions.store import modes, people
from services.sync import app as sync_app
from services.sync.store import figures
from tests.mutants import anything, as_bytes, fuzzed, garbage, mutants, tried

ROOT = Path(__file__).parents[2] / "services"
NOW = datetime(2026, 4, 15, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Kolkata")
WHO = Principal("A1", "Asha", "associate", till_id="0190a000-0000-7000-8000-000000000001", issued_at=1776241800)
SETTINGS: Any = SimpleNamespace(
    service_token=SecretStr("token"),
    catalog_url="http://catalog",
    sessions_url="http://sessions",
    orders_url="http://orders",
    sync_url="http://sync",
)
CLOCK: Any = SimpleNamespace(now=lambda: NOW, monotonic=lambda: 0.0)


def sample(name: str) -> Any:
    [file] = ROOT.glob(f"*/contracts/{name}.sample.json")
    return json.loads(file.read_text())


def pulls() -> list[tuple[str, Pull]]:
    """Every state that any service pulls."""
    nothing: Any = None
    of_sessions = sessions_app.pulls(SETTINGS, nothing, CLOCK)
    pullers = {
        "orders": orders_app._pullers(SETTINGS, nothing, nothing, CLOCK).values(),
        "sync": sync_app._pullers(SETTINGS, nothing).values(),
        "sessions": (of_sessions.sync, of_sessions.catalog, of_sessions.orders),
        "catalog": (Puller(nothing, "token", [revocations_of("http://sessions")]),),
    }
    return [(who, pull) for who, theirs in pullers.items() for puller in theirs for pull in puller._pulls]


PULLS = pulls()
NAMES = [f"{who} {pull.name}" for who, pull in PULLS]


# what is done with a state, without a database


class Patch:
    """Puts the state where a service reads it, and nothing where it writes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.value: Any = None
        monkeypatch.setattr(states, "read", lambda *_: State(1, self.value, NOW))
        quiet = {
            hearing.sales: ("lock_mode",),
            hearing.heard: ("set_mode", "keep_book", "keep_payment_modes", "keep_staff"),
            hearing: ("notify", "_seal"),
            sessions_heard.offline_sessions: ("note_figures",),
            sessions_heard: ("notify", "revoke_person", "revoke_till"),
            people: ("lock_rights",),
        }
        for where, names in quiet.items():
            for name in names:
                monkeypatch.setattr(where, name, lambda *_: None)
        monkeypatch.setattr(hearing.heard, "mode", lambda *_: SimpleNamespace(mode_number=0, session_id="x"))
        monkeypatch.setattr(hearing.heard, "without_orders", lambda _, sessions: list(sessions))
        shift = SimpleNamespace(staff_code="A1", rights=["associate"], till_id=WHO.till_id)
        monkeypatch.setattr(people, "on_shift", lambda *_: [shift])

    def use(self, who: str, pull: Pull, value: Any) -> None:
        self.value = value
        if pull.apply:
            tx: Any = None
            pull.apply(tx, 1, value)
        for use in USES.get((who, pull.name), USES.get(("", pull.name), ())):
            use(value)


TX: Any = None
APP: Any = SimpleNamespace(db=SimpleNamespace(transaction=contextlib.nullcontext), clock=CLOCK)


def priced(value: Any) -> None:
    for item in value["items"]:
        reckoning.item(SimpleNamespace(item=item, left=1), ZONE)


USES: dict[tuple[str, str], tuple[Callable[[Any], Any], ...]] = {
    ("", "revocations"): (lambda value: Revocations(lambda: value)(WHO),),
    ("orders", "readiness"): (lambda value: ages(value, NOW),),
    ("orders", "price-book"): (priced,),
    ("sessions", "readiness"): (lambda _: modes.readiness(TX, NOW),),
    ("sessions", "staff"): (lambda _: [(p.may_work(NOW), p.rights()) for p in people.staff(TX).values()],),
    ("sessions", "tills"): (lambda _: people.till_key_hash(TX, "x"),),
    ("sessions", "connectivity"): (lambda _: modes.connectivity(TX), lambda _: lighting.show(APP)),
    ("sessions", "mode-taken"): (lambda value: value["mode_number"] >= 1,),
    ("sessions", "unsettled"): (lambda value: value["orders"] > 0,),
    ("sync", "unsettled"): (lambda _: figures._of_counter(TX),),
}


@pytest.fixture
def patch(monkeypatch: pytest.MonkeyPatch) -> Patch:
    return Patch(monkeypatch)


@pytest.mark.parametrize(("who", "pull"), PULLS, ids=NAMES)
def test_b15_a_state_as_its_contract_has_it_is_taken(patch: Patch, who: str, pull: Pull) -> None:
    good = sample(pull.name)
    assert told(as_bytes(good), pull.kind) == (good["number"], good["value"])
    patch.use(who, pull, good["value"])


@pytest.mark.parametrize(("who", "pull"), PULLS, ids=NAMES)
def test_b15_a_state_can_be_used_or_is_not_taken(patch: Patch, who: str, pull: Pull) -> None:
    def read(answer: Any) -> None:
        try:
            number, value = told(as_bytes(answer), pull.kind)
        except NONSENSE:
            return
        assert 1 <= number <= states.MAX_NUMBER
        patch.use(who, pull, value)

    tried(read, sample(pull.name))


@pytest.mark.parametrize(("who", "pull"), PULLS, ids=NAMES)
def test_d_an_answer_of_any_bytes_is_a_state_or_none(who: str, pull: Pull) -> None:
    def read(content: bytes) -> None:
        with contextlib.suppress(*NONSENSE):
            assert told(content, pull.kind)

    fuzzed(garbage(as_bytes(sample(pull.name))))(read)()


# what a puller makes of its owners


class Tables:
    """The table of states in memory, as far as a puller uses it."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[int, Any]] = {}

    @contextlib.contextmanager
    def transaction(self) -> Iterator["Tables"]:
        yield self

    def execute(self, statement: Any, values: dict[str, Any]) -> Any:
        if statement is states.NUMBERS:
            return [SimpleNamespace(name=name, number=number) for name, (number, _) in self.kept.items()]
        if statement is states.HIGHER and values["number"] > self.kept.get(values["name"], (0, None))[0]:
            self.kept[values["name"]] = values["number"], json.loads(values["value"])
            return SimpleNamespace(first=lambda: (1,))
        return SimpleNamespace(first=lambda: None)


def puller(tables: Any, answers: dict[str, Callable[[int], bytes]], *wanted: Pull) -> tuple[Puller, list[str]]:
    """One whose owners answer so, and which of them it asked."""
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        name = request.url.path.removeprefix("/state/")
        asked.append(name)
        content = answers[name](int(request.url.params["since"]))
        return httpx2.Response(200 if content else 204, stream=httpx2.ByteStream(content))

    found = Puller(tables, "token", wanted)
    found._client = httpx2.Client(transport=httpx2.MockTransport(answer))
    return found, asked


GOOD = as_bytes(sample("revocations"))
MODE = sample("mode")
[MODE_PULL] = [pull for who, pull in PULLS if (who, pull.name) == ("sync", "mode")]


@fuzzed(garbage(as_bytes(MODE)) | anything.map(as_bytes) | mutants(MODE).map(as_bytes))
def test_b15_nonsense_of_one_owner_holds_up_no_other_and_takes_nothing_away(content: bytes) -> None:
    tables = Tables()
    tables.kept["mode"] = 1, MODE["value"]
    found, _ = puller(
        tables, {"mode": lambda _: content, "revocations": lambda _: GOOD}, MODE_PULL, revocations_of("http://sessions")
    )
    found.pull_all()
    found.pull_all()
    assert tables.kept["revocations"] == (4, sample("revocations")["value"])
    number, value = tables.kept["mode"]
    assert told(as_bytes({"number": number, "value": value}), MODE_PULL.kind)


@pytest.mark.parametrize("step", [0, -1])
def test_b15_pages_whose_number_does_not_rise_are_asked_for_once(step: int) -> None:
    tables = Tables()
    page = {"items": [], "more": True}
    pull = Pull("price-book", "http://catalog", dict[str, Any], lambda *_: None, paged=True)
    tables.kept["price-book"] = 7, None
    found, asked = puller(tables, {"price-book": lambda since: as_bytes({"number": since + step, "value": page})}, pull)
    found.pull_all()
    assert len(asked) == 1
    assert tables.kept["price-book"] == (7, None)


def test_b15_pages_that_never_end_are_left_for_the_next_time() -> None:
    pull = Pull("price-book", "http://catalog", dict[str, Any], lambda *_: None, paged=True)
    page = {"items": [], "more": True}
    found, asked = puller(Tables(), {"price-book": lambda since: as_bytes({"number": since + 1, "value": page})}, pull)
    found.pull_all()
    assert len(asked) == states.MAX_PAGES


@pytest.mark.parametrize(
    ("bound", "value", "pause"), [("MAX_BYTES", 100_000, 0.0), ("WHOLE_S", 0.2, 0.01)], ids=["large", "slow"]
)
def test_b15_an_answer_without_end_is_given_up(
    monkeypatch: pytest.MonkeyPatch, bound: str, value: float, pause: float
) -> None:
    class Endless(httpx2.SyncByteStream):
        given = 0

        def __iter__(self) -> Iterator[bytes]:
            for _ in range(1_000):
                time.sleep(pause)
                self.given += 1
                yield b" " * 1_000

    monkeypatch.setattr(states, bound, value)
    comes, tables = Endless(), Tables()
    found, _ = puller(tables, {}, MODE_PULL)
    found._client = httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(200, stream=comes)))
    found.pull_all()
    assert tables.kept == {}
    assert 0 < comes.given < 500


@pytest.mark.parametrize("error", [states.exc.DataError, states.exc.IntegrityError])
def test_b15_what_no_table_can_hold_is_not_taken_and_holds_up_no_other(error: Any) -> None:
    def refuses(*_: Any) -> None:
        raise error("insert", {}, ValueError("a NUL"))

    tables = Tables()
    bad = Pull("mode", "http://sessions", MODE_PULL.kind, refuses)
    answers: dict[str, Callable[[int], bytes]] = {"mode": lambda _: as_bytes(MODE), "revocations": lambda _: GOOD}
    found, _ = puller(tables, answers, bad, revocations_of("http://sessions"))
    found.pull_all()
    assert "revocations" in tables.kept


@fuzzed(st.text(max_size=40) | anything)
def test_d_a_time_that_was_told_can_be_compared_or_is_refused(value: Any) -> None:
    one = as_bytes({"number": 1, "value": value})
    with contextlib.suppress(*NONSENSE):
        _, moment = told(one, sessions_app.pulled.Moment)
        assert isinstance(datetime.fromisoformat(moment) < NOW, bool)
