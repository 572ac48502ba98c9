"""Words and codes that people type, as they are taken."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from services.chassis.fields import NoCardNumber, Safe

Sku = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$")]
# at most the fifteen digits of E.164: no room for most card numbers
PlainPhone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9](?:[ -]?[0-9]){6,14}$")]
PlainEmail = Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$")]
Phone = Annotated[PlainPhone, NoCardNumber]
Email = Annotated[PlainEmail, NoCardNumber]
Gstin = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}[A-Z0-9]{13}$")]
# of GST: the states and territories, and three that are none (abroad, other territory, the centre)
StateCode = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|[12][0-9]|3[0-8]|9[679])$")]
Reference = Annotated[Safe, StringConstraints(max_length=64)]
OrderState = Literal["waiting", "synced", "pending", "void_asked", "void"]
