"""The door: what tills see of the sync, the state that sessions pulls, and the timers that need no broker."""

from typing import Any
from uuid import UUID

from services.chassis.fields import Since
from services.chassis.http import route
from services.chassis.provided import Provided, every
from services.chassis.replies import Reply, state_reply
from services.chassis.routes import SERVICE
from services.chassis.tokens import Principal
from services.sync.errors import NothingToCompare, NotPending, OneThing
from services.sync.handlers import looking, probing, reconciling, recovering, switching, watching
from services.sync.schemas import (
    AutoSyncIn,
    DeliveryDetail,
    DeliveryPage,
    PendingOrders,
    Query,
    Reconciliation,
    ReconciliationIn,
    Reconciliations,
    Released,
    Status,
)

ASSOCIATE = ("associate",)
MANAGER = ("manager",)


class Door:
    name = "sync"
    app: Any = Provided()

    @route("GET", "/state/connectivity", roles=SERVICE, summary="Connectivity, for whoever pulls it.")
    def connectivity_state(self, query: Since) -> Reply:
        return state_reply(query.since, *watching.current(self.app))

    @route("GET", "/api/sync/status", roles=ASSOCIATE, summary="How far the sync is.")
    def status(self) -> Status:
        return looking.status(self.app)

    @route("PUT", "/api/sync/auto-sync", roles=ASSOCIATE, summary="Turns Auto-Sync on or off.")
    def set_auto_sync(self, who: Principal, body: AutoSyncIn) -> Status:
        switching.set_auto_sync(self.app, on=body.on, by=switching.who_may(who))
        return looking.status(self.app)

    @route("POST", "/api/sync/now", roles=ASSOCIATE, summary="Sends what waits at this moment.")
    def sync_now(self, who: Principal) -> Released:
        return switching.sync_now(self.app, who.staff_code)

    @route("GET", "/api/sync/deliveries", roles=ASSOCIATE, summary="Deliveries, the newest first.")
    def deliveries(self, query: Query) -> DeliveryPage:
        return looking.find(self.app, query)

    @route("GET", "/api/sync/deliveries/{order_id}", roles=ASSOCIATE, summary="A delivery with all its tries.")
    def delivery(self, order_id: UUID) -> DeliveryDetail:
        return looking.one(self.app, order_id)

    @route("GET", "/api/sync/pending", roles=MANAGER, summary="The recovery desk: orders that wait for a person.")
    def pending(self) -> PendingOrders:
        return recovering.pending(self.app)

    @route("POST", "/api/sync/deliveries/{order_id}/retry", roles=MANAGER, errors=(NotPending,), summary="Sends again.")
    def retry(self, who: Principal, order_id: UUID) -> DeliveryDetail:
        recovering.retry_one(self.app, order_id, who.staff_code)
        return looking.one(self.app, order_id)

    @route("POST", "/api/sync/retry-all", roles=MANAGER, summary="Sends everything again that waits for a person.")
    def retry_all(self, who: Principal) -> Released:
        return recovering.retry_all(self.app, who.staff_code)

    @route(
        "POST",
        "/api/sync/reconciliations",
        roles=MANAGER,
        status=202,
        errors=(OneThing, NothingToCompare),
        summary="Compares a session or a day with head office, in the background.",
    )
    def reconcile(self, who: Principal, body: ReconciliationIn) -> Reconciliation:
        return reconciling.request(self.app, body, who.staff_code)

    @route("GET", "/api/sync/reconciliations", roles=MANAGER, summary="The newest comparisons with head office.")
    def reconciliations(self) -> Reconciliations:
        return reconciling.find(self.app)

    @route("GET", "/api/sync/reconciliations/{reconciliation_id}", roles=MANAGER, summary="One, with what differs.")
    def reconciliation(self, reconciliation_id: UUID) -> Reconciliation:
        return reconciling.one(self.app, reconciliation_id)

    @every(1)
    def pull_sessions(self) -> None:
        self.app.pullers["sessions"].pull_all()

    @every(1)
    def pull_orders(self) -> None:
        self.app.pullers["orders"].pull_all()

    @every("probe_seconds", single="sync.prober")
    def probe(self) -> None:
        probing.probe(self.app)
