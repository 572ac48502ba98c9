"""A manager, eight associates at eight tills: signed in as people are."""

import json
import os
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from deploy.demo.api import Refused, StoreApi
from deploy.demo.store import DemoError, Store, keep, wait

TILLS = 8
PINS = ("274918", "580213", "913746", "462085", "738159", "205864", "691327", "847502", "316749")


@dataclass(frozen=True)
class Till:
    """A till with somebody signed in at it."""

    name: str
    seller: str
    api: StoreApi


@dataclass(frozen=True)
class People:
    manager: StoreApi
    tills: list[Till]

    def close(self) -> None:
        for api in (self.manager, *(till.api for till in self.tills)):
            api.close()


def sign_in(store: Store) -> People:
    """Signs everybody in; PINs and tills are kept beside the store, for the next demo."""
    file = store.folder / "demo.json"
    known: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    with closing(StoreApi(store.address)) as anyone:
        if "manager" not in known:
            known["manager"] = _manager(store, anyone)
            keep(file, known)
        code, pin = known["manager"]
        manager = StoreApi(store.address, _token(anyone, {"staff_code": code, "pin": pin}))
        for n in range(len(known.get("tills", [])), TILLS):
            known.setdefault("tills", []).append(_pair(manager, anyone, n))
            keep(file, known)
        return People(manager, [_at_till(store, anyone, till) for till in known["tills"]])


def _manager(store: Store, anyone: StoreApi) -> list[str]:
    if given := os.environ.get("DEMO_MANAGER"):
        return given.split(":", 1)
    staff_code, code = store.first_manager()
    anyone.post("/api/sessions/pin", {"staff_code": staff_code, "code": code, "pin": PINS[0]})
    return [staff_code, PINS[0]]


def _pair(manager: StoreApi, anyone: StoreApi, n: int) -> dict[str, str]:
    """A till, and an associate with a PIN."""
    staff = manager.get("/api/sessions/staff")["items"]
    free = [member["staff_code"] for member in staff if member["role"] == "associate"][n]
    code = manager.post("/api/sessions/codes", {"staff_code": free})["code"]
    anyone.post("/api/sessions/pin", {"staff_code": free, "code": code, "pin": PINS[n + 1]})
    till = wait("a spare invoice prefix", lambda: _paired(manager, f"Demo {n + 1}"))
    return {
        "name": till["name"],
        "till_id": till["till_id"],
        "till_key": till["till_key"],
        "staff_code": free,
        "pin": PINS[n + 1],
    }


def _paired(manager: StoreApi, name: str) -> Any:
    """The new till; None while head office has not sent a prefix yet."""
    try:
        return manager.post("/api/orders/tills", {"name": name})
    except Refused as refused:
        if refused.code != "no_invoice_prefix":
            raise DemoError(str(refused)) from refused
        return None


def _at_till(store: Store, anyone: StoreApi, till: dict[str, str]) -> Till:
    body = {name: till[name] for name in ("staff_code", "pin", "till_id", "till_key")}
    token = wait(f"sign-in at {till['name']}", lambda: _known(anyone, body))
    return Till(till["name"], till["staff_code"], StoreApi(store.address, token))


def _known(anyone: StoreApi, body: dict[str, str]) -> str | None:
    """A token; None while `sessions` has not heard of the new till."""
    try:
        return _token(anyone, body)
    except Refused as refused:
        if refused.code == "till_unknown":
            return None
        raise


def _token(anyone: StoreApi, body: dict[str, str]) -> str:
    return str(anyone.post("/api/sessions/sign-in", body)["token"])
