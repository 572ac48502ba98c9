"""The gateway's certificate while a store runs: renewed in time, or a person is told what to do."""

import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from deploy.runner.certificates import RENEW_BEFORE, Certificates
from deploy.runner.errors import RunnerError

RENEW_EVERY_S = 6 * 3600.0


def say(words: str) -> None:
    """Tells whoever reads what the runner writes."""
    sys.stderr.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {words}\n")
    sys.stderr.flush()


def begin(certificates: Certificates, now: datetime, told: Callable[[str], None] = say) -> None:
    """Has a certificate to open with, if need be the one that is there. Raises RunnerError where it has run out."""
    try:
        certificates.renew(now)
    except (RunnerError, OSError, ValueError) as error:
        if not certificates.serves(now):
            raise RunnerError(f"There is no certificate to open with. {error}") from error
        told(f"{error} {lasting(certificates.end(), now)}")


def lasting(end: datetime | None, now: datetime) -> str:
    """How long the gateway's certificate lasts, in words."""
    if end is None:
        return "The gateway has no certificate."
    days = (end - now).days
    if now >= end:
        return f"The gateway's certificate ran out on {end:%d.%m.%Y}: tills cannot reach the store."
    return f"The gateway's certificate lasts until {end:%d.%m.%Y}, {days} more days."


def warning(end: datetime | None, now: datetime) -> str | None:
    """What to say of a certificate that should have been renewed by now; None while it lasts."""
    return lasting(end, now) if end is None or end - now <= RENEW_BEFORE else None


class Renewal:
    """Looks again and again whether the certificate has to be renewed; no failure ends it."""

    def __init__(
        self, certificates: Certificates, renewed: Callable[[], None], told: Callable[[str], None] = say
    ) -> None:
        """`renewed` has the gateway use the new certificate."""
        self._certificates = certificates
        self._renewed = renewed
        self._told = told
        self._unused = False

    def keep(self, closing: threading.Event, every: float = RENEW_EVERY_S) -> None:
        """Looks every so many seconds until it closes."""
        while not closing.wait(every):
            self.look(datetime.now(UTC))

    def look(self, now: datetime) -> None:
        """Renews what is due; what goes wrong is told, and tried again at the next look."""
        try:
            self._unused |= self._certificates.renew(now)
            if self._unused:
                self._renewed()
                self._unused = False
        except Exception as error:  # noqa: BLE001  the store sells on meanwhile, and a thread that ended tells nobody
            self._told(f"The gateway's certificate was not renewed: {error}")
        if told := warning(self._certificates.end(), now):
            self._told(told)
