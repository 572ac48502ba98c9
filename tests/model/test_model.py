"""A store against a simple model of it: whatever happens, in whatever order, it ends as it must.

MODEL_EXAMPLES and MODEL_STEPS make the run longer, MODEL_SEED another one, MODEL_SHRINK=1 looks for the shortest way to
a failure: `MODEL_EXAMPLES=2000 MODEL_SEED=7 pytest tests/model`.
"""

import os
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from services.chassis.ids import new_id
from services.orders.domain.personal import split
from services.orders.errors import AlreadySynced, AlreadyVoid, OrderAbandoned, WishPending
from services.orders.handlers import amending, counter, selling
from services.orders.schemas import ApprovalIn, CorrectionWish, VoidWish
from services.sync.errors import NotPending
from services.sync.handlers import recovering, switching
from tests.integration.catalog.catalog_head_office import StandIn
from tests.model.checking import AtRest, Confirmed, Known
from tests.model.databases import Cleared
from tests.model.defects import plant_what_is_asked_for
from tests.model.office import Fate, Line
from tests.model.resting import come_to_rest
from tests.model.shop import FOR_SYNC, HEARD, Shop

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "20"))
STEPS = int(os.environ.get("MODEL_STEPS", "40"))
SEED = int(os.environ.get("MODEL_SEED", "20260415"))
SHRINK = bool(os.environ.get("MODEL_SHRINK"))

some = st.integers(0, 30)
fates = st.lists(st.sampled_from(Fate), max_size=6)
# more than are ever due at once
PLENTY = 64
FINAL = ("synced", "withdrawn")
NOT_NOW = (AlreadySynced, AlreadyVoid, WishPending)
UNKNOWN_SKU = {"code": "unknown_sku", "text": "No such SKU."}


