"""A database that dies, cuts connections, or holds what cannot be told."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from deploy.demo import selling
from deploy.demo.api import Refused
from deploy.runner.services import SERVICES
from services.chassis.ids import new_id
from tests.faults.drills.processes import AWAY_S, SALE
from tests.faults.rounds import Drill
from tests.faults.seams import CUTS
from tests.faults.world import NotHeld, World

BACKENDS = "select pid from pg_stat_activity where backend_type = 'client backend' and application_name like %s"
TOLD_TO_WAIT = ("busy", "database_unavailable")
USED_UP_S = 8
MANY = 10_000
OPEN = "select 1 from pg_stat_activity where usename = any(%s)"
CLOSE_ALL = "select pg_terminate_backend(pid) from pg_stat_activity where usename = any(%s)"


def killed(world: World) -> bool:
    return world.kill("postgres")


def one_backend(world: World) -> bool:
    """PostgreSQL then throws everybody out, for shared memory may be damaged."""
    for (pid,) in world.sql(BACKENDS, "orders")[:1]:
        os.kill(pid, signal.SIGKILL)
        return True
    return False


def cut_while_committing(world: World) -> bool:
    """Connections are cut at any moment of a sale, that of its commit among them."""
    cut = 0
    for _ in range(25):
        world.pause(world.rng.uniform(0.02, 0.2))
        with suppress(Exception):
            cut += len(world.sql(BACKENDS.replace("select pid", "select pg_terminate_backend(pid)"), "orders"))
    return cut > 10


def cut_at_commit(world: World) -> bool:
    """The COMMIT does not arrive; then it does, and its answer is lost: the till asks again under the same id."""
    for how in CUTS:
        world.strike_at(f"{SALE}.before_commit", how)
    return True


def connections_used_up(world: World) -> None:
    """No service gets a connection any more, and those that they have are closed, as where others hold all that are."""
    try:
        for service in SERVICES:
            world.sql(f"alter role {service} connection limit 0")
        world.sql(CLOSE_ALL, list(SERVICES))
        world.seen("no service has one", lambda: not world.sql(OPEN, list(SERVICES)), within=10)
        world.until("tills are told", lambda: world.refused() in TOLD_TO_WAIT, within=10)
        world.pause(USED_UP_S)
    finally:
        for service in SERVICES:
            world.sql(f"alter role {service} connection limit -1")
    world.until("tills sell again", lambda: world.refused() == "", within=10)


def same_sale_at_once(world: World) -> bool:
    """Two sales of the same articles in opposite order, each from five hands, all at once."""
    till = world.people.tills[0]
    for _ in range(5):
        sales = [world.tills.ready(till, skus) for skus in (world.skus[:6], world.skus[5::-1])]
        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda sale: world.tills.pay(till, sale), sales * 5))
        if None in answers or len({a["document"]["invoice"]["number"] for a in answers if a}) != len(sales):
            raise NotHeld("two sales, each from five hands, are two invoices")
    return True


def unroutable(world: World) -> bool:
    """Facts for a queue that is not there, before and beside those of sales; and a long tail of copies."""
    row = "insert into orders.outbox (event_id, queue, type, body) values (%s, %s, 'orders.nothing.v1', '{}')"
    world.sql(row, new_id(), "nowhere.facts")
    copies = "insert into orders.outbox (event_id, type, body) select gen_random_uuid(), 'orders.nothing.v1', '{}' "
    world.sql(f"{copies} from generate_series(1, {MANY})")
    try:
        world.sell(60)
        tried = "select attempts from orders.outbox where queue = 'nowhere.facts'"
        return world.until("it was tried", lambda: world.sql(tried)[0][0] > 0, within=60)
    finally:
        world.sql("delete from orders.outbox where queue = 'nowhere.facts'")


def money_taken_then_refused(world: World) -> None:
    """The customer has paid by UPI when the total turns out to be another: noted, then taken over by the sale."""
    till = world.people.tills[1]
    cart = selling.cart_of([(world.skus[0], 1)])
    total = till.api.post("/api/orders/quotes", cart)["totals"]["total_minor"]
    payment = {"payment_mode": "UPI", "reference": str(world.rng.randrange(10**11, 10**12))}
    world.journal.attempt(cart["order_id"], total)
    with suppress(Refused):
        till.api.post("/api/orders/orders", selling.paid(cart, total - 1, payment))
    state = "select state from orders.orphan_payments where order_id = %s"
    noted = world.sql(state, cart["order_id"])
    world.tills.pay(till, selling.paid(cart, total, payment))
    if noted != [("open",)] or world.sql(state, cart["order_id"]) != [("sold",)]:
        raise NotHeld("money without an order is noted, and taken over by the order")


DRILLS = (
    Drill("F24a", "PostgreSQL is killed", killed, 25, most_wait=AWAY_S),
    Drill("F24b", "one backend of PostgreSQL is killed", one_backend, 20, most_wait=AWAY_S),
    Drill("F25a", "connections are cut at any moment of a sale", cut_while_committing, 20, most_wait=AWAY_S),
    Drill("F25b", "the line to the database is cut at a COMMIT, before or after", cut_at_commit, 20, most_wait=AWAY_S),
    Drill("F27", "two sales from five hands each at once, articles in opposite order", same_sale_at_once, 5),
    Drill("F28b", "no service gets a connection of the database", connections_used_up, 25, most_wait=20),
    Drill("F29", "a fact that cannot be told, and ten thousand copies", unroutable, 60, sells=60),
    Drill("F30", "money is taken, then Pay is refused", money_taken_then_refused, 15),
)
