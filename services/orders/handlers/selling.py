"""Quote, place, abandon: the sale itself."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from services.chassis.card_numbers import holds_card_number
from services.chassis.database import Tx
from services.chassis.errors import CardNumberRefused, InvalidInput, ServiceError, Unavailable
from services.chassis.tokens import Principal
from services.orders import events, metrics
from services.orders.app import App
from services.orders.domain import invoices
from services.orders.domain.cart import Quote, differences
from services.orders.domain.freshness import ages
from services.orders.domain.payments import (
    Paid,
    Payment,
    PaymentWrong,
    normal_reference,
    settle,
)
from services.orders.domain.rules import Needed, approvals_needed, oversold
from services.orders.domain.rules import Sale as RuledSale
from services.orders.errors import (
    ApprovalNeeded,
    DeliveryAddressNeeded,
    NotAvailableOffline,
    NotKept,
    OrderAbandoned,
    OrderDiffers,
    OutOfStock,
    PaymentRefused,
    QuoteChanged,
    TillRefused,
)
from services.orders.handlers import online, private, reckoning, room, showing, writing
from services.orders.handlers.writing import Deal
from services.orders.schemas import Abandoned, Age, Cart, OrderOut, PaymentIn, QuoteLine, QuoteOut, Sale, TotalsOut
from services.orders.schemas import Needed as NeededOut
from services.orders.store import orders, sales
from services.orders.store.sales import Before


def quote(app: App, cart: Cart, who: Principal) -> QuoteOut:
    """Reckons a cart as it would be sold now; stores nothing."""
    room.needed(app)
    with app.db.transaction() as tx:
        before = sales.before_quote(tx, cart.order_id, reckoning.staff_of(cart, who), reckoning.skus_of(cart))
    reckoning.check_cart(cart, before)
    day = reckoning.today(app)
    plain = reckoning.quote(app, cart, before, day)
    if not reckoning.features(cart):
        return shown(app, cart, before, plain)
    offer = online.ask(app, cart, plain)
    return shown(app, cart, before, reckoning.quote(app, cart, before, day, offer=offer))


def shown(app: App, cart: Cart, before: Before, quote: Quote) -> QuoteOut:
    """A quote as a till shows it."""
    ruled = RuledSale(quote, (), before.mode == "offline", before.session_minor, {})
    return QuoteOut(
        order_id=cart.order_id,
        mode=before.mode,
        currency="INR",
        business_date=reckoning.today(app),
        lines=[QuoteLine(**asdict(line), left=quote.left.get(line.sku)) for line in quote.lines],
        totals=TotalsOut(**asdict(quote.totals)),
        approvals_needed=[NeededOut(**asdict(n)) for n in approvals_needed(ruled, app.settings.policy())],
        unavailable=reckoning.unavailable(before),
        stock_note=reckoning.STOCK_NOTE if before.mode == "offline" else None,
        ages=[Age(**asdict(aged)) for aged in ages(before.readiness, app.clock.now())],
    )


def place(app: App, sale: Sale, who: Principal) -> tuple[OrderOut, bool]:
    """Stores a sale, once under its id; whether it was stored just now.

    Raises what keeps it from being sold; then nothing of it is stored but the money that was already taken.
    """
    till_id = _till_of(who)
    try:
        order, fresh = _once(app, sale, who, till_id)
    except ServiceError as refused:
        metrics.REFUSALS.labels(refused.code).inc()
        # nothing is decided where the till asks again
        if not isinstance(refused, Unavailable):
            _keep_money(app, sale, who, till_id)
        raise
    if fresh:
        app.bell.ring()
        metrics.SALES.labels("offline" if order.offline else "online").inc()
    else:
        metrics.REPLAYS.inc()
    return order, fresh


def abandon(app: App, order_id: UUID, who: Principal, payments: Sequence[PaymentIn] = ()) -> Abandoned:
    """The sale that is stored after all, or a tombstone that refuses the id for ever.

    `payments` were taken by a till whose Pay may never have arrived: what paid no sale is kept in mind.
    """
    taken = money_taken(order_id, payments, UUID(who.till_id) if who.till_id else None, who.staff_code)
    with app.db.transaction() as tx:
        sales.lock(tx, order_id)
        sales.keep_orphans(tx, taken)
        stored = orders.get(tx, order_id)
        if stored is None:
            sales.entomb(tx, order_id, who.staff_code)
        if stored is None:
            return Abandoned(order=None)
        order = showing.order_out(app, stored)
        # whoever stands there now: its till keeps what it is told, and a sale is recovered by all of it
        own = order.document["till_id"] == who.till_id
        return Abandoned(order=showing.seen(tx, order, who, "abandon", in_full=own))


def business_fingerprint(app: App, sale: Sale) -> str:
    """A hash of what makes a sale this sale: pressing Pay twice sends the same.

    What was left out does not enter, so that a till that asks again after an update of this service asks for the same.
    """
    made_of = sale.model_dump(mode="json", exclude={"kept", "agreed"}, exclude_defaults=True)
    return invoices.digest(invoices.canonical(made_of), app.salt)


def _once(app: App, sale: Sale, who: Principal, till_id: UUID, *, bound: bool = False) -> tuple[OrderOut, bool]:
    """Head office, where a sale needs its word, is asked while nothing is locked; then everything is read again."""
    with app.db.transaction() as tx:
        sales.lock(tx, sale.order_id)
        named = (reckoning.staff_of(sale, who), reckoning.skus_of(sale))
        before = sales.before_sale(tx, sale.order_id, *named, till_id=till_id, references=_references(sale))
        if before.stored:
            known, same = _known(app, tx, sale, who, before.stored["fingerprint"])
        elif before.abandoned:
            raise OrderAbandoned(order_id=str(sale.order_id))
        elif bound or not online.must_commit(sale, before):
            return _place(app, tx, sale, who, before), True
    if not before.stored:
        online.commit(app, sale, before)
        return _once(app, sale, who, till_id, bound=True)
    # only now, or the note of who was shown it would be taken back
    if not same:
        raise OrderDiffers(order=known.model_dump(mode="json"), invoice=known.document["invoice"]["number"])
    return known, False


def _place(app: App, tx: Tx, sale: Sale, who: Principal, before: Before) -> OrderOut:
    reckoning.check_cart(sale, before)
    if before.mode == "offline" and sale.kept is None:
        raise NotKept
    if sale.fulfilment == "delivery" and sale.delivery is None:
        raise DeliveryAddressNeeded
    till = before.till
    if till is None or not till.active:
        raise TillRefused
    now = app.clock.now()
    day = invoices.business_date(now, app.zone, till.last_date)
    offer, answer = online.agreed(tx, sale)
    quote = reckoning.quote(app, sale, before, day, offer=offer)
    _must_be_agreed(app, sale, before, quote)
    deal = Deal(sale, who, before, till, quote, _payments(sale, before, quote), now, day, answer)
    granted = _approved(app, tx, deal)
    document = writing.document(deal, granted, app.settings.id, app.salt, business_fingerprint(app, sale))
    facts, sealed = private.sealed_order(app, document)
    outgoing, _ = app.outbox.rows(events.order_placed(facts, sealed["personal"]), to=events.PLACED_TO)
    sales.store_sale(tx, writing.row(deal, facts) | sealed | told(outgoing))
    return showing.placed(document)


def _known(app: App, tx: Tx, sale: Sale, who: Principal, stored: str) -> tuple[OrderOut, bool]:
    """The order under a sale's id, and whether it is the same sale; its till is then told what it has sent itself."""
    order, same = showing.one(app, tx, sale.order_id), stored == business_fingerprint(app, sale)
    if same and order.document["till_id"] == who.till_id:
        return order, same
    return showing.seen(tx, order, who, "pay again"), same


