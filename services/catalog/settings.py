"""What catalog is told beyond what every service is."""

import json
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_settings import NoDecode

from services.catalog.domain.datasets import Dataset
from services.catalog.domain.freshness import Policy
from services.chassis.settings import ServiceSettings, Url

Seconds = Annotated[float, Field(gt=0, le=30 * 86_400)]


class Ages(BaseModel):
    """Up to which age a data set is fresh, and beyond which it is too old, in seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fresh: Seconds = 4 * 3600
    too_old: Seconds = 24 * 3600

    @model_validator(mode="after")
    def _in_order(self) -> "Ages":
        self.policy()
        return self

    def policy(self) -> Policy:
        """The ages as the rule takes them."""
        return Policy(fresh=timedelta(seconds=self.fresh), too_old=timedelta(seconds=self.too_old))


def _decoded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


# read by ourselves, so that what is no JSON is named as every other wrong setting is
Freshness = Annotated[dict[Dataset, Ages], NoDecode, BeforeValidator(_decoded)]


class Settings(ServiceSettings):
    """Names are prefixed STORE_ in the environment; intervals are seconds between two syncs of a data set.

    `freshness` is JSON: ages for data sets that differ from the default, {"inventory": {"fresh": 600}}.
    """

    head_office_url: Url
    products_interval: Seconds = 120
    inventory_interval: Seconds = 30
    payment_modes_interval: Seconds = 300
    staff_interval: Seconds = 60
    retry_interval: Seconds = 5
    freshness: Freshness = Field(default_factory=dict)

    def interval(self, dataset: Dataset) -> timedelta:
        """The time between two syncs of a data set."""
        return timedelta(seconds=getattr(self, f"{dataset.replace('-', '_')}_interval"))

    def policy(self, dataset: Dataset) -> Policy:
        """How old a data set may be."""
        return self.freshness.get(dataset, Ages()).policy()
