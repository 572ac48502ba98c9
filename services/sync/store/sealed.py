"""What is sealed under an older key: a batch at a time, locked, and written back."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.chassis.database import Tx

DOCUMENTS = text("""
    select order_id as subject, personal from documents where personal not like :newest
    limit :limit for update skip locked
""")
KEEP_DOCUMENT = text("update documents set personal = :personal where order_id = :subject")
CORRECTIONS = text("""
    select order_id as subject, correction ->> 'personal' as personal, correction ->> 'wish_id' as wish_id
    from documents where correction ->> 'personal' not like :newest limit :limit for update skip locked
""")
KEEP_CORRECTION = text("""
    update documents set correction = correction || jsonb_build_object('personal', cast(:personal as text))
    where order_id = :subject
""")
WISHES = text("""
    select wish_id as subject, wish_id, body #>> '{correction,personal}' as personal from wishes
    where body #>> '{correction,personal}' not like :newest limit :limit for update skip locked
""")
KEEP_WISH = text("""
    update wishes set body = jsonb_set(body, '{correction,personal}', to_jsonb(cast(:personal as text)))
    where wish_id = :subject
""")
NOTICES = text("""
    select subject, body ->> 'personal' as personal from notices
    where kind = 'customer' and body ->> 'personal' not like :newest limit :limit for update skip locked
""")
KEEP_NOTICE = text("""
    update notices set body = body || jsonb_build_object('personal', cast(:personal as text))
    where kind = 'customer' and subject = :subject
""")
# what is read, and how it is written back; "personal" is sealed about its subject, or its wish where it has one
KINDS = {
    "orders": (DOCUMENTS, KEEP_DOCUMENT),
    "corrections": (CORRECTIONS, KEEP_CORRECTION),
    "wishes": (WISHES, KEEP_WISH),
    "customers": (NOTICES, KEEP_NOTICE),
}


def older(tx: Tx, kind: str, newest: str, *, limit: int) -> list[Any]:
    """Values of a kind that are not sealed under the newest key."""
    return list(tx.execute(KINDS[kind][0], {"newest": f"{newest}:%", "limit": limit}))


def keep(tx: Tx, kind: str, subject: UUID | str, personal: str) -> None:
    """Writes back what was sealed anew."""
    tx.execute(KINDS[kind][1], {"subject": subject, "personal": personal})
