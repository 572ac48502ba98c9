"""The store's main flows while store, publisher and head office fail at a rate, as a seed says; then all is at rest.

FAULT_STEPS makes the run longer, FAULT_SEED another one. The tests of each service assert on steps that succeed at
once, so that they cannot be run under errors: here every caller does what callers do, and tries again.
"""

import os
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any, TypeVar

import pytest

from services.chassis.errors import Unavailable
from services.chassis.ids import new_id
from services.head_office.port import Lost, Unreachable
from services.orders.domain.personal import split
from services.orders.errors import AlreadySynced, AlreadyVoid, WishPending
from services.orders.handlers import amending, counter, customers, selling
from services.orders.schemas import ApprovalIn, CorrectionWish, CustomerIn, VoidWish
from services.sync.handlers import recovering
from tests.integration.catalog.catalog_head_office import StandIn
from tests.model.broker import TAKEN, Broker
from tests.model.checking import AtRest, Confirmed, Known
from tests.model.databases import Cleared
from tests.model.failing import Faults, FaultyDatabase, FaultyPort, FaultyPublisher
from tests.model.office import Line
from tests.model.resting import come_to_rest
from tests.model.shop import HEARD, SERVICES, Shop

STEPS = int(os.environ.get("FAULT_STEPS", "300"))
SEED = int(os.environ.get("FAULT_SEED", "20260415"))
# there are ten statements to one request
RATE, RATE_OF_THE_LINE = 0.05, 0.15
POINTS = {
    "store.before", "store.before_commit", "store.after_commit", "publisher.before", "publisher.after",
    "publisher.refused", "publisher.confirm_lost", "port.before", "port.after",
}  # fmt: skip

T = TypeVar("T")


def insist(step: Callable[[], T]) -> T:
    """Goes on until it is done, as tills, timers and loops do."""
    for _ in range(200):
        try:
            return step()
        except Unavailable:
            continue
    raise AssertionError("it never succeeds")


class Day:
    """People, timers and loops of one store, in an order that a seed draws."""

    def __init__(self, shop: Shop, broker: Broker, seed: int) -> None:
        self.shop, self.broker = shop, broker
        self.known = Known()
        self._random = Random(seed)
        self._steps: tuple[Callable[[], Any], ...] = (
            *(self._sell,) * 4,
            *(self._publish,) * 3,
            *(self._take,) * 3,
            *(self._send,) * 3,
            self._void,
            self._correct,
            self._save_customer,
            self._see,
            self._see,
            self._turn,
            self._die,
            self._hear,
            self._hear,
            shop.take_failures_again,
            shop.tell_head_office,
            partial(shop.pass_time, 30),
        )

    def play(self, steps: int) -> None:
        for _ in range(steps):
            insist(self._random.choice(self._steps))

    def _sell(self) -> None:
        sale = self.shop.counter.sale({"A1": self._random.randint(1, 3)})
        self.known.tried.add(sale.order_id)
        till = self._random.choice(self.shop.counter.tills)
        order, _ = insist(lambda: selling.place(self.shop.orders, sale, till))
        self.known.confirmed[sale.order_id] = Confirmed(split(order.document)[0], sale)

    def _void(self) -> None:
        order_id, approval_id = self._one_sold(), new_id()
        if order_id is None:
            return
        approval = ApprovalIn(
            approval_id=approval_id,
            order_id=order_id,
            action="void_after_print",
            subject=self.known.confirmed[order_id].document["invoice"]["number"],
            asked_by="A1",
            reason="wrong size",
        )
        insist(lambda: counter.approve(self.shop.orders, approval, self.shop.counter.manager))
        wish = VoidWish(wish_id=new_id(), reason="wrong size", goods_back=True, approval_id=approval_id)
        self._wish(lambda: amending.void(self.shop.orders, order_id, wish, self.shop.counter.till))

    def _correct(self) -> None:
        order_id = self._one_sold()
        if order_id is None:
            return
        wish = CorrectionWish(wish_id=new_id(), reason="renamed", lines=[{"line_no": 1, "oms_sku": "HO-1"}])
        self._wish(lambda: amending.correct(self.shop.orders, order_id, wish, self.shop.counter.manager))

    def _wish(self, ask: Callable[[], Any]) -> None:
        try:
            insist(ask)
        except (AlreadySynced, AlreadyVoid, WishPending):
            return

    def _save_customer(self) -> None:
        customer_id, customer = new_id(), CustomerIn(name="Ravi", phone="+919876543210")
        insist(lambda: customers.save(self.shop.orders, customer_id, customer))
        self.known.customers.add(customer_id)

    def _one_sold(self) -> Any:
        return self._random.choice(list(self.known.confirmed)) if self.known.confirmed else None

    def _see(self) -> None:
        self.shop.see(up=self._random.random() < 0.8, times=1)

    def _hear(self) -> None:
        self.shop.pull(self._random.choice(sorted(HEARD)))

    def _turn(self) -> None:
        self.shop.turn(on=self._random.random() < 0.3)

    def _die(self) -> None:
        self.shop.kill_sync()

    def _publish(self) -> None:
        self.broker.publish(self._random.choice(SERVICES))

    def _take(self) -> None:
        self.broker.take(self._random.choice(TAKEN))

    def _send(self) -> None:
        insist(partial(self.shop.claim, 8))
        self.shop.try_claimed()
        insist(self.shop.settle)


@pytest.fixture
def faults() -> Faults:
    return Faults(SEED, 0)


@pytest.fixture
def line_faults() -> Faults:
    return Faults(SEED + 1, 0)


@pytest.fixture
def shop(cleared: Cleared, office: StandIn, faults: Faults, line_faults: Faults, tmp_path: Any) -> Any:
    cleared.as_migrated()
    with office.records.change() as db:
        for table in ("orders", "cancellations", "sessions", "customers"):
            db.execute(f"delete from {table}")
    office.right()
    client = office.client()
    faulty = FaultyPort(client, line_faults, before=Unreachable("connect_error"), after=Lost("read_timeout"))
    opened = Shop(cleared.urls, tmp_path, Line(faulty), partial(FaultyDatabase, faults=faults))
    opened.open()
    yield opened
    opened.close()
    client.close()


def test_b9_b10_b21_while_everything_fails_at_times_no_sale_is_lost_or_doubled(
    shop: Shop, office: StandIn, faults: Faults, line_faults: Faults, vhost: str
) -> None:
    broker = Broker(shop, vhost, lambda publisher: FaultyPublisher(publisher, line_faults))
    day = Day(shop, broker, SEED)
    faults.rate, line_faults.rate = RATE, RATE_OF_THE_LINE
    # a day on which something never failed shows nothing of it
    for _ in range(10):
        day.play(STEPS)
        if {point for point, times in (faults.struck + line_faults.struck).items() if times} == POINTS:
            break
    faults.rate = line_faults.rate = 0
    come_to_rest(shop, broker.carry)
    recovering.retry_all(shop.sync, "M1")
    come_to_rest(shop, broker.carry)
    struck = faults.struck + line_faults.struck
    assert {point for point, times in struck.items() if times} == POINTS, struck
    assert len(day.known.confirmed) >= STEPS / 10
    AtRest(shop, day.known, office.records, broker.is_empty).check()
    told = {row["customer_id"] for row in office.records.all("select customer_id from customers")}
    assert told == {str(customer_id) for customer_id in day.known.customers}
