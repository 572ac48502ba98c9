"""What a process of the sample is made of."""

from dataclasses import dataclass
from pathlib import Path

from services.chassis.clock import Clock, SystemClock
from services.chassis.database import Database
from services.chassis.outbox import Outbox
from services.chassis.states import Pull, Puller
from services.chassis.tokens import Authenticator
from tests.integration.chassis.sample.settings import Settings


@dataclass(frozen=True)
class App:
    settings: Settings
    db: Database
    clock: Clock
    outbox: Outbox
    puller: Puller
    authenticator: Authenticator


def build(settings: Settings) -> App:
    clock = SystemClock()
    db = Database(settings.database_url.get_secret_value(), name="sample", pool_size=5)
    token = settings.service_token.get_secret_value()
    pulls = (Pull("things", settings.sessions_url),) if settings.sessions_url else ()
    key = settings.token_public_key_file
    return App(
        settings=settings,
        db=db,
        clock=clock,
        outbox=Outbox(settings.id, clock),
        puller=Puller(db, token, pulls),
        authenticator=Authenticator(
            Path(key).read_text() if key else "",
            settings.id,
            token,
            revoked=lambda _: False,
            silent=lambda: False,
        ),
    )
