"""B5, B16: a server that another one stands in for sells no more, and one that was restored repeats no number."""

from dataclasses import replace
from typing import Any

import pytest
from orders_store import IDENTITY, Counter

from services.head_office.port import Head, Heads, NoAnswer
from services.orders import errors
from services.orders.handlers import selling, setting_up, showing, standing, verifying

KEY = {"key_id": "k1", "public_key": "MFkw"}


class Office:
    """Head office, as far as it says who this store is and what it knows of its invoices."""

    def __init__(self) -> None:
        self.silent: str | None = None
        self.epoch = 1
        self.known: tuple[Head, ...] = ()

    def store(self) -> dict[str, Any]:
        self._answer()
        prefixes = [f"{'KLM'[self.epoch - 1]}{n}" for n in range(1, 13)]
        return IDENTITY | {"epoch": self.epoch, "recovery_key": KEY, "prefixes": prefixes}

    def heads(self) -> Heads:
        self._answer()
        return Heads(self.epoch, self.known)

    def _answer(self) -> None:
        if self.silent:
            raise NoAnswer(self.silent)


@pytest.fixture
def office(counter: Counter) -> Office:
    office = Office()
    counter.app = replace(counter.app, head_office=office)
    setting_up.pull_identity(counter.app)
    return office


def restore(counter: Counter) -> None:
    with counter.app.db.transaction() as tx:
        standing.restored(counter.app, tx, 2)


def refused(counter: Counter, error: type[Exception]) -> None:
    with pytest.raises(error):
        selling.place(counter.app, counter.sale(), counter.till)


def test_b16_f58_a_superseded_server_says_so_and_sells_no_more(counter: Counter, office: Office) -> None:
    office.silent = "superseded"
    setting_up.pull_identity(counter.app)
    refused(counter, errors.Superseded)
    with pytest.raises(errors.Superseded):
        selling.quote(counter.app, counter.sale(), counter.till)
    mode = showing.mode(counter.app)
    assert (mode.mode, mode.shown["banner"]) == (
        "cannot_sell",
        {"kind": "red", "text": "This store cannot sell: current installation is missing."},
    )
    office.silent = "unreachable"
    setting_up.pull_identity(counter.app)
    refused(counter, errors.Superseded)
    office.silent = None
    setting_up.pull_identity(counter.app)
    assert counter.sell()
    assert showing.mode(counter.app).mode == "online"


def test_b16_f58_what_the_mode_says_of_another_installation_has_the_same_code(counter: Counter) -> None:
    counter.hear_mode("cannot_sell", missing=["installation"])
    refused(counter, errors.Superseded)


def test_b5_t23_a_server_whose_data_were_set_back_sells_no_more(counter: Counter, office: Office) -> None:
    counter.sell()
    office.known = (Head("invoices", "K1/26", 1, 1, "f" * 64),)
    standing.compare_numbers(counter.app)
    assert counter.sell()
    office.known = (Head("invoices", "K1/26", 1, 9, "f" * 64),)
    standing.compare_numbers(counter.app)
    refused(counter, errors.SetBack)
    text = "This store cannot sell: the record of its newest sales is missing."
    assert showing.mode(counter.app).shown["banner"] == {"kind": "red", "text": text}
    office.silent = "unreachable"
    standing.compare_numbers(counter.app)
    refused(counter, errors.SetBack)


@pytest.mark.parametrize(
    ("head", "stops"),
    [
        (Head("invoices", "K7/26", 1, 1, "f" * 64), True),
        (Head("invoices", "Z1/26", 1, 1, "f" * 64), True),
        (Head("invoices", "Z1/26", 0, 1, "f" * 64), False),
        (Head("sessions", "1", 1, 99, "f" * 64), False),
    ],
    ids=["a spare prefix was used", "a prefix that is not known was used", "long ago", "another chain"],
)
def test_b5_what_was_numbered_elsewhere_stops_only_who_could_repeat_it(
    counter: Counter, office: Office, head: Head, stops: bool
) -> None:
    office.known = (head,)
    standing.compare_numbers(counter.app)
    assert (counter.scalar("select stopped from store") == "set_back") is stops


def test_b5_b16_f31_a_restored_server_opens_new_series_and_repeats_no_number(counter: Counter, office: Office) -> None:
    counter.sell()
    restore(counter)
    refused(counter, errors.NoPrefix)
    with pytest.raises(errors.NoPrefix):
        counter.pair("Till 2")
    office.epoch = 2
    office.known = (Head("invoices", "K1/26", 1, 9, "f" * 64), Head("invoices", "K2/26", 1, 3, "f" * 64))
    setting_up.pull_identity(counter.app)
    standing.compare_numbers(counter.app)
    other = counter.pair("Till 2")
    assert [counter.sell(who=who).document["invoice"]["number"] for who in (counter.till, other, counter.till)] == [
        "L1/26-1",
        "L2/26-1",
        "L1/26-2",
    ]
    assert verifying.verify_series(counter.app) == (3, [])


def test_b16_a_store_may_be_restored_twice(counter: Counter, office: Office) -> None:
    counter.sell()
    for epoch in (2, 3):
        restore(counter)
        office.epoch = epoch
        setting_up.pull_identity(counter.app)
        counter.sell()
    assert verifying.verify_series(counter.app) == (3, [])
    assert counter.scalar("select count(*) from marks where kind = 'restored'") == 2


def test_b3_a_closed_series_cannot_be_cut_either(counter: Counter, office: Office, service_database: Any) -> None:
    counter.sell()
    counter.sell()
    restore(counter)
    with counter.app.db.transaction() as tx:
        tx.exec_driver_sql("update prefixes set closed_head = repeat('e', 64) where prefix = 'K1'")
    assert verifying.verify_series(counter.app)[1] == ["K1: its last invoices are missing"]
