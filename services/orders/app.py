"""What every process of orders is made of."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis.clock import Clock, SystemClock
from services.chassis.database import Database
from services.chassis.outbox import Outbox
from services.chassis.sealing import Seals
from services.chassis.states import Pull, Puller
from services.chassis.tokens import Authenticator, heard_authenticator, revocations_of
from services.head_office.connecting import connect
from services.head_office.port import HeadOffice
from services.orders import pulled
from services.orders.bell import Bell
from services.orders.handlers import hearing
from services.orders.settings import Settings
from services.orders.sparing import Sparing


@dataclass(frozen=True)
class App:
    settings: Settings
    db: Database
    clock: Clock
    outbox: Outbox
    seals: Seals
    bell: Bell
    unsettled: Sparing[dict[str, Any]]
    pullers: dict[str, Puller]
    authenticator: Authenticator
    head_office: HeadOffice
    zone: ZoneInfo

    @property
    def salt(self) -> str:
        """What makes the hashes of this store's invoices."""
        return self.settings.chain_salt.get_secret_value()


def build(settings: Settings) -> App:
    """The App of one process."""
    clock = SystemClock()
    db = Database(settings.database_url.get_secret_value(), name="orders", pool_size=settings.door_workers)
    outbox = Outbox(settings.id, clock)
    return App(
        settings=settings,
        db=db,
        clock=clock,
        outbox=outbox,
        seals=Seals(settings.customer_keys.get_secret_value()),
        bell=Bell(),
        unsettled=Sparing(clock),
        pullers=_pullers(settings, db, outbox, clock),
        authenticator=heard_authenticator(settings, db, clock),
        head_office=_head_office(settings),
        zone=settings.time_zone,
    )


def _head_office(settings: Settings) -> HeadOffice:
    token = settings.head_office_token.get_secret_value() if settings.head_office_token else ""
    return connect(settings.head_office_adapter, str(settings.head_office_url), token)


def _pullers(settings: Settings, db: Database, outbox: Outbox, clock: Clock) -> dict[str, Puller]:
    """A puller an owner: one that hangs holds up nobody else's states."""
    token = settings.service_token.get_secret_value()
    catalog, sessions = str(settings.catalog_url), str(settings.sessions_url)
    pulls = {
        "sessions": (Pull("mode", sessions, pulled.Mode, hearing.mode(outbox, clock)), revocations_of(sessions)),
        "catalog": (
            Pull("payment-modes", catalog, list[pulled.PaymentMode], hearing.payment_modes),
            Pull("staff", catalog, list[pulled.Staff], hearing.staff),
            Pull("readiness", catalog, pulled.Readiness),
            Pull("price-book", catalog, pulled.Page, hearing.price_book, paged=True),
        ),
    }
    return {owner: Puller(db, token, theirs) for owner, theirs in pulls.items()}
