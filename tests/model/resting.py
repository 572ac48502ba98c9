"""Letting a store come to rest: faults end, and everything that waits goes its way."""

from collections.abc import Callable

from tests.model.shop import SERVICES, Shop

ROUNDS = 40
AT_WORK = "select 1 from deliveries where state not in ('synced', 'pending', 'withdrawn') or void_asked"
TO_TELL = "select 1 from notices where state = 'waiting'"
TRIED_AGAIN = "select 1 from inbox_failures where not dead"


Carry = Callable[[], bool]


def come_to_rest(shop: Shop, carry: Carry | None = None) -> None:
    """The line is up, offline mode off, and nothing is on its way any more. Raises AssertionError if never.

    `carry` delivers what waits, and says whether there was anything; without it the shop does that itself.
    """
    carry = carry or shop.deliver_waiting
    shop.line.fates = []
    shop.line.arrive()
    shop.try_claimed()
    shop.settle()
    shop.turn(on=False)
    shop.auto_sync(on=True)
    shop.see(up=True)
    for _ in range(ROUNDS):
        if _moves(shop, carry):
            continue
        if shop.line_is_trusted() and not _at_work(shop):
            return
        # longer than any wait between two tries, or until a line that came and went is trusted again
        shop.pass_time(900)
        shop.see(up=True)
    raise AssertionError("it does not come to rest")


def _moves(shop: Shop, carry: Carry) -> bool:
    """One round of all that is due; whether there was anything."""
    shop.hear_everything()
    carried = carry()
    shop.take_failures_again()
    sent, told = shop.drain(), shop.tell_head_office()
    return bool(carried or sent or told)


def _at_work(shop: Shop) -> bool:
    waiting = [shop.rows("sync", AT_WORK), shop.rows("sync", TO_TELL)]
    return any(waiting) or any(shop.rows(service, TRIED_AGAIN) for service in SERVICES)
