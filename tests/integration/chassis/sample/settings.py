"""Settings of the sample."""

from services.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Its states are pulled from `sessions_url`, where another sample may be."""

    tick_seconds: float = 0.2
