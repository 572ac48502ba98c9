"""What is sealed under an older key: a batch at a time, locked, and written back."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx

DOCUMENTS = "select order_id as subject, personal from documents where personal not like :newest"
KEEP_DOCUMENT = text("update documents set personal = :personal where order_id = :subject")
CORRECTIONS = """
    select order_id as subject, correction ->> 'personal' as personal, correction ->> 'wish_id' as wish_id
    from documents where correction ->> 'personal' not like :newest
"""
KEEP_CORRECTION = text("""
    update documents set correction = correction || jsonb_build_object('personal', cast(:personal as text))
    where order_id = :subject
""")
WISHES = """
    select wish_id as subject, wish_id, body #>> '{correction,personal}' as personal from wishes
    where body #>> '{correction,personal}' not like :newest
"""
KEEP_WISH = text("""
    update wishes set body = jsonb_set(body, '{correction,personal}', to_jsonb(cast(:personal as text)))
    where wish_id = :subject
""")
NOTICES = """
    select subject, body ->> 'personal' as personal from notices
    where kind = 'customer' and body ->> 'personal' not like :newest
"""
KEEP_NOTICE = text("""
    update notices set body = body || jsonb_build_object('personal', cast(:personal as text))
    where kind = 'customer' and subject = :subject
""")
# "personal" is sealed about its subject, or its wish where it has one
OLDER = {"orders": DOCUMENTS, "corrections": CORRECTIONS, "wishes": WISHES, "customers": NOTICES}
BATCH = {kind: text(f"{older} limit :limit for update skip locked") for kind, older in OLDER.items()}
LEFT = {kind: text(f"select exists ({older})") for kind, older in OLDER.items()}
KEEP = {
    "orders": KEEP_DOCUMENT,
    "corrections": KEEP_CORRECTION,
    "wishes": KEEP_WISH,
    "customers": KEEP_NOTICE,
}


def older(tx: Tx, kind: str, newest: str, *, limit: int) -> list[Any]:
    """Values of a kind that are not sealed under the newest key, but for those that somebody else holds; locked."""
    return list(tx.execute(BATCH[kind], {"newest": f"{newest}:%", "limit": limit}))


def any_older(tx: Tx, kind: str, newest: str) -> bool:
    """Whether any is left, whoever holds it."""
    return bool(tx.scalar(LEFT[kind], {"newest": f"{newest}:%"}))


def keep(tx: Tx, kind: str, subject: UUID | str, personal: str) -> None:
    """Writes back what was sealed anew."""
    tx.execute(KEEP[kind], {"subject": subject, "personal": personal})
