"""Who asks: shift tokens signed by one service and checked by all, and the token that doors share."""

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import jwt

from services.chassis.clock import Clock, SystemClock
from services.chassis.database import Database
from services.chassis.errors import Forbidden, Unauthorized
from services.chassis.events import Fact
from services.chassis.settings import ServiceSettings
from services.chassis.states import Pull, State, read

ALGORITHM = "EdDSA"
ISSUER = "sessions"
SERVICE = "service"
MANAGER = "manager"
LEEWAY_WHILE_SILENT_S = 4 * 3600
SILENT_AFTER_S = 60
TOKENS_REMEMBERED = 256

T = TypeVar("T")


@dataclass(frozen=True)
class Principal:
    """Whoever asks, as the token says."""

    staff_code: str
    name: str
    role: str
    permissions: tuple[str, ...] = ()
    till_id: str | None = None
    token_id: str = ""
    expires_at: int = 0
    issued_at: int = 0

    def needs(self, role: str) -> None:
        """Raises Forbidden unless this role, or a higher one, is held."""
        if not self.has(role):
            raise Forbidden

    def has(self, role: str) -> bool:
        return self.role == role or (self.role == MANAGER and role != SERVICE)


SERVICE_PRINCIPAL = Principal(staff_code="", name="", role=SERVICE)


class RevokedToken(Fact):
    jti: str


class RevokedPerson(Fact):
    """Whose tokens are refused that were issued before a second since 1970."""

    staff_code: str
    before: int


class RevokedTill(Fact):
    till_id: str
    before: int


class RevocationsTold(Fact):
    """What doors must refuse, as its owner tells it."""

    tokens: list[RevokedToken]
    staff: list[RevokedPerson]
    tills: list[RevokedTill]


Revoked = Callable[[Principal], bool]
Silent = Callable[[], bool]


class Authenticator:
    """Turns the Authorization header into a Principal, without asking anyone.

    `revoked` looks at the revocations last heard; `silent` says that none have been heard for a while: then a token is
    taken up to four hours after its end, so that a store whose sign-in is down goes on selling.
    """

    def __init__(
        self,
        public_key: str,
        store_id: str,
        service_token: str,
        *,
        revoked: Revoked,
        silent: Silent,
        clock: Clock | None = None,
    ) -> None:
        self._key = public_key
        self._store = store_id
        self._service_token = service_token
        self._revoked = revoked
        self._silent = silent
        self._clock = clock or SystemClock()
        # a signature stays what it is; how late it is, and whether it was revoked, is asked each time
        self._signed = lru_cache(TOKENS_REMEMBERED)(self._signed_principal)

    def authenticate(self, header: str) -> Principal:
        """Raises Unauthorized for a missing, wrong, expired or revoked token."""
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorized
        if hmac.compare_digest(token.encode(errors="replace"), self._service_token.encode()):
            return SERVICE_PRINCIPAL
        principal = self._signed(token)
        if self._late(principal) or self._revoked(principal):
            raise Unauthorized
        return principal

    def _late(self, principal: Principal) -> bool:
        leeway = LEEWAY_WHILE_SILENT_S if self._silent() else 0
        return self._clock.now().timestamp() >= principal.expires_at + leeway

    def _signed_principal(self, token: str) -> Principal:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub", "jti"], "verify_iat": False, "verify_exp": False},
            )
            if claims.get("store") != self._store:
                raise Unauthorized
            return _principal(claims)
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise Unauthorized from error


class Remembered(Generic[T]):
    """Something that is read again at most once a second, but as often as it is asked for while it is None."""

    def __init__(self, load: Callable[[], T | None], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._load = load
        self._monotonic = monotonic
        self._read_at = 0.0
        self._value: T | None = None

    def __call__(self) -> T | None:
        now = self._monotonic()
        if self._value is None or now - self._read_at >= 1:
            self._read_at = now
            self._value = self._load() or self._value
        return self._value


class Revocations:
    """Whether a token, or whoever holds it, was revoked."""

    def __init__(self, load: Callable[[], dict[str, Any] | None]) -> None:
        self._load = load

    def __call__(self, principal: Principal) -> bool:
        value = self._load() or {}
        if any(t["jti"] == principal.token_id for t in value.get("tokens", ())):
            return True
        of_person = {s["staff_code"]: s["before"] for s in value.get("staff", ())}
        of_till = {t["till_id"]: t["before"] for t in value.get("tills", ())}
        before = max(of_person.get(principal.staff_code, 0), of_till.get(principal.till_id, 0))
        return principal.issued_at < before


def revocations_of(url: str) -> Pull:
    """The state that says what this door must refuse."""
    return Pull("revocations", url, RevocationsTold)


def heard_authenticator(settings: ServiceSettings, db: Database, clock: Clock) -> Authenticator:
    """Checks shift tokens against the revocations last heard from their owner."""

    def load() -> State | None:
        with db.transaction() as tx:
            return read(tx, "revocations")

    heard = Remembered(load)

    def revocations() -> dict[str, Any] | None:
        state = heard()
        return state.value if state else None

    def silent() -> bool:
        state = heard()
        return state is None or (clock.now() - state.heard_at).total_seconds() > SILENT_AFTER_S

    key = Path(settings.token_public_key_file).read_text() if settings.token_public_key_file else ""
    token = settings.service_token.get_secret_value()
    return Authenticator(key, settings.id, token, revoked=Revocations(revocations), silent=silent)


def _principal(claims: dict[str, Any]) -> Principal:
    return Principal(
        staff_code=str(claims["sub"]),
        name=str(claims.get("name", "")),
        role=str(claims.get("role", "")),
        permissions=tuple(claims.get("permissions", ())),
        till_id=claims.get("till"),
        token_id=str(claims["jti"]),
        expires_at=int(claims["exp"]),
        issued_at=int(claims["iat"]),
    )
