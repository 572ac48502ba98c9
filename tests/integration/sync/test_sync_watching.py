"""What probes and real requests show becomes one state."""

import socket
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sync_store import Store

from services.sync.handlers import probing, watching
from services.sync.handlers.watching import Sighting
from services.sync.oms import Look


def value(store: Store) -> dict[str, Any]:
    return watching.current(store.app)[1]


def probe(store: Store, look: Look, times: int = 3) -> None:
    store.oms.sight = look
    for _ in range(times):
        store.clock.advance(5)
        probing.probe(store.app)


def forget(store: Store) -> None:
    """A store whose prober has never looked."""
    store.sql("update published set number = 0, value = '{}'")
    store.sql("update lines set up = null, changed_at = null, good = null, streak = 0, counted_at = null")


def test_s6_the_first_good_probe_says_up(store: Store) -> None:
    forget(store)
    probe(store, Look(good=True, met=True), 1)
    number, told = watching.current(store.app)
    assert (number, told["head_office"], told["internet"]) == (1, "up", "up")


def test_s6_a_store_that_starts_without_its_line_is_down_after_three(store: Store) -> None:
    forget(store)
    probe(store, Look(good=False, reason="timeout"), 2)
    assert watching.current(store.app)[0] == 0
    probe(store, Look(good=False, reason="timeout"), 1)
    assert (value(store)["head_office"], value(store)["internet"]) == ("down", "down")


@pytest.mark.parametrize(
    ("look", "internet"),
    [
        (Look(good=False, reason="timeout", met=False), "down"),
        (Look(good=False, reason="refused", met=True), "up"),
        (Look(good=False, reason="captive_portal", met=False), "down"),
    ],
)
def test_b2_the_broken_hop_is_named(store: Store, look: Look, internet: str) -> None:
    probe(store, look)
    told = value(store)
    assert (told["head_office"], told["internet"], told["reason"]) == ("down", internet, look.reason)


def test_b2_another_address_proves_that_the_store_has_internet(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        object.__setattr__(store.settings, "internet_probes", f"127.0.0.1:{server.getsockname()[1]}")
        probe(store, Look(good=False, reason="timeout"))
    assert (value(store)["head_office"], value(store)["internet"]) == ("down", "up")


def test_b2_without_any_address_that_answers_there_is_no_internet(store: Store) -> None:
    object.__setattr__(store.settings, "internet_probes", "127.0.0.1:9,127.0.0.1:1")
    probe(store, Look(good=False, reason="refused", met=True))
    assert value(store)["internet"] == "down"


def test_the_state_has_a_new_number_only_when_it_is_another(store: Store) -> None:
    number = watching.current(store.app)[0]
    store.see(head_office=True, times=10)
    assert watching.current(store.app)[0] == number


def test_s6_real_requests_count_as_probes(store: Store) -> None:
    for _ in range(3):
        store.clock.advance(1)
        watching.note_sighting(store.app, Sighting(head_office=False, reason="no_answer"))
    assert value(store)["head_office"] == "down"
    assert value(store)["internet"] == "up"


@pytest.mark.one_step
def test_a_probe_is_left_out_where_something_was_counted_a_moment_ago(store: Store) -> None:
    looked = []
    store.oms.look = lambda: looked.append(1) or Look(good=True)  # type: ignore[method-assign]
    watching.note_sighting(store.app, Sighting(head_office=False))
    probing.probe(store.app)
    assert looked == []
    store.clock.advance(4)
    probing.probe(store.app)
    assert looked == [1]


@pytest.mark.parametrize(("skew", "told"), [(0.4, 0), (-3, 0), (6.2, 6), (-400.7, -401)])
def test_b20_a_clock_that_is_off_is_told(store: Store, skew: float, told: int) -> None:
    store.see(head_office=True, skew=skew)
    assert value(store)["clock_skew_seconds"] == told


def test_small_changes_of_the_skew_are_no_news(store: Store) -> None:
    store.see(head_office=True, skew=400)
    number = watching.current(store.app)[0]
    store.see(head_office=True, skew=402)
    assert (watching.current(store.app)[0], value(store)["clock_skew_seconds"]) == (number, 400)


def test_a_superseded_store_stays_so_until_its_token_is_taken_again(store: Store) -> None:
    store.see(head_office=True, superseded=True)
    store.oms.recognised = False
    probe(store, Look(good=True, met=True))
    assert value(store)["superseded"] is True
    store.oms.recognised = True
    probe(store, Look(good=True, met=True))
    assert value(store)["superseded"] is False


def test_a_probe_that_says_superseded_is_believed_at_once(store: Store) -> None:
    probe(store, Look(good=False, met=True, superseded=True, reason="superseded"), 1)
    assert value(store)["superseded"] is True


def test_s21_pages_hear_of_a_change(store: Store) -> None:
    notes = store.db.listen("changes", timeout=1)
    next(notes)
    store.see(head_office=False)
    assert next(note for note in notes if note) == {"what": "sync"}
    notes.close()  # type: ignore[attr-defined]


def test_f46_when_head_offices_certificate_runs_out_is_a_figure(store: Store) -> None:
    probe(store, Look(good=True, met=True, certificate_until=1_790_000_000.0), 1)
    probe(store, Look(good=False, reason="timeout"), 1)
    name = "store_sync_head_office_certificate_expiry_timestamp_seconds"
    assert REGISTRY.get_sample_value(name) == 1_790_000_000.0
