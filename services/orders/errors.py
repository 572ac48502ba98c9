"""What orders refuses, by name."""

from services.chassis.errors import TYPED_ERRORS, CardNumberRefused, ServiceError, StorageFull


class NotAvailableOffline(ServiceError):
    """Not available in Offline Mode"""

    code = "not_available_offline"
    status = 409


class CannotSell(ServiceError):
    """This store cannot sell: {what} is missing."""

    code = "cannot_sell"
    status = 409


class Superseded(ServiceError):
    """Another edge server is this store now: nothing can be sold here. Call support."""

    code = "superseded"
    status = 409


class SetBack(ServiceError):
    """Head office has later invoices than this server, whose data were set back. Call support: it is installed anew."""

    code = "set_back"
    status = 409


class NoRoomForSales(StorageFull):
    """Cannot take sales: storage full. Make room on the edge server's disk, it goes on by itself."""


class StoreNotSetUp(ServiceError):
    """The store's identity has not come from head office yet: let the store go online once."""

    code = "store_not_set_up"
    status = 409


class NotSellable(ServiceError):
    """These articles cannot be sold: {skus}."""

    code = "not_sellable"
    status = 409


class ExemptOffline(ServiceError):
    """Goods that are exempt from GST need a bill of supply, which is not available in Offline Mode."""

    code = "exempt_not_available_offline"
    status = 409


class GstinOffline(ServiceError):
    """An invoice with the buyer's GSTIN needs head office, so it is not available in Offline Mode."""

    code = "gstin_not_available_offline"
    status = 409


class DeliveryAddressNeeded(ServiceError):
    """Say where to deliver to, and under which number somebody answers."""

    code = "delivery_address_needed"
    status = 409


class SeriesFull(ServiceError):
    """The invoice series {prefix} has no number left this year. Retire the till and pair it anew."""

    code = "series_full"
    status = 409


class QuoteChanged(ServiceError):
    """The total is another by now. Show the new quote and ask the customer again."""

    code = "quote_changed"
    status = 409


class OutOfStock(ServiceError):
    """Of these articles fewer are left: {skus}."""

    code = "out_of_stock"
    status = 409


class ApprovalNeeded(ServiceError):
    """A manager has to approve this."""

    code = "approval_needed"
    status = 409


class PaymentRefused(ServiceError):
    """{text}"""

    code = "payment_refused"
    status = 409


class OrderDiffers(ServiceError):
    """Another sale is stored under this id: invoice {invoice}. Look at it before these goods are sold again."""

    code = "order_differs"
    status = 409


class OrderAbandoned(ServiceError):
    """This id was given up: make the sale under a new one."""

    code = "order_abandoned"
    status = 409


class TillRefused(ServiceError):
    """Sign in at a till that is paired with this store."""

    code = "till_refused"
    status = 403


class NoPrefix(ServiceError):
    """No invoice prefix is left. Head office sends more while the store is online."""

    code = "no_invoice_prefix"
    status = 409


class NameTaken(ServiceError):
    """Another till has this name."""

    code = "name_taken"
    status = 409


class NotKept(ServiceError):
    """While offline a till keeps each sale in its folder first. Grant the folder in Settings."""

    code = "not_kept"
    status = 409


class AlreadySynced(ServiceError):
    """The order is at head office already. It is changed there."""

    code = "already_synced"
    status = 409


class WishPending(ServiceError):
    """A wish for this order waits for its answer."""

    code = "wish_pending"
    status = 409


class IdTaken(ServiceError):
    """This id stands for something else already: make a new one."""

    code = "id_taken"
    status = 409


class AlreadyVoid(ServiceError):
    """The order is void."""

    code = "already_void"
    status = 409


class SecondPerson(ServiceError):
    """A second person has to approve: not the seller, and not who asks."""

    code = "second_person_needed"
    status = 409


class OnlineQuoteNeeded(ServiceError):
    """Reckon this cart again: it uses what only head office can give."""

    code = "online_quote_needed"
    status = 409


class OnlineRefused(ServiceError):
    """Head office says no: {text}"""

    code = "online_refused"
    status = 409


class HeadOfficeSilent(ServiceError):
    """Head office did not answer in time, so this is not available at the moment: {features}. The rest can be sold."""

    code = "head_office_silent"
    status = 503


# what a route may answer with
CART_ERRORS = (
    CannotSell,
    Superseded,
    SetBack,
    StoreNotSetUp,
    NotAvailableOffline,
    GstinOffline,
    ExemptOffline,
    NotSellable,
    CardNumberRefused,
)
ONLINE_ERRORS = (NotAvailableOffline, HeadOfficeSilent, OnlineRefused)
SALE_ERRORS = (
    *CART_ERRORS,
    HeadOfficeSilent,
    OnlineRefused,
    OnlineQuoteNeeded,
    OrderDiffers,
    OrderAbandoned,
    QuoteChanged,
    OutOfStock,
    ApprovalNeeded,
    PaymentRefused,
    TillRefused,
    NoPrefix,
    NotKept,
    DeliveryAddressNeeded,
    SeriesFull,
)
CORRECTION_ERRORS = (AlreadySynced, AlreadyVoid, IdTaken, WishPending, *TYPED_ERRORS)
VOID_ERRORS = (*CORRECTION_ERRORS, ApprovalNeeded, SecondPerson)
