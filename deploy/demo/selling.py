"""Eight tills that sell at once, and some tries that the counter must refuse."""

import hashlib
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from deploy.demo.api import Refused, StoreApi
from deploy.demo.people import People, Till
from deploy.demo.verdict import Receipt
from services.chassis.ids import new_id

Basket = list[tuple[str, int]]

PAGE = 2000
MOST_APPROVALS = 10


@dataclass(frozen=True)
class Wrong:
    """Something that must be refused: how a good sale is spoilt, and the code with which it is told."""

    code: str
    cart: dict[str, Any] = field(default_factory=dict)
    line: dict[str, Any] = field(default_factory=dict)
    payment: dict[str, Any] = field(default_factory=dict)
    total: int = 0


WRONG = (
    Wrong("not_available_offline", cart={"fulfilment": "delivery"}),
    Wrong("not_available_offline", cart={"fulfilment": "delivery"}),
    Wrong("not_available_offline", cart={"coupon": "FEST10"}),
    Wrong("not_available_offline", cart={"coupon": "FEST10"}),
    Wrong("not_available_offline", line={"extensions": ["HEM"]}),
    Wrong("not_available_offline", payment={"payment_mode": "LINK", "reference": "PAY-1234567"}),
    Wrong("not_sellable", cart={"lines": [{"sku": "NO-SUCH-ARTICLE", "quantity": 1}]}),
    Wrong("quote_changed", total=-1),
    Wrong("payment_refused", payment={"payment_mode": "UPI", "reference": "12"}),
    Wrong("card_number_refused", cart={"note": "card 4111 1111 1111 1111"}),
)


@dataclass
class Day:
    """What the tills did."""

    receipts: list[Receipt] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    approved: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, receipt: Receipt) -> int:
        with self._lock:
            self.receipts.append(receipt)
            return len(self.receipts)

    def note_refused(self, code: str) -> None:
        with self._lock:
            self.refused[code] += 1


def articles(api: StoreApi) -> list[str]:
    """SKUs that can be sold offline, with something left."""
    found, number, more = [], 0, True
    while more:
        page = api.get("/api/catalog/changes", since=number, limit=PAGE)
        found += [i["sku"] for i in page["items"] if not i["deleted"] and not i["exempt"] and i["stock"] > 0]
        number, more = page["number"], page["more"]
    return sorted(found)


def random_baskets(skus: list[str], seed: int = 7) -> Iterator[Basket]:
    """Baskets of one to four articles, for ever the same ones."""
    rng = random.Random(seed)  # noqa: S311  a shop, not a secret
    while True:
        yield [(sku, rng.choice((1, 1, 1, 2))) for sku in rng.sample(skus, rng.randint(1, 4))]


def sell(people: People, baskets: list[Basket], progress: Callable[[int], None]) -> Day:
    """Has all tills sell all baskets at once, and try what must be refused in between."""
    day = Day()
    jobs: list[tuple[Till, Basket, Wrong | None]] = []
    for n, basket in enumerate(baskets):
        jobs.append((people.tills[n % len(people.tills)], basket, None))
        if n % 20 == 10 and n // 20 < len(WRONG):  # noqa: PLR2004
            jobs.append((people.tills[n % len(people.tills)], basket, WRONG[n // 20]))
    queues = {till.name: [job for job in jobs if job[0] is till] for till in people.tills}

    def work(queue: list[tuple[Till, Basket, Wrong | None]]) -> None:
        for till, basket, wrong in queue:
            if wrong:
                _try_wrong(day, till, basket, wrong)
            else:
                progress(day.note(_sell_one(day, people, till, basket)))

    with ThreadPoolExecutor(len(people.tills)) as pool:
        for done in [pool.submit(work, queue) for queue in queues.values()]:
            done.result()
    return day


def _sell_one(day: Day, people: People, till: Till, basket: Basket) -> Receipt:
    cart = cart_of(basket)
    quote = till.api.post("/api/orders/quotes", cart)
    order, approved = pay(people.manager, till, paid(cart, quote["totals"]["total_minor"]))
    day.approved += approved
    document = order["document"]
    return Receipt(document["order_id"], till.name, document["invoice"]["number"], document["totals"]["total_minor"])


def pay(manager: StoreApi, till: Till, sale: dict[str, Any]) -> tuple[Any, int]:
    """Pays; what needs a manager's word, for another till sold the last piece, gets it and is paid again.

    The order, and how many words it needed.
    """
    approved = 0
    for _ in range(MOST_APPROVALS):
        try:
            return till.api.post("/api/orders/orders", sale), approved
        except Refused as refused:
            if refused.code != "approval_needed":
                raise
            for needed in refused.problem["details"]["needed"]:
                _approve(manager, sale["order_id"], till.seller, needed)
                approved += 1
    return till.api.post("/api/orders/orders", sale), approved


def _try_wrong(day: Day, till: Till, basket: Basket, wrong: Wrong) -> None:
    cart = cart_of(basket)
    total = till.api.post("/api/orders/quotes", cart)["totals"]["total_minor"] + wrong.total
    spoilt = cart | {"lines": [line | wrong.line for line in cart["lines"]]} | wrong.cart
    sale = paid(spoilt, total, wrong.payment or {"payment_mode": "CASH"})
    try:
        till.api.post("/api/orders/orders", sale)
    except Refused as refused:
        day.note_refused(refused.code)
        if refused.code != wrong.code:
            day.surprises.append(f"refused as {refused.code} instead of {wrong.code}")
    else:
        day.surprises.append(f"taken, though it had to be refused as {wrong.code}")


def cart_of(basket: Basket) -> dict[str, Any]:
    """A cart under a new id."""
    return {"order_id": str(new_id()), "lines": [{"sku": sku, "quantity": n} for sku, n in basket]}


def paid(cart: dict[str, Any], total: int, payment: dict[str, Any] | None = None) -> dict[str, Any]:
    """Every third sale by UPI, every third by card, the others in cash; kept in the till's folder first."""
    if payment is None:
        reference = str(int(cart["order_id"].replace("-", "")[-15:], 16))[:12].zfill(12)
        way = int(reference) % 3
        payment = [
            {"payment_mode": "CASH"},
            {"payment_mode": "UPI", "reference": reference},
            {"payment_mode": "CARD", "reference": reference},
        ][way]
    sale = cart | {"total_minor": total, "payments": [payment | {"amount_minor": total}]}
    return sale | {"kept": hashlib.sha256(repr(sale).encode()).hexdigest()}


def _approve(manager: StoreApi, order_id: str, seller: str, needed: dict[str, str]) -> None:
    body = needed | {"approval_id": str(new_id()), "order_id": order_id, "asked_by": seller}
    manager.post("/api/orders/approvals", body | {"reason": "The piece is in the hand"})
