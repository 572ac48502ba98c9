"""What a process of catalog is made of."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from services.catalog.settings import Settings
from services.chassis import states
from services.chassis.clock import Clock, SystemClock
from services.chassis.database import Database
from services.chassis.outbox import Outbox
from services.chassis.states import Pull, Puller
from services.chassis.tokens import Authenticator, Revocations
from services.head_office.connecting import connect
from services.head_office.port import HeadOffice

SILENT_AFTER_S = 60
POOL = 16


@dataclass(frozen=True)
class App:
    """Everything a handler needs; what was not synced since `started_at` is synced at once."""

    settings: Settings
    db: Database
    clock: Clock
    outbox: Outbox
    puller: Puller
    authenticator: Authenticator
    head_office: HeadOffice
    started_at: datetime


def build(settings: Settings) -> App:
    """The App of one process."""
    clock = SystemClock()
    db = Database(settings.database_url.get_secret_value(), name="catalog", pool_size=POOL)
    pulls = (Pull("revocations", settings.sessions_url),) if settings.sessions_url else ()
    puller = Puller(db, settings.service_token.get_secret_value(), pulls)
    return App(
        settings=settings,
        db=db,
        clock=clock,
        outbox=Outbox(settings.id, clock),
        puller=puller,
        authenticator=authenticator(settings, db, clock),
        head_office=head_office(settings),
        started_at=clock.now(),
    )


def head_office(settings: Settings) -> HeadOffice:
    """The head office that the settings name."""
    token = settings.head_office_token
    return connect(settings.head_office_adapter, settings.head_office_url, token.get_secret_value() if token else "")


def authenticator(settings: Settings, db: Database, clock: Clock) -> Authenticator:
    """Checks shift tokens against the revocations last heard."""

    def revocations() -> dict[str, Any] | None:
        heard = _heard(db)
        return heard.value if heard else None

    def silent() -> bool:
        heard = _heard(db)
        return heard is None or (clock.now() - heard.heard_at).total_seconds() > SILENT_AFTER_S

    key = settings.token_public_key_file
    return Authenticator(
        Path(key).read_text() if key else "",
        settings.id,
        settings.service_token.get_secret_value(),
        revoked=Revocations(revocations),
        silent=silent,
    )


def _heard(db: Database) -> Any:
    with db.transaction() as tx:
        return states.read(tx, "revocations")
