"""The invariants, counted: pure, and tested with losses, doubles, swaps and holes that were planted.

It reads what the tills noted and head office's own file, never our history of deliveries, where those can tell.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from tests.faults.evidence import Booked, Evidence, Held

MOST_GROWTH = 0.05
ENOUGH = 50
APRIL = 4
NUMBER = re.compile(r"[A-Z0-9/-]{1,16}")
SETTLED = {"synced", "pending", "void"}

Check = Callable[[Evidence], Iterable[str]]


@dataclass(frozen=True)
class Findings:
    """What is wrong, by invariant; the six words of the table are counted from it."""

    wrong: dict[str, list[str]]
    attempts: int
    acked: int
    lost: int
    doubled: int
    unexpected: int
    recovered: int
    valid: bool

    @property
    def red(self) -> set[str]:
        return set(self.wrong)


def check(found: Evidence) -> Findings:
    """Counts every invariant."""
    wrong = {name: lines for name, test in CHECKS.items() if (lines := list(test(found)))}
    held = {order.order_id for order in found.held}
    doubled = sum(count - 1 for count in found.numbers_booked().values())
    unexpected = set(found.booked_count()) - found.attempted
    return Findings(
        wrong=wrong,
        attempts=len(found.attempted),
        acked=len(found.acked),
        lost=len(_lost(found)),
        doubled=doubled,
        unexpected=len(unexpected),
        recovered=len((held & found.attempted) - set(found.acked)),
        valid="I22" not in wrong,
    )


def _lost(found: Evidence) -> set[str]:
    """Confirmed, and neither at head office, nor void and told, nor pending before a person."""
    there = set(found.booked_count()) | set(found.cancelled) | found.in_state("pending")
    held = {order.order_id for order in found.held}
    return {order_id for order_id in found.acked if order_id not in there or order_id not in held}


def nothing_confirmed_is_missing(found: Evidence) -> Iterator[str]:
    held = {order.order_id: order for order in found.held}
    for order_id, sale in found.acked.items():
        order = held.get(order_id)
        if order is None:
            yield f"{order_id} was confirmed and is not held"
        elif (order.number, order.total_minor, order.digest) != (sale.number, sale.total_minor, sale.digest):
            yield f"{order_id} is not as it was confirmed"
    for order_id in found.told_differently:
        yield f"{order_id} was confirmed twice, not the same"


def all_arrived_once(found: Evidence) -> Iterator[str]:
    booked, refused = {order.order_id: order for order in found.booked}, found.refused()
    for number, count in found.numbers_booked().items():
        if count > 1:
            yield f"{number} is at head office {count} times"
    for order in found.held:
        yield from _stands(order, booked.get(order.order_id), found.cancelled)
        yield from _altered(order.order_id, booked.get(order.order_id), found)
        if order.state == "pending" and order.order_id not in refused:
            yield f"{order.order_id} is pending though nobody refused it"


def _stands(order: Held, there: Booked | None, cancelled: Mapping[str, str]) -> Iterator[str]:
    order_id = order.order_id
    if order.state == "synced":
        if there is None:
            yield f"{order_id} is said to be synced and is not at head office"
        elif (there.number, there.total_minor) != (order.number, order.total_minor):
            yield f"{order_id} is at head office with another number or amount"
    elif there is not None:
        yield f"{order_id} is at head office and here it is {order.state}"
    if order.state == "void" and cancelled.get(order_id) != order.number:
        yield f"{order_id} is void and head office was not told, or by another number"


def _altered(order_id: str, there: Booked | None, found: Evidence) -> Iterator[str]:
    """Of what nobody corrected, head office has each word that the till was told, customer, note and delivery too."""
    told = found.acked.get(order_id)
    if there and told and there.whole != told.whole and order_id not in found.corrected:
        yield f"{order_id} is at head office otherwise than its till was told"


def nothing_unexpected(found: Evidence) -> Iterator[str]:
    for order_id in set(found.booked_count()) - found.attempted:
        yield f"{order_id} is at head office and no till tried it"
    for order_id in {order.order_id for order in found.held} & found.abandoned:
        yield f"{order_id} was given up by its till and is held"
    for order_id in found.in_state("void") - found.void_asked:
        yield f"{order_id} is void and nobody asked for it"


def numbers_are_consecutive(found: Evidence) -> Iterator[str]:
    series: dict[str, list[int]] = defaultdict(list)
    for order in found.held:
        series[order.series].append(order.sequence)
        if not NUMBER.fullmatch(order.number):
            yield f"{order.number} is no invoice number"
    for name, sequences in series.items():
        if sorted(sequences) != list(range(1, len(sequences) + 1)):
            yield f"{name}: {len(sequences)} invoices, the last is {max(sequences)}"
    for number, count in Counter(order.number for order in found.held).items():
        if count > 1:
            yield f"{number} stands on {count} invoices"


def chains_hold(found: Evidence) -> Iterator[str]:
    yield from found.chain_flaws


def sessions_add_up(found: Evidence) -> Iterator[str]:
    orders: dict[str | None, list[Held]] = defaultdict(list)
    for order in found.held:
        orders[order.session_id].append(order)
    for session in found.sessions:
        held = orders[session.session_id]
        figures = len(held), sum(order.total_minor for order in held)
        if session.status == "open":
            continue
        if figures != (session.orders, session.total_minor):
            yield f"session {session.session_id}: {session.orders} sealed, {len(held)} held"
        if dict(_taken(held)) != dict(session.by_mode):
            yield f"session {session.session_id}: {session.by_mode} sealed, {dict(_taken(held))} paid"


def _taken(orders: Iterable[Held]) -> Counter[str]:
    """What was paid, by payment mode."""
    taken: Counter[str] = Counter()
    for order in orders:
        taken.update(order.paid)
    return taken


def stock_adds_up(found: Evidence) -> Iterator[str]:
    for stock in found.stock:
        if stock.sold != stock.moved:
            yield f"{stock.sku}: {stock.sold} sold, movements say {stock.moved}"
    for order in found.held:
        if not order.moved and order.state != "void":
            yield f"{order.order_id}: its movements are not its lines"


def nothing_waits_to_be_told(found: Evidence) -> Iterator[str]:
    for service, count in found.unsent.items():
        if count:
            yield f"{service}: {count} facts are not told"


def each_fact_taken_once(found: Evidence) -> Iterator[str]:
    yield from found.inbox_doubles
    for order in found.held:
        if not order.noted:
            yield f"{order.order_id}: what catalog noted is not its lines"


def only_planted_letters_are_dead(found: Evidence) -> Iterator[str]:
    for digest in found.dead_letters.keys() - found.poison:
        yield f"dead, and not planted: {found.dead_letters[digest]}"
    if gone := found.poison - found.dead_letters.keys():
        yield f"{len(gone)} of {len(found.poison)} that were planted are not among the dead letters"


def every_order_stands_somewhere(found: Evidence) -> Iterator[str]:
    at_rest = {"synced": "synced", "pending": "pending", "void": "withdrawn"}
    deliveries = {delivery.order_id: delivery for delivery in found.deliveries}
    for order in found.held:
        delivery = deliveries.get(order.order_id)
        if order.state not in SETTLED:
            yield f"{order.order_id} is still {order.state}"
        elif delivery is None or delivery.state != at_rest[order.state]:
            yield f"{order.order_id} is {order.state} here and {delivery and delivery.state} in sync"
    known = {order.order_id for order in found.held}
    for order_id in deliveries.keys() - known:
        yield f"{order_id} is in sync and not in orders"


def only_judgements_are_attempts(found: Evidence) -> Iterator[str]:
    for delivery in found.deliveries:
        if delivery.attempts != delivery.judged:
            yield f"{delivery.order_id}: {delivery.attempts} attempts, {delivery.judged} answers that judged it"


def amounts_balance(found: Evidence) -> Iterator[str]:
    for order in found.held:
        if order.balance:
            yield f"{order.order_id}: {order.balance}"


def number_is_of_its_year(found: Evidence) -> Iterator[str]:
    for order in found.held:
        day = order.business_date
        year = day.year - (day.month < APRIL)
        if not re.fullmatch(rf".+/{year % 100:02d}-\d+", order.number):
            yield f"{order.number} is of {day}"


def sold_as_agreed(found: Evidence) -> Iterator[str]:
    for order in found.held:
        if found.agreed.get(order.order_id, order.total_minor) != order.total_minor:
            yield f"{order.order_id} is of another total than its customer agreed to"
        if (order.mode == "offline") != (order.session_id is not None):
            yield f"{order.order_id} was sold {order.mode}, in session {order.session_id}"


def sessions_do_not_overlap(found: Evidence) -> Iterator[str]:
    ordered = sorted(found.sessions, key=lambda session: session.started)
    for one, following in pairwise(ordered):
        if one.ended is None or one.ended > following.started:
            yield f"{one.session_id} and {following.session_id} overlap"


def nothing_private_is_told(found: Evidence) -> Iterator[str]:
    yield from found.canaries


def nothing_grew(found: Evidence) -> Iterator[str]:
    for what, share in found.grown.items():
        if share > MOST_GROWTH:
            yield f"{what} grew by {share:.0%}"


def recovered_in_time(found: Evidence) -> Iterator[str]:
    if found.recovered_after is None:
        yield "it did not recover"
    elif found.recovered_after > found.bound:
        yield f"it recovered after {found.recovered_after:.1f} s, {found.bound:.0f} s are allowed"


def something_happened(found: Evidence) -> Iterator[str]:
    if not found.struck:
        yield "the fault did not strike"
    if found.acked_in_round < ENOUGH:
        yield f"{found.acked_in_round} sales were confirmed, {ENOUGH} are asked for"


def nobody_was_surprised(found: Evidence) -> Iterator[str]:
    yield from found.surprises
    yield from (f"one reference: {what}" for what in found.paid_twice)


def row_kept_its_word(found: Evidence) -> Iterator[str]:
    if found.not_held:
        yield found.not_held
    if found.longest_wait_s > found.most_wait_s:
        yield f"a till waited for {found.longest_wait_s:.1f} s, {found.most_wait_s:.0f} s are allowed"


def one_key_an_order(found: Evidence) -> Iterator[str]:
    keys: dict[str, set[tuple[str, str]]] = defaultdict(set)
    created: Counter[str] = Counter()
    for post in found.posts:
        keys[post.order_id].add((post.key, post.fingerprint))
        created[post.order_id] += post.status == 201
    for order_id, ways in keys.items():
        if len(ways) > 1 and order_id not in found.corrected:
            yield f"{order_id} was sent in {len(ways)} ways"
    for order_id, count in created.items():
        if count > 1 + (order_id in found.forgotten):
            yield f"{order_id} was created {count} times"
    for delivery in found.deliveries:
        if list(delivery.fences) != sorted(delivery.fences):
            yield f"{delivery.order_id}: an older sender wrote after a newer one"
        if delivery.accepted > 1:
            yield f"{delivery.order_id}: {delivery.accepted} senders wrote that it was accepted"


CHECKS: dict[str, Check] = {
    "I1": nothing_confirmed_is_missing,
    "I2": all_arrived_once,
    "I3": nothing_unexpected,
    "I4": numbers_are_consecutive,
    "I6": chains_hold,
    "I7": sessions_add_up,
    "I8": stock_adds_up,
    "I9": nothing_waits_to_be_told,
    "I10": each_fact_taken_once,
    "I11": only_planted_letters_are_dead,
    "I12": every_order_stands_somewhere,
    "I13": only_judgements_are_attempts,
    "I14": amounts_balance,
    "I15": number_is_of_its_year,
    "I16": sold_as_agreed,
    "I17": sessions_do_not_overlap,
    "I19": nothing_private_is_told,
    "I20": nothing_grew,
    "I21": recovered_in_time,
    "I22": something_happened,
    "I23": nobody_was_surprised,
    "I24": one_key_an_order,
    "own": row_kept_its_word,
}