def _references(sale: Sale) -> list[tuple[str, str]]:
    return [(p.payment_mode, normal_reference(p.reference)) for p in sale.payments if p.reference]


def _till_of(who: Principal) -> UUID:
    if who.till_id is None:
        raise TillRefused
    return UUID(who.till_id)


def _must_be_agreed(app: App, sale: Sale, before: Before, quote: Quote) -> None:
    if quote.totals.total_minor == sale.total_minor:
        return
    new = shown(app, sale, before, quote).model_dump(mode="json")
    raise QuoteChanged(quote=new, agreed_minor=sale.total_minor, changes=differences(sale.agreed, quote))


def _payments(sale: Sale, before: Before, quote: Quote) -> tuple[Payment, ...]:
    # nobody typed the reference of what head office says was paid online
    typed = [p.reference for n, p in enumerate(sale.payments, 1) if before.captured.get(n) != p.amount_minor]
    if any(holds_card_number(reference or "") for reference in typed):
        raise CardNumberRefused(field="reference")
    paid = [Paid(p.payment_mode, p.amount_minor, p.reference, p.tendered_minor) for p in sale.payments]
    modes = reckoning.modes_of(before)
    try:
        payments = settle(
            paid, modes, quote.totals.total_minor, offline=before.mode == "offline", captured=before.captured
        )
    except PaymentWrong as error:
        raise _payment_error(error) from error
    if sale.pays_cash and any(p.kind != "cash" for p in payments):
        raise InvalidInput("pays_cash: only when everything is paid in cash")
    return payments