class Store(RuleBasedStateMachine):
    """Everything that people, the line, head office, the broker and the clock may do."""

    sales = Bundle("sales")
    shop: Shop
    office: StandIn
    cleared: Cleared

    def __init__(self) -> None:
        super().__init__()
        self.cleared.clear()
        self.office.right()
        with self.office.records.change() as db:
            for table in ("orders", "cancellations", "sessions"):
                db.execute(f"delete from {table}")
        self.shop.begin_again()
        self.known = Known()
        self.wish, self.up = False, True
        self.at_rest = False
        self.stood: dict[UUID, tuple[int, str]] = {}

    # tills

    @initialize(
        target=sales,
        offline=st.booleans(),
        refused=st.booleans(),
        quantities=st.lists(st.integers(1, 3), min_size=2, max_size=4),
    )
    def a_morning(self, offline: bool, refused: bool, quantities: list[int]) -> Any:
        """There is something to go wrong with from the first step on."""
        if offline:
            self.shop.see(up=False)
            self.shop.hear_everything()
        sold = [self.sell(n % 2, "A1", quantity) for n, quantity in enumerate(quantities)]
        if refused:
            self._refuse(set(sold))
        return multiple(*sold)

    @rule(target=sales, till=st.integers(0, 1), sku=st.sampled_from(["A1", "A2"]), quantity=st.integers(1, 3))
    def sell(self, till: int, sku: str, quantity: int) -> UUID:
        """A store whose data are there sells, whatever else is going on."""
        sale = self.shop.counter.sale({sku: quantity})
        self.known.tried.add(sale.order_id)
        _, fresh = selling.place(self.shop.orders, sale, self.shop.counter.tills[till])
        assert fresh
        [row] = self.shop.rows("orders", "select document from orders where order_id = :id", id=sale.order_id)
        self.known.confirmed[sale.order_id] = Confirmed(row.document, sale)
        return sale.order_id

    @rule(order_id=sales, till=st.integers(0, 1))
    def press_pay_again(self, order_id: UUID, till: int) -> None:
        confirmed = self.known.confirmed[order_id]
        order, fresh = selling.place(self.shop.orders, confirmed.sale, self.shop.counter.tills[till])
        assert not fresh
        assert split(order.document)[0] == confirmed.document

    @rule(order_id=sales)
    def give_up_what_is_sold(self, order_id: UUID) -> None:
        assert selling.abandon(self.shop.orders, order_id, self.shop.counter.till).order is not None

    @rule()
    def give_up_before_it_arrives(self) -> None:
        sale = self.shop.counter.sale()
        assert selling.abandon(self.shop.orders, sale.order_id, self.shop.counter.till).order is None
        with pytest.raises(OrderAbandoned):
            selling.place(self.shop.orders, sale, self.shop.counter.till)

    @rule(order_id=sales, goods_back=st.booleans())
    def wish_it_void(self, order_id: UUID, goods_back: bool) -> None:
        shop, approval_id = self.shop, new_id()
        number = self.known.confirmed[order_id].document["invoice"]["number"]
        approval = ApprovalIn(
            approval_id=approval_id,
            order_id=order_id,
            action="void_after_print",
            subject=number,
            asked_by="A1",
            reason="wrong size",
        )
        counter.approve(shop.orders, approval, shop.counter.manager)
        wish = VoidWish(wish_id=new_id(), reason="wrong size", goods_back=goods_back, approval_id=approval_id)
        self._wish(lambda: amending.void(shop.orders, order_id, wish, shop.counter.till))

    @rule(order_id=sales)
    def wish_it_corrected(self, order_id: UUID) -> None:
        shop = self.shop
        wish = CorrectionWish(wish_id=new_id(), reason="renamed", lines=[{"line_no": 1, "oms_sku": "HO-1"}])
        self._wish(lambda: amending.correct(shop.orders, order_id, wish, shop.counter.manager))

    def _wish(self, ask: Any) -> None:
        """Asked twice, as a till does that heard no answer; refused only where an answer, or another wish, stands."""
        try:
            assert ask() == ask()
        except NOT_NOW:
            return

    # the mode

    @rule(up=st.booleans(), times=st.integers(1, 4))
    def the_line_is(self, up: bool, times: int) -> None:
        self.shop.see(up=up, times=times)

    @rule(on=st.booleans())
    def somebody_turns_offline_mode(self, on: bool) -> None:
        self.shop.turn(on=on)
        self.wish = on

    @rule(state=st.sampled_from(sorted(HEARD)))
    def somebody_hears(self, state: str) -> None:
        self.shop.pull(state)

    @rule()
    def everybody_hears_everything(self) -> None:
        self.shop.hear_everything()

    # the broker

    @rule(which=st.lists(some, min_size=1, max_size=6))
    def facts_arrive(self, which: list[int]) -> None:
        """In any order: whatever lies in a queue may be the next."""
        if letters := self.shop.waiting():
            self.shop.deliver([letters[n % len(letters)] for n in which])

    @rule(which=st.lists(some, min_size=1, max_size=3))
    def facts_arrive_again(self, which: list[int]) -> None:
        if letters := self.shop.collect():
            self.shop.deliver([letters[n % len(letters)] for n in which])

    @rule()
    def what_failed_is_tried_again(self) -> None:
        self.shop.take_failures_again()

    # sending

    @rule(limit=st.integers(1, 8), fates=fates)
    def orders_are_sent(self, limit: int, fates: list[Fate]) -> None:
        self.shop.line.fates = fates
        self.shop.drain(limit)
        self.shop.line.fates = []

    @rule(limit=st.integers(1, 8))
    def orders_are_claimed(self, limit: int) -> None:
        self.shop.claim(limit)

    @rule(fates=fates)
    def claimed_orders_are_sent(self, fates: list[Fate]) -> None:
        self.shop.line.fates = fates
        self.shop.try_claimed()
        self.shop.line.fates = []

    @rule()
    def outcomes_are_written(self) -> None:
        self.shop.settle()

    @rule()
    def sync_dies(self) -> None:
        self.shop.kill_sync()

    @rule(limit=st.integers(1, 8), fates=fates)
    def sync_stands_still(self, limit: int, fates: list[Fate]) -> None:
        self.shop.line.fates = fates
        self.shop.freeze_sync(limit)
        self.shop.line.fates = []

    @rule()
    def sync_wakes(self) -> None:
        self.shop.wake_sync()

    @rule(target=sales, early=st.booleans(), fate=st.sampled_from(Fate))
    def a_void_meets_its_order_on_the_way(self, early: bool, fate: Fate) -> UUID:
        """It is heard of while the order's request is under way, or before anybody knows what became of that."""
        order_id = self.sell(0, "A1", 1)
        self.shop.see(up=True)
        self.shop.deliver_waiting(FOR_SYNC)
        self.shop.claim(PLENTY)
        self.shop.line.fates = [fate] * PLENTY
        if not early:
            self.shop.try_claimed()
            self.shop.settle()
        self.wish_it_void(order_id, goods_back=True)
        self.shop.deliver_waiting(FOR_SYNC)
        self.shop.try_claimed()
        self.shop.settle()
        self.shop.line.fates = []
        return order_id

    @rule()
    def wishes_overtake_orders(self) -> None:
        self.shop.deliver_waiting(("sync.facts",))

    @rule()
    def late_requests_arrive(self) -> None:
        self.shop.line.arrive()

    @rule(fates=fates)
    def head_office_is_told(self, fates: list[Fate]) -> None:
        self.shop.line.fates = fates
        self.shop.tell_head_office()
        self.shop.line.fates = []

    @rule(seconds=st.sampled_from([1, 20, 61, 700]))
    def time_passes(self, seconds: int) -> None:
        self.shop.pass_time(seconds)

    # head office and the recovery desk

    @rule(order_id=sales, on=st.booleans())
    def head_office_refuses(self, order_id: UUID, on: bool) -> None:
        self._refuse(self.known.refused | {order_id} if on else self.known.refused - {order_id})

    def _refuse(self, order_ids: set[UUID]) -> None:
        self.known.refused = order_ids
        ids = [str(one) for one in order_ids]
        self.office.wrong("refuse", UNKNOWN_SKU | {"ids": ids}, path="/v1/orders")

    @rule(order_id=sales)
    def somebody_sends_one_again(self, order_id: UUID) -> None:
        stands = self.shop.rows("sync", "select state from deliveries where order_id = :id", id=order_id)
        if stands and stands[0].state == "pending":
            recovering.retry_one(self.shop.sync, order_id, "M1")
        elif stands:
            with pytest.raises(NotPending):
                recovering.retry_one(self.shop.sync, order_id, "M1")

    @rule()
    def somebody_sends_all_again(self) -> None:
        recovering.retry_all(self.shop.sync, "M1")

    @rule(on=st.booleans())
    def somebody_turns_auto_sync(self, on: bool) -> None:
        self.shop.auto_sync(on=on)

    @rule()
    def somebody_syncs_now(self) -> None:
        switching.sync_now(self.shop.sync, "M1")

    # what holds at every moment

    @invariant()
    def nothing_goes_back(self) -> None:
        """Fences never go down (I24), what is at head office or void stays so, and nothing is there untried (I3)."""
        rows = self.shop.rows("sync", "select order_id, fence, state from deliveries")
        stands = {row.order_id: (row.fence, row.state) for row in rows}
        for order_id, (fence, state) in self.stood.items():
            assert stands[order_id][0] >= fence
            assert state not in FINAL or stands[order_id][1] == state, f"{order_id} was {state}"
        self.stood = stands
        there = self.office.records.all("select order_id from orders")
        assert {UUID(row["order_id"]) for row in there} <= self.known.tried

    @invariant()
    def no_session_is_done_before_its_orders(self) -> None:
        done = self.shop.rows("sessions", "select session_id from offline_sessions where status = 'success'")
        sold = "select order_id from orders where session_id = any(:done)"
        for row in self.shop.rows("orders", sold, done=[session.session_id for session in done]):
            assert self.stood[row.order_id][1] in FINAL, f"{row.order_id} is {self.stood[row.order_id][1]}"

    def teardown(self) -> None:
        """Whatever happened: then faults end, and the store comes to rest; others hear of it last, the newest first."""
        to_sync = partial(self.shop.deliver_waiting, FOR_SYNC)
        come_to_rest(self.shop, to_sync)
        self.nothing_goes_back()
        self.shop.wake_sync()
        self.nothing_goes_back()
        self._refuse(set(sorted(self.known.refused)[::2]))
        recovering.retry_all(self.shop.sync, "M1")
        come_to_rest(self.shop, to_sync)
        come_to_rest(self.shop)
        AtRest(self.shop, self.known, self.office.records).check()


@pytest.fixture
def machine(cleared: Cleared, office: StandIn, tmp_path: Any) -> Any:
    plant_what_is_asked_for()
    cleared.as_migrated()
    line = Line(office.client())
    shop = Shop(cleared.urls, tmp_path, line)
    shop.open()
    cleared.remember()
    yield type("Store", (Store,), {"shop": shop, "office": office, "cleared": cleared})
    shop.close()
    line.office.close()


def test_b9_b10_s9_s10_whatever_happens_every_sale_ends_where_it_must(machine: Any) -> None:
    chosen = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        database=None,
        print_blob=True,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink) if SHRINK else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(SEED)(machine), settings=chosen)
