"""B3: whatever is changed of an invoice, of what was done to it, or of a series, `verify` finds it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from orders_store import Counter, build_app
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from test_orders_after_sale import approve_void, settle

from services.chassis.ids import new_id
from services.head_office.port import Head, Heads
from services.orders.app import App
from services.orders.domain import invoices
from services.orders.handlers import amending, erasing, standing, verifying
from services.orders.models import counter as at_counter
from services.orders.models import sales
from services.orders.schemas import CorrectionWish, EraseIn, VoidWish

OTHER_HASH = "'" + "e" * 64 + "'"
OTHER_ID = "gen_random_uuid()"
# what is no part of an invoice: how its delivery stands, and how often it was printed
# tokens only find an order; with none it is found by its number
DELIVERY = {"found_by", "delivery_version", "revision", "oms_id", "accepted_at", "reason", "printed"}
ORDERS = {
    "order_id": OTHER_ID,
    "id": "id + 1000",
    "fingerprint": OTHER_HASH,
    "mode": "'online'",
    "session_id": OTHER_ID,
    "till_id": OTHER_ID,
    "seller": "'M1'",
    "placed_at": "placed_at + interval '1 second'",
    "business_date": "business_date - 1",
    "invoice_number": "'K1/26-9'",
    "series": "'K9/26'",
    "sequence": "9",
    "total_minor": "total_minor + 1",
    "kept": OTHER_HASH,
    "state": "'void'",
    "document": "'{}'",
    "personal": "null",
}
PAYMENTS = {
    "order_id": OTHER_ID,
    "n": "n + 1",
    "payment_mode": "'CARD'",
    "kind": "'card'",
    "amount_minor": "amount_minor + 1",
    "reference": "'412345678999'",
    "status": "'captured'",
    "unique_reference": "null",
}
AMENDMENTS = {
    "wish_id": OTHER_ID,
    "order_id": "(select order_id from orders where sequence = 1)",
    "kind": "'correct'",
    "revision": "revision + 1",
    "reason": "'another'",
    "asked_by": "'A9'",
    "approved_by": "'A9'",
    "asked_at": "asked_at + interval '1 second'",
    "details": "details || '{\"goods_back\": false}'",
    "state": "'too_late'",
}
MARKS = {
    "sequence": "sequence + 10",
    "at": "at + interval '1 second'",
    "kind": "'restored'",
    "order_id": OTHER_ID,
    "wish_id": OTHER_ID,
    "facts": "'{\"revision\": 7}'",
    "said_digest": OTHER_HASH,
    "previous_hash": OTHER_HASH,
    "hash": OTHER_HASH,
}
ERASURES = {
    "erasure_id": OTHER_ID,
    "customer_id": OTHER_ID,
    "asked_at": "asked_at + interval '1 second'",
    "asked_by": "'A9'",
    "reason": "'another'",
    "erased": "erased || (select order_id from orders where sequence = 2)",
    "waiting": "array[(select order_id from orders where sequence = 2)]",
    "before_marks": "erased",
}
TILLS = {
    "prefix": "null",
    "series_year": "series_year - 1",
    "series_next": "series_next + 1",
    "series_head": OTHER_HASH,
    "till_id": OTHER_ID,
}
OF_A_TILL = set(at_counter.tills.c.keys()) - set(TILLS)
TABLES = {
    sales.orders: (ORDERS, DELIVERY, "sequence = 2"),
    sales.payments: (PAYMENTS, set(), "payment_mode = 'UPI'"),
    # a correction that came too late, or did not, is about its delivery
    sales.amendments: (AMENDMENTS, {"personal"}, "kind = 'void'"),
    sales.marks: (MARKS, set(), "kind = 'void_asked'"),
    at_counter.erasures: (ERASURES, set(), "true"),
    # names, keys and figures of a till are on no invoice that was printed
    at_counter.tills: (TILLS, OF_A_TILL, "true"),
}
CHANGES = [
    (table.name, column, value, where)
    for table, (values, _, where) in TABLES.items()
    for column, value in values.items()
]


class Ledger:
    """A store that sold and voided; what is done to it is undone after each test."""

    def __init__(self, counter: Counter, owner_url: str, service_url: str) -> None:
        self.counter = counter
        self.url, self.owner_url = service_url, owner_url
        counter.go_offline()
        gone = new_id()
        self.orders = [
            counter.sell(),
            counter.sell(payments=[counter.upi(1_049_00)], customer={"name": "Asha", "phone": "98450 12345"}),
            counter.sell(),
            counter.sell(customer={"name": "Ravi", "customer_id": str(gone)}),
        ]
        void(counter, self.orders[3])
        correct(counter, self.orders[0])
        assert erasing.erase(counter.app, gone, EraseIn(reason="asked"), counter.manager).erased == 1


class Hand:
    """Somebody at the database, in a transaction that is never committed."""

    def __init__(self, tx: Connection, app: App) -> None:
        self._tx = tx
        self._app = app
        self.salt = app.salt

    def unbind(self) -> None:
        """Takes away what the tables themselves refuse, as their owner can."""
        bonds = """
            select conrelid::regclass::text, conname from pg_constraint
            where connamespace = 'orders'::regnamespace and contype in ('f', 'c')
        """
        for table, name in self._tx.execute(text(bonds)).all():
            self._tx.execute(text(f'alter table {table} drop constraint "{name}"'))

    def change(self, statement: str) -> None:
        assert self._tx.exec_driver_sql(statement).rowcount, "nothing was changed"

    def rows(self, statement: str) -> list[Any]:
        return list(self._tx.execute(text(statement)))

    def flaws(self) -> list[str]:
        return verifying.verify(self._app, self._tx)[1]

    def differences(self, known: Heads) -> list[str]:
        return verifying.differences(self._tx, known)

    def write_anew(self, salt: str | None = None) -> None:
        """Makes every hash again, as only somebody could who had the salt as well; another one is a guess."""
        head = invoices.GENESIS
        for order_id, document in self.rows("select order_id, document from orders order by sequence"):
            document["invoice"]["previous_hash"] = head
            document["invoice"]["hash"] = head = invoices.chained(head, document, salt or self.salt)
            values = {"document": json.dumps(document), "order_id": order_id}
            self._tx.execute(
                text("update orders set document = cast(:document as jsonb) where order_id = :order_id"), values
            )
        self._tx.execute(text("update tills set series_head = :head"), {"head": head})


def void(counter: Counter, order: Any) -> None:
    wish = VoidWish(wish_id=new_id(), reason="torn", goods_back=True, approval_id=approve_void(counter, order))
    amending.void(counter.app, order.order_id, wish, counter.till)
    settle(counter, order, "withdrawn", 1, wish_id=str(wish.wish_id))


def correct(counter: Counter, order: Any) -> None:
    wish = CorrectionWish(wish_id=new_id(), reason="typed wrong", note="left at the till")
    amending.correct(counter.app, order.order_id, wish, counter.manager)


@pytest.fixture(scope="module")
def ledger(service_database: Any) -> Iterator[Ledger]:
    url = service_database("orders")
    counter = Counter(build_app(url))
    counter.open()
    yield Ledger(counter, service_database.owner_url(url), url)
    counter.app.db.dispose()


@pytest.fixture
def owner(ledger: Ledger) -> Iterator[Hand]:
    """The owner of the database, who stops at nothing."""
    with hand(ledger, ledger.owner_url) as one:
        one.unbind()
        yield one


@pytest.fixture
def service(ledger: Ledger) -> Iterator[Hand]:
    """The service's own account."""
    with hand(ledger, ledger.url) as one:
        yield one


