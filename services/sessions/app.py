"""What every process of sessions is made of."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis.clock import Clock, SystemClock
from services.chassis.database import Database
from services.chassis.outbox import Outbox
from services.chassis.states import Pull, Puller
from services.chassis.tokens import Authenticator, Remembered, Revocations
from services.sessions import heard, pulled
from services.sessions.pins import PinHasher
from services.sessions.settings import Settings
from services.sessions.store import modes
from services.sessions.stream import Stream
from services.sessions.tokens import Signer

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Pulls:
    """States of others by owner: one that hangs holds up nobody else's. The switch pulls `mode_taken` by itself."""

    sync: Puller
    catalog: Puller
    orders: Puller
    mode_taken: Puller


@dataclass(frozen=True)
class App:
    settings: Settings
    db: Database
    clock: Clock
    outbox: Outbox
    pulls: Pulls
    authenticator: Authenticator
    signer: Signer
    hasher: PinHasher
    stream: Stream
    zone: ZoneInfo
    # names the boot of the machine, whose monotonic clock starts anew with each
    boot: str


def build(settings: Settings) -> App:
    """The App of one process."""
    clock = SystemClock()
    db = Database(settings.database_url.get_secret_value(), name="sessions")
    return App(
        settings=settings,
        db=db,
        clock=clock,
        outbox=Outbox(settings.id, clock),
        pulls=pulls(settings, db, clock),
        authenticator=authenticator(settings, db),
        signer=Signer(Path(settings.token_private_key_file).read_text(), settings.id),
        hasher=PinHasher(settings.pin_pepper.get_secret_value()),
        stream=Stream(db),
        zone=settings.time_zone,
        boot=BOOT_ID.read_text().strip(),
    )


def authenticator(settings: Settings, db: Database) -> Authenticator:
    """Checks shift tokens against this service's own revocations, which are never silent."""

    def revocations() -> dict[str, Any] | None:
        with db.transaction() as tx:
            found = modes.state(tx, modes.REVOCATIONS)
        return found.value if found else None

    return Authenticator(
        Path(settings.token_public_key_file).read_text(),
        settings.id,
        settings.service_token.get_secret_value(),
        revoked=Revocations(Remembered(revocations)),
        silent=lambda: False,
    )


def pulls(settings: Settings, db: Database, clock: Clock) -> Pulls:
    """What is heard of the other services, and what is done at once about it."""
    puller = partial(Puller, db, settings.service_token.get_secret_value())
    mode_taken = Pull("mode-taken", settings.orders_url, pulled.ModeTaken)
    catalog = (
        Pull("readiness", settings.catalog_url, pulled.Readiness),
        Pull("staff", settings.catalog_url, list[pulled.Staff], heard.staff(clock)),
    )
    orders = (
        mode_taken,
        Pull("session-figures", settings.orders_url, pulled.SessionFigures, heard.session_figures),
        Pull("tills", settings.orders_url, list[pulled.Till], heard.tills(clock)),
        Pull("unsettled", settings.orders_url, pulled.Unsettled),
    )
    return Pulls(
        sync=puller((Pull("connectivity", settings.sync_url, pulled.Connectivity),)),
        catalog=puller(catalog),
        orders=puller(orders),
        mode_taken=puller((mode_taken,)),
    )
