"""After the sale: what sync says, wishes to void and correct, stock, the counter."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from orders_store import BOOK, Counter, article
from pydantic import ValidationError
from pypdf import PdfReader

from services.chassis.errors import InvalidInput, NotFound
from services.chassis.events import Event, UnknownFact
from services.chassis.ids import new_id
from services.chassis.tokens import Principal
from services.orders import errors
from services.orders.handlers import (
    amending,
    customers,
    hearing,
    invoicing,
    outcomes,
    selling,
    showing,
    telling,
    verifying,
)
from services.orders.handlers import counter as at_counter
from services.orders.schemas import ApprovalIn, CorrectionWish, CustomerIn, Hold, Refund, Sale, TillIn, VoidWish
from services.orders.store import counter as tills
from tests.support import eventually

ACCEPTED = "2026-04-15T07:00:00+00:00"


def approve_oversell(counter: Counter, order_id: UUID, *, pieces: int) -> None:
    body = ApprovalIn(
        approval_id=new_id(),
        order_id=order_id,
        action="oversell",
        subject="A3",
        up_to=pieces,
        asked_by="A1",
        reason="In hand",
    )
    at_counter.approve(counter.app, body, counter.manager)


def settle(counter: Counter, order: Any, state: str, version: int, **more: Any) -> None:
    outcome = {"order_id": str(order.order_id), "delivery_version": version, "state": state, "revision": 1} | more
    event = Event(type="sync.orders_settled", aggregate_id="S001", data={"outcomes": [outcome]})
    with counter.app.db.transaction() as tx:
        outcomes.take(counter.app, tx, [event])


def state(counter: Counter, order: Any) -> str:
    return showing.detail(counter.app, order.order_id, counter.manager).state


def left(counter: Counter, sku: str) -> int:
    return at_counter.scan(counter.app, sku).left


def approve_void(counter: Counter, order: Any, who: Principal | None = None) -> UUID:
    approval_id = new_id()
    body = ApprovalIn(
        approval_id=approval_id,
        order_id=order.order_id,
        action="void_after_print",
        subject=order.document["invoice"]["number"],
        asked_by="A1",
        reason="Wrong size",
    )
    at_counter.approve(counter.app, body, who or counter.manager)
    return approval_id


def void(counter: Counter, order: Any, **more: Any) -> Any:
    approval = more.pop("approval_id", None) or approve_void(counter, order)
    goods_back = more.get("goods_back", True)
    wish = VoidWish(wish_id=new_id(), reason="Wrong size", goods_back=goods_back, approval_id=approval)
    return amending.void(counter.app, order.order_id, wish, counter.till)


def test_s22_a_synced_order_has_its_oms_id_and_is_no_longer_pending(counter: Counter):
    order = counter.sell()
    settle(counter, order, "synced", 1, oms_id="OMS-1", accepted_at=ACCEPTED)
    shown = showing.detail(counter.app, order.order_id, counter.manager)
    assert (shown.state_text, shown.oms_id) == ("Synced", "OMS-1")


def test_s23_an_order_that_cannot_be_synced_shows_why(counter: Counter):
    order = counter.sell()
    reason = {"code": "unknown_sku", "text": "Head office does not know an article."}
    settle(counter, order, "pending", 1, reason=reason)
    shown = showing.detail(counter.app, order.order_id, counter.manager)
    assert (shown.state_text, shown.reason) == ("Pending – action needed", reason)


@pytest.mark.parametrize("order_of_arrival", [(1, 2), (2, 1), (2, 2, 1, 1)])
def test_b9_outcomes_in_any_order_and_any_number_end_in_the_latest(counter: Counter, order_of_arrival):
    order = counter.sell()
    for version in order_of_arrival:
        settle(counter, order, "pending" if version == 1 else "synced", version)
    assert state(counter, order) == "synced"


@pytest.mark.parametrize(("type_", "version"), [("sync.orders_settled", 2), ("sync.orders_lost", 1), ("", 1)])
def test_b9_an_outcome_of_an_unknown_type_or_version_is_not_guessed_at(counter: Counter, type_: str, version: int):
    order = counter.sell()
    outcome = {"order_id": str(order.order_id), "delivery_version": 1, "state": "synced"}
    event = Event(type=type_, version=version, aggregate_id="S001", data={"outcomes": [outcome]})
    with pytest.raises(UnknownFact), counter.app.db.transaction() as tx:
        outcomes.take(counter.app, tx, [event])
    assert state(counter, order) == "waiting"


@pytest.mark.parametrize(
    "spoilt",
    [
        {"order_id": "x"},
        {"order_id": None},
        {"state": "lost"},
        *({"delivery_version": bad} for bad in ("soon", "1", True, 0, -1, 2**70, 1.5, None)),
        *({"revision": bad} for bad in ("1", 0, -1, 2**70)),
        *({"accepted_at": bad} for bad in ("yesterday", 5, "2026-04-15T10:00:00")),
        *({"oms_id": bad} for bad in ("\0", "x" * 201, 7)),
        {"wish_id": "x"},
        {"reason": "none"},
    ],
)
def test_b9_an_outcome_that_cannot_be_read_changes_nothing(counter: Counter, spoilt: dict[str, Any]):
    order = counter.sell()
    with pytest.raises(ValidationError):
        settle(counter, order, **{"state": "synced", "version": 1} | spoilt)
    assert state(counter, order) == "waiting"


def test_b10_a_void_is_a_wish_until_sync_says_so(counter: Counter):
    order = counter.sell({"A1": 2})
    assert left(counter, "A1") == 8
    wish = void(counter, order)
    assert (state(counter, order), wish.state) == ("void_asked", "asked")
    settle(counter, order, "withdrawn", 1, wish_id=str(wish.wish_id))
    assert state(counter, order) == "void"
    assert left(counter, "A1") == 10
    assert len(counter.events("orders.order_voided")) == 1


def test_b10_a_withdrawal_that_is_heard_twice_puts_goods_back_once(counter: Counter):
    order = counter.sell({"A1": 2})
    void(counter, order)
    settle(counter, order, "withdrawn", 1)
    settle(counter, order, "withdrawn", 1)
    settle(counter, order, "withdrawn", 2)
    assert left(counter, "A1") == 10
    assert len(counter.events("orders.order_voided")) == 1


def test_b10_a_void_that_comes_too_late_leaves_the_order_synced(counter: Counter):
    order = counter.sell()
    wish = void(counter, order)
    settle(counter, order, "too_late", 2, wish_id=str(wish.wish_id), oms_id="OMS-1", accepted_at=ACCEPTED)
    assert state(counter, order) == "synced"
    assert counter.scalar("select state from amendments") == "too_late"


def test_s23_a_void_that_comes_too_late_hides_no_mismatch(counter: Counter):
    order = counter.sell()
    wish = void(counter, order)
    reason = {"code": "does_not_match", "text": "Head office holds another order under this id."}
    settle(counter, order, "too_late", 2, wish_id=str(wish.wish_id), reason=reason)
    shown = showing.detail(counter.app, order.order_id, counter.manager)
    assert (shown.state_text, shown.reason) == ("Pending – action needed", reason)
    assert counter.scalar("select state from amendments") == "too_late"


def test_b10_an_outcome_in_between_does_not_hide_the_wish(counter: Counter):
    order = counter.sell()
    void(counter, order)
    settle(counter, order, "pending", 1)
    assert state(counter, order) == "void_asked"


def test_b5_a_void_keeps_its_number(counter: Counter):
    order = counter.sell()
    void(counter, order)
    settle(counter, order, "withdrawn", 1)
    assert counter.sell().document["invoice"]["sequence"] == 2


def test_b22_void_after_print_needs_a_second_person(counter: Counter):
    order = counter.sell()
    wish = VoidWish(wish_id=new_id(), reason="Wrong size", goods_back=True)
    with pytest.raises(errors.ApprovalNeeded):
        amending.void(counter.app, order.order_id, wish, counter.till)
    asking = counter.manager
    own = wish.model_copy(update={"approval_id": approve_void(counter, order, asking)})
    with pytest.raises(errors.SecondPerson):
        amending.void(counter.app, order.order_id, own, asking)


def test_b22_the_seller_never_approves_the_void_of_an_own_sale(counter: Counter):
    seller = Principal("M1", "Meera", "manager", till_id=counter.till.till_id, issued_at=1)
    order = counter.sell(who=seller)
    wish = VoidWish(wish_id=new_id(), reason="x", goods_back=True, approval_id=approve_void(counter, order, seller))
    with pytest.raises(errors.SecondPerson):
        amending.void(counter.app, order.order_id, wish, counter.till)


def test_b10_a_wish_that_is_asked_twice_is_one_wish(counter: Counter):
    order = counter.sell()
    wish = VoidWish(wish_id=new_id(), reason="x", goods_back=True, approval_id=approve_void(counter, order))
    first = amending.void(counter.app, order.order_id, wish, counter.till)
    assert amending.void(counter.app, order.order_id, wish, counter.till) == first
    assert len(counter.events("orders.order_amended")) == 1
    with pytest.raises(errors.WishPending):
        void(counter, order)


def test_b10_after_sync_there_is_no_void(counter: Counter):
    order = counter.sell()
    settle(counter, order, "synced", 1, oms_id="OMS-1", accepted_at=ACCEPTED)
    with pytest.raises(errors.AlreadySynced):
        void(counter, order)


def test_b10_a_correction_is_a_row_of_its_own_and_the_order_as_printed_stays(counter: Counter):
    order = counter.sell()
    wish = CorrectionWish(wish_id=new_id(), reason="SKU renamed", lines=[{"line_no": 1, "oms_sku": "HO-1"}])
    asked = amending.correct(counter.app, order.order_id, wish, counter.manager)
    assert asked.revision == 2
    [told] = counter.events("orders.order_amended")
    assert told.data["correction"]["lines"] == [{"line_no": 1, "oms_sku": "HO-1"}]
    assert showing.detail(counter.app, order.order_id, counter.manager).document == order.document


def corrected(counter: Counter, order: Any, **parts: Any) -> Any:
    wish = CorrectionWish(wish_id=new_id(), reason="Refused", **parts)
    amending.correct(counter.app, order.order_id, wish, counter.manager)
    return counter.events("orders.order_amended")[-1].data["correction"]


def test_b10_corrections_add_up(counter: Counter):
    """Head office names one fault after the other."""
    order = counter.sell()
    corrected(counter, order, lines=[{"line_no": 1, "oms_sku": "HO-1"}], contact={"phone": "98450 12345"})
    told = corrected(counter, order, sales_employee_code="E2", contact={"email": "a@example.com"}, note="Ring twice")
    assert (told["lines"], told["sales_employee_code"]) == ([{"line_no": 1, "oms_sku": "HO-1"}], "E2")
    told = corrected(counter, order, lines=[{"line_no": 1, "oms_sku": "HO-2"}], payments=[{"n": 1, "reference": "R2"}])
    assert (told["lines"], told["sales_employee_code"]) == ([{"line_no": 1, "oms_sku": "HO-2"}], "E2")
    assert told["payments"] == [{"n": 1, "payment_mode": None, "reference": "R2"}]
    wish = counter.events("orders.order_amended")[-1].data["wish_id"]
    said = counter.app.seals.open(told["personal"], f"wish {wish}")
    assert said == {"contact": {"phone": "98450 12345", "email": "a@example.com"}, "note": "Ring twice"}
    assert verifying.verify_series(counter.app) == (1, [])


def test_b10_a_correction_that_came_too_late_is_wished_no_more(counter: Counter):
    """Head office lost the order since, and takes it under another number: only what is wished now goes with it."""
    order = counter.sell()
    corrected(counter, order, lines=[{"line_no": 1, "oms_sku": "HO-1"}])
    settle(counter, order, "synced", 1, oms_id="OMS-1", accepted_at=ACCEPTED)
    assert counter.scalar("select state from amendments") == "too_late"
    settle(counter, order, "pending", 2)
    assert corrected(counter, order, sales_employee_code="E2")["lines"] == []


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"contact": {}},
        {"lines": [{"line_no": 2, "oms_sku": "HO-1"}]},
        {"payments": [{"n": 2, "reference": "R2"}]},
    ],
)
def test_b10_b4_a_correction_of_nothing_is_refused(counter: Counter, parts: dict[str, Any]):
    order = counter.sell()
    with pytest.raises(InvalidInput):
        corrected(counter, order, **parts)
    assert counter.events("orders.order_amended") == []


@pytest.mark.one_step
def test_b7_an_id_of_one_wish_or_approval_stands_for_no_other(counter: Counter):
    first, second = counter.sell(), counter.sell({"A2": 1})
    wish = VoidWish(wish_id=new_id(), reason="x", goods_back=True, approval_id=approve_void(counter, first))
    amending.void(counter.app, first.order_id, wish, counter.till)
    with pytest.raises(errors.IdTaken):
        amending.void(counter.app, second.order_id, wish, counter.till)
    again = CorrectionWish(wish_id=wish.wish_id, reason="x", sales_employee_code="E2")
    with pytest.raises(errors.IdTaken):
        amending.correct(counter.app, first.order_id, again, counter.manager)
    body = {"approval_id": wish.approval_id, "order_id": second.order_id, "action": "void_after_print"}
    body |= {"subject": second.document["invoice"]["number"], "asked_by": "A1", "reason": "x"}
    with pytest.raises(errors.IdTaken):
        at_counter.approve(counter.app, ApprovalIn(**body), counter.manager)
    assert state(counter, second) == "waiting"


@pytest.mark.one_step
def test_b10_b22_a_wish_that_comes_twice_at_once_is_one_wish(counter: Counter):
    order = counter.sell()
    correction = CorrectionWish(wish_id=new_id(), reason="SKU renamed", lines=[{"line_no": 1, "oms_sku": "HO-1"}])
    approval_id = approve_void(counter, order)
    wish = VoidWish(wish_id=new_id(), reason="Wrong size", goods_back=True, approval_id=approval_id)
    with ThreadPoolExecutor(4) as managers:
        for ask, wished, who in (
            (amending.correct, correction, counter.manager),
            (amending.void, wish, counter.till),
        ):
            asked = [managers.submit(ask, counter.app, order.order_id, wished, who) for _ in range(4)]
            assert {one.result(30).wish_id for one in asked} == {wished.wish_id}
    assert counter.scalar("select count(*) from amendments") == 2
    assert len(counter.events("orders.order_amended")) == 2


@pytest.mark.parametrize("order_of_arrival", [(0, 1), (1, 0), (0, 1, 0, 1)])
def test_b10_a_correction_that_an_older_revision_overtook_came_too_late(counter: Counter, order_of_arrival):
    order = counter.sell()
    wish = CorrectionWish(wish_id=new_id(), reason="Other article", lines=[{"line_no": 1, "oms_sku": "HO-1"}])
    asked = amending.correct(counter.app, order.order_id, wish, counter.manager)
    told = (
        {"state": "waiting", "version": 1, "revision": asked.revision, "wish_id": str(asked.wish_id)},
        {"state": "synced", "version": 2, "revision": 1, "oms_id": "OMS-1", "accepted_at": ACCEPTED},
    )
    for n in order_of_arrival:
        settle(counter, order, **told[n])
    assert (state(counter, order), counter.scalar("select state from amendments")) == ("synced", "too_late")


@pytest.mark.parametrize("order_of_arrival", [(0, 1), (1, 0), (0, 1, 0, 1)])
def test_b10_a_correction_of_a_void_order_came_too_late(counter: Counter, order_of_arrival):
    order = counter.sell()
    wish = CorrectionWish(wish_id=new_id(), reason="Other article", lines=[{"line_no": 1, "oms_sku": "HO-1"}])
    corrected = amending.correct(counter.app, order.order_id, wish, counter.manager)
    asked = void(counter, order)
    told = [
        {"state": "withdrawn", "version": n, "wish_id": str(one.wish_id)} for n, one in enumerate((asked, corrected), 1)
    ]
    for n in order_of_arrival:
        settle(counter, order, **told[n])
    assert state(counter, order) == "void"
    became = "select string_agg(kind || ' ' || state, ', ' order by kind) from amendments"
    assert counter.scalar(became) == "correct too_late, void done"


def test_s13_a_movement_counts_until_a_later_figure_holds_it(counter: Counter):
    order = counter.sell({"A1": 3})
    settle(counter, order, "synced", 1, oms_id="OMS-1", accepted_at=ACCEPTED)
    earlier = (datetime.fromisoformat(ACCEPTED) - timedelta(seconds=1)).isoformat()
    counter.hear_book([{**BOOK[0], "number": 2, "stock": 10, "stock_as_of": earlier}])
    assert left(counter, "A1") == 7
    later = (datetime.fromisoformat(ACCEPTED) + timedelta(seconds=1)).isoformat()
    counter.hear_book([{**BOOK[0], "number": 3, "stock": 7, "stock_as_of": later}])
    assert left(counter, "A1") == 7


def test_s13_a_figure_that_came_before_the_word_on_its_order_counts_it_once(counter: Counter):
    order = counter.sell({"A1": 3})
    later = (datetime.fromisoformat(ACCEPTED) + timedelta(seconds=1)).isoformat()
    counter.hear_book([{**BOOK[0], "number": 2, "stock": 7, "stock_as_of": later}])
    settle(counter, order, "synced", 1, oms_id="OMS-1", accepted_at=ACCEPTED)
    for _ in range(2):
        hearing.close_held(counter.app.db)
        assert left(counter, "A1") == 7


def test_s13_b10_goods_that_are_not_back_count_as_sold_until_a_later_figure(counter: Counter):
    order = counter.sell({"A1": 2})
    void(counter, order, goods_back=False)
    settle(counter, order, "withdrawn", 1)
    assert (state(counter, order), left(counter, "A1")) == ("void", 8)
    told = counter.events("orders.order_voided")[0].data
    assert (told["lines"], told["goods_back"]) == ([], False)
    later = (counter.app.clock.now() + timedelta(seconds=1)).isoformat()
    counter.hear_book([{**BOOK[0], "number": 2, "stock": 8, "stock_as_of": later}])
    assert left(counter, "A1") == 8


def test_s13_an_oversold_piece_is_sold_with_a_managers_word_and_recorded(counter: Counter):
    sale = counter.sale({"A3": 2})
    approve_oversell(counter, sale.order_id, pieces=2)
    order, _ = selling.place(counter.app, sale, counter.till)
    assert order.document["lines"][0]["oversold"] is True
    assert order.document["approvals"] == [
        {"action": "oversell", "subject": "A3", "approved_by": "M1", "reason": "In hand"}
    ]


@pytest.mark.one_step
def test_s13_an_approval_holds_for_so_many_pieces_and_no_more(counter: Counter):
    sale = counter.sale({"A3": 3})
    approve_oversell(counter, sale.order_id, pieces=2)
    with pytest.raises(errors.ApprovalNeeded) as refused:
        selling.place(counter.app, sale, counter.till)
    assert refused.value.details["needed"] == [{"action": "oversell", "subject": "A3", "up_to": 3}]
    approve_oversell(counter, sale.order_id, pieces=3)
    assert selling.place(counter.app, sale, counter.till)[1] is True


def test_s12_a_barcode_or_sku_finds_the_article(counter: Counter):
    assert at_counter.scan(counter.app, "8900000001").sku == "A1"
    assert at_counter.scan(counter.app, "A2").unit_price_minor == 499_00
    with pytest.raises(NotFound):
        at_counter.scan(counter.app, "nothing")


def test_s17_the_invoice_says_offline_and_a_reprint_says_copy(counter: Counter):
    counter.go_offline()
    order = counter.sell(customer={"name": "<script>alert(1)</script>"}, note="Gift <b>wrap</b>")
    first = invoicing.html(counter.app, order.order_id, counter.manager)
    assert '<p class="label">Offline</p>' in first
    assert "Copy" not in first
    assert "<script>" not in first
    assert "&lt;script&gt;" in first
    assert '<p class="label">Copy</p>' in invoicing.html(counter.app, order.order_id, counter.manager)


def test_s17_the_invoice_is_a_pdf_with_its_number(counter: Counter):
    counter.go_offline()
    order = counter.sell({"A1": 1, "A2": 2}, customer={"name": "रवि Kumar"})
    [page] = PdfReader(BytesIO(invoicing.pdf(counter.app, order.order_id, counter.manager))).pages
    text = page.extract_text()
    assert "OFFLINE" in text
    assert order.document["invoice"]["number"] in text
    # S16: how it was paid, as people say it
    assert "Cash at Store" in text
    assert "<td>Cash at Store</td>" in invoicing.html(counter.app, order.order_id, counter.manager)


def test_s17_nothing_runs_off_the_foot_of_an_invoice_with_long_names(counter: Counter):
    names = [article(f"L{n}", 1_00, number=2) | {"name": "An embroidered shirt " * 9} for n in range(30)]
    counter.hear_book(names)
    order = counter.sell({row["sku"]: 1 for row in names}, total_minor=30_00)
    text = drawn(invoicing.pdf(counter.app, order.order_id, counter.manager))
    assert "Total" in text
    assert order.document["invoice"]["hash"] in text.replace("\n", "")


def drawn(pdf: bytes) -> str:
    """The text that stands within the pages of a PDF, top to bottom."""
    found: list[str] = []
    for page in PdfReader(BytesIO(pdf)).pages:
        foot = float(page.mediabox.bottom)

        def note(text: str, _user: Any, place: Any, *_font: Any, foot: float = foot) -> None:
            found.extend([text] if place[5] >= foot else [])

        page.extract_text(visitor_text=note)
    return "".join(found)


def test_b8_a_held_cart_is_recalled_by_one_till(counter: Counter):
    other = counter.pair("Till 2")
    cart = {"order_id": new_id(), "lines": [{"sku": "A1", "quantity": 1, "extensions": ["HEM"]}]}
    at_counter.hold(counter.app, Hold(cart=cart, label="Blue jacket"), counter.till)
    assert labels(counter, counter.till) == labels(counter, other) == ["Blue jacket"]
    # an answer that is lost loses no cart: the same till asks again
    for _ in range(2):
        assert at_counter.recall(counter.app, cart["order_id"], counter.till).cart["lines"] == cart["lines"]
        with pytest.raises(NotFound):
            at_counter.recall(counter.app, cart["order_id"], other)
    assert (labels(counter, counter.till), labels(counter, other)) == (["Blue jacket"], [])
    at_counter.hold(counter.app, Hold(cart=cart, label="Blue jacket"), counter.till)
    assert at_counter.recall(counter.app, cart["order_id"], other).label == "Blue jacket"
    with pytest.raises(NotFound):
        at_counter.recall(counter.app, cart["order_id"], counter.till)


def labels(counter: Counter, who: Principal) -> list[str]:
    return [cart.label for cart in at_counter.held(counter.app, who).items]


def test_b8_a_cart_that_tills_recall_at_the_same_instant_is_one_tills(counter: Counter):
    tills = [counter.till, *(counter.pair(f"Till {n}") for n in range(2, 6))]
    sale = hold_and_recall(counter, recall=False)

    def recalled(who: Principal) -> bool:
        try:
            at_counter.recall(counter.app, sale.order_id, who)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(len(tills)) as pool:
        assert sorted(pool.map(recalled, tills)) == [False] * (len(tills) - 1) + [True]


def hold_and_recall(counter: Counter, *, recall: bool = True) -> Sale:
    sale = counter.sale()
    cart = sale.model_dump(include={"order_id", "lines"})
    at_counter.hold(counter.app, Hold.model_validate({"cart": cart, "label": "Red scarf"}), counter.till)
    if recall:
        at_counter.recall(counter.app, sale.order_id, counter.till)
    return sale


def test_b8_a_recalled_cart_that_was_sold_or_given_up_is_nobodys(counter: Counter):
    sold, given_up = hold_and_recall(counter), hold_and_recall(counter)
    selling.place(counter.app, sold, counter.till)
    selling.abandon(counter.app, given_up.order_id, counter.till)
    for sale in (sold, given_up):
        with pytest.raises(NotFound):
            at_counter.recall(counter.app, sale.order_id, counter.till)
    assert counter.scalar("select count(*) from held_carts") == 0


def test_b8_many_carts_that_nobody_recalls_do_not_hide_the_one_that_was_just_held(counter: Counter):
    cart = counter.sale().model_dump(include={"lines"})
    for n in range(201):
        held = {"cart": cart | {"order_id": new_id()}, "label": f"Cart {n}"}
        at_counter.hold(counter.app, Hold.model_validate(held), counter.till)
    assert at_counter.held(counter.app, counter.till).items[0].label == "Cart 200"


def test_s15_b21_a_customer_is_told_to_head_office_once_a_change(counter: Counter):
    customer_id = new_id()
    body = CustomerIn(name="Ravi Kumar", phone="+91 98450 12345")
    for _ in range(2):
        customers.save(counter.app, customer_id, body)
    customers.save(counter.app, customer_id, body.model_copy(update={"email": "ravi@example.com"}))
    assert [e.data["revision"] for e in counter.events("orders.customer_saved")] == [1, 2]
    assert [c.name for c in customers.find(counter.app, "ravi", counter.manager).items] == ["Ravi Kumar"]
    assert customers.find(counter.app, "%%%%", counter.manager).items == []


def test_b4_money_without_a_sale_is_given_back_once(counter: Counter):
    sale = counter.sale(total_minor=1, payments=[counter.upi(1)])
    from services.orders.handlers import selling

    with pytest.raises(errors.QuoteChanged):
        selling.place(counter.app, sale, counter.till)
    [orphan] = at_counter.orphans(counter.app).items
    done = at_counter.refund(counter.app, orphan.order_id, orphan.n, Refund(note="By UPI"), counter.manager)
    assert done.state == "refunded"
    with pytest.raises(NotFound):
        at_counter.refund(counter.app, orphan.order_id, orphan.n, Refund(note="By UPI"), counter.manager)


def test_b4_what_was_paid_beyond_the_sale_stays_to_be_given_back(counter: Counter):
    paid = counter.upi(1_099_00)
    dearer = counter.sale(total_minor=1_099_00, payments=[paid])
    with pytest.raises(errors.QuoteChanged):
        selling.place(counter.app, dearer, counter.till)
    counter.sell(payments=[paid | {"amount_minor": 1_049_00}])
    [rest] = at_counter.orphans(counter.app).items
    assert (rest.order_id, rest.reference, rest.amount_minor) == (dearer.order_id, paid["reference"], 50_00)


def test_b19_a_replaced_till_opens_a_series_of_its_own_and_the_old_one_sells_no_more(counter: Counter):
    counter.sell()
    at_counter.retire(counter.app, UUID(counter.till.till_id))
    with pytest.raises(errors.TillRefused):
        counter.sell()
    again = counter.pair("Till 1")
    assert counter.sell(who=again).document["invoice"]["number"] == "K2/26-1"


def test_b19_a_name_is_one_tills(counter: Counter):
    with pytest.raises(errors.NameTaken):
        counter.pair("Till 1")
    renamed = at_counter.rename(counter.app, UUID(counter.till.till_id), TillIn(name="Front"))
    assert renamed.name == "Front"


def test_b19_a_till_may_keep_its_name(counter: Counter):
    assert at_counter.rename(counter.app, UUID(counter.till.till_id), TillIn(name="Till 1")).name == "Till 1"


def test_b19_a_till_that_is_retired_beside_another_change_is_heard_of(counter: Counter):
    """Whoever pulls tills asks for what is newer than the number they know."""
    other = ThreadPoolExecutor(1)
    with counter.app.db.transaction() as tx:
        tills.lock_tills(tx)
        tills.retire(tx, UUID(counter.till.till_id))
        paired = other.submit(counter.pair, "Till 2")
        eventually(lambda: waits_for_a_lock(tx) or paired.done())
        heard, _ = telling.tills(counter.app)
    paired.result(30)
    number, told = telling.tills(counter.app)
    assert number > heard
    assert [t["active"] for t in told if t["till_id"] == counter.till.till_id] == [False]


def test_b12_what_is_sold_is_told_of_with_its_age_and_money_until_head_office_has_it(counter: Counter):
    first, second = counter.sell(), counter.sell({"A1": 2})
    number, told = telling.unsettled(counter.app, 41)
    assert (number, told["orders"], told["oldest_at"]) == (42, 2, first.document["placed_at"])
    total = sum(order.document["totals"]["total_minor"] for order in (first, second))
    assert told["money_minor"] == {"CASH": total}
    settle(counter, first, "synced", 1)
    settle(counter, second, "pending", 1)
    counter.app.clock.advance(1)
    assert telling.unsettled(counter.app, 42)[1]["orders"] == 1
    settle(counter, second, "withdrawn", 2)
    counter.app.clock.advance(1)
    assert telling.unsettled(counter.app, 43) == (44, {"orders": 0, "oldest_at": None, "money_minor": {}})


def test_b19_two_managers_at_once_do_not_give_one_name_twice(counter: Counter):
    def pair(_n: int) -> str:
        try:
            counter.pair("Till 2")
        except errors.NameTaken:
            return "name taken"
        return "paired"

    with ThreadPoolExecutor(4) as managers:
        assert sorted(managers.map(pair, range(4))) == ["name taken"] * 3 + ["paired"]


def test_s13_orders_that_are_void_at_once_do_not_block_a_sale(counter: Counter):
    """Whatever the order of the wishes: stock is locked in the order of SKUs, as sales lock it."""
    sold = [counter.sell({sku: 1}) for sku in ("A2", "A1")]
    told = [{"order_id": str(o.order_id), "delivery_version": 1, "state": "withdrawn"} for o in sold]
    event = Event(type="sync.orders_settled", aggregate_id="S001", data={"outcomes": told})
    worker = ThreadPoolExecutor(1)

    def take() -> None:
        with counter.app.db.transaction() as other:
            outcomes.take(counter.app, other, [event])

    with counter.app.db.transaction() as tx:
        tx.exec_driver_sql("select from stock where sku = 'A1' for update")
        taking = worker.submit(take)
        eventually(lambda: waits_for_a_lock(tx))
        tx.exec_driver_sql("select from stock where sku = 'A2' for update")
    taking.result(30)
    assert [state(counter, order) for order in sold] == ["void", "void"]


def waits_for_a_lock(tx: Any) -> bool:
    waiting = "select exists (select from pg_locks where not granted and pid <> pg_backend_pid())"
    return bool(tx.exec_driver_sql(waiting).scalar())


def test_s22_words_come_in_utc(counter: Counter):
    order = counter.sell()
    settle(counter, order, "synced", 1, accepted_at="2026-04-15T12:30:00+05:30")
    assert showing.detail(counter.app, order.order_id, counter.manager).accepted_at == datetime(
        2026, 4, 15, 7, tzinfo=UTC
    )


def test_s10_a_session_that_began_and_ended_unheard_is_sealed(counter: Counter):
    heard_of, unheard = counter.go_offline(), new_id()
    counter.sell()
    counter.hear_mode("online", unsealed=[str(heard_of), str(unheard)])
    told = [(event.data["session_id"], event.data["orders"]) for event in counter.events("orders.session_sealed")]
    assert told == [(str(heard_of), 1), (str(unheard), 0)]
