"""Settings of orders."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, DirectoryPath, Field, model_validator

from services.chassis.disks import in_memory
from services.chassis.settings import SealingKeys, Secret, ServiceSettings
from services.orders.domain.rules import Policy

Amount = Annotated[int, Field(gt=0, le=10**13)]


def _absolute(folder: Path) -> Path:
    if not folder.is_absolute():
        raise ValueError("is no absolute path")
    return folder


Folder = Annotated[DirectoryPath, AfterValidator(_absolute)]


class Settings(ServiceSettings):
    """Amounts in minor units.

    `data_folder`: a folder on the disk that holds the database, if it is a disk of this machine; with less than
    `data_needs_mb` left there, no till is let come to Pay.
    """

    chain_salt: Secret
    customer_keys: SealingKeys
    oversell: Literal["block", "warn", "approve"] = "approve"
    limit_payment_minor: Amount = 50_000_00
    limit_order_minor: Amount = 1_00_000_00
    limit_session_minor: Amount = 25_00_000_00
    round_cash: bool = True
    online_timeout_s: Annotated[float, Field(gt=0, le=5)] = 1.5

    data_folder: Folder | None = None
    data_needs_mb: Annotated[int, Field(ge=1, le=1_000_000)] = 64

    # days
    keep_customers_days: Annotated[int, Field(ge=30, le=36_500)] = 1_095
    keep_order_customers_days: Annotated[int, Field(ge=365, le=36_500)] = 2_922
    keep_held_carts_days: Annotated[int, Field(ge=1, le=365)] = 7
    keep_reads_days: Annotated[int, Field(ge=365, le=36_500)] = 400

    @model_validator(mode="after")
    def _outlives_a_power_cut(self) -> Self:
        if self.environment == "production" and self.data_folder is not None and in_memory(self.data_folder.resolve()):
            raise ValueError("data_folder is in memory: a power cut would lose sales")
        return self

    def policy(self) -> Policy:
        """What needs a manager."""
        return Policy(self.oversell, self.limit_payment_minor, self.limit_order_minor, self.limit_session_minor)
