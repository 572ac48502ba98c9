"""Shift tokens: signed here, checked in every door."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import jwt

from services.chassis.tokens import ALGORITHM, ISSUER, LEEWAY_WHILE_SILENT_S

LONGEST_USE_AFTER_EXPIRY_S = LEEWAY_WHILE_SILENT_S


@dataclass(frozen=True)
class Shift:
    """What a token says; `issued_at` in whole seconds since 1970."""

    token_id: UUID
    staff_code: str
    name: str
    role: str
    permissions: tuple[str, ...]
    till_id: str | None
    issued_at: int
    expires_at: datetime


class Signer:
    """Signs with the store's private key (PEM, Ed25519)."""

    def __init__(self, private_key: str, store_id: str) -> None:
        self._key = private_key
        self._store_id = store_id

    def sign(self, shift: Shift) -> str:
        claims = {
            "iss": ISSUER,
            "sub": shift.staff_code,
            "name": shift.name,
            "role": shift.role,
            "permissions": list(shift.permissions),
            "till": shift.till_id,
            "store": self._store_id,
            "jti": str(shift.token_id),
            "iat": shift.issued_at,
            "exp": int(shift.expires_at.timestamp()),
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)
