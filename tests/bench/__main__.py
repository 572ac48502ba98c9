"""`python -m tests.bench`: what was promised in figures, each beside its reference in the same run."""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.demo.api import Refused, StoreApi
from deploy.demo.people import sign_in
from deploy.demo.store import HeadOfficeDials, Store, wait
from tests.bench import attack, broker, drain, page, sale
from tests.bench.figures import Figure
from tests.bench.store import opened, python_memory

MB = 1_000_000
REST_S = 15

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(
    rounds: Annotated[int, typer.Option(min=1, help="Turns of the sale and of its reference.")] = 3,
    orders: Annotated[int, typer.Option(min=200, help="Orders that are drained.")] = 2000,
    variants: Annotated[int, typer.Option(min=2000, help="Variants of the store whose page is measured.")] = 200_000,
) -> None:
    """Measures start, memory, sale, a sale under attack, drain and page: leave the machine alone for ten minutes."""
    with tempfile.TemporaryDirectory(prefix="store-bench-") as folder:
        Path(folder).chmod(0o755)
        with broker.running(Path(folder)) as (amqp_url, reference_s):
            _measure(Path(folder) / "store", amqp_url, reference_s, rounds, orders)
        _page(Path(folder) / "large", variants)


def _measure(folder: Path, amqp_url: str, reference_s: float, rounds: int, orders: int) -> None:
    with opened(folder) as (store, first_s):
        _say(f"start, the first time                      {first_s:8.1f} s   (goal: 90)")
        sign_in(store)
    with opened(folder) as (store, second_s):
        _say(f"start, the second time                     {second_s:8.1f} s   (goal: 30)")
        _say(f"  reference: RabbitMQ alone                {reference_s:8.1f} s")
        time.sleep(REST_S)
        pss, rss = python_memory(store)
        _say(f"Python processes at rest                   {pss / MB:8.0f} MB  (RSS {rss / MB:.0f} MB; goal: 800)")
        _sale(store, amqp_url, rounds)
        _attack(store, rounds)
        _drain(store, amqp_url, orders)


def _sale(store: Store, amqp_url: str, rounds: int) -> None:
    """Offline, as when it matters: nothing drains meanwhile."""
    people = sign_in(store)
    _go_offline(store)
    sold, echoed = sale.measure(people, amqp_url, rounds)
    for figure in (*sold, *echoed):
        _say(figure.line())
    ratio = _middle(sold) / _middle(echoed)
    p95 = statistics.median(figure.p95_ms for figure in sold)
    _say(f"  sale / echo                              {ratio:8.2f}     (goal: 0.40), p95 {p95:.0f} ms (goal: 120)")


def _attack(store: Store, rounds: int) -> None:
    alone, attacked, answers = attack.measure(store, sign_in(store), rounds)
    for figure in (*alone, *attacked):
        _say(figure.line())
    told = ", ".join(f"{what}: {count}" for what, count in answers.items())
    _say(f"  what the device was answered             {told}")
    quiet, loud = (statistics.median(figure.p95_ms for figure in figures) for figures in (alone, attacked))
    _say(f"  p95 under attack / alone                 {loud / quiet:8.2f}     (goal: 2.0 or less)")


def _drain(store: Store, amqp_url: str, orders: int) -> None:
    people = sign_in(store)
    waiting = people.manager.get("/api/sync/status")["backlog"]["waiting"]
    if waiting < orders:
        sale.sell(people, orders - waiting)
    rate = drain.ours(store, people)
    documents = [drain.anew(document) for document in drain.Booked(store).documents(orders)]
    reference = drain.dramatiq(store, amqp_url, documents)
    _say(f"drain, 50 ms an order, 32 in flight        {rate:8.1f}/s")
    _say(f"  reference: Dramatiq, the same OMS        {reference:8.1f}/s")
    _say(f"  drain / Dramatiq                         {rate / reference:8.2f}     (goal: 0.80)")


def _page(folder: Path, variants: int) -> None:
    with opened(folder, variants) as (store, _):
        people = sign_in(store)
        _synced(people.manager, variants)
        _grant(store, people.manager)
        for line in page.measure(store, people):
            _say(line)


def _synced(manager: StoreApi, variants: int) -> None:
    began = time.monotonic()

    def held() -> bool:
        counts = {each["dataset"]: each["count"] for each in manager.get("/api/catalog/data-sync")["datasets"]}
        return min(counts["products"], counts["inventory"]) >= variants

    wait(f"{variants} variants are synced", held, within=1800)
    _say(f"{variants} variants synced from nothing {time.monotonic() - began:14.1f} s")
    newest = _newest(manager)
    wait("the counter has them as well", lambda: _left(manager, newest["sku"]) == newest["stock"], within=600)
    _say(f"{variants} variants at the counter, too   {time.monotonic() - began:14.1f} s")


def _newest(manager: StoreApi) -> dict[str, Any]:
    """The variant that changed last."""
    page: dict[str, Any] = {"number": 0, "more": True}
    while page["more"]:
        page = manager.get("/api/catalog/changes", since=page["number"], limit=2000)
    return dict(page["items"][-1])


def _left(manager: StoreApi, sku: str) -> int | None:
    try:
        return int(manager.get(f"/api/orders/scan/{sku}")["left"])
    except Refused:
        return None


def _go_offline(store: Store) -> None:
    """As an outage would: whoever sold online before sells on."""
    manager = sign_in(store).manager
    _grant(store, manager)
    HeadOfficeDials(store).set({"kind": "down"})
    wait("the store goes offline", lambda: manager.get("/api/orders/mode")["mode"] == "offline", within=60)


def _grant(store: Store, manager: StoreApi) -> None:
    if manager.get("/api/sessions/storage-grant")["edge"] is None:
        place = store.folder / "offline-data"
        place.mkdir(exist_ok=True)
        manager.put("/api/sessions/storage-grant", {"folder": str(place)})


def _middle(figures: list[Figure]) -> float:
    return statistics.median(figure.rate for figure in figures)


def _say(text: str) -> None:
    typer.echo(text)


if __name__ == "__main__":
    app(prog_name="python -m tests.bench")
