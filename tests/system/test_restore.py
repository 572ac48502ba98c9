"""B16: a server is lost after its backup; another one takes its place, and the lost one comes back."""

import hashlib
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from deploy.demo.api import Refused, StoreApi
from deploy.demo.selling import articles, cart_of, paid
from deploy.runner import installation
from deploy.runner.backup import Backup, back_up, read
from deploy.runner.environment import PROJECT, base, command
from deploy.runner.errors import RunnerError
from deploy.runner.ports import Ports
from deploy.runner.restore import restore
from deploy.runner.settings import RunSettings
from deploy.runner.system import System
from services.chassis.ids import new_id
from tests.kept import sealed
from tests.support import PATIENCE_S, eventually, own_ports

QUICK = {"sync": {"probe_seconds": "0.2", "probe_timeout_seconds": "5", "oms_slow_start_seconds": "0"}}
APIS: list[StoreApi] = []
PASSPHRASE = "four words for a backup"
PINS = {"M001": "274918", "M002": "580213"}


class HeadOffice:
    """The stand-in, which outlives any server of the store."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url, self._folder = f"http://127.0.0.1:{port}", folder
        words = [sys.executable, "-m", "deploy.head_office", "serve", "--listen", f"127.0.0.1:{port}"]
        words += ["--folder", str(folder), "--variants", "60"]
        self._process = subprocess.Popen(words, cwd=PROJECT, env=base(), stdout=subprocess.DEVNULL)
        headers = {"Connection": "close"}
        self._client = httpx2.Client(base_url=self.url, headers=headers, timeout=PATIENCE_S, trust_env=False)
        eventually(self._answers)
        self._client.headers["X-Admin-Token"] = (folder / "admin-token").read_text()

    def close(self) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait(10)

    @property
    def code(self) -> str:
        return (self._folder / "install-code").read_text()

    def dial(self, *dials: dict[str, Any]) -> None:
        self._client.put("/dials", json=list(dials)).raise_for_status()

    def records(self) -> dict[str, Any]:
        found: dict[str, Any] = self._client.get("/records").json()
        return found

    def orders(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for order in self.records()["orders"]:
            found.setdefault(order["order_id"], []).append(order)
        return found

    def _answers(self) -> bool:
        try:
            return self._client.get("/health").is_success
        except httpx2.HTTPError:
            return False


class Till:
    """A till with a folder of its own, as its page uses it."""

    def __init__(self, api: StoreApi, key: dict[str, str], folder: Path) -> None:
        self.api, self._key, self._folder = api, key, folder
        self.told: dict[str, dict[str, Any]] = {}

    def keep(self, name: str, content: Any) -> str:
        text = sealed(self._key, name, content)
        (self._folder / name).write_text(text)
        return hashlib.sha256(text.encode()).hexdigest()

    def sell(self, sku: str, *, kept: bool) -> dict[str, Any]:
        """Sells one piece; what the till was told, as it would print it."""
        sale = self.sale(sku)
        if kept:
            sale["kept"] = self.keep(f"{sale['order_id']}.asked", sale)
        answer: dict[str, Any] = self.api.post("/api/orders/orders", sale)
        if kept:
            self.keep(f"{sale['order_id']}.done", answer)
        self.told[sale["order_id"]] = answer["document"]
        return answer

    def sale(self, sku: str) -> dict[str, Any]:
        cart = cart_of([(sku, 1)])
        sale = paid(cart, self.api.post("/api/orders/quotes", cart)["totals"]["total_minor"])
        return {name: value for name, value in sale.items() if name != "kept"}


@pytest.fixture(scope="module")
def office(store_folder: Path) -> Iterator[HeadOffice]:
    with closing(HeadOffice(store_folder / "office", Ports(store_folder / "ports.json").take("office"))) as office:
        yield office
        while APIS:
            APIS.pop().close()


def settings(place: Path, name: str, office: HeadOffice) -> RunSettings:
    ports = own_ports(place / f"{name}-ports.json")
    told = {"head_office_url": office.url, "head_office_code": office.code, "services": QUICK}
    # the folder may be in memory, which a real store's must not be
    told |= {"environment": "development", "backup_passphrase": PASSPHRASE}
    return RunSettings(folder=place / name, lan=False, **told, **ports)


def signed_in(system: System, staff_code: str, till: dict[str, str] | None = None) -> StoreApi:
    address = system.plan.addresses()["till"]
    place = {name: till[name] for name in ("till_id", "till_key")} if till else {}
    with closing(httpx2.Client(base_url=address, timeout=PATIENCE_S)) as anyone:
        answer = anyone.post("/api/sessions/sign-in", json={"staff_code": staff_code, "pin": PINS[staff_code]} | place)
        return api(address, answer.raise_for_status().json()["token"])


def api(address: str, token: str | None = None) -> StoreApi:
    """The store's API for somebody; closed with head office, at the end of all."""
    opened = StoreApi(address, token)
    APIS.append(opened)
    return opened


def mode_of(api: StoreApi) -> str:
    return str(api.get("/api/orders/mode")["mode"])


