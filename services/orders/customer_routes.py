"""The routes of customers: each look is noted."""

from uuid import UUID

from services.chassis.errors import TYPED_ERRORS
from services.chassis.fields import Code
from services.chassis.http import route
from services.chassis.provided import Provided, every
from services.chassis.tokens import Principal
from services.orders import schemas as of
from services.orders.app import App
from services.orders.errors import ONLINE_ERRORS
from services.orders.handlers import customers, erasing, keeping, online

ANYONE = ("associate",)
MANAGERS = ("manager",)


class CustomerRoutes:
    """Part of the door."""

    app: App = Provided()

    @route("GET", "/api/orders/customers", roles=ANYONE, summary="Find customers of this store")
    def find_customers(self, who: Principal, query: of.CustomerQuery) -> of.Customers:
        return customers.find(self.app, query.search, who)

    @route(
        "GET",
        "/api/orders/customers/by-code/{code}",
        roles=ANYONE,
        errors=ONLINE_ERRORS,
        summary="The customer whose card was scanned",
    )
    def customer_by_code(self, who: Principal, code: Code) -> dict[str, object]:
        return online.customer_by_code(self.app, code, who)

    @route("GET", "/api/orders/customers/{customer_id}", roles=ANYONE, summary="One customer")
    def customer(self, who: Principal, customer_id: UUID) -> of.CustomerOut:
        return customers.one(self.app, customer_id, who)

    @route(
        "PUT",
        "/api/orders/customers/{customer_id}",
        roles=ANYONE,
        errors=TYPED_ERRORS,
        summary="Add or edit a customer",
    )
    def save_customer(self, customer_id: UUID, body: of.CustomerIn) -> of.CustomerOut:
        return customers.save(self.app, customer_id, body)

    @route(
        "POST",
        "/api/orders/customers/{customer_id}/erase",
        roles=MANAGERS,
        errors=TYPED_ERRORS,
        summary="Remove what a customer told the store",
    )
    def erase(self, who: Principal, customer_id: UUID, body: of.EraseIn) -> of.Erasure:
        return erasing.erase(self.app, customer_id, body, who)

    @route("GET", "/api/orders/reports/customer-reads", roles=MANAGERS, summary="Who looked at customers, and why")
    def customer_reads(self, query: of.ReadQuery) -> of.CustomerReads:
        return customers.reads(self.app, query)

    @every(60, single="orders.erasures")
    def go_on_erasing(self) -> None:
        erasing.go_on(self.app)

    @every(3600, single="orders.keeping")
    def prune(self) -> None:
        keeping.prune(self.app)

    @every(60)
    def show_customer_reads(self) -> None:
        customers.show_reads(self.app)
