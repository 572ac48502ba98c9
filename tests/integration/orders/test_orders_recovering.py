"""B16: what comes back to a restored server from head office and from tills' folders, and what does not."""

import copy
import errno
import json
import os
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer
from orders_store import Counter
from test_orders_standing import Office

from services.chassis.ids import new_id
from services.head_office.port import Booked, NoAnswer, Opened
from services.orders import commands
from services.orders.folders import MAX_BYTES
from services.orders.handlers import recovering, selling, setting_up, showing, standing, verifying
from services.orders.handlers.recovering import Report


@dataclass
class Opener(Office):
    """Head office that opens files, which here are what tills kept, in plain; and has orders."""

    booked: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def open_kept(self, files: list[tuple[str, str]]) -> list[Opened]:
        self._answer()
        return [self._opened(name, text) for name, text in files]

    def _opened(self, name: str, text: str) -> Opened:
        try:
            return Opened(name, json.loads(text))
        except ValueError:
            return Opened(name, problem=text if text in recovering.PROBLEMS else "unreadable")

    def orders_of_day(self, day: Any) -> list[Booked]:
        self._answer()
        return [self._one(i) for i, d in self.booked.items() if d["business_date"] == day.isoformat()]

    def lookup(self, order_ids: list[str]) -> list[Booked]:
        return [self._one(i) for i in order_ids if i in self.booked]

    def documents(self, order_ids: list[str]) -> list[dict[str, Any]]:
        return [self.booked[i] | {"revision": 2, "correction": {"note": "x"}} for i in order_ids]

    def _one(self, order_id: str) -> Booked:
        document = self.booked[order_id]
        return Booked(order_id, "OMS-1", document["invoice"]["number"], document["totals"]["total_minor"])


class Lost:
    """A store that was backed up after its first sale, and what it sold after that."""

    def __init__(self, counter: Counter, database: Any, folder: Path) -> None:
        self.office, self.folder = Opener(), folder
        counter.app = replace(counter.app, head_office=self.office)
        setting_up.pull_identity(counter.app)
        counter.sell()
        self.session = counter.go_offline()
        self.sales = [counter.sale({"A1": 1}, payments=[counter.upi(1_049_00)]) for _ in range(3)]
        self.orders = [selling.place(counter.app, sale, counter.till)[0] for sale in self.sales]
        # what the backup lacks is gone, and all that tells of it
        for table in ("payments", "movements", "orders"):
            database(counter, f"delete from {table} where order_id in (select order_id from orders where sequence > 1)")
        database(
            counter,
            "update tills set series_next = 2, series_head = (select document #>> '{invoice,hash}' from orders)",
        )
        database(counter, "update stock set sold = 1 where sku = 'A1'")
        self.counter = counter
        with counter.app.db.transaction() as tx:
            standing.restored(counter.app, tx, 2)
            tx.exec_driver_sql("delete from outbox")
        self.office.epoch = 2
        setting_up.pull_identity(counter.app)
        counter.hear_mode("online")

    def keep(self, n: int, step: str = "done", **changes: Any) -> Path:
        order = self.orders[n].model_dump(mode="json") | changes
        content = order if step == "done" else self.sales[n].model_dump(mode="json")
        return self.write(f"{self.orders[n].order_id}.{step}", json.dumps(content))

    def write(self, name: str, text: str) -> Path:
        (self.folder / name).write_text(text)
        return self.folder / name

    def recover(self) -> Report:
        report = Report()
        recovering.from_folder(self.counter.app, self.folder, report)
        return report

    def changed(self, **values: Any) -> dict[str, Any]:
        return copy.deepcopy(self.orders[0].document) | values


