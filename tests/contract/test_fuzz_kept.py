"""Files in the folders of tills, whatever is in them: a sale, or named with a reason; none holds up another."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st

from services.head_office import answers
from services.head_office.port import Booked, NoAnswer, Opened
from services.orders.domain import invoices
from services.orders.folders import MAX_BYTES, Kept, Unusable, files
from services.orders.handlers import recovering
from services.orders.handlers.recovering import Refused, Report
from tests.mutants import anything, as_bytes, fuzzed, garbage, tried

ROOT = Path(__file__).parents[2] / "services"
SALT = "salt"
STEPS = ("asked", "done", "not")


def sample(name: str) -> Any:
    [file] = ROOT.glob(f"*/contracts/{name}.sample.json")
    return json.loads(file.read_text())


def printed() -> dict[str, Any]:
    """An order as this store printed it, chained as only it can."""
    document = sample("order_placed.v1")["data"]
    document.pop("personal", None)
    document["invoice"]["personal_digest"] = invoices.personal_digest(document, SALT)
    document["invoice"]["hash"] = invoices.chained(document["invoice"]["previous_hash"], document, SALT)
    return document


DOCUMENT = printed()
ORDER_ID = UUID(DOCUMENT["order_id"])
ASKED = {
    "order_id": str(ORDER_ID),
    "total_minor": 104900,
    "payments": [{"payment_mode": "UPI", "amount_minor": 104900, "tendered_minor": None, "reference": "R1"}],
}
APP = SimpleNamespace(salt=SALT, settings=SimpleNamespace(id=DOCUMENT["store_id"]))


def kept(step: str = "done") -> Kept:
    return Kept(f"{ORDER_ID}.{step}", ORDER_ID, step, "")


# what is in a file


@fuzzed(st.sampled_from(STEPS), st.binary(max_size=300) | garbage(as_bytes(DOCUMENT)) | anything.map(as_bytes))
def test_d_a_file_is_a_text_or_named_with_its_reason(tmp_path_factory: Any, step: str, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("till")
    (folder / f"{ORDER_ID}.{step}").write_bytes(content)
    [found] = files(folder, *STEPS)
    if isinstance(found, Kept):
        assert (found.order_id, found.step, found.text.encode()) == (ORDER_ID, step, content)
    else:
        large = "is larger than any sale" if len(content) > MAX_BYTES else "is no text"
        assert (found.name, found.problem) == (f"{ORDER_ID}.{step}", large if content else "is empty")


@fuzzed(st.binary(min_size=1, max_size=200).map(lambda name: name.replace(b"/", b"").replace(b"\0", b"")))
def test_d_a_file_with_any_name_is_named_in_a_line_that_can_be_printed(tmp_path_factory: Any, name: bytes) -> None:
    folder = tmp_path_factory.mktemp("till")
    try:
        (folder / os.fsdecode(name)).write_bytes(b"{}")
    except OSError:
        # "." and "..", or nothing left of it
        return
    for found in files(folder, *STEPS):
        assert isinstance(found, Unusable)
        assert found.name.isascii()
        assert found.name.isprintable()
        assert len(found.name) <= 100


def test_d_a_file_of_any_size_is_read_no_further_than_any_sale_goes(tmp_path: Path) -> None:
    with (tmp_path / f"{ORDER_ID}.done").open("wb") as file:
        file.truncate(64 * 1024**3)
    assert list(files(tmp_path, "done")) == [Unusable(f"{ORDER_ID}.done", "is larger than any sale")]
    assert MAX_BYTES < 1024**2


# what head office says is in it


FILES = {"files": [{"name": kept().name, "content": {"document": {}}, "problem": None}]}


def test_d_a_file_that_head_office_opened_has_its_content_or_a_word_for_why_not() -> None:
    def read(body: Any) -> None:
        with contextlib.suppress(NoAnswer):
            for one in answers.opened(body):
                assert isinstance(one, Opened)
                assert one.problem is None or (one.problem.isprintable() and 0 < len(one.problem) <= answers.MAX_WORD)

    tried(read, FILES)
    tried(read, {"files": [FILES["files"][0] | {"problem": "damaged"}]})


# what a till was told, and what it asked for


def judged(read: Callable[[], Any]) -> tuple[Any, str]:
    """What was read, or why it was refused."""
    try:
        return read(), ""
    except Refused as refused:
        return None, str(refused)


def test_b16_only_an_order_that_this_store_printed_is_one() -> None:
    facts = set(DOCUMENT) - set(invoices.PERSONAL)

    def read(document: Any) -> None:
        row, why = judged(lambda: recovering._checked(APP, document))
        if row is None:
            assert why in {"holds no order", "is another store's", "is not as this store printed it"}
            return
        # nothing else than how it is written may differ
        assert all(document[name] == DOCUMENT[name] for name in facts)
        assert row["order_id"] == ORDER_ID

    assert recovering._checked(APP, DOCUMENT)["invoice_number"] == DOCUMENT["invoice"]["number"]
    tried(read, DOCUMENT)


def deep(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("levels", [500, 990, 5_000])
def test_b16_an_order_that_is_nested_without_end_is_none(levels: int) -> None:
    with pytest.raises(Refused):
        recovering._checked(APP, DOCUMENT | {"approvals": deep(levels)})


def test_b16_what_a_till_asked_for_can_be_put_on_the_list_or_is_refused() -> None:
    def read(content: Any) -> None:
        sale, why = judged(lambda: recovering._asked(content, kept("asked")))
        if sale is None:
            assert 0 < len(why) < 300
            return
        assert sale.order_id == ORDER_ID
        assert recovering._in_words(sale).isprintable()
        for row in recovering.selling.money_taken(sale.order_id, sale.payments, None, ""):
            must_be_kept(row["reference"])
            must_be_kept(row["payment_mode"])

    assert recovering._asked(ASKED, kept("asked")).total_minor == 104900
    tried(read, ASKED)


def must_be_kept(text: str) -> None:
    """As PostgreSQL keeps text, and finds it again by an index."""
    assert "\0" not in text
    assert len(text.encode()) < 2_600


def test_b16_an_order_as_it_was_sent_names_itself() -> None:
    def read(body: Any) -> None:
        with contextlib.suppress(NoAnswer):
            for sent in answers.documents(body):
                with contextlib.suppress(Refused):
                    recovering._checked(APP, recovering._printed(sent))

    tried(read, {"orders": [DOCUMENT | {"correction": None}]})


# a whole folder


class Office:
    """Head office that opens files which are plain here, and knows no order."""

    def open_kept(self, found: list[tuple[str, str]]) -> list[Opened]:
        return [self._opened(name, text) for name, text in found]

    def lookup(self, *_: Any) -> list[Booked]:
        return []

    def _opened(self, name: str, text: str) -> Opened:
        try:
            return Opened(name, json.loads(text))
        except (ValueError, RecursionError):
            return Opened(name, problem="unreadable")


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Orders without its database: what it would take is checked, and forgotten."""

    @contextlib.contextmanager
    def transaction() -> Iterator[None]:
        yield None

    def once(app: Any, tx: Any, document: Any) -> bool:
        return bool(recovering._checked(app, document))

    monkeypatch.setattr(recovering, "_once", once)
    monkeypatch.setattr(recovering.recovery, "known", lambda *_: set())
    monkeypatch.setattr(recovering.recovery, "used", lambda *_: set())
    monkeypatch.setattr(recovering.sales, "lock", lambda *_: None)
    monkeypatch.setattr(recovering.sales, "keep_orphans", lambda *_: None)
    return SimpleNamespace(**vars(APP), db=SimpleNamespace(transaction=transaction), head_office=Office())