@contextmanager
def hand(ledger: Ledger, url: str) -> Iterator[Hand]:
    engine = create_engine(url.replace("postgresql", "postgresql+psycopg", 1))
    with engine.connect() as connection:
        yield Hand(connection, ledger.counter.app)
        connection.rollback()
    engine.dispose()


def test_b3_what_nobody_touched_has_no_flaw(ledger: Ledger) -> None:
    assert verifying.verify_series(ledger.counter.app) == (1, [])


def test_b3_each_column_of_a_chained_table_is_tried_or_is_no_part_of_an_invoice() -> None:
    for table, (values, spared, _) in TABLES.items():
        assert set(values) | spared == set(table.c.keys()), table.name


@pytest.mark.parametrize(("table", "column", "value", "where"), CHANGES, ids=lambda part: str(part)[:20])
def test_b3_t24_a_change_of_any_column_is_found(owner: Hand, table: str, column: str, value: str, where: str) -> None:
    owner.change(f"update {table} set {column} = {value} where {where}")
    assert owner.flaws()


def rows_of(which: str) -> str:
    tables = ("payments", "movements", "amendments")
    parts = [f"a{n} as (delete from {t} where order_id in (select order_id from gone))" for n, t in enumerate(tables)]
    return (
        f"with gone as (select order_id from orders where {which}), {', '.join(parts)} delete from orders where {which}"
    )


def written(place: str, value: str) -> str:
    return f"update orders set document = jsonb_set(document, '{place}', '{value}') where sequence = 2"


