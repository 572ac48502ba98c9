"""The ledger: appended to under a lock, never changed."""

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text

from services.chassis.database import Tx
from services.sessions.domain.ledger import GENESIS, Link, Personal, link
from services.sessions.domain.mode import Entry
from services.sessions.models import ledger

# by hand: a session begun, or one that the line had begun taken over
BY_HAND = text("""
    select personal ->> 'by' as staff_code, count(*)::int as times,
        jsonb_agg(jsonb_build_object('at', at, 'session_id', session_id, 'reason', personal ->> 'reason')
            order by sequence) as turns
    from ledger
    where kind in ('session_opened', 'session_taken_over') and facts ->> 'trigger' = 'manual'
        and (cast(:start as timestamptz) is null or at >= :start) and (cast(:end as timestamptz) is null or at < :end)
    group by 1 order by 2 desc, 1
""")
# what is noted next of the same person says whether the code was used
CODES = text("""
    select at, issued_by, staff_code, case when next_kind = 'pin_set' then next_at end as pin_set_at
    from (
        select sequence, at, kind, personal ->> 'by' as issued_by, personal ->> 'about' as staff_code,
            lead(kind) over whose as next_kind, lead(at) over whose as next_at
        from ledger where kind in ('code_issued', 'pin_set')
        window whose as (partition by personal ->> 'about' order by sequence)
    ) as noted
    where kind = 'code_issued' and issued_by <> staff_code and staff_code <> all(:left_out)
        and (cast(:start as timestamptz) is null or at >= :start) and (cast(:end as timestamptz) is null or at < :end)
    order by sequence desc
""")
LOCK = text("select pg_advisory_xact_lock(hashtextextended('sessions.ledger', 0))")


def append(tx: Tx, store_id: str, *entries: Entry) -> None:
    """Appends entries in their order; others that append wait until the transaction has ended."""
    if not entries:
        return
    tx.execute(LOCK)
    last = head(tx)
    for entry in entries:
        one = _link(store_id, last, entry)
        tx.execute(insert(ledger).values(_row(one)))
        last = (one.sequence, one.hash)


def head(tx: Tx) -> tuple[int, str] | None:
    """Sequence and hash of the newest entry; None for an empty ledger."""
    row = tx.execute(select(ledger.c.sequence, ledger.c.hash).order_by(ledger.c.sequence.desc()).limit(1)).first()
    return (row.sequence, row.hash) if row else None


def head_hash(tx: Tx) -> str:
    newest = head(tx)
    return newest[1] if newest else GENESIS


def sequence_of(tx: Tx, hash_: str) -> int:
    """The number of the entry with this hash; 0 where there is none."""
    return int(tx.scalar(select(ledger.c.sequence).where(ledger.c.hash == hash_)) or 0)


def holds(tx: Tx, hash_: str) -> bool:
    """Whether an entry has this hash."""
    return sequence_of(tx, hash_) > 0


def of_kind(tx: Tx, kind: str) -> list[tuple[int, dict[str, Any]]]:
    """Place and facts of every entry of this kind."""
    rows = tx.execute(select(ledger.c.sequence, ledger.c.facts).where(ledger.c.kind == kind))
    return [(row.sequence, row.facts) for row in rows]


def of_session(tx: Tx, session_id: UUID) -> list[Link]:
    rows = tx.execute(select(ledger).where(ledger.c.session_id == session_id).order_by(ledger.c.sequence))
    return [_read(row) for row in rows]


def by_hand(tx: Tx, *, start: datetime | None, end: datetime | None) -> list[Any]:
    """Who turned offline mode on by hand in [start, end), and why; None where nobody is named."""
    return list(tx.execute(BY_HAND, {"start": start, "end": end}).mappings())


def codes(tx: Tx, left_out: list[str], *, start: datetime | None, end: datetime | None) -> list[Any]:
    """One-time codes that one issued for another, who is none of these, in [start, end); the newest first."""
    return list(tx.execute(CODES, {"left_out": left_out, "start": start, "end": end}).mappings())


def everything(tx: Tx) -> Iterator[Link]:
    """The whole chain from its first entry on, read in portions."""
    rows = tx.execute(select(ledger).order_by(ledger.c.sequence), execution_options={"yield_per": 1000})
    return (_read(row) for row in rows)


def _link(store_id: str, last: tuple[int, str] | None, entry: Entry) -> Link:
    return link(
        last,
        store_id=store_id,
        at=entry.at,
        kind=entry.kind,
        session_id=entry.session_id,
        facts=entry.facts,
        personal=Personal(entry.personal(), secrets.token_bytes(16)),
    )


def _row(one: Link) -> dict[str, Any]:
    personal = one.personal
    row = {name: getattr(one, name) for name in ledger.c.keys() if name not in {"personal", "salt"}}  # noqa: SIM118
    return row | {"personal": personal.said, "salt": personal.salt}


def _read(row: Any) -> Link:
    values = row._asdict()
    said, salt = values.pop("personal"), values.pop("salt")
    return Link(**values, personal=Personal({} if said is None else said, bytes(salt or b"")))