OTHER_ID = "0199d09f-0000-7000-8000-0000000000ff"
WRITTEN = (
    as_bytes({"document": {"order_id": OTHER_ID}}),
    as_bytes({"document": {k: v for k, v in DOCUMENT.items() if k != "store_id"} | {"order_id": OTHER_ID}}),
    as_bytes({"document": DOCUMENT | {"order_id": OTHER_ID, "approvals": deep(900)}}),
    as_bytes(ASKED | {"order_id": OTHER_ID, "payments": deep(900)}),
    b'{"total_minor":1,"total_minor":' + b"9" * 5_000 + b"}",
    b'{"total_minor":NaN,"payments":[Infinity]}',
    as_bytes(ASKED | {"order_id": OTHER_ID})[:-1] + b',"total_minor":-1}',
)
CONTENTS = st.one_of(
    st.binary(max_size=200),
    garbage(as_bytes({"document": DOCUMENT})),
    garbage(as_bytes(ASKED)),
    anything.map(as_bytes),
    anything.map(lambda value: as_bytes({"document": DOCUMENT | {"order_id": OTHER_ID, "store_id": value}})),
    anything.map(lambda value: as_bytes(ASKED | {"order_id": OTHER_ID, "payments": value})),
)


@pytest.mark.parametrize("step", STEPS)
def test_b16_a_file_that_cannot_be_used_is_named_and_holds_up_no_other(
    app: Any, tmp_path_factory: pytest.TempPathFactory, step: str
) -> None:
    def read(content: bytes) -> None:
        folder = tmp_path_factory.mktemp("till")
        (folder / kept().name).write_bytes(as_bytes({"document": DOCUMENT}))
        (folder / f"{OTHER_ID}.{step}").write_bytes(content)
        report = Report()
        recovering.from_folder(app, folder, report)
        assert DOCUMENT["invoice"]["number"] in report.taken
        told = [line for line in report.problems + report.unanswered if OTHER_ID in line]
        # a till's word that a sale was not made needs no other
        assert step == "not" or len(told) == 1
        assert all(line.isprintable() for line in told)

    for content in WRITTEN:
        read(content)
    fuzzed(CONTENTS)(read)()
