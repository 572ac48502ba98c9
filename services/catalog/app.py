"""What a process of catalog is made of."""

from dataclasses import dataclass
from datetime import datetime

from services.catalog.settings import Settings
from services.chassis.clock import Clock, SystemClock
from services.chassis.database import Database
from services.chassis.outbox import Outbox
from services.chassis.states import Puller
from services.chassis.tokens import Authenticator, heard_authenticator, revocations_of
from services.head_office.connecting import connect
from services.head_office.port import HeadOffice

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
    pulls = (revocations_of(settings.sessions_url),) if settings.sessions_url else ()
    puller = Puller(db, settings.service_token.get_secret_value(), pulls)
    return App(
        settings=settings,
        db=db,
        clock=clock,
        outbox=Outbox(settings.id, clock),
        puller=puller,
        authenticator=heard_authenticator(settings, db, clock),
        head_office=head_office(settings),
        started_at=clock.now(),
    )


def head_office(settings: Settings) -> HeadOffice:
    """The head office that the settings name."""
    token = settings.head_office_token
    return connect(settings.head_office_adapter, settings.head_office_url, token.get_secret_value() if token else "")
