"""People who work while the drills strike: eight tills that sell, and a back office that does all the rest."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any

from deploy.demo import selling
from deploy.demo.api import Refused, StoreApi
from deploy.demo.people import People, Till
from deploy.demo.store import Store
from services.chassis.ids import new_id
from tests.faults.collect import CANARY, seen_digest, whole_digest
from tests.faults.journal import Acked, Journal

VOID_EVERY = 37
CUSTOMER_EVERY, NOTE_EVERY = 5, 4
# so few that who asks to be forgotten has often bought something, perhaps a moment ago
PHONES = 2_000
AGAIN_EVERY = 11
# an errand that gets no answer is left; the next one is as good
ERRAND_S = 5.0
# after so many sales of a round tills rest so many times as long: its fault has met enough of them, and whatever is
# started anew needs the processors
BUSY_FOR, AT_EASE = 120, 3
# each pairing takes a prefix of invoices, of which an installation has sixty
SELDOM, OFTEN = 0.02, 4


class Tills:
    """Eight tills; `pause` is what each rests between two sales, in seconds."""

    def __init__(self, people: People, journal: Journal, skus: list[str], seed: int, pause: float) -> None:
        self._people, self._journal = people, journal
        self._skus, self._seed, self._pause = skus, seed, pause
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._begun = 0

    def start(self) -> None:
        self._stopping.clear()
        self._seed += 1
        self._begun = self._journal.count()
        self._threads = [
            threading.Thread(target=self._work, args=(till, random.Random(f"{self._seed} {till.name}")), daemon=True)
            for till in self._people.tills
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Lets everyone finish the sale that is begun; it is asked for until somebody answers."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _work(self, till: Till, rng: random.Random) -> None:
        baskets = selling.random_baskets(self._skus, rng.randrange(1 << 30))
        while not self._stopping.is_set():
            try:
                self._sell(till, next(baskets), rng)
            except Exception as error:  # noqa: BLE001  a till that fails is a finding, never the end of a drill
                self._journal.surprise(f"{till.name}: {type(error).__name__}: {error}")
            self._stopping.wait(self._rest() * rng.uniform(0.5, 1.5))

    def _rest(self) -> float:
        enough = self._journal.count() - self._begun > BUSY_FOR
        return self._pause * (AT_EASE if enough else 1)

    def _sell(self, till: Till, basket: selling.Basket, rng: random.Random) -> None:
        cart = selling.cart_of(basket)
        if rng.randrange(CUSTOMER_EVERY) == 0:
            cart["customer"] = _somebody(rng)
        if rng.randrange(NOTE_EVERY) == 0:
            cart["note"] = f"{CANARY} rings {rng.randrange(99)} times"
        quote = self._timed(lambda: till.api.post("/api/orders/quotes", cart))
        if quote is None:
            self._journal.give_up(cart["order_id"])
            return
        sale = self._agreed(cart, quote)
        self.pay(till, sale)
        if rng.randrange(AGAIN_EVERY) == 0 and cart["order_id"] in self._journal.acked:
            self.pay(till, sale)
        if rng.randrange(VOID_EVERY) == 0 and cart["order_id"] in self._journal.acked:
            self._void(till, cart["order_id"])

    def ready(self, till: Till, skus: list[str]) -> dict[str, Any]:
        """A sale of one each, as it is when Pay is pressed."""
        cart = selling.cart_of([(sku, 1) for sku in skus])
        return self._agreed(cart, till.api.post("/api/orders/quotes", cart))

    def _agreed(self, cart: dict[str, Any], quote: dict[str, Any]) -> dict[str, Any]:
        total = quote["totals"]["total_minor"]
        self._journal.attempt(cart["order_id"], total)
        return selling.paid(cart, total)

    def pay(self, till: Till, sale: dict[str, Any]) -> dict[str, Any] | None:
        """Pays until somebody answers; what the till was told, if it was told that the sale is stored."""
        order_id = sale["order_id"]
        answer = self._timed(lambda: selling.pay(self._people.manager, till, sale)[0])
        if answer is None:
            self._abandon(till, order_id)
        else:
            self._told(till, answer)
        return answer  # type: ignore[no-any-return]

    def _told(self, till: Till, order: dict[str, Any]) -> None:
        document = order["document"]
        number, total = document["invoice"]["number"], document["totals"]["total_minor"]
        digests = seen_digest(document), whole_digest(document)
        self._journal.ack(Acked(document["order_id"], till.name, number, total, *digests))

    def _abandon(self, till: Till, order_id: str) -> None:
        """A till that gives up may forget the sale only when it was told what became of it."""
        answer = self._patiently(lambda: till.api.post(f"/api/orders/orders/{order_id}/abandon", {}))
        if answer is None:
            self._journal.give_up(order_id)
        elif answer["order"] is None:
            self._journal.abandon(order_id)
        else:
            self._told(till, answer["order"])

    def _void(self, till: Till, order_id: str) -> None:
        """A second person agrees, then the seller asks for it."""
        approval = {"approval_id": str(new_id()), "order_id": order_id, "action": "void_after_print"}
        approval |= {"subject": order_id, "asked_by": till.seller, "reason": "wrong size"}
        wish = {"wish_id": str(new_id()), "reason": "wrong size", "goods_back": True}
        with suppress(Refused):
            given = self._patiently(lambda: self._people.manager.post("/api/orders/approvals", approval))
            if given is None:
                return
            wish["approval_id"] = approval["approval_id"]
            self._journal.ask_void(order_id)
            self._patiently(lambda: till.api.post(f"/api/orders/orders/{order_id}/void", wish))

    def _timed(self, call: Callable[[], Any]) -> Any:
        """The same as _patiently; how long it took is noted."""
        began = time.monotonic()
        try:
            return self._patiently(call)
        finally:
            self._journal.waited(time.monotonic() - began)

    @staticmethod
    def _patiently(call: Callable[[], Any]) -> Any:
        """The answer; None when there was none for a long while."""
        try:
            return call()
        except TimeoutError:
            return None
        except Refused as refused:
            if refused.passing:
                return None
            raise


class BackOffice:
    """Everything but selling, so that a strike finds every part at work; a refusal or no answer ends one errand."""

    def __init__(self, people: People, seed: int, store: Store) -> None:
        self._store = store
        self._insistent = people.manager
        self._manager, self._till = (
            StoreApi(store.address, api.token, keep_trying=ERRAND_S) for api in (people.manager, people.tills[0].api)
        )
        self._rng = random.Random(seed)
        self.pairs = SELDOM
        self.done: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._errands: list[Callable[[], Any]] = [
            self._customer,
            self._erase,
            self._correct,
            self._held_cart,
            self._sign_in_code,
            self._sign_in,
            self._pair,
            self._auto_sync,
            self._sync_now,
            self._retry_all,
            self._reconcile,
            self._product,
            self._rename,
            self._block,
            self._grant,
            self._orphan,
        ]

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join()

    def close(self) -> None:
        self._manager.close()
        self._till.close()

    def _work(self) -> None:
        while not self._stopping.wait(0.25):
            weights = [self.pairs if errand == self._pair else 1 for errand in self._errands]
            self._try(self._rng.choices(self._errands, weights)[0])

    def _try(self, errand: Callable[[], Any]) -> None:
        try:
            errand()
            self.done[errand.__name__] += 1
        except (Refused, TimeoutError, IndexError) as error:
            self.failed[f"{errand.__name__}: {str(error)[:60]}"] += 1

    def _customer(self) -> str:
        customer_id = str(new_id())
        self._till.put(f"/api/orders/customers/{customer_id}", _somebody(self._rng))
        return customer_id

    def _erase(self) -> None:
        """Somebody who is known, may have bought something, and asks to be forgotten."""
        self._manager.post(f"/api/orders/customers/{self._customer()}/erase", {"reason": "asked to"})

    def _correct(self) -> None:
        """Another note on an order that waits, for a person or for the line."""
        orders = self._manager.get("/api/sync/deliveries", limit=50)["items"]
        order = self._rng.choice([one for one in orders if one["state"] not in ("synced", "withdrawn")])
        wish = {"wish_id": str(new_id()), "reason": "forgotten", "note": f"{CANARY} {self._rng.randrange(99)}"}
        self._manager.post(f"/api/orders/orders/{order['order_id']}/corrections", wish)

    def _held_cart(self) -> None:
        items = self._till.get("/api/catalog/changes", since=0, limit=50)["items"]
        cart = selling.cart_of([(self._rng.choice(items)["sku"], 1)])
        self._till.put("/api/orders/held-carts", {"cart": cart, "label": "later"})
        if self._rng.random() < 0.8:
            self._till.post(f"/api/orders/held-carts/{cart['order_id']}/recall", {})

    def _staff(self) -> str:
        people = self._manager.get("/api/sessions/staff")["items"]
        return str([one for one in people if one["role"] == "associate"][-1]["staff_code"])

    def _sign_in_code(self) -> None:
        code = self._manager.post("/api/sessions/codes", {"staff_code": self._staff()})["code"]
        body = {"staff_code": self._staff(), "code": code, "pin": f"{self._rng.randrange(10**6):06}"}
        self._manager.post("/api/sessions/pin", body)

    def _sign_in(self) -> None:
        code, pin = json.loads((self._store.folder / "demo.json").read_text())["manager"]
        token = self._till.post("/api/sessions/sign-in", {"staff_code": code, "pin": pin})["token"]
        with closing(StoreApi(self._store.address, token)) as api:
            api.post("/api/sessions/sign-out", {})

    def _pair(self) -> None:
        till = self._manager.post("/api/orders/tills", {"name": f"Spare {self._rng.randrange(10**6)}"})
        self._manager.delete(f"/api/orders/tills/{till['till_id']}")

    def _auto_sync(self) -> None:
        try:
            self._manager.put("/api/sync/auto-sync", {"on": False})
        finally:
            # where it stays off, what was sold offline waits, as it should
            self._insistent.put("/api/sync/auto-sync", {"on": True})

    def _sync_now(self) -> None:
        self._manager.post("/api/sync/now", {})

    def _retry_all(self) -> None:
        self._manager.post("/api/sync/retry-all", {})

    def _reconcile(self) -> None:
        today = time.strftime("%Y-%m-%d")
        self._manager.post("/api/sync/reconciliations", {"business_date": today})

    def _product(self) -> None:
        """Head office tells of a product anew: a swap."""
        product = self._rng.choice(self._manager.get("/api/catalog/products")["items"])
        self._manager.patch(f"/api/orders/products/{product['product_id']}", {"name": product["name"]})
        self._manager.post("/api/catalog/data-sync", {})

    def _rename(self) -> None:
        till = self._manager.get("/api/orders/tills")["items"][-1]
        self._manager.put(f"/api/orders/tills/{till['till_id']}", {"name": till["name"]})

    def _block(self) -> None:
        who = self._staff()
        self._manager.put(f"/api/sessions/staff/{who}/block", {"reason": "left"})
        self._manager.delete(f"/api/sessions/staff/{who}/block")

    def _grant(self) -> None:
        """The same folder once more; none while nobody has heard of the first."""
        granted = self._manager.get("/api/sessions/storage-grant")["edge"]
        if granted:
            self._manager.put("/api/sessions/storage-grant", {"folder": granted["folder"]})

    def _orphan(self) -> None:
        """Money that was taken for a sale that is refused."""
        cart = selling.cart_of([("NO-SUCH-ARTICLE", 1)])
        with suppress(Refused):
            self._till.post(
                "/api/orders/orders",
                selling.paid(cart, 100, {"payment_mode": "UPI", "reference": cart["order_id"][:12]}),
            )
        for row in self._manager.get("/api/orders/payments-without-order")["items"][:3]:
            self._manager.post(
                f"/api/orders/payments-without-order/{row['order_id']}/{row['n']}/refund", {"note": "given back"}
            )


def _somebody(rng: random.Random) -> dict[str, str]:
    return {"name": f"{CANARY} {rng.randrange(99)}", "phone": f"9{rng.randrange(PHONES):09}"}