@pytest.fixture
def lost(counter: Counter, service_database: Any, tmp_path: Path) -> Lost:
    def change(of: Counter, statement: str) -> None:
        url = of.app.db.url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(service_database.owner_url(url), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    return Lost(counter, change, tmp_path)


def test_b16_confirmed_sales_come_back_with_their_numbers_and_go_out_once(lost: Lost) -> None:
    for n in (2, 0, 1):
        lost.keep(n)
        lost.keep(n, "asked")
    report = lost.recover()
    assert (sorted(report.taken), report.known, report.problems, report.unanswered) == (
        ["K1/26-2", "K1/26-3", "K1/26-4"],
        0,
        [],
        [],
    )
    told = {event.aggregate_id: event.data for event in lost.counter.events("orders.order_placed")}
    seals = lost.counter.app.seals
    opened = {i: data | seals.open(data.pop("personal"), f"order {i}") for i, data in told.items()}
    assert opened == {str(o.order_id): o.document for o in lost.orders}
    again = lost.recover()
    assert (again.taken, again.known) == ([], 3)
    assert len({event.id for event in lost.counter.events("orders.order_placed")}) == 3
    assert verifying.verify_series(lost.counter.app) == (1, [])
    # the till asks again for what it had paid: it is the same sale
    order, fresh = selling.place(lost.counter.app, lost.sales[0], lost.counter.till)
    assert (order.order_id, fresh) == (lost.orders[0].order_id, False)
    assert lost.counter.sell().document["invoice"]["number"] == "L1/26-1"
    assert lost.counter.scalar("select sold from stock where sku = 'A1'") == 5


def test_b16_what_is_recovered_of_a_session_seals_it_again(lost: Lost) -> None:
    lost.keep(0)
    lost.keep(1)
    lost.recover()
    seals = lost.counter.events("orders.session_sealed")
    assert [(s.data["orders"], s.aggregate_version, s.data["recovered"]) for s in seals[-2:]] == [
        (1, 2, True),
        (2, 3, True),
    ]
    assert seals[-1].data["by_payment_mode"] == {"UPI": 2 * 1_049_00}


def test_b16_what_was_sent_after_the_backup_comes_back_from_head_office(lost: Lost) -> None:
    lost.office.booked = {str(o.order_id): o.document for o in lost.orders}
    report = Report()
    recovering.from_head_office(lost.counter.app, None, report)
    assert (sorted(report.taken), report.problems) == (["K1/26-2", "K1/26-3", "K1/26-4"], [])
    order = lost.orders[0]
    stored = showing.detail(lost.counter.app, order.order_id, lost.counter.manager)
    assert stored.document == order.document
    assert verifying.verify_series(lost.counter.app) == (1, [])


def test_t45_a_card_number_in_a_sale_that_was_asked_for_is_not_kept(lost: Lost) -> None:
    order_id = new_id()
    paid = [
        {"payment_mode": "CARD", "amount_minor": 100_00, "reference": "4111 1111 1111 1111"},
        {"payment_mode": "UPI", "amount_minor": 949_00, "reference": "412345678901"},
    ]
    lost.write(f"{order_id}.asked", json.dumps({"order_id": str(order_id), "total_minor": 1_049_00, "payments": paid}))
    report = lost.recover()
    assert report.unanswered == [f"{order_id}: asked for, 1049.00 to be paid by CARD 100.00, UPI 949.00"]
    assert lost.counter.scalar("select string_agg(reference, ',') from orphan_payments") == "412345678901"


def test_b16_asked_without_an_answer_is_for_a_person_and_its_money_is_kept_in_mind(lost: Lost) -> None:
    lost.keep(0, "asked")
    lost.keep(2, "asked")
    lost.office.booked = {str(lost.orders[2].order_id): lost.orders[2].document}
    report = lost.recover()
    order_id = lost.orders[0].order_id
    assert report.unanswered == [f"{order_id}: asked for, 1049.00 to be paid by UPI 1049.00"]
    assert (report.taken, report.problems) == ([], [])
    assert lost.counter.scalar("select order_id from orphan_payments") == order_id
    lost.recover()
    assert lost.counter.scalar("select count(*) from orphan_payments") == 1


@pytest.mark.parametrize("code", ["approval_needed", "quote_changed", "order_differs", "payment_refused", None])
def test_b16_b4_a_refusal_hides_no_sale_that_was_asked_for_again(lost: Lost, code: str | None) -> None:
    """What was refused once is asked for again under its id, and the note of the refusal may be the older one."""
    lost.keep(0, "asked")
    lost.write(f"{lost.orders[0].order_id}.not", json.dumps({"code": code} if code else []))
    report = lost.recover()
    order_id = lost.orders[0].order_id
    assert report.unanswered == [f"{order_id}: asked for, 1049.00 to be paid by UPI 1049.00"]
    assert lost.counter.scalar("select order_id from orphan_payments where state = 'open'") == order_id


@pytest.mark.parametrize("code", ["abandoned", "order_abandoned"])
def test_b16_b4_of_a_sale_that_was_given_up_the_money_comes_back_to_the_list(lost: Lost, code: str) -> None:
    lost.keep(0, "asked")
    lost.write(f"{lost.orders[0].order_id}.not", json.dumps({"code": code}))
    report = lost.recover()
    assert (report.unanswered, report.problems) == ([], [])
    listed = "select reference from orphan_payments where state = 'open'"
    assert lost.counter.scalar(listed) == lost.sales[0].payments[0].reference


def test_b16_b4_money_that_paid_under_the_next_id_is_not_without_an_order(lost: Lost) -> None:
    """A cart of which the first id was given up is sold under another, with the money that was taken."""
    given_up = {"order_id": str(new_id()), "total_minor": 1_049_00}
    given_up["payments"] = [lost.sales[0].payments[0].model_dump(mode="json")]
    lost.write(f"{given_up['order_id']}.asked", json.dumps(given_up))
    lost.write(f"{given_up['order_id']}.not", json.dumps({"code": "abandoned"}))
    lost.keep(0)
    report = lost.recover()
    assert (report.taken, report.unanswered, report.problems) == (["K1/26-2"], [], [])
    assert lost.counter.scalar("select count(*) from orphan_payments") == 0


def number_of_rows(lost: Lost) -> int:
    return int(lost.counter.scalar("select count(*) from orders"))


def test_b16_what_head_office_cannot_open_is_named_and_changes_nothing(lost: Lost) -> None:
    for problem in recovering.PROBLEMS:
        path = lost.write(f"{lost.orders[0].order_id}.done", problem)
        assert lost.recover().problems == [f"{path.name} {recovering.PROBLEMS[problem]}"]
    assert number_of_rows(lost) == 1


EDITED = {
    "amount": lambda lost: lost.changed(totals=lost.orders[0].document["totals"] | {"total_minor": 1}),
    "customer": lambda lost: lost.changed(customer={"name": "Ravi"}),
    "other store's": lambda lost: lost.changed(store_id="S002"),
    "a hash of nobody": lambda lost: lost.changed(invoice=lost.orders[0].document["invoice"] | {"hash": "0" * 64}),
    "no invoice": lambda lost: lost.changed(invoice=None),
    "no lines": lambda lost: {k: v for k, v in lost.orders[0].document.items() if k != "totals"},
    "another sale": lambda lost: lost.orders[1].document,
    "a list": lambda _: [],
    "a word": lambda _: "sold",
    "nothing": lambda _: None,
}


def test_b16_what_this_store_did_not_print_is_not_taken(lost: Lost) -> None:
    for edited in EDITED.values():
        lost.keep(0, document=edited(lost))
        assert len(lost.recover().problems) == 1
    for content in ("[]", "null", "7", "{}", '{"document": {}}'):
        lost.write(f"{lost.orders[0].order_id}.done", content)
        assert len(lost.recover().problems) == 1
    lost.keep(1)
    assert (lost.recover().taken, number_of_rows(lost)) == (["K1/26-3"], 2)


def linked(path: Path) -> None:
    path.symlink_to("/etc/passwd")


OTHER = "0190a000-0000-7000-8000-00000000000"
STRANGE = {
    "empty": (f"{OTHER}1.done", Path.touch, "is empty"),
    "swap": (f"{OTHER}2.done.crswap", Path.touch, "is left over from a write that did not end"),
    "link": (f"{OTHER}3.done", linked, "is no plain file"),
    "folder": (f"{OTHER}4.done", Path.mkdir, "is no plain file"),
    "pipe": (f"{OTHER}5.done", os.mkfifo, "is no plain file"),
    "large": (f"{OTHER}6.done", lambda p: p.write_bytes(b"7" * (MAX_BYTES + 1)), "is larger than any sale"),
    "bytes": (f"{OTHER}7.done", lambda p: p.write_bytes(b"\xff\xfe"), "is no text"),
    "copy": (f"{OTHER}8 (1).done", Path.touch, "is no file of a till"),
    "upper case": (f"{OTHER}A.DONE", Path.touch, "is no file of a till"),
    "upper case id": (f"{OTHER}A.done", Path.touch, "is no file of a till"),
    "dots": ("..done", Path.touch, "is no file of a till"),
    "device": ("CON", Path.touch, "is no file of a till"),
    "line break": ("a\nb", Path.touch, "is no file of a till"),
}


def test_b16_whatever_else_lies_in_the_folder_is_named_and_holds_up_no_sale(lost: Lost) -> None:
    for name, make, _ in STRANGE.values():
        make(lost.folder / name)
    lost.write("proof", "of a grant")
    os.utime(lost.keep(0), (0, 0))
    report = lost.recover()
    named = {f"{name.encode('unicode_escape').decode()} {problem}" for name, _, problem in STRANGE.values()}
    assert (set(report.problems), len(report.problems)) == (named, len(STRANGE))
    assert report.taken == ["K1/26-2"]


PAID = {"payment_mode": "UPI", "amount_minor": 100, "reference": "12"}
WRONG = {
    "a huge amount": ({"payments": [PAID | {"amount_minor": 10**400}]}, "payments.0.amount_minor"),
    "an amount no column holds": ({"payments": [PAID | {"amount_minor": 2**63}]}, "payments.0.amount_minor"),
    "an amount below nothing": ({"payments": [PAID | {"amount_minor": -1}]}, "payments.0.amount_minor"),
    "an amount in words": ({"payments": [PAID | {"amount_minor": "100"}]}, "payments.0.amount_minor"),
    "an amount that is none": ({"payments": [PAID | {"amount_minor": float("nan")}]}, "payments.0.amount_minor"),
    "a huge total": ({"total_minor": 10**400}, "total_minor"),
    "NUL in a reference": ({"payments": [PAID | {"reference": "1\0"}]}, "payments.0.reference"),
    "half a character": ({"payments": [PAID | {"reference": "\ud800"}]}, "payments.0.reference"),
    "a reference without end": ({"payments": [PAID | {"reference": "1" * 65}]}, "payments.0.reference"),
    "NUL in a payment mode": ({"payments": [PAID | {"payment_mode": "U\0"}]}, "payments.0.payment_mode"),
    "no payments": ({"payments": []}, "payments"),
    "payments that are none": ({"payments": 7}, "payments"),
}


def test_b16_d_what_no_till_asks_for_is_named_and_holds_up_no_other_file(lost: Lost) -> None:
    others = [str(new_id()) for _ in WRONG]
    for order_id, (changes, _) in zip(others, WRONG.values(), strict=True):
        sale = lost.sales[0].model_dump(mode="json") | {"order_id": order_id} | changes
        lost.write(f"{order_id}.asked", json.dumps(sale))
    lost.keep(0, "asked")
    lost.keep(1)
    report = lost.recover()
    no_sale = "is no sale as a till asks for one"
    named = {f"{i}.asked {no_sale} ({where})" for i, (_, where) in zip(others, WRONG.values(), strict=True)}
    assert (set(report.problems), len(report.problems)) == (named, len(WRONG))
    assert (report.taken, len(report.unanswered)) == (["K1/26-3"], 1)
    assert lost.counter.scalar("select array_agg(order_id) from orphan_payments") == [lost.orders[0].order_id]
    for content in ("[]", "null", "7", "{}", '"sold"'):
        lost.write(f"{others[0]}.asked", content)
        assert any(line.startswith(f"{others[0]}.asked {no_sale}") for line in lost.recover().problems)


def test_b16_d_a_sale_that_was_asked_for_under_another_name_is_named(lost: Lost) -> None:
    lost.keep(0, "asked").rename(lost.folder / f"{OTHER}1.asked")
    report = lost.recover()
    assert report.problems == [f"{OTHER}1.asked {recovering.PROBLEMS['other_name']}"]
    assert report.unanswered == []


def test_b16_a_folder_that_cannot_be_read_holds_up_no_other(lost: Lost, monkeypatch: pytest.MonkeyPatch) -> None:
    lost.keep(0)
    gone = lost.folder / "gone"
    monkeypatch.setattr(commands, "build", lambda _: lost.counter.app)
    monkeypatch.setattr(commands, "load", lambda _: None)
    said: list[str] = []
    monkeypatch.setattr(commands.typer, "echo", lambda line, **_: said.append(line))
    with pytest.raises(typer.Exit) as ended:
        commands.recover([gone, lost.folder])
    assert ended.value.exit_code == 1
    assert said[0] == f"Not used: {gone} cannot be read: No such file or directory"
    assert said[-1].startswith("1 orders taken back")


def test_b16_a_file_that_may_not_be_read_is_named(lost: Lost, monkeypatch: pytest.MonkeyPatch) -> None:
    lost.keep(0)

    def forbidden(*_: Any) -> int:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("services.orders.folders.os.open", forbidden)
    assert lost.recover().problems == [f"{lost.orders[0].order_id}.done cannot be read: Permission denied"]


def test_b16_a_folder_on_a_stick_that_was_removed_is_said(lost: Lost) -> None:
    shutil.rmtree(lost.folder)
    with pytest.raises(OSError, match="No such file"):
        lost.recover()


def test_b16_the_same_id_with_another_content_is_not_taken_twice(lost: Lost) -> None:
    lost.keep(0)
    lost.recover()
    other = lost.changed(invoice=lost.orders[0].document["invoice"] | {"hash": "e" * 64})
    lost.keep(0, document=other)
    assert lost.recover().problems == [f"{lost.orders[0].order_id}.done is not as this store printed it"]
    assert number_of_rows(lost) == 2


def test_b16_a_server_that_was_not_restored_takes_nothing_into_an_open_series(lost: Lost) -> None:
    fresh = lost.counter.sell()
    with lost.counter.app.db.transaction() as tx:
        document = fresh.document
        tx.exec_driver_sql("delete from outbox")
    stolen = copy.deepcopy(document) | {"order_id": str(new_id())}
    lost.office.booked = {stolen["order_id"]: stolen}
    report = Report()
    recovering.from_head_office(lost.counter.app, None, report)
    assert report.taken == []
    assert len(report.problems) == 1


def test_b16_head_office_that_falls_silent_leaves_what_was_taken(lost: Lost) -> None:
    lost.keep(0)
    lost.recover()
    lost.keep(1)
    lost.office.silent = "unreachable"
    with pytest.raises(NoAnswer):
        lost.recover()
    lost.office.silent = None
    assert (lost.recover().taken, number_of_rows(lost)) == (["K1/26-3"], 3)


def test_b16_a_reference_that_pays_another_order_by_now_stays_that_ones(lost: Lost) -> None:
    again = lost.counter.sale({"A1": 1}, payments=[p.model_dump() for p in lost.sales[0].payments])
    selling.place(lost.counter.app, again, lost.counter.till)
    lost.keep(0)
    assert lost.recover().taken == ["K1/26-2"]
    assert [line.partition(": ")[2] for line in verifying.verify_series(lost.counter.app)[1]] == [
        "a payment's reference could be used again"
    ]
