"""Takes tokens back: one, or all of a person or a till; every door pulls what is revoked."""

from datetime import datetime, timedelta
from uuid import UUID

from services.chassis.database import Tx, notify
from services.sessions.store import modes, people
from services.sessions.tokens import LONGEST_USE_AFTER_EXPIRY_S

LONGEST_SHIFT = timedelta(hours=24)
LEEWAY = timedelta(seconds=LONGEST_USE_AFTER_EXPIRY_S)


def revoke_token(tx: Tx, token_id: str, expires_at: datetime, now: datetime) -> None:
    people.lock_rights(tx)
    people.end_shift(tx, UUID(token_id), now)
    people.revoke(tx, "token", token_id, before=None, until=expires_at + LEEWAY)
    _publish(tx, now)


def revoke_person(tx: Tx, staff_code: str, now: datetime) -> None:
    """Refuses every token that this person has been given up to now."""
    people.lock_rights(tx)
    people.end_shifts(tx, now, staff_code=staff_code)
    people.revoke(tx, "staff", staff_code, before=_next_second(now), until=now + LONGEST_SHIFT + LEEWAY)
    _publish(tx, now)


def revoke_till(tx: Tx, till_id: str, now: datetime) -> None:
    """Refuses every token that was given out on this till up to now."""
    people.lock_rights(tx)
    people.end_shifts(tx, now, till_id=till_id)
    people.revoke(tx, "till", till_id, before=_next_second(now), until=now + LONGEST_SHIFT + LEEWAY)
    _publish(tx, now)


def _publish(tx: Tx, now: datetime) -> None:
    modes.publish(tx, modes.REVOCATIONS, people.all_revocations(tx, now), now)
    notify(tx, "changes", {"what": "revocations"})


def _next_second(now: datetime) -> int:
    """Tokens say their time in whole seconds: one of this very second is refused, the next sign-in waits it out."""
    return int(now.timestamp()) + 1
