"""Head office, and the line to it, in every mood."""

import time

from tests.faults.rounds import Drill, Strike
from tests.faults.world import NotHeld, World

ORDERS = "/v1/orders"
# while it is in a mood
SALES = 50
MANUAL = "select count(*) from sessions.offline_sessions where trigger = 'manual'"
NEWEST = """
    select order_id::text, business_date::text from orders.orders
    where state = 'synced' and not order_id::text = any(%s) order by id desc limit 3
"""
DAYS = (
    "select order_id::text, business_date::text from orders.orders where state = 'synced' and order_id::text = any(%s)"
)


def mood(*dials: dict[str, object]) -> Strike:
    """These dials are on for a while."""

    def strike(world: World) -> bool:
        with world.dials(*dials):
            world.sell(SALES)
            world.pause(3)
            return all(world.office.struck())

    return strike


def cured(*dials: dict[str, object]) -> Strike:
    """The same; what then waits for a person is sent again by one."""

    def strike(world: World) -> None:
        with world.dials(*dials):
            world.sell(SALES)
            pending = "select count(*) from sync.deliveries where state = 'pending'"
            world.seen("something waits for a person", lambda: world.sql(pending)[0][0], within=60)
        # what was on its way meets its answer
        world.pause(2)
        world.until("nothing does", lambda: world.send_again() or not world.sql(pending)[0][0], within=60)

    return strike


def portal(world: World) -> bool:
    """A page instead of every answer: the store is offline, and nothing counts as sent."""
    with world.dials({"kind": "portal"}):
        world.offline()
        world.sell(40)
    return True


def flaps(world: World) -> None:
    """A line that changes every second makes one session and two changes of mode, or none."""
    count = "select count(*) from sessions.offline_sessions"
    before = world.sql(count)[0][0]
    until = time.monotonic() + 20
    while time.monotonic() < until:
        world.office.set({"kind": "down"})
        world.pause(1)
        world.office.set()
        world.pause(1)
    if (sessions := world.sql(count)[0][0] - before) > 1:
        raise NotHeld(f"{sessions} sessions of a line that changes every second, one is allowed")


def forgets(world: World) -> None:
    """Head office is set back to yesterday: the comparison names what it lost, and a person sends it again."""
    world.until(
        "rest", lambda: world.sql("select count(*) > 20 from orders.orders where state = 'synced'")[0][0], within=60
    )
    rows = world.sql(NEWEST, list(world.forgotten))
    for order_id, _ in rows:
        world.office.forget(order_id)
        world.forgotten.add(order_id)
    world.until("the comparison names them", lambda: world.differences(rows[0][1]) >= {i for i, _ in rows}, within=60)
    for order_id, _ in rows:
        world.send_one_again(order_id)


def send_what_is_missing(world: World) -> None:
    """Where the person was interrupted who does so, by the death of what was asked."""
    world.until("nothing is missing", lambda: not _sent_again(world), within=60)


def _sent_again(world: World) -> dict[str, str]:
    """Orders that head office forgot and did not have until now, by their days."""
    there = {order.order_id for order in world.collector.booked()}
    missing = dict(world.sql(DAYS, list(world.forgotten - there)))
    for day in set(missing.values()):
        for order_id in missing.keys() & world.differences(day):
            world.send_one_again(order_id)
    return missing


def feed(kind: str) -> Strike:
    """A feed that must change nothing while it is so."""

    def strike(world: World) -> None:
        with world.dials({"kind": kind, "path": "/v1/feeds"}):
            world.manager.post("/api/catalog/data-sync", {})
            world.until("a feed is not taken", lambda: _feed_failed(world), within=30)
            world.sell(30)
        world.manager.post("/api/catalog/data-sync", {})

    return strike


def _feed_failed(world: World) -> bool:
    return any(row["error"] for row in world.manager.get("/api/catalog/data-sync")["datasets"])


def mode_by_hand(world: World) -> bool:
    """Offline Mode on and off by hand, twice, while replies are lost and orders are made void."""
    [(before,)] = world.sql(MANUAL)
    voids = len(world.journal.void_asked)
    with world.dials({"kind": "lose_reply", "path": ORDERS, "every": 5}):
        for on in (True, False) * 2:
            world.toggle(on)
            world.sell(15)
        world.seen("an order is made void", lambda: len(world.journal.void_asked) > voids, within=20)
        struck = all(world.office.struck())
    if world.sql(MANUAL)[0][0] < before + 2:
        raise NotHeld("Offline Mode by hand makes a session each time")
    return struck


def _orders(kind: str, value: object = None, *, every: int = 1) -> dict[str, object]:
    """A dial that strikes orders only."""
    return {"kind": kind, "value": value, "path": ORDERS, "every": every}


REFUSAL = {"kind": "refuse", "value": {"code": "unknown_sku", "text": "Nobody knows this article."}, "every": 10}

TOO_MANY = mood(_orders("retry_after", "2"))

DRILLS = (
    Drill("F42", "a captive portal answers everything", portal, 40, sells=40),
    Drill("F43", "a line that changes every second", flaps, 60),
    Drill(
        "F48a", "every third order is stored and its answer lost", mood(_orders("lose_reply", every=3)), 40, sells=SALES
    ),
    Drill(
        "F48b", "orders are stored, the answer comes too late", mood(_orders("late_ms", 8000, every=4)), 60, sells=SALES
    ),
    Drill("F53", "head office forgets three orders", forgets, 60),
    Drill("F56", "Offline Mode by hand while replies are lost and orders made void", mode_by_hand, 60, sells=60),
)
ANSWERS = (
    Drill("F49a", "one order in ten is refused", cured(REFUSAL), 40, sells=SALES),
    Drill("F49b", "one order in ten is a 500", mood(_orders("status", 500, every=10)), 60, sells=SALES),
    Drill("F50a", "429 with Retry-After for everything", TOO_MANY, 40, sells=SALES),
    Drill("F50b", "503 with a Retry-After that means nothing", mood(_orders("unavailable", "soon")), 40, sells=SALES),
    Drill("F51", "401 for everything: the drain rests", mood({"kind": "unauthorised"}), 40, sells=SALES),
    Drill("F52a", "answers about another order", cured(_orders("other_order", every=6)), 40, sells=SALES),
    Drill("F52b", "answers with another amount", cured(_orders("wrong_amount", every=6)), 40, sells=SALES),
)
FEEDS = (
    Drill("F54a", "a feed breaks off", feed("half_feed"), 20, sells=30),
    Drill("F54b", "a feed with a wrong count", feed("wrong_count"), 20, sells=30),
    Drill("F54c", "a feed with a wrong checksum", feed("wrong_checksum"), 20, sells=30),
    Drill("F54d", "a feed that deletes three in ten", feed("mass_delete"), 20, sells=30),
)
