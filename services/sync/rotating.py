"""What waits for head office is sealed under the newest key, while orders go out."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from services.chassis.database import Tx
from services.sync.app import App

AT_ONCE = 200

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
KINDS: dict[str, tuple[Any, Any, Callable[[Any], str]]] = {
    "orders": (DOCUMENTS, KEEP_DOCUMENT, lambda row: f"order {row.subject}"),
    "corrections": (CORRECTIONS, KEEP_CORRECTION, lambda row: f"wish {row.wish_id}"),
    "wishes": (WISHES, KEEP_WISH, lambda row: f"wish {row.wish_id}"),
    "customers": (NOTICES, KEEP_NOTICE, lambda row: f"customer {row.subject}"),
}


def rotate(app: App, progress: Callable[[str, int], None]) -> None:
    """Seals anew what is stored here. Raises CannotOpen for a value whose key is gone."""
    for name in KINDS:
        progress(name, app.db.in_batches(lambda tx, name=name: _step(app, tx, name)))  # type: ignore[misc]


def _step(app: App, tx: Tx, name: str) -> int:
    older, keep, about = KINDS[name]
    rows = list(tx.execute(older, {"newest": f"{app.seals.newest}:%", "limit": AT_ONCE}))
    for row in rows:
        told = app.seals.open(row.personal, about(row))
        tx.execute(keep, {"subject": row.subject, "personal": app.seals.seal(told, about(row))})
    return len(rows)
