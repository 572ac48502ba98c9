"""What sync is told beyond what every service is."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from services.chassis.settings import Addresses, SealingKeys, ServiceSettings, Token, Url
from services.sync.domain.connectivity import Hysteresis
from services.sync.domain.policy import Policy

Seconds = Annotated[float, Field(gt=0, le=3600)]


class Settings(ServiceSettings):
    """Names are prefixed STORE_ in the environment; times are in seconds.

    `internet_probes`: host:port, comma-separated; one that can be connected to proves that the store has internet
    though head office is silent. Without any, the store has internet when something answers in head office's place.
    """

    head_office_url: Url
    head_office_token: Token
    sessions_url: Url
    orders_url: Url
    customer_keys: SealingKeys
    probe_seconds: Annotated[float, Field(ge=0.05, le=300)] = 5
    probe_timeout_seconds: Seconds = 4
    down_after: Annotated[int, Field(ge=1, le=100)] = 3
    up_after: Annotated[int, Field(ge=1, le=100)] = 3
    internet_probes: Addresses = ""
    oms_in_flight: Annotated[int, Field(ge=1, le=256)] = 32
    oms_slow_start_seconds: Annotated[float, Field(ge=0, le=3600)] = 30
    oms_timeout_seconds: Seconds = 20
    # what customers told, after head office has it
    keep_customers_days: Annotated[int, Field(ge=1, le=36_500)] = 90

    def hysteresis(self) -> Hysteresis:
        """The rule of connectivity; a faster probe counts faster."""
        spacing = timedelta(seconds=min(1.0, self.probe_seconds / 2))
        return Hysteresis(down_after=self.down_after, up_after=self.up_after, spacing=spacing)

    def policy(self) -> Policy:
        """The figures by which orders are sent."""
        return Policy(in_flight=self.oms_in_flight, slow_start=self.oms_slow_start_seconds)
