"""Staff of the feed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args

from services.catalog.domain import reading
from services.catalog.domain.reading import BadRecord, Fields

Role = Literal["associate", "manager"]

MAX_PERMISSIONS = 32


@dataclass(frozen=True)
class StaffMember:
    """Somebody who works in the store; not after `valid_until`, whatever the store hears."""

    staff_code: str
    name: str
    role: Role
    permissions: tuple[str, ...]
    active: bool
    valid_until: datetime | None


def staff_member(fields: Fields) -> StaffMember:
    """The staff member of a record. Raises BadRecord."""
    return StaffMember(
        staff_code=reading.code(fields, "staff_code"),
        name=reading.text(fields, "name"),
        role=_role(fields),
        permissions=_permissions(fields),
        active=reading.truth(fields, "active", default=True),
        valid_until=reading.optional_moment(fields, "valid_until"),
    )


def _role(fields: Fields) -> Role:
    role = fields.get("role")
    if role not in get_args(Role):
        raise BadRecord("role_unknown", "role", f"is none of {', '.join(get_args(Role))}")
    return cast("Role", role)


def _permissions(fields: Fields) -> tuple[str, ...]:
    """Permissions in order; one that is not known here is kept: whoever asks for it decides."""
    value = fields.get("permissions", [])
    if not isinstance(value, list) or len(value) > MAX_PERMISSIONS or not all(_is_word(p) for p in value):
        raise BadRecord("permissions_invalid", "permissions", "is not a list of words")
    return tuple(sorted(set(value)))


def _is_word(value: object) -> bool:
    return isinstance(value, str) and value.isidentifier()
