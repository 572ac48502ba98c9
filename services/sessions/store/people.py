"""Staff as last synced, their PINs, codes, failed tries, shifts, and what is revoked."""

from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import Row, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from services.chassis import states
from services.chassis.database import Tx
from services.chassis.tokens import Principal
from services.sessions.domain.codes import Issued
from services.sessions.domain.pins import Instant, Tries
from services.sessions.models import blocks, codes, credentials, revocations, shifts, tries

Kind = Literal["device", "person"]
Revoked = Literal["token", "staff", "till"]

LOCK = text("select pg_advisory_xact_lock(hashtextextended('sessions.tries.' || :kind || '.' || :subject, 0))")
LOCK_RIGHTS = text("select pg_advisory_xact_lock(hashtextextended('sessions.rights', 0))")


class Person(NamedTuple):
    """A member of staff as head office last said."""

    staff_code: str
    name: str
    role: str
    permissions: tuple[str, ...]
    active: bool
    valid_until: datetime | None

    def rights(self) -> list[str]:
        """What a token lets them do, in one list."""
        return [self.role, *sorted(self.permissions)]

    def may_work(self, now: datetime) -> bool:
        return self.active and (self.valid_until is None or now < self.valid_until)


def staff(tx: Tx) -> dict[str, Person]:
    """Everyone who was synced, by staff code."""
    heard = states.read(tx, "staff")
    people = [_person(row) for row in heard.value] if heard else []
    return {person.staff_code: person for person in people}


def till_key_hash(tx: Tx, till_id: str) -> str | None:
    """The hash of a paired till's key; None for a till that is unknown or was replaced."""
    heard = states.read(tx, "tills")
    tills = heard.value if heard else []
    return next((str(t["key_hash"]) for t in tills if t["till_id"] == till_id and t["active"]), None)


def lock_rights(tx: Tx) -> None:
    """Shifts begin and tokens are taken back one after another; comes before every other lock of people."""
    tx.execute(LOCK_RIGHTS)


def pin_hash(tx: Tx, staff_code: str) -> str | None:
    return tx.scalar(select(credentials.c.pin_hash).where(credentials.c.staff_code == staff_code))


def set_pin(tx: Tx, staff_code: str, hashed: str, now: datetime) -> None:
    values = {"pin_hash": hashed, "set_at": now}
    statement = insert(credentials).values(staff_code=staff_code, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["staff_code"], set_=values))


def with_pins(tx: Tx) -> set[str]:
    return set(tx.scalars(select(credentials.c.staff_code)))


def issue_code(tx: Tx, staff_code: str, issued: Issued, issued_by: str | None) -> None:
    values = {"digest": issued.digest, "expires_at": issued.expires_at, "issued_by": issued_by}
    statement = insert(codes).values(staff_code=staff_code, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["staff_code"], set_=values))


def take_code(tx: Tx, staff_code: str) -> Issued | None:
    """The code that was issued last, kept from others who would use it too."""
    row = tx.execute(select(codes).where(codes.c.staff_code == staff_code).with_for_update()).first()
    return Issued(bytes(row.digest), row.expires_at) if row else None


def use_up_code(tx: Tx, staff_code: str) -> None:
    tx.execute(delete(codes).where(codes.c.staff_code == staff_code))


def lock_tries(tx: Tx, kind: Kind, subject: str) -> Tries:
    """The failures of a device or person; nobody else counts there until the transaction has ended."""
    tx.execute(LOCK, {"kind": kind, "subject": subject})
    row = tx.execute(select(tries).where(tries.c.kind == kind, tries.c.subject == subject)).first()
    return Tries(row.failures, Instant(row.boot, row.seconds)) if row else Tries()


def save_tries(tx: Tx, kind: Kind, subject: str, now: Tries) -> None:
    if now.last is None or not now.failures:
        tx.execute(delete(tries).where(tries.c.kind == kind, tries.c.subject == subject))
        return
    values = {"failures": now.failures, "boot": now.last.boot, "seconds": now.last.seconds}
    statement = insert(tries).values(kind=kind, subject=subject, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["kind", "subject"], set_=values))


