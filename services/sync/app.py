"""What a process of sync is made of."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from services.chassis.clock import Clock, SystemClock
from services.chassis.database import Database
from services.chassis.outbox import Outbox
from services.chassis.sealing import Seals
from services.chassis.states import Pull, Puller
from services.chassis.tokens import Authenticator, heard_authenticator, revocations_of
from services.head_office.connecting import connect
from services.head_office.port import HeadOffice
from services.sync import pulled
from services.sync.domain.connectivity import Hysteresis
from services.sync.domain.policy import Policy
from services.sync.oms import Oms, PortOms
from services.sync.settings import Settings
from services.sync.store.figures import UNSETTLED


@dataclass(frozen=True)
class App:
    """Everything a handler needs; `swing` draws a number from -1 to 1."""

    settings: Settings
    db: Database
    clock: Clock
    outbox: Outbox
    seals: Seals
    pullers: dict[str, Puller]
    authenticator: Authenticator
    policy: Policy
    hysteresis: Hysteresis
    oms: Oms
    swing: Callable[[], float]


def build(settings: Settings) -> App:
    """The App of one process."""
    clock = SystemClock()
    db = Database(settings.database_url.get_secret_value(), name="sync")
    return App(
        settings=settings,
        db=db,
        clock=clock,
        outbox=Outbox(settings.id, clock),
        seals=Seals(settings.customer_keys.get_secret_value()),
        pullers=_pullers(settings, db),
        authenticator=heard_authenticator(settings, db, clock),
        policy=settings.policy(),
        hysteresis=settings.hysteresis(),
        oms=PortOms(_office(settings)),
        swing=lambda: random.uniform(-1, 1),  # noqa: S311  spreads load, keeps no secret
    )


def _office(settings: Settings) -> HeadOffice:
    token = settings.head_office_token.get_secret_value()
    return connect(settings.head_office_adapter, settings.head_office_url, token)


def _pullers(settings: Settings, db: Database) -> dict[str, Puller]:
    """A puller an owner: one that hangs holds up nobody else's states."""
    token, sessions = settings.service_token.get_secret_value(), settings.sessions_url
    return {
        "sessions": Puller(db, token, (Pull("mode", sessions, pulled.Mode), revocations_of(sessions))),
        "orders": Puller(db, token, (Pull(UNSETTLED, settings.orders_url, pulled.Unsettled),)),
    }
