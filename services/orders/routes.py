"""The door of orders: routes and the timers that need no broker."""

from uuid import UUID

from services.chassis.errors import TYPED_ERRORS
from services.chassis.fields import Code
from services.chassis.http import route
from services.chassis.provided import every
from services.chassis.replies import Raw, Reply
from services.chassis.tokens import Principal
from services.orders import schemas as of
from services.orders.bell import ANSWERED_EVERY_S
from services.orders.customer_routes import CustomerRoutes
from services.orders.errors import (
    CART_ERRORS,
    CORRECTION_ERRORS,
    ONLINE_ERRORS,
    SALE_ERRORS,
    VOID_ERRORS,
    HeadOfficeSilent,
    IdTaken,
    NameTaken,
    NoPrefix,
    OnlineRefused,
    StoreNotSetUp,
)
from services.orders.handlers import (
    amending,
    counter,
    hearing,
    invoicing,
    online,
    reporting,
    selling,
    setting_up,
    showing,
    standing,
    telling,
)
from services.orders.states import States

ANYONE = ("associate",)
MANAGERS = ("manager",)
ORDER = "/api/orders/orders/{order_id}"
NOTHING_TAKEN = of.GivenUp(payments=[])


class Door(States, CustomerRoutes):
    name = "orders"

    @route(
        "POST",
        "/api/orders/quotes",
        roles=ANYONE,
        errors=(*CART_ERRORS, HeadOfficeSilent, OnlineRefused),
        summary="Reckon a cart",
    )
    def quote(self, who: Principal, body: of.Cart) -> of.QuoteOut:
        return selling.quote(self.app, body, who)

    @route("POST", "/api/orders/orders", roles=ANYONE, status=201, errors=SALE_ERRORS, summary="Complete a sale, once")
    def place(self, who: Principal, body: of.Sale) -> of.OrderOut:
        order, fresh = selling.place(self.app, body, who)
        return Reply(order, status=201 if fresh else 200)  # type: ignore[return-value]

    @route("POST", f"{ORDER}/abandon", roles=ANYONE, summary="Give an id up, or learn that its sale is stored")
    def abandon(self, who: Principal, order_id: UUID, body: of.GivenUp = NOTHING_TAKEN) -> of.Abandoned:
        return selling.abandon(self.app, order_id, who, body.payments)

    @route("GET", "/api/orders/orders", roles=ANYONE, summary="Orders, the newest first")
    def list_orders(self, query: of.OrderQuery) -> of.OrderPage:
        return showing.page(self.app, query)

    @route("GET", ORDER, roles=ANYONE, summary="One order")
    def order(self, who: Principal, order_id: UUID) -> of.OrderOut:
        return showing.detail(self.app, order_id, who)

    @route("GET", f"{ORDER}/invoice", roles=ANYONE, summary="The invoice as data")
    def invoice(self, who: Principal, order_id: UUID) -> dict[str, object]:
        return invoicing.data(self.app, order_id, who)

    @route("GET", f"{ORDER}/invoice.html", roles=ANYONE, summary="The invoice to print", media_type="text/html")
    def invoice_html(self, who: Principal, order_id: UUID) -> Raw:
        return Raw(invoicing.html(self.app, order_id, who), "text/html; charset=utf-8")

    @route("GET", f"{ORDER}/invoice.pdf", roles=ANYONE, summary="The invoice as PDF", media_type="application/pdf")
    def invoice_pdf(self, who: Principal, order_id: UUID) -> Raw:
        return Raw(invoicing.pdf(self.app, order_id, who), "application/pdf")

    @route(
        "POST",
        f"{ORDER}/void",
        roles=ANYONE,
        status=202,
        errors=VOID_ERRORS,
        summary="Ask for an order to be void",
    )
    def void(self, who: Principal, order_id: UUID, body: of.VoidWish) -> of.WishOut:
        return amending.void(self.app, order_id, body, who)

    @route(
        "POST",
        f"{ORDER}/corrections",
        roles=MANAGERS,
        status=202,
        errors=CORRECTION_ERRORS,
        summary="Ask for a correction of what head office is told",
    )
    def correct(self, who: Principal, order_id: UUID, body: of.CorrectionWish) -> of.WishOut:
        return amending.correct(self.app, order_id, body, who)

    @route(
        "POST",
        "/api/orders/approvals",
        roles=MANAGERS,
        status=201,
        errors=(IdTaken, *TYPED_ERRORS),
        summary="Approve something about an order",
    )
    def approve(self, who: Principal, body: of.ApprovalIn) -> of.ApprovalOut:
        return counter.approve(self.app, body, who)

    @route("GET", "/api/orders/payments-without-order", roles=ANYONE, summary="Money taken for refused sales")
    def orphans(self) -> of.Orphans:
        return counter.orphans(self.app)

    @route(
        "POST",
        "/api/orders/payments-without-order/{order_id}/{n}/refund",
        roles=MANAGERS,
        errors=TYPED_ERRORS,
        summary="Note that such money was given back",
    )
    def refund(self, who: Principal, order_id: UUID, n: int, body: of.Refund) -> of.OrphanOut:
        return counter.refund(self.app, order_id, n, body, who)

    @route("PUT", "/api/orders/held-carts", roles=ANYONE, errors=TYPED_ERRORS, summary="Hold a cart for any till")
    def hold(self, who: Principal, body: of.Hold) -> None:
        counter.hold(self.app, body, who)

    @route("GET", "/api/orders/held-carts", roles=ANYONE, summary="Carts that are held")
    def held(self, who: Principal) -> of.HeldCarts:
        return counter.held(self.app, who)

    @route("POST", "/api/orders/held-carts/{order_id}/recall", roles=ANYONE, summary="Take a held cart")
    def recall(self, who: Principal, order_id: UUID) -> of.HeldCart:
        return counter.recall(self.app, order_id, who)

    @route("POST", "/api/orders/live-stock", roles=ANYONE, errors=ONLINE_ERRORS, summary="What is left at this moment")
    def live_stock(self, body: of.LiveStockIn) -> of.LiveStock:
        return online.live_stock(self.app, body.skus)

    @route(
        "POST",
        "/api/orders/payment-intents",
        roles=ANYONE,
        status=201,
        errors=ONLINE_ERRORS,
        summary="Ask for an online payment",
    )
    def request_payment(self, body: of.PaymentIntentIn) -> of.PaymentIntent:
        return online.request_payment(self.app, body)

    @route(
        "GET",
        "/api/orders/payment-intents/{order_id}/{n}",
        roles=ANYONE,
        errors=ONLINE_ERRORS,
        summary="How an online payment stands",
    )
    def payment(self, order_id: UUID, n: int) -> of.PaymentIntent:
        return online.payment(self.app, order_id, n)

    @route(
        "PATCH",
        "/api/orders/products/{product_id}",
        roles=MANAGERS,
        errors=(*ONLINE_ERRORS, *TYPED_ERRORS),
        summary="Correct a product at head office",
    )
    def update_product(self, product_id: Code, body: of.ProductUpdate) -> dict[str, object]:
        return online.update_product(self.app, product_id, body)

    @route("GET", "/api/orders/scan/{code}", roles=ANYONE, summary="What a barcode or SKU means")
    def scan(self, code: Code) -> of.Scanned:
        return counter.scan(self.app, code)

    @route("GET", "/api/orders/recovery-key", roles=ANYONE, errors=(StoreNotSetUp,), summary="What tills' copies need")
    def recovery_key(self) -> of.RecoveryKey:
        return setting_up.recovery_key(self.app)

    @route("GET", "/api/orders/mode", roles=ANYONE, summary="The mode in which this store sells")
    def mode(self) -> of.ModeOut:
        return showing.mode(self.app)

    @route("GET", "/api/orders/payment-modes", roles=ANYONE, summary="How a sale may be paid in the present mode")
    def payment_modes(self) -> of.PaymentModes:
        return showing.payment_modes(self.app)

    @route("GET", "/api/orders/reports/exceptions", roles=MANAGERS, summary="Exceptions by cashier")
    def exceptions(self, query: of.Days) -> of.ExceptionReport:
        return reporting.exceptions(self.app, query)

    @route("GET", "/api/orders/reports/oversold", roles=MANAGERS, summary="Articles sold beyond the figures")
    def oversold(self, query: of.Days) -> of.OversoldReport:
        return reporting.oversold(self.app, query)

    @route("GET", "/api/orders/tills", roles=ANYONE, summary="Tills")
    def tills(self) -> of.Tills:
        return counter.tills(self.app)

    @route(
        "POST",
        "/api/orders/tills",
        roles=MANAGERS,
        status=201,
        errors=(NameTaken, NoPrefix, *TYPED_ERRORS),
        summary="Pair a till",
    )
    def pair(self, who: Principal, body: of.TillIn) -> of.PairedTill:
        return counter.pair(self.app, body, who)

    @route(
        "PUT",
        "/api/orders/tills/{till_id}",
        roles=MANAGERS,
        errors=(NameTaken, *TYPED_ERRORS),
        summary="Rename a till",
    )
    def rename(self, till_id: UUID, body: of.TillIn) -> of.TillOut:
        return counter.rename(self.app, till_id, body)

    @route("DELETE", "/api/orders/tills/{till_id}", roles=MANAGERS, summary="Retire a till")
    def retire(self, till_id: UUID) -> None:
        counter.retire(self.app, till_id)

    @every(ANSWERED_EVERY_S)
    def tell_of_sales(self) -> None:
        telling.of_sales(self.app)

    @every(0.5)
    def pull_sessions(self) -> None:
        self.app.pullers["sessions"].pull_all()

    @every(1)
    def pull_catalog(self) -> None:
        self.app.pullers["catalog"].pull_all()

    @every(15)
    def show_figures(self) -> None:
        reporting.show_figures(self.app)

    @every(60, single="orders.stock")
    def close_held(self) -> None:
        hearing.close_held(self.app.db)

    @every(30, single="orders.identity")
    def pull_identity(self) -> None:
        setting_up.pull_identity(self.app)
        standing.compare_numbers(self.app)