def blocked(tx: Tx) -> dict[str, str]:
    """Who is blocked here, and by whom."""
    return {row.staff_code: row.blocked_by for row in tx.execute(select(blocks))}


def block(tx: Tx, staff_code: str, by: str, reason: str, now: datetime) -> bool:
    """Whether it is news."""
    statement = insert(blocks).values(staff_code=staff_code, blocked_by=by, reason=reason, blocked_at=now)
    return tx.scalar(statement.on_conflict_do_nothing().returning(blocks.c.staff_code)) is not None


def unblock(tx: Tx, staff_code: str) -> bool:
    """Whether it is news."""
    return tx.execute(delete(blocks).where(blocks.c.staff_code == staff_code)).rowcount > 0


def begin_shift(tx: Tx, **values: Any) -> None:
    tx.execute(insert(shifts).values(**values))


def end_shift(tx: Tx, token_id: UUID, now: datetime) -> None:
    live = (shifts.c.token_id == token_id) & shifts.c.ended_at.is_(None)
    tx.execute(update(shifts).where(live).values(ended_at=now))


def on_shift(tx: Tx, now: datetime) -> list[Row[Any]]:
    """Shifts whose tokens are still good."""
    live = shifts.c.ended_at.is_(None) & (shifts.c.expires_at > now)
    return list(tx.execute(select(shifts).where(live).order_by(shifts.c.token_id)))


def end_shifts(tx: Tx, now: datetime, *, staff_code: str | None = None, till_id: str | None = None) -> None:
    whose = shifts.c.staff_code == staff_code if staff_code else shifts.c.till_id == till_id
    tx.execute(update(shifts).where(whose & shifts.c.ended_at.is_(None)).values(ended_at=now))


def revoke(tx: Tx, kind: Revoked, subject: str, *, before: int | None, until: datetime) -> None:
    """Notes that tokens are refused: one, or all of a person or till that were issued before `before` (seconds)."""
    statement = insert(revocations).values(kind=kind, subject=subject, before=before, until=until)
    values = {"before": before, "until": until}
    tx.execute(statement.on_conflict_do_update(index_elements=["kind", "subject"], set_=values))


def revoked_before(tx: Tx, staff_code: str, till_id: str | None) -> int:
    """Tokens of this person on this till must be issued at this second or later."""
    person = (revocations.c.kind == "staff") & (revocations.c.subject == staff_code)
    till = (revocations.c.kind == "till") & (revocations.c.subject == (till_id or ""))
    return int(tx.scalar(select(func.max(revocations.c.before)).where(person | till)) or 0)


def is_revoked(tx: Tx, who: Principal) -> bool:
    """Whether this token is refused by now."""
    token = (revocations.c.kind == "token") & (revocations.c.subject == who.token_id)
    single = tx.scalar(select(func.count()).select_from(revocations).where(token))
    return bool(single) or who.issued_at < revoked_before(tx, who.staff_code, who.till_id)


def all_revocations(tx: Tx, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """What doors must refuse, as they pull it; what can be forgotten is."""
    tx.execute(delete(revocations).where(revocations.c.until < now))
    rows = list(tx.execute(select(revocations).order_by(revocations.c.kind, revocations.c.subject)))
    return {
        "tokens": [{"jti": r.subject, "until": int(r.until.timestamp())} for r in rows if r.kind == "token"],
        "staff": [{"staff_code": r.subject, "before": r.before} for r in rows if r.kind == "staff"],
        "tills": [{"till_id": r.subject, "before": r.before} for r in rows if r.kind == "till"],
    }


def _person(row: dict[str, Any]) -> Person:
    until = row.get("valid_until")
    return Person(
        staff_code=row["staff_code"],
        name=row["name"],
        role=row["role"],
        permissions=tuple(row.get("permissions", ())),
        active=row["active"],
        valid_until=datetime.fromisoformat(until) if until else None,
    )
