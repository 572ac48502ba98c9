"""What may be chosen about a store on this machine, by environment variables or in a file `.env`."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.runner.environment import PROJECT
from deploy.runner.errors import RunnerError
from services.chassis.disks import in_memory
from services.chassis.production import stays_here

PREFIX = "EDGE_"
# folders of database and broker, which may be mounted or linked from elsewhere
DATA = ("postgres", "rabbitmq")
PASSPHRASE_LENGTH, PASSPHRASE_LETTERS = 20, 8

Port = Annotated[int, Field(ge=1, le=65535)]


def _hard_to_guess(passphrase: SecretStr) -> SecretStr:
    words = passphrase.get_secret_value()
    if len(words) < PASSPHRASE_LENGTH or len(set(words)) < PASSPHRASE_LETTERS:
        raise ValueError(f"has to be {PASSPHRASE_LENGTH} characters or more, {PASSPHRASE_LETTERS} of them different")
    return passphrase


Passphrase = Annotated[SecretStr, AfterValidator(_hard_to_guess)]


class RunSettings(BaseSettings):
    """Settings of the runner; in the environment their names begin with EDGE_."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", hide_input_in_errors=True)

    folder: Path = PROJECT / ".run"
    store_id: Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,16}$")] = "S001"
    # production where head office is a real one, unless somebody says otherwise
    environment: Literal["development", "production"] = "development"
    time_zone: ZoneInfo = ZoneInfo("Asia/Kolkata")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    host_names: list[str] = Field(default_factory=list)
    lan: bool = True

    https_port: Port | None = None
    http_port: Port | None = None
    postgres_port: Port | None = None
    amqp_port: Port | None = None
    management_port: Port | None = None
    head_office_port: Port | None = None

    head_office_url: Annotated[str, Field(pattern=r"^https?://[^@\s/]+(/\S*)?$")] | None = None
    head_office_code: SecretStr | None = None
    head_office_data: Path | None = None
    head_office_variants: Annotated[int, Field(ge=10, le=1_000_000)] = 2_000

    # what backups are sealed with
    backup_passphrase: Passphrase | None = None

    # settings of services that differ from their defaults: {"orders": {"oversell": "block"}}
    services: dict[str, dict[str, str]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _real_stores_are_safe(cls, told: dict[str, Any]) -> dict[str, Any]:
        real = told.get("head_office_url") is not None
        return {"environment": "production"} | told if real else told

    @model_validator(mode="after")
    def _no_code_in_clear(self) -> Self:
        """The code for this store is sent there before any service could refuse."""
        url = urlsplit(self.head_office_url or "")
        private = set(self.services.get("sync", {}).get("private_hosts", "").split(","))
        if self.environment == "production" and url.scheme == "http" and not stays_here(url.hostname, private):
            raise ValueError("EDGE_HEAD_OFFICE_URL leaves this machine in clear: use https")
        return self

    @model_validator(mode="after")
    def _outlives_a_power_cut(self) -> Self:
        """Database and broker keep what they were told below this folder."""
        parts = (self.folder, *(self.folder / name for name in DATA))
        if self.environment == "production" and any(in_memory(part.resolve()) for part in parts):
            raise ValueError("EDGE_FOLDER is in memory, or its postgres or rabbitmq is: a power cut would lose sales")
        return self

    def fixed_ports(self) -> dict[str, int]:
        """Ports that were asked for, by name."""
        fields = {name.removesuffix("_port"): getattr(self, name) for name in type(self).model_fields}
        return {name: port for name, port in fields.items() if f"{name}_port" in type(self).model_fields and port}


def load(file: Path = PROJECT / ".env") -> RunSettings:
    """Reads environment and file. Raises RunnerError that names all that is wrong."""
    wrong = [f"{name} is not a setting of the runner" for name in _unknown(file)]
    try:
        settings = RunSettings(_env_file=file)
    except ValidationError as error:
        wrong += [_named(e) for e in error.errors()]
    if wrong:
        raise RunnerError("\n".join(["Settings that must be mended:", *(f"  {line}" for line in wrong)]))
    return settings


def _named(error: ErrorDetails) -> str:
    told = error["msg"].removeprefix("Value error, ")
    # what is wrong between settings has no place, and names them itself
    return f"{PREFIX}{'.'.join(str(part) for part in error['loc']).upper()}: {told}" if error["loc"] else told


def _unknown(file: Path) -> list[str]:
    known = {PREFIX + field.upper() for field in RunSettings.model_fields}
    return sorted(n for n in {*os.environ, *dotenv_values(file)} if n.startswith(PREFIX) and n not in known)
