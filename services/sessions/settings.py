"""What sessions is told beyond what every service is."""

from typing import Annotated

from pydantic import Field

from services.chassis.settings import File, Secret, ServiceSettings, Url


class Settings(ServiceSettings):
    """Names are prefixed STORE_ in the environment."""

    catalog_url: Url
    orders_url: Url
    sync_url: Url
    token_public_key_file: File
    token_private_key_file: File
    pin_pepper: Secret
    shift_hours: Annotated[int, Field(ge=1, le=24)] = 16
    # how long nobody may touch a till before it asks for the PIN again; 0: it never does
    idle_lock_seconds: Annotated[int, Field(ge=0, le=86_400)] = 600
    storage_needs_mb: Annotated[int, Field(ge=1, le=1_000_000)] = 512
    toggle_wait_seconds: Annotated[float, Field(ge=0, le=8)] = 5
