"""What a process of sync is made of."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.chassis.clock import Clock, SystemClock
from services.chassis.database import Database
from services.chassis.outbox import Outbox
from services.chassis.states import Pull, Puller
from services.chassis.tokens import Authenticator, Revocations
from services.head_office.connecting import connect
from services.head_office.port import HeadOffice
from services.sync.domain.connectivity import Hysteresis
from services.sync.domain.policy import Policy
from services.sync.oms import Oms, PortOms
from services.sync.settings import Settings

SILENT_AFTER_S = 60


@dataclass(frozen=True)
class App:
    """Everything a handler needs; `swing` draws a number from -1 to 1."""

    settings: Settings
    db: Database
    clock: Clock
    outbox: Outbox
    puller: Puller
    authenticator: Authenticator
    policy: Policy
    hysteresis: Hysteresis
    oms: Oms
    swing: Callable[[], float]


def build(settings: Settings) -> App:
    """The App of one process."""
    clock = SystemClock()
    db = Database(settings.database_url.get_secret_value(), name="sync")
    token = settings.service_token.get_secret_value()
    puller = Puller(db, token, _pulls(settings))
    return App(
        settings=settings,
        db=db,
        clock=clock,
        outbox=Outbox(settings.id, clock),
        puller=puller,
        authenticator=_authenticator(settings, db, puller, clock),
        policy=settings.policy(),
        hysteresis=settings.hysteresis(),
        oms=PortOms(_office(settings)),
        swing=lambda: random.uniform(-1, 1),  # noqa: S311  spreads load, keeps no secret
    )


def _office(settings: Settings) -> HeadOffice:
    token = settings.head_office_token.get_secret_value()
    return connect(settings.head_office_adapter, settings.head_office_url, token)


def _pulls(settings: Settings) -> tuple[Pull, ...]:
    return (Pull("mode", settings.sessions_url), Pull("revocations", settings.sessions_url))


def _authenticator(settings: Settings, db: Database, puller: Puller, clock: Clock) -> Authenticator:
    def revocations() -> dict[str, Any] | None:
        with db.transaction() as tx:
            heard = puller.value(tx, "revocations")
        return heard.value if heard else None

    def silent() -> bool:
        with db.transaction() as tx:
            heard = puller.value(tx, "revocations")
        return heard is None or (clock.now() - heard.heard_at).total_seconds() > SILENT_AFTER_S

    key = settings.token_public_key_file
    return Authenticator(
        Path(key).read_text() if key else "",
        settings.id,
        settings.service_token.get_secret_value(),
        revoked=Revocations(revocations),
        silent=silent,
    )
