"""Settings of orders."""

from typing import Annotated, Literal

from pydantic import Field

from services.chassis.settings import Secret, ServiceSettings
from services.orders.domain.rules import Policy

Amount = Annotated[int, Field(gt=0, le=10**13)]


class Settings(ServiceSettings):
    """Amounts in minor units."""

    chain_salt: Secret
    oversell: Literal["block", "warn", "approve"] = "approve"
    limit_payment_minor: Amount = 50_000_00
    limit_order_minor: Amount = 1_00_000_00
    limit_session_minor: Amount = 25_00_000_00
    round_cash: bool = True
    online_timeout_s: Annotated[float, Field(gt=0, le=5)] = 1.5

    def policy(self) -> Policy:
        """What needs a manager."""
        return Policy(self.oversell, self.limit_payment_minor, self.limit_order_minor, self.limit_session_minor)
