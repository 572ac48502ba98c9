"""A three-line order to "durable", from eight tills at once, beside a bare nameko echo."""

import itertools
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

warnings.filterwarnings("ignore", message=r"(?s).*Eventlet is deprecated.*")

from nameko.exceptions import UnknownService  # noqa: E402
from nameko.standalone.rpc import ServiceRpcProxy  # noqa: E402

from deploy.demo import selling  # noqa: E402
from deploy.demo.people import People, Till  # noqa: E402
from deploy.demo.store import wait  # noqa: E402
from deploy.runner.environment import PROJECT  # noqa: E402
from tests.bench.figures import Figure, at_once  # noqa: E402

LINES = 3
BASKETS = 40
ROUND_S = 6.0


def measure(people: People, amqp_url: str, rounds: int) -> tuple[list[Figure], list[Figure]]:
    """Sales and echoes, turn by turn, so that a busy machine hinders both."""
    sales = [seller(people, till) for till in people.tills]
    payload = selling.cart_of([("SKU-1", 1)] * LINES)
    sold, echoed = [], []
    with _echo(amqp_url), _callers(amqp_url, payload, len(sales)) as calls:
        for n in range(rounds + 1):
            figures = (
                at_once("bare nameko RPC echo", calls, seconds=ROUND_S),
                at_once("POST of a three-line order, 8 tills", sales, seconds=ROUND_S),
            )
            # the first round warms up
            if n:
                echoed.append(figures[0])
                sold.append(figures[1])
    return sold, echoed


def sell(people: People, count: int) -> None:
    """So many orders, whose time nobody takes."""
    sellers = itertools.cycle([seller(people, till) for till in people.tills])
    for sell_one in itertools.islice(sellers, count):
        sell_one()


def seller(people: People, till: Till) -> Callable[[], None]:
    """Sells one order after another at a till."""
    skus = selling.articles(people.manager)
    baskets = [[(sku, 1) for sku, _ in basket] for basket in _baskets(skus, seed=hash(till.name) % 1000)]
    priced = itertools.cycle([(basket, _total(till, basket)) for basket in baskets])

    def sell_one() -> None:
        basket, total = next(priced)
        till.api.post("/api/orders/orders", selling.paid(selling.cart_of(basket), total))

    return sell_one


def _baskets(skus: list[str], seed: int) -> list[selling.Basket]:
    found = (basket for basket in selling.random_baskets(skus, seed) if len(basket) == LINES)
    return list(itertools.islice(found, BASKETS))


def _total(till: Till, basket: selling.Basket) -> int:
    quote: Any = till.api.post("/api/orders/quotes", selling.cart_of(basket))
    return int(quote["totals"]["total_minor"])


@contextmanager
def _echo(amqp_url: str) -> Iterator[None]:
    words = [sys.executable, "-m", "tests.bench.echo", amqp_url]
    service = subprocess.Popen(words, cwd=PROJECT)
    try:
        yield
    finally:
        service.terminate()
        service.wait(20)


def _answers(proxy: Any) -> bool:
    try:
        proxy.echo("there?")
    except UnknownService:
        return False
    return True


@contextmanager
def _callers(amqp_url: str, payload: dict[str, Any], count: int) -> Iterator[list[Callable[[], None]]]:
    proxies = [ServiceRpcProxy("echo", {"AMQP_URI": amqp_url}) for _ in range(count)]
    started = [proxy.start() for proxy in proxies]
    try:
        wait("the echo answers", lambda: _answers(started[0]), within=30)
        yield [lambda proxy=proxy: proxy.echo(payload) for proxy in started]
    finally:
        for proxy in proxies:
            proxy.stop()
