"""Storage grants: the edge server's folder, and each till's."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert

from services.chassis.database import Tx
from services.sessions.domain.grants import Proof
from services.sessions.models import storage_grants

Grant = Row[Any]


def grant(tx: Tx, place: str, folder: str, *, by: str, proof: Proof | None, now: datetime) -> None:
    """Notes a grant, in the stead of the one before; a till's comes without a proof, for its page made it."""
    problem, free_bytes = (proof.problem, proof.free_bytes) if proof else (None, None)
    values = {"folder": folder, "granted_by": by, "granted_at": now, "checked_at": now}
    values |= {"problem": problem, "free_bytes": free_bytes}
    statement = insert(storage_grants).values(place=place, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["place"], set_=values))


def check(tx: Tx, known: Grant, proof: Proof, now: datetime) -> bool:
    """Notes what came of proving a grant again; whether it still stands."""
    values = {"problem": proof.problem, "free_bytes": proof.free_bytes, "checked_at": now}
    same = (storage_grants.c.place == known.place) & (storage_grants.c.folder == known.folder)
    return tx.execute(update(storage_grants).where(same).values(values)).rowcount > 0


def withdraw(tx: Tx, place: str, problem: str, now: datetime) -> None:
    values = {"problem": problem, "checked_at": now}
    tx.execute(update(storage_grants).where(storage_grants.c.place == place).values(values))


def get(tx: Tx, place: str) -> Grant | None:
    return tx.execute(select(storage_grants).where(storage_grants.c.place == place)).first()


def everyone(tx: Tx) -> list[Grant]:
    return list(tx.execute(select(storage_grants).order_by(storage_grants.c.place)))
