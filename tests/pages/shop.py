"""The store behind the page: its people, its goods, and how it is hurt."""

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx2
import psycopg

from deploy.runner.database_roles import DATABASE
from deploy.runner.system import System
from services.chassis.ids import new_id
from tests.support import PATIENCE_S, eventually

PINS = ("274918", "580213", "913746")


@dataclass(frozen=True)
class Person:
    staff_code: str
    pin: str
    name: str


class Shop:
    """A store that runs, seen by its API and by head office's side doors."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.address = system.plan.addresses()["till"]
        self._numbers = itertools.count(1)
        self._client = httpx2.Client(base_url=self.address, timeout=PATIENCE_S, trust_env=False)
        folder = system.plan.folder / "head_office"
        token = (folder / "admin-token").read_text().strip()
        # a connection that rests between two calls may be closed in the moment of the second
        headers = {"X-Admin-Token": token, "Connection": "close"}
        self._head_office = httpx2.Client(
            base_url=system.plan.addresses()["head_office"], headers=headers, timeout=PATIENCE_S
        )
        self.manager = self._first_manager()
        self.token = self._sign_in(self.manager)
        self.associate = self._associate(PINS[1], may_turn_offline_mode=True)
        self.newcomer = self._associate(PINS[2], may_turn_offline_mode=False)
        granted = system.plan.folder / "granted"
        granted.mkdir(exist_ok=True)
        granted.chmod(0o777)
        self.put("/api/sessions/storage-grant", {"folder": str(granted)})
        eventually(lambda: self.get("/api/orders/payment-modes")["items"])
        eventually(lambda: self._at_the_counter(self.articles()))
        self.tills = [self.new_till(), self.new_till()]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._head_office.close()

    def get(self, path: str, **query: Any) -> Any:
        return self._answer("GET", path, params=query)

    def post(self, path: str, body: Any = None) -> Any:
        return self._answer("POST", path, json=body)

    def put(self, path: str, body: Any) -> Any:
        return self._answer("PUT", path, json=body)

    def sign_in(self, person: Person, till: Mapping[str, str] | None = None) -> tuple[str, dict[str, Any]]:
        """A token, and the shift that begins with it, at a till that is known a moment after it was paired."""
        place = {key: till[key] for key in ("till_id", "till_key")} if till else {}
        body = {"staff_code": person.staff_code, "pin": person.pin} | place
        answer = eventually(lambda: self._known(self._client.post("/api/sessions/sign-in", json=body)))
        shift = answer.raise_for_status().json()
        return str(shift.pop("token")), shift

    @staticmethod
    def _known(answer: httpx2.Response) -> httpx2.Response | None:
        return None if answer.is_error and answer.json()["code"] == "till_unknown" else answer

    def knows(self, token: str) -> bool:
        """Whether a shift goes on."""
        headers = {"Authorization": f"Bearer {token}"}
        return self._client.get("/api/sessions/me", headers=headers).is_success

    def new_till(self) -> dict[str, str]:
        """A till that was just paired: {till_id, till_key, name}."""
        name = self.new_name()
        found = eventually(lambda: self._paired(name), every=0.5)
        return {key: str(found[key]) for key in ("till_id", "till_key", "name")}

    def new_name(self) -> str:
        return f"Till {next(self._numbers)}"

    def new_reference(self) -> str:
        """A UPI reference that nobody has used."""
        return str(new_id().int)[-12:]

    def articles(self) -> list[dict[str, Any]]:
        """Variants by name, with plenty left, that may be sold in any mode."""
        found = [
            {"product": item["name"], **variant}
            for item in self.get("/api/catalog/products", category="Topwear", limit=20)["items"]
            for variant in item["variants"]
        ]
        return [one for one in found if one["left"] > 20 and one["price_minor"]]

    def order(self, number: str) -> Any:
        """The order of an invoice number, as the store has it."""
        [row] = self.get("/api/orders/orders", search=number)["items"]
        return self.get(f"/api/orders/orders/{row['order_id']}")

    def money_without_order(self) -> list[str]:
        """The references of what was taken for sales that were not made."""
        return [str(one["reference"]) for one in self.get("/api/orders/payments-without-order")["items"]]

    def at_head_office(self, order_id: str) -> list[Any]:
        records = self._head_office.get("/records").json()
        return [order for order in records["orders"] if order["order_id"] == order_id]

    def opened(self, files: dict[str, str]) -> dict[str, Any]:
        """What tills kept, by the names of files, as head office opens it."""
        bearer = {"Authorization": f"Bearer {self.system.plan.vault.head_office_token()}"}
        body = {"files": [{"name": name, "text": text} for name, text in files.items()]}
        answer = self._head_office.post("/v1/store/kept", json=body, headers=bearer).json()
        return {one["name"]: one.get("content") for one in answer["files"]}

    def customer_of_head_office(self, name: str) -> dict[str, Any]:
        """A customer whom head office knows by a code: {customer_id, code}."""
        bearer = {"Authorization": f"Bearer {self.system.plan.vault.head_office_token()}"}
        body = {"name": name, "revision": 1}
        answer = self._head_office.put(f"/v1/customers/{new_id()}", json=body, headers=bearer)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def line_down(self, *, mode: str = "offline") -> None:
        """What waits from now on was sold while the line was down."""
        self._all_sent()
        self._dial({"kind": "down"})
        eventually(lambda: self.get("/api/orders/mode")["mode"] == mode)

    @contextmanager
    def without_folder(self) -> Iterator[None]:
        """The folder on the edge server is not where it was granted, and the store has noticed."""
        folder = Path(self.get("/api/sessions/storage-grant")["edge"]["folder"])
        aside = folder.rename(folder.with_name("aside"))
        try:
            eventually(self._folder_problem)
            yield
        finally:
            aside.rename(folder)
            eventually(lambda: not self._folder_problem())

    def _folder_problem(self) -> str | None:
        problem: str | None = self.get("/api/sessions/storage-grant")["edge"]["problem"]
        return problem

    def clock_off(self, *, seconds: int) -> None:
        """Head office's clock differs by so much; `line_up` sets it right."""
        self._dial({"kind": "skew_seconds", "value": seconds})

    def mend_line(self) -> None:
        """The line is up, and the store has yet to notice."""
        self._dial()

    def line_up(self) -> None:
        self.mend_line()
        eventually(lambda: self.get("/api/orders/mode")["mode"] == "online")

    def refuse(self, code: str, *, orders: int) -> None:
        """Head office refuses its next orders with a code; none of before is among them."""
        self._all_sent()
        text = "Head office does not know a part of this order."
        self._dial({"kind": "refuse", "value": {"code": code, "text": text}, "count": orders})

    def take_some_orders_slowly(self) -> None:
        """Head office is slow to take every second order, until its line is mended."""
        self._dial({"kind": "delay_ms", "value": 15_000, "path": "/v1/orders", "every": 2})

    def forget(self, order_id: str) -> None:
        """Head office loses an order that it took."""
        self._head_office.delete(f"/records/{order_id}").raise_for_status()

    def change_price(self, sku: str, price_minor: int) -> None:
        """Head office changes a price, and the store has heard of it."""
        product = self._product(sku)
        for variant in product["variants"]:
            if variant["sku"] == sku:
                variant["prices"][-1]["price_minor"] = price_minor
        self._tell_product(product)
        eventually(lambda: self.get(f"/api/orders/scan/{sku}")["unit_price_minor"] == price_minor)

    def rename_product(self, name: str) -> dict[str, Any]:
        """Head office calls a product something else, and the store has heard of it: one of its variants."""
        article = self.articles()[-1]
        self._tell_product(self._product(article["sku"]) | {"name": name})
        eventually(lambda: self.get(f"/api/orders/scan/{article['sku']}")["name"] == name)
        return article

    def sell_elsewhere(self, sku: str, pieces: int) -> None:
        """Head office has fewer of an article by now, and the store was not told."""
        record = next(one for one in self._feed("inventory") if one.get("sku") == sku)
        fewer = record | {"quantity": record["quantity"] - pieces}
        self._head_office.put("/shop/inventory", json=[fewer]).raise_for_status()

    def left(self, sku: str) -> int:
        """What the counter thinks is left."""
        return int(self.get(f"/api/orders/scan/{sku}")["left"])

    def _at_the_counter(self, articles: list[dict[str, Any]]) -> bool:
        """Whether there are some, and the counter has heard of each: it pulls what the catalogue has."""
        found = [self._client.get(f"/api/orders/scan/{one['sku']}", headers=self._bearer) for one in articles]
        return bool(found) and all(answer.is_success and answer.json()["left"] > 0 for answer in found)

    def _all_sent(self) -> None:
        eventually(lambda: not self.get("/api/orders/orders", state="waiting")["items"])

    def _product(self, sku: str) -> dict[str, Any]:
        return next(one for one in self._feed("products") if any(v["sku"] == sku for v in one.get("variants", [])))

    def _tell_product(self, product: dict[str, Any]) -> None:
        self._head_office.put("/shop/products", json=[product]).raise_for_status()
        self.post("/api/catalog/data-sync", {"datasets": ["products"]})

    def spoil_feed(self, name: str, kind: str) -> None:
        """Head office's feed is wrong in some way, and the store has heard it."""
        self._dial({"kind": kind, "path": f"/v1/feeds/{name}"})
        self.post("/api/catalog/data-sync", {"datasets": [name]})

    def age(self, dataset: str) -> None:
        """A data set was synced ten days ago, as if nobody had heard of head office since."""
        # one that is being synced would be fresh again in a moment
        older = """update catalog.datasets set synced_at = synced_at - interval '10 days'
            where dataset = %s and state <> 'syncing' and not wanted"""
        known = "select value -> 'datasets' -> %s ->> 'freshness' from sessions.states where name = 'readiness'"
        with psycopg.connect(self.system.plan.postgres.url(database=DATABASE), autocommit=True) as connection:
            eventually(lambda: connection.execute(older, [dataset]).rowcount)
            eventually(lambda: connection.execute(known, [dataset]).fetchone() == ("too_old",))

    def kept_hash(self, order_id: str) -> str:
        """What an order says of the till's own copy that was there before it."""
        with psycopg.connect(self.system.plan.postgres.url(database=DATABASE)) as connection:
            row = connection.execute("select kept from orders.orders where order_id = %s", [order_id]).fetchone()
        assert row is not None
        return str(row[0])

    def mend_feeds(self) -> None:
        self._dial()
        self.post("/api/catalog/data-sync", {})

    def _feed(self, name: str) -> list[dict[str, Any]]:
        bearer = {"Authorization": f"Bearer {self.system.plan.vault.head_office_token()}"}
        answer = self._head_office.get(f"/v1/feeds/{name}", headers=bearer)
        answer.raise_for_status()
        return [json.loads(line) for line in answer.text.splitlines()]

    def _dial(self, *dials: dict[str, Any]) -> None:
        self._head_office.put("/dials", json=list(dials)).raise_for_status()

    def _first_manager(self) -> Person:
        staff_code, code = self.system.first_manager().split()
        self._open("/api/sessions/pin", {"staff_code": staff_code, "code": code, "pin": PINS[0]})
        return Person(staff_code, PINS[0], "")

    def _associate(self, pin: str, *, may_turn_offline_mode: bool) -> Person:
        staff = next(
            one
            for one in self.get("/api/sessions/staff")["items"]
            if one["role"] == "associate" and ("offline_mode" in one["permissions"]) == may_turn_offline_mode
        )
        code = self.post("/api/sessions/codes", {"staff_code": staff["staff_code"]})["code"]
        self._open("/api/sessions/pin", {"staff_code": staff["staff_code"], "code": code, "pin": pin})
        return Person(staff["staff_code"], pin, staff["name"])

    def _sign_in(self, person: Person) -> str:
        return self.sign_in(person)[0]

    def _paired(self, name: str) -> Any:
        answer = self._client.post("/api/orders/tills", json={"name": name}, headers=self._bearer)
        return answer.json() if answer.is_success else None

    def _open(self, path: str, body: Any) -> Any:
        answer = self._client.post(path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    @property
    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _answer(self, method: str, path: str, **arguments: Any) -> Any:
        answer = self._client.request(method, path, headers=self._bearer, **arguments)
        answer.raise_for_status()
        return answer.json() if answer.content else None