SWAPPED = """
    with two as (select order_id, document, invoice_number, sequence, id from orders where sequence in (1, 2))
    update orders o set document = t.document from two t
    where o.sequence in (1, 2) and t.sequence = 3 - o.sequence
"""
INSERTED = """
    insert into orders select gen_random_uuid(), 999, fingerprint, document, mode, session_id, till_id, seller,
        placed_at, business_date, 'K1/26-5', series, 5, total_minor, kept from orders where sequence = 3
"""
STATEMENTS = {
    "the first is removed": rows_of("sequence = 1"),
    "one in the middle is removed": rows_of("sequence = 2"),
    "the tail is cut": rows_of("sequence = 4"),
    "all are removed": rows_of("true"),
    "two are swapped": SWAPPED,
    "one is put in": INSERTED,
    "a payment is removed": "delete from payments where payment_mode = 'UPI'",
    "a payment is put in": "insert into payments select order_id, 2, 'CASH', 'cash', 1, null, 'paid' from orders",
    "a void is undone": "update orders set state = 'synced' where state = 'void'",
    "a sale is made void": "update orders set state = 'void' where sequence = 1",
    "a wish is removed": "delete from amendments where kind = 'void'",
    "a mark is removed": "delete from marks where sequence = 2",
    "the marks' tail is cut": "delete from marks where sequence >= 2",
    "an erasure is removed": "delete from erasures",
    "an erasure is removed with its mark": "with gone as (delete from marks where kind = 'erased') "
    "delete from erasures",
    "a till is removed": "delete from tills",
    "the customer is another": "update orders set personal = (select personal from orders where sequence = 1) "
    "where sequence = 2",
    "a customer is put into the facts": written("{customer}", '{"name": "Ravi"}'),
    "the customer is gone, and nobody asked for it": "update orders set personal = null where sequence = 2",
    "a line is another": written("{lines,0,quantity}", "2"),
    "a tax is another": written("{totals,cgst_minor}", "2"),
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_b3_t23_removals_additions_and_swaps_are_found(owner: Hand, statement: str) -> None:
    owner.change(statement)
    assert owner.flaws()


def test_b3_what_a_customer_told_can_be_erased_and_the_chain_holds(owner: Hand) -> None:
    assert owner.rows("select from orders where sequence = 4 and personal is null")
    assert owner.rows("select from marks where kind = 'erased'")
    assert owner.flaws() == []


OWN_COLUMNS = {
    *(("orders", c) for c in ("state", "personal")),
    ("amendments", "state"),
    *(("erasures", c) for c in ("erased", "waiting")),
}
FACTS = ("orders", "payments", "amendments", "marks", "erasures", "prefixes")
FORBIDDEN = [
    *(f"update {t} set {c} = {v}" for t, c, v, _ in CHANGES if t != "tills" and (t, c) not in OWN_COLUMNS),
    *(f"delete from {t}" for t in FACTS),
    *(f"truncate {t} cascade" for t in FACTS),
    f"insert into erasures select {OTHER_ID}, {OTHER_ID}, now(), 'M1', 'asked', '{{}}', '{{}}', '{{}}'",
    "update prefixes set prefix = 'Z9'",
]


def test_b3_the_services_own_account_may_change_none_of_it(ledger: Ledger) -> None:
    for statement in FORBIDDEN:
        with hand(ledger, ledger.url) as one, pytest.raises(DBAPIError, match="permission denied"):
            one.change(statement)


FORGED_ERASURE = f"""
    with gone as (update orders set personal = null, found_by = null where sequence = 2 returning order_id)
    insert into erasures (erasure_id, customer_id, asked_at, asked_by, reason, erased, waiting)
    select {OTHER_ID}, {OTHER_ID}, now(), 'M1', 'asked', array[order_id], '{{}}' from gone
"""
WIDER_ERASURE = """
    with gone as (update orders set personal = null, found_by = null where sequence = 2 returning order_id)
    update erasures e set erased = e.erased || gone.order_id from gone
"""
OWN_ACCOUNT = {
    "erasure": FORGED_ERASURE,
    "erasure of more": WIDER_ERASURE,
    "erasure that waits": FORGED_ERASURE.replace("array[order_id], '{}'", "'{}', array[order_id]"),
    "erasure of less": "update erasures set erased = '{}'",
    **{f"tills.{c}": f"update tills set {c} = {v}" for c, v in TILLS.items()},
    "void": "update orders set state = 'void' where sequence = 1",
    "not void": "update orders set state = 'waiting' where state = 'void'",
    "customer": "update orders set personal = null where sequence = 2",
    "wish": "update amendments set state = 'too_late' where kind = 'void'",
    "till": "delete from tills",
    "sale": INSERTED,
    "payment": "insert into payments select order_id, 2, 'CASH', 'cash', 1, null, 'paid' from orders",
    "mark": "insert into marks select 9, now(), 'void', order_id, null, '{}', '', "
    f"(select hash from marks order by sequence desc limit 1), {OTHER_HASH} from orders where sequence = 1",
    "closed": "update prefixes set closed_at = now(), closed_head = " + OTHER_HASH + " where till_id is not null",
}


@pytest.mark.parametrize("statement", OWN_ACCOUNT.values(), ids=OWN_ACCOUNT)
def test_b3_what_the_services_own_account_can_write_is_found(service: Hand, statement: str) -> None:
    service.change(statement)
    assert service.flaws()


def test_b3_an_erasure_from_before_erasures_were_marked_stays_as_it_was(
    counter: Counter, service_database: Any
) -> None:
    counter.sell()
    counter.sell(customer={"name": "Asha"})
    migration = import_module("services.orders.migrations.versions.0008_erased_marks")
    url = str(counter.app.settings.database_url.get_secret_value())
    with counter.app.db.transaction() as tx:
        tx.execute(text(FORGED_ERASURE))
    assert verifying.verify_series(counter.app)[1]
    engine = create_engine(service_database.owner_url(url).replace("postgresql", "postgresql+psycopg", 1))
    with engine.begin() as connection:
        connection.execute(text("set search_path to orders"))
        connection.execute(text(migration.UNTIL_NOW))
    engine.dispose()
    assert verifying.verify_series(counter.app) == (1, [])
    with counter.app.db.transaction() as tx:
        tx.execute(text("update erasures set erased = erased || (select order_id from orders where sequence = 1)"))
    assert verifying.verify_series(counter.app)[1]


CHEAPER = "update orders set document = jsonb_set(document, '{till_name}', '\"Till 9\"') where sequence = 2"


@pytest.fixture
def told(owner: Hand) -> Heads:
    """What head office was told by the third invoice and by the void."""
    [[third]] = owner.rows("select document #>> '{invoice,hash}' from orders where sequence = 3")
    [[mark]] = owner.rows("select hash from marks where kind = 'void_asked'")
    return Heads(1, (Head("invoices", "K1/26", 1, 3, third), Head("marks", "1", 1, 1, mark)))


def test_b3_t24_a_series_that_was_written_anew_is_found_by_the_heads_of_head_office(owner: Hand, told: Heads) -> None:
    assert owner.differences(told) == []
    owner.change(CHEAPER)
    owner.write_anew()
    assert owner.flaws() == []
    assert owner.differences(told) == ["K1/26-3: head office was told another hash: the series was written anew"]


def test_b3_t24_nobody_writes_a_series_anew_without_its_salt(owner: Hand) -> None:
    owner.change(CHEAPER)
    owner.write_anew(salt="a guess")
    assert owner.flaws()


def test_b3_t24_a_tail_that_was_cut_with_all_that_tells_of_it_is_found(owner: Hand, told: Heads) -> None:
    owner.change(rows_of("sequence >= 3"))
    owner.change("delete from marks")
    owner.change("delete from amendments")
    owner.change("delete from erasures")
    owner.change("update tills set series_next = 3")
    owner.write_anew()
    assert owner.flaws() == []
    assert [line.partition(":")[0] for line in owner.differences(told)] == ["K1/26-3", "mark 1"]


def test_b3_b16_a_mark_that_a_restored_server_lacks_is_a_known_loss(counter: Counter) -> None:
    void(counter, counter.sell())
    before = counter.scalar("select max(sequence) from marks")
    with counter.app.db.transaction() as tx:
        standing.restored(counter.app, tx, 2)
        lost = Head("marks", "1", 1, before + 1, "f" * 64)
        [line] = verifying.losses(tx, Heads(2, (lost,)))
        assert line.startswith(f"mark {before + 1} of installation 1 is not here: it was made after the backup")
        assert verifying.differences(tx, Heads(2, (lost,))) == []
        assert verifying.verify(counter.app, tx)[1] == []


def test_b3_t24_nothing_is_hidden_behind_a_restore(counter: Counter) -> None:
    void(counter, counter.sell())
    before = counter.scalar("select max(sequence) from marks")
    cut = Head("marks", "1", 1, before, "f" * 64)
    new = Head("marks", "2", 2, before + 5, "f" * 64)
    sold = Head("invoices", "K1/26", 1, 900, "f" * 64)
    with counter.app.db.transaction() as tx:
        assert len(verifying.differences(tx, Heads(2, (replace(cut, sequence=900),)))) == 1
        standing.restored(counter.app, tx, 2)
        known = Heads(2, (cut, new, sold))
        assert verifying.losses(tx, known) == []
        assert [line.partition(":")[0] for line in verifying.differences(tx, known)] == [
            f"mark {before}",
            f"mark {before + 5}",
            "K1/26-900",
        ]
        # without a new installation there was no restore
        assert verifying.losses(tx, Heads(1, (replace(cut, sequence=900),))) == []


def test_b3_an_outcome_that_is_told_twice_leaves_one_mark(counter: Counter) -> None:
    order = counter.sell()
    void(counter, order)
    settle(counter, order, "withdrawn", 2)
    assert counter.scalar("select count(*) from marks where kind = 'void'") == 1
    assert verifying.verify_series(counter.app) == (1, [])
