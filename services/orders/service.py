"""The worker of orders: outcomes in, facts out, questions by other services."""

from uuid import UUID

from services.chassis.database import Tx
from services.chassis.events import Event
from services.chassis.fields import Day
from services.chassis.intake import BaseWorker, intake
from services.chassis.rpc import procedure
from services.orders import events
from services.orders.handlers import outcomes, showing
from services.orders.handlers.private import ANOTHER_SERVICE
from services.orders.schemas import Cursor, ModeOut, OrderOut, OrderPage, OrderQuery, OrderState


class Worker(BaseWorker):
    name = "orders"

    @intake(events.OUTCOMES, batch=50)
    def take_outcomes(self, tx: Tx, events: list[Event]) -> None:
        outcomes.take(self.app, tx, events)

    @procedure
    def order(self, order_id: UUID) -> OrderOut:
        """One order, as printed and as it stands."""
        return showing.detail(self.app, order_id, ANOTHER_SERVICE)

    @procedure
    def orders(
        self, state: OrderState | None = None, business_date: Day | None = None, cursor: Cursor | None = None
    ) -> OrderPage:
        """Orders, the newest first."""
        return showing.page(self.app, OrderQuery(state=state, business_date=business_date, cursor=cursor))

    @procedure
    def mode(self) -> ModeOut:
        """The mode in which this store sells."""
        return showing.mode(self.app)
