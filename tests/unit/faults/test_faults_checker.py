"""The checker is believed only because each flaw that is planted turns exactly its line red."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.faults.checker import check
from tests.faults.evidence import Booked, Delivery, Evidence, Held, Post, Session, Stock
from tests.faults.journal import Acked

SESSION = "s1"
MANY = 60


def _held(n: int) -> Held:
    ways = {"cash": 100 + n}
    return Held(
        f"o{n}", f"A/26-{n}", "A/26", n, 100 + n, "synced", "offline", SESSION, f"d{n}", ways, date(2027, 3, 31)
    )


def evidence() -> Evidence:
    """A store in which nothing is wrong."""
    held = tuple(_held(n) for n in range(1, MANY + 1))
    total = sum(o.total_minor for o in held)
    return Evidence(
        agreed={o.order_id: o.total_minor for o in held},
        acked={o.order_id: Acked(o.order_id, "t", o.number, o.total_minor, o.digest, f"w{o.sequence}") for o in held},
        told_differently=frozenset(),
        abandoned=frozenset(),
        void_asked=frozenset(),
        surprises=(),
        held=held,
        corrected=frozenset(),
        deliveries=tuple(Delivery(o.order_id, "synced", 0, 0, 1, (1,)) for o in held),
        sessions=(Session(SESSION, "success", 1.0, 2.0, MANY, total, {"cash": total}),),
        stock=(Stock("A", 3, 3),),
        unsent={"orders": 0},
        inbox_doubles=(),
        dead_letters={},
        chain_flaws=(),
        paid_twice=(),
        canaries=(),
        booked=tuple(Booked(o.order_id, o.number, o.total_minor, f"w{o.sequence}") for o in held),
        cancelled={},
        posts=tuple(Post(o.order_id, f"{o.order_id}:1", "f", 201) for o in held),
        acked_in_round=MANY,
    )


def _lost_at_head_office(good: Evidence) -> Evidence:
    return replace(good, booked=good.booked[1:])


def _lost_in_the_store(good: Evidence) -> Evidence:
    """The last one is gone without a trace, as a till that printed too early would make it."""
    total = good.sessions[0].total_minor - 160
    session = replace(good.sessions[0], orders=MANY - 1, total_minor=total, by_mode={"cash": total})
    gone = {"held": good.held[:-1], "booked": good.booked[:-1], "deliveries": good.deliveries[:-1]}
    return replace(good, sessions=(session,), posts=good.posts[:-1], **gone)


def _doubled(good: Evidence) -> Evidence:
    """Sent anew under an id of its own, as head office would take it."""
    again = replace(good.booked[0], order_id="other")
    return replace(good, booked=(*good.booked, again), agreed={**good.agreed, "other": 101})


def _swapped(good: Evidence) -> Evidence:
    one, two, *rest = good.booked
    return replace(good, booked=(replace(one, number=two.number), replace(two, number=one.number), *rest))


def _hole(good: Evidence) -> Evidence:
    last = replace(good.held[-1], sequence=MANY + 1)
    return replace(good, held=(*good.held[:-1], last))


def _changed_paisa(good: Evidence) -> Evidence:
    return replace(good, booked=(replace(good.booked[0], total_minor=102), *good.booked[1:]))


def _changed_word(good: Evidence) -> Evidence:
    return replace(good, booked=(replace(good.booked[0], whole="other"), *good.booked[1:]))


def _first_session(**changes: object) -> Callable[[Evidence], Evidence]:
    return lambda e: replace(e, sessions=(replace(e.sessions[0], **changes), *e.sessions[1:]))


def _changed_after_print(good: Evidence) -> Evidence:
    return replace(good, held=(replace(good.held[0], digest="other"), *good.held[1:]))


def _stands(good: Evidence, here: str, in_sync: str) -> Evidence:
    """The first order stands so, and is not at head office."""
    held = (replace(good.held[0], state=here), *good.held[1:])
    deliveries = (replace(good.deliveries[0], state=in_sync), *good.deliveries[1:])
    return replace(good, held=held, deliveries=deliveries, booked=good.booked[1:])


def _stuck(good: Evidence) -> Evidence:
    return _stands(good, "waiting", "waiting")


def _pending_without_refusal(good: Evidence) -> Evidence:
    return _stands(good, "pending", "pending")


def _void_not_told(good: Evidence) -> Evidence:
    return _stands(replace(good, void_asked=frozenset({"o1"})), "void", "withdrawn")


def _void_unasked(good: Evidence) -> Evidence:
    return replace(_stands(good, "void", "withdrawn"), cancelled={"o1": "A/26-1"})


def _two_keys(good: Evidence) -> Evidence:
    return replace(good, posts=(*good.posts, Post("o1", "o1:other", "f", 409)))


def _created_twice(good: Evidence) -> Evidence:
    return replace(good, posts=(*good.posts, good.posts[0]))


def _first_delivery(**changes: object) -> Callable[[Evidence], Evidence]:
    return lambda e: replace(e, deliveries=(replace(e.deliveries[0], **changes), *e.deliveries[1:]))


def _first_held(**changes: object) -> Callable[[Evidence], Evidence]:
    return lambda e: replace(e, held=(replace(e.held[0], **changes), *e.held[1:]))


def _without_first(good: Evidence) -> dict[str, int]:
    return {order_id: total for order_id, total in good.agreed.items() if order_id != "o1"}


def _another_session(good: Evidence) -> Evidence:
    return replace(good, sessions=(*good.sessions, Session("s2", "success", 1.5, 3.0, 0, 0, {})))


PLANTED = {
    "lost at head office": (_lost_at_head_office, {"I2"}),
    "lost in the store": (_lost_in_the_store, {"I1"}),
    "doubled": (_doubled, {"I2"}),
    "swapped": (_swapped, {"I2"}),
    "a hole": (_hole, {"I4"}),
    "a paisa changed": (_changed_paisa, {"I2"}),
    "a word of a customer changed": (_changed_word, {"I2"}),
    "changed after it was printed": (_changed_after_print, {"I1"}),
    "stuck": (_stuck, {"I12"}),
    "pending though not refused": (_pending_without_refusal, {"I2"}),
    "void and not told": (_void_not_told, {"I2"}),
    "void and not asked for": (_void_unasked, {"I3"}),
    "an older sender wrote": (_first_delivery(fences=(3, 2)), {"I24"}),
    "sent in two ways": (_two_keys, {"I24"}),
    "created twice": (_created_twice, {"I24"}),
    "told differently": (lambda e: replace(e, told_differently=frozenset({"o1"})), {"I1"}),
    "booked and never tried": (lambda e: replace(e, agreed=_without_first(e)), {"I3"}),
    "given up and held": (lambda e: replace(e, abandoned=frozenset({"o1"})), {"I3"}),
    "a broken chain": (lambda e: replace(e, chain_flaws=("A/26-1: is not as it was printed",)), {"I6"}),
    "a session that does not add up": (_first_session(orders=1), {"I7"}),
    "a session with other money in it": (_first_session(by_mode={"upi": 1}), {"I7"}),
    "stock that does not add up": (lambda e: replace(e, stock=(Stock("A", 3, 2),)), {"I8"}),
    "an order that moved other articles": (_first_held(moved=False), {"I8"}),
    "a fact not told": (lambda e: replace(e, unsent={"orders": 1}), {"I9"}),
    "a fact taken twice": (lambda e: replace(e, inbox_doubles=("sync.orders: e1",)), {"I10"}),
    "what catalog noted twice": (_first_held(noted=False), {"I10"}),
    "a number of another year": (_first_held(business_date=date(2027, 4, 1)), {"I15"}),
    "another total than was agreed to": (lambda e: replace(e, agreed={**e.agreed, "o1": 1}), {"I16"}),
    "sold online in a session": (_first_held(mode="online"), {"I16"}),
    "an answer counted twice": (_first_delivery(accepted=2), {"I24"}),
    "a dead letter": (lambda e: replace(e, dead_letters={"aa": "sync 1"}), {"I11"}),
    "poison that vanished": (lambda e: replace(e, poison=frozenset({"bb"})), {"I11"}),
    "a dead letter in the place of poison": (
        lambda e: replace(e, dead_letters={"aa": "sync 1"}, poison=frozenset({"bb"})),
        {"I11"},
    ),
    "a reference that pays twice": (lambda e: replace(e, paid_twice=("UPI 2 orders",)), {"I23"}),
    "a pause that counted": (_first_delivery(attempts=1), {"I13"}),
    "amounts that do not balance": (_first_held(balance="1 paid for 2"), {"I14"}),
    "sessions that overlap": (_another_session, {"I17"}),
    "a name in a log": (lambda e: replace(e, canaries=("a.log",)), {"I19"}),
    "memory that grew": (lambda e: replace(e, grown={"rss": 0.06}), {"I20"}),
    "too late": (lambda e: replace(e, recovered_after=61.0), {"I21"}),
    "never": (lambda e: replace(e, recovered_after=None), {"I21"}),
    "no fault": (lambda e: replace(e, struck=False), {"I22"}),
    "no sales": (lambda e: replace(e, acked_in_round=49), {"I22"}),
    "a till that waited for long": (lambda e: replace(e, longest_wait_s=3.1), {"own"}),
    "a word not held": (lambda e: replace(e, not_held="3 s in vain: tills are told"), {"own"}),
    "a till surprised": (lambda e: replace(e, surprises=("Till 1: KeyError",)), {"I23"}),
}  # fmt: skip


def test_nothing_is_red_where_nothing_is_wrong() -> None:
    found = check(evidence())
    assert found.red == set()
    assert (found.acked, found.lost, found.doubled, found.unexpected, found.valid) == (MANY, 0, 0, 0, True)


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_planted_turns_exactly_its_line_red(planted: str) -> None:
    plant, lines = PLANTED[planted]
    assert check(plant(evidence())).red == lines


def test_the_words_of_the_table_are_counted() -> None:
    good = evidence()
    assert check(_lost_at_head_office(good)).lost == 1
    assert check(_lost_in_the_store(good)).lost == 1
    assert check(_doubled(good)).doubled == 1
    assert check(replace(good, agreed=_without_first(good))).unexpected == 1
    unanswered = replace(good, acked={k: v for k, v in good.acked.items() if k != "o1"})
    assert (check(unanswered).recovered, check(unanswered).red) == (1, set())


def test_an_empty_run_is_not_a_pass() -> None:
    empty = replace(
        evidence(),
        agreed={},
        acked={},
        held=(),
        deliveries=(),
        sessions=(),
        booked=(),
        posts=(),
        acked_in_round=0,
    )
    found = check(empty)
    assert found.red == {"I22"}
    assert not found.valid