def run(system: System, service: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return installation.run(command(service, *words), system.plan.environment(service, "door"))


def state_of(api: StoreApi, order_id: str) -> str:
    return str(api.get(f"/api/orders/orders/{order_id}")["state"])


def opened(system: System, place: Path) -> tuple[StoreApi, Till, dict[str, str]]:
    """The first day: a manager, a second one, a till, the storage grant."""
    staff_code, code = system.first_manager().split()
    anyone = api(system.plan.addresses()["till"])
    anyone.post("/api/sessions/pin", {"staff_code": staff_code, "code": code, "pin": PINS["M001"]})
    manager = signed_in(system, "M001")
    code = manager.post("/api/sessions/codes", {"staff_code": "M002"})["code"]
    anyone.post("/api/sessions/pin", {"staff_code": "M002", "code": code, "pin": PINS["M002"]})
    granted = place / "granted"
    granted.mkdir()
    granted.chmod(0o777)
    manager.put("/api/sessions/storage-grant", {"folder": str(granted)})
    paired: dict[str, str] = eventually(lambda: _paired(manager))
    seller = eventually(lambda: _at(system, paired))
    eventually(lambda: articles(manager))
    folder = place / "till"
    folder.mkdir()
    return manager, Till(seller, seller.get("/api/orders/recovery-key"), folder), paired


def _paired(manager: StoreApi) -> Any:
    try:
        return manager.post("/api/orders/tills", {"name": "Till 1"})
    except Refused:
        return None


def _at(system: System, till: dict[str, str]) -> StoreApi | None:
    try:
        return signed_in(system, "M001", till)
    except httpx2.HTTPStatusError:
        return None


def void(till: Till, other_manager: StoreApi, order: dict[str, Any]) -> None:
    order_id, approval_id = order["order_id"], str(new_id())
    number = order["document"]["invoice"]["number"]
    body = {"approval_id": approval_id, "order_id": order_id, "action": "void_after_print", "subject": number}
    other_manager.post("/api/orders/approvals", body | {"up_to": 0, "asked_by": "M001", "reason": "torn"})
    wish = {"wish_id": str(new_id()), "reason": "torn", "goods_back": True, "approval_id": approval_id}
    till.api.post(f"/api/orders/orders/{order_id}/void", wish)


@dataclass
class Story:
    """What was sold before the server was lost, by what is left of it."""

    settings: RunSettings
    till: Till
    paired: dict[str, str]
    sku: str
    backup: Backup
    # refused by head office before the backup, and void after it
    void: dict[str, Any]
    # waiting in the backup, sent after it; sold and sent after it; sold after it, and only in the till's folder
    waiting: list[dict[str, Any]]
    only_there: list[dict[str, Any]]
    only_kept: list[dict[str, Any]]
    unanswered: dict[str, Any]

    @property
    def confirmed(self) -> set[str]:
        """Sales that a till was told of, and that are not void."""
        return set(self.till.told) - {self.void["order_id"]}


@pytest.fixture(scope="module")
def story(store_folder: Path, office: HeadOffice) -> Story:
    """A server that is backed up, sells on, and is lost."""
    chosen = settings(store_folder, "first", office)
    with System(chosen) as first:
        manager, till, paired = opened(first, store_folder)
        sku = articles(manager)[0]
        refused, waiting = _until_backup(manager, till, sku, office)
        backup = back_up(first.plan.folder, "S001", store_folder / "backups", PASSPHRASE)
        office.dial()
        eventually(lambda: all(order["order_id"] in office.orders() for order in waiting))
        eventually(lambda: mode_of(manager) == "online")
        void(till, signed_in(first, "M002"), refused)
        eventually(lambda: office.records()["cancellations"])
        only_there = [till.sell(sku, kept=False) for _ in range(2)]
        eventually(lambda: all(order["order_id"] in office.orders() for order in only_there))
        only_kept, unanswered = _until_the_end(manager, till, sku, office)
    office.dial()
    return Story(chosen, till, paired, sku, backup, refused, waiting, only_there, only_kept, unanswered)


def _until_backup(
    manager: StoreApi, till: Till, sku: str, office: HeadOffice
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    # the counter hears of an article a moment after the catalogue
    sent = eventually(lambda: sold(till, sku))
    eventually(lambda: sent["order_id"] in office.orders())
    office.dial({"kind": "refuse", "value": {"code": "unknown_sku", "text": "?"}, "count": 1})
    refused = till.sell(sku, kept=False)
    eventually(lambda: state_of(manager, refused["order_id"]) == "pending")
    _go_offline(manager, office)
    return refused, [till.sell(sku, kept=True) for _ in range(2)]


def _until_the_end(
    manager: StoreApi, till: Till, sku: str, office: HeadOffice
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    _go_offline(manager, office)
    only_kept = [till.sell(sku, kept=True) for _ in range(3)]
    unanswered, given_up = till.sale(sku), till.sale(sku)
    for sale in (unanswered, given_up):
        till.keep(f"{sale['order_id']}.asked", sale)
    till.keep(f"{given_up['order_id']}.not", {"code": "abandoned"})
    return only_kept, unanswered


def _go_offline(manager: StoreApi, office: HeadOffice) -> None:
    office.dial({"kind": "down"})
    eventually(lambda: mode_of(manager) == "offline")


@pytest.fixture(scope="module")
def second(story: Story, store_folder: Path, office: HeadOffice) -> Iterator[System]:
    """The server that takes the place of the lost one."""
    chosen = settings(store_folder, "second", office)
    restore(chosen, story.backup.place, print)
    with System(chosen) as system:
        story.till.api = signed_in(system, "M001", story.paired)
        # the backup was taken while the line was down
        eventually(lambda: mode_of(story.till.api) == "online")
        yield system


def test_b16_a_backup_is_one_moment_and_for_its_owner_alone(story: Story, store_folder: Path) -> None:
    files = [story.backup.place, *story.backup.place.rglob("*")]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600, 0o700}
    names = {str(file.relative_to(story.backup.place)) for file in files if file.is_file()}
    assert names >= {"backup.json", "database.dump", "secrets/orders-chain_salt", "secrets/sessions-pin_pepper"}
    assert not any("token" in name for name in names)
    assert b"PGDMP" not in (story.backup.place / "database.dump").read_bytes()
    assert read(story.backup.place) == story.backup
    assert story.backup.orders == 4
    with pytest.raises(RunnerError, match="No store runs in"):
        back_up(story.settings.folder, "S001", store_folder / "backups")


def test_b5_f31_a_restored_server_opens_new_series(story: Story, second: System, office: HeadOffice) -> None:
    fresh = eventually(lambda: sold(story.till, story.sku))["document"]["invoice"]
    assert fresh["sequence"] == 1
    assert fresh["series"] != story.void["document"]["invoice"]["series"]
    with pytest.raises(RunnerError, match="It already runs"):
        restore(second.plan.settings, story.backup.place, print)


def test_b16_every_confirmed_sale_is_at_head_office_once_and_no_number_stands_twice(
    story: Story, second: System, office: HeadOffice, store_folder: Path
) -> None:
    manager, folder = signed_in(second, "M001"), str(store_folder / "till")
    done = run(second, "orders", "recover", folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert f"For a person: {story.unanswered['order_id']}" in done.stdout
    counted = "{} orders taken back, {} were here already, 1 asked for without an answer, 0 files not used"
    assert done.stdout.splitlines()[-1] == counted.format(5, 2)
    assert run(second, "orders", "recover", folder).stdout.splitlines()[-1] == counted.format(0, 5)

    eventually(lambda: story.confirmed <= set(office.orders()))
    eventually(lambda: {state_of(manager, one) for one in story.confirmed} == {"synced"})
    eventually(lambda: state_of(manager, story.void["order_id"]) == "void")
    there = {order_id: [o["invoice_number"] for o in orders] for order_id, orders in office.orders().items()}
    told = {order_id: document["invoice"]["number"] for order_id, document in story.till.told.items()}
    assert there == {order_id: [told[order_id]] for order_id in story.confirmed}
    assert len(set(told.values())) == len(told)


def test_b3_b16_what_came_back_stands_in_its_chain(story: Story, second: System) -> None:
    """But for the words that were spoken after the backup, which head office knows and nobody brings back."""
    assert run(second, "orders", "verify", "--alone").stdout == "2 series, 0 flaws\n"
    orders, sessions = run(second, "orders", "verify"), run(second, "sessions", "verify")
    assert [(done.returncode, done.stderr) for done in (orders, sessions)] == [(0, "")] * 2
    (mark, total), (entry, unbroken) = orders.stdout.splitlines(), sessions.stdout.splitlines()
    assert (total, unbroken) == ("2 series, 0 flaws", "The ledger is unbroken.")
    why = "it was made after the backup that this server was restored from"
    assert all(line.startswith("Known loss: ") and line.endswith(why) for line in (mark, entry))


def test_b16_f58_the_lost_server_that_comes_back_can_neither_send_nor_sell(
    story: Story, second: System, office: HeadOffice
) -> None:
    # its absence changes nothing for the old one
    second.stop()
    before = office.orders()
    with System(story.settings) as old:
        manager = signed_in(old, "M001")
        red = {"kind": "red", "text": "This store cannot sell: current installation is missing."}
        # what else it lacks while it starts is said before
        eventually(lambda: manager.get("/api/orders/mode")["shown"]["banner"] == red)
        assert mode_of(manager) == "cannot_sell"
        with pytest.raises(Refused) as no:
            signed_in(old, "M001", story.paired).post("/api/orders/orders", story.unanswered)
        assert no.value.code == "superseded"
        assert manager.get("/api/sync/status")["connectivity"]["superseded"]
        assert state_of(manager, story.only_kept[0]["order_id"]) == "waiting"
    assert office.orders() == before


def sold(till: Till, sku: str) -> dict[str, Any]:
    """A sale, once the till has its new prefix and the server its prices; nothing before."""
    try:
        return till.sell(sku, kept=False)
    except Refused as refused:
        if refused.code not in ("no_invoice_prefix", "not_sellable"):
            raise
    return {}
