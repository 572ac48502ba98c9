"""The worker: takes facts in, sends orders, answers other services."""

from functools import partial
from typing import Any
from uuid import UUID

from nameko.extensions import DependencyProvider

from services.chassis import metrics
from services.chassis.database import Tx
from services.chassis.events import Event
from services.chassis.fields import Day
from services.chassis.intake import BaseWorker, intake
from services.chassis.provided import every
from services.chassis.rpc import procedure
from services.sync.drain import Drain
from services.sync.events import FACTS, ORDERS
from services.sync.handlers import keeping, looking, measuring, reconciling, recovering, taking
from services.sync.schemas import (
    Cursor,
    DeliveryDetail,
    DeliveryPage,
    PendingOrders,
    Query,
    Reconciliation,
    StateName,
    Status,
)

STALLED_AFTER_S = 60


class Draining(DependencyProvider):
    """Runs the drain beside a worker's other work."""

    def setup(self) -> None:
        service = self.container.service_name
        beat = partial(metrics.beat, service, "drain", within=STALLED_AFTER_S)
        self._drain = Drain(self.container.config["app"], beat)

    def start(self) -> None:
        for task in self._drain.tasks:
            self.container.spawn_managed_thread(task, identifier=f"drain.{task.__name__}")

    def stop(self) -> None:
        self._drain.stop()


class Worker(BaseWorker):
    """Answers what is asked, and changes nothing for who asks: no message proves which person stands behind it."""

    name = "sync"
    drain = Draining()

    @intake(ORDERS, batch=200, paused="orders_paused")
    def take_orders(self, tx: Tx, events: list[Event]) -> None:
        taking.take_orders(self.app, tx, events)

    @intake(FACTS)
    def take_facts(self, tx: Tx, events: list[Event]) -> None:
        taking.take_facts(self.app, tx, events)

    def orders_paused(self) -> bool:
        """While nothing could be sent, the queue is the backlog."""
        return taking.paused(self.app)

    @procedure
    def status(self) -> Status:
        return looking.status(self.app)

    @procedure
    def deliveries(
        self,
        state: StateName | None = None,
        session_id: UUID | None = None,
        business_date: Day | None = None,
        cursor: Cursor | None = None,
    ) -> DeliveryPage:
        query: Any = {"state": state, "session_id": session_id, "business_date": business_date, "cursor": cursor}
        return looking.find(self.app, Query(**query))

    @procedure
    def delivery(self, order_id: UUID) -> DeliveryDetail:
        return looking.one(self.app, order_id)

    @procedure
    def pending(self) -> PendingOrders:
        return recovering.pending(self.app)

    @procedure
    def reconciliation(self, reconciliation_id: UUID) -> Reconciliation:
        return reconciling.one(self.app, reconciliation_id)

    @every(1, single="sync.reconciler")
    def run_reconciliations(self) -> None:
        while reconciling.run_next(self.app):
            pass

    @every(3600, single="sync.keeping")
    def prune(self) -> None:
        keeping.prune(self.app)

    @every(5)
    def look_at_queue(self) -> None:
        measuring.look_at_queue(self.app)

    @every(5)
    def show_figures(self) -> None:
        measuring.show(self.app)
