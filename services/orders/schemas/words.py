"""Words and codes that people type, as they are taken."""

from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints, ValidationInfo

from services.chassis.fields import Line, Note, Safe
from services.orders.domain.payments import holds_card_number
from services.orders.errors import CardNumberRefused

Sku = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$")]
# at most the fifteen digits of E.164: no room for most card numbers
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9](?:[ -]?[0-9]){6,14}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$")]
Gstin = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}[A-Z0-9]{13}$")]
StateCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]


def _no_card_number(text: str, field: ValidationInfo) -> str:
    """Raises CardNumberRefused, which is no matter of form."""
    if holds_card_number(text):
        raise CardNumberRefused(field=field.field_name)
    return text


# what a person types and the store keeps
Words = Annotated[Line, AfterValidator(_no_card_number)]
NoteWords = Annotated[Note, AfterValidator(_no_card_number)]
Reference = Annotated[Safe, StringConstraints(max_length=64)]
OrderState = Literal["waiting", "synced", "pending", "void_asked", "void"]