def _payment_error(error: PaymentWrong) -> Exception:
    if error.code == "not_available_offline":
        return NotAvailableOffline(features=["online_payment"])
    return PaymentRefused(text=str(error), reason=error.code, payment=error.n)


def _approved(app: App, tx: Tx, deal: Deal) -> list[dict[str, str]]:
    """The approvals that were given for what needs them. Raises what is still missing."""
    policy = app.settings.policy()
    if policy.oversell == "block" and oversold(deal.quote):
        raise OutOfStock(skus=oversold(deal.quote))
    needed = approvals_needed(_ruled(deal), policy)
    if not needed:
        return []
    given = {(a.action, a.subject): a for a in sales.approvals(tx, deal.sale.order_id)}
    missing = [n for n in needed if not _covers(given.get((n.action, n.subject)), n)]
    if missing:
        raise ApprovalNeeded(needed=[asdict(n) for n in missing])
    return [_granted(n, given[n.action, n.subject]) for n in needed]


def _covers(approval: Any, needed: Needed) -> bool:
    return approval is not None and approval.up_to >= needed.up_to


def _ruled(deal: Deal) -> RuledSale:
    before = deal.before
    limits = {m.code: m.limit_minor for m in reckoning.modes_of(before).values() if m.limit_minor is not None}
    offline = before.mode == "offline"
    return RuledSale(deal.quote, deal.payments, offline, before.session_minor, limits, before.used_references)


def _granted(needed: Needed, approval: Any) -> dict[str, str]:
    return {
        "action": needed.action,
        "subject": needed.subject,
        "approved_by": approval.approved_by,
        "reason": approval.reason,
    }


def told(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The outgoing message, as the statement that stores a sale takes it."""
    return {
        "event_id": rows[0]["event_id"],
        "event_type": rows[0]["type"],
        "event_body": rows[0]["body"],
        "queues": [row["queue"] for row in rows],
    }


def _keep_money(app: App, sale: Sale, who: Principal, till_id: UUID) -> None:
    """Money that was taken (card, UPI) for a sale that was refused is kept in mind until sold or given back."""
    taken = money_taken(sale.order_id, sale.payments, till_id, who.staff_code)
    if taken:
        with app.db.transaction() as tx:
            sales.lock(tx, sale.order_id)
            sales.keep_orphans(tx, taken)


def money_taken(
    order_id: UUID, payments: Sequence[PaymentIn], till_id: UUID | None, seller: str
) -> list[dict[str, Any]]:
    """Rows for the list of money without a sale: what was paid under a reference that may be stored."""
    return [
        {
            "order_id": order_id,
            "payment_mode": p.payment_mode,
            "amount_minor": p.amount_minor,
            "reference": normal_reference(p.reference),
            "till_id": till_id,
            "seller": seller,
        }
        for p in payments
        if p.reference and not holds_card_number(p.reference)
    ]
