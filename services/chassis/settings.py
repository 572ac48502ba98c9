"""Settings from the environment; what is missing, wrong or unknown is named all at once."""

import os
import ssl
from typing import Annotated, Literal, Self, TypeVar
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.chassis import production
from services.chassis.sealing import Seals

PREFIX = "STORE_"
SECRETS_DIR = "STORE_SECRETS_DIR"
MIN_SECRET = 16
MIN_CHARACTERS = 6


class SettingsError(Exception):
    """The settings cannot be used."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("Settings that must be mended:\n" + "\n".join(f"  {p}" for p in problems))


def _possible_ports(addresses: str) -> str:
    """Refuses a port that no machine has, in any of the addresses that commas divide."""
    for address in addresses.split(","):
        _ = urlsplit(address if "://" in address else f"//{address}").port
    return addresses


def _address_of(*schemes: str) -> AfterValidator:
    """Refuses, without quoting it, what is no address of a server of some kind."""

    def check(secret: SecretStr) -> SecretStr:
        parts = urlsplit(secret.get_secret_value())
        if parts.scheme not in schemes or not (parts.hostname or "host=" in parts.query):
            raise ValueError(f"is no address such as {schemes[0]}://user:password@host:port/name")
        return secret

    return AfterValidator(check)


def _provable(secret: SecretStr) -> SecretStr:
    """Refuses an address whose broker could never prove its name, or that asks for what nobody does."""
    parts = urlsplit(secret.get_secret_value())
    asked = parse_qs(parts.query)
    if unknown := sorted(asked.keys() - ({"cacertfile"} if parts.scheme == "amqps" else set())):
        raise ValueError(f"asks for {', '.join(unknown)}, which is not known")
    try:
        for file in asked.get("cacertfile", []):
            ssl.create_default_context(cafile=file)
    except OSError:
        raise ValueError("names a cacertfile that holds no certificates") from None
    return secret


def _hard_to_guess(secret: SecretStr) -> SecretStr:
    if len(set(secret.get_secret_value())) < MIN_CHARACTERS:
        raise ValueError("is too easy to guess")
    return secret


def _not_blank(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value().strip():
        raise ValueError("is blank")
    return secret


def _keys(secret: SecretStr) -> SecretStr:
    Seals(secret.get_secret_value())
    return secret


HOST_AND_PORT = r"^[A-Za-z0-9.:\[\]-]+:[0-9]{1,5}$"

Address = Annotated[str, StringConstraints(pattern=HOST_AND_PORT), AfterValidator(_possible_ports)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^@\s/]+(/\S*)?$"), AfterValidator(_possible_ports)]
Secret = Annotated[SecretStr, Field(min_length=MIN_SECRET), AfterValidator(_hard_to_guess)]
Token = Annotated[SecretStr, AfterValidator(_not_blank)]
SealingKeys = Annotated[SecretStr, AfterValidator(_keys)]
Addresses = Annotated[
    str,
    StringConstraints(pattern=r"^$|^[^,\s/]+:[0-9]{1,5}(,[^,\s/]+:[0-9]{1,5})*$"),
    AfterValidator(_possible_ports),
]
File = Annotated[str, StringConstraints(min_length=1)]
DatabaseUrl = Annotated[SecretStr, _address_of("postgresql", "postgresql+psycopg")]
AmqpUrl = Annotated[SecretStr, _address_of("amqp", "amqps"), AfterValidator(_provable)]


class ServiceSettings(BaseSettings):
    """What every process of every service is told."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", hide_input_in_errors=True)

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{1,16}$")]
    environment: Literal["development", "production"] = "production"
    database_url: DatabaseUrl
    amqp_url: AmqpUrl | None = None
    door_listen: Address | None = None
    metrics_listen: Address
    service_token: Secret
    token_public_key_file: File | None = None
    time_zone: ZoneInfo = ZoneInfo("Asia/Kolkata")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    check_senders: bool = True
    # names of machines that are reached by no network that others are on, such as containers beside this one
    private_hosts: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.,_-]*$")] = ""
    keep_inbox_days: Annotated[int, Field(ge=90, le=36_500)] = 400
    door_workers: Annotated[int, Field(ge=2, le=64)] = 16
    catalog_url: Url | None = None
    orders_url: Url | None = None
    sync_url: Url | None = None
    sessions_url: Url | None = None
    head_office_url: Url | None = None
    head_office_token: Token | None = None
    head_office_adapter: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")] = "http"

    @classmethod
    def read(cls) -> Self:
        """Reads the process's environment and, where named, the folder of secrets."""
        return cls(_secrets_dir=os.environ.get(SECRETS_DIR) or None)


class Ownership(BaseSettings):
    """All that `migrate` needs: the database as the schema's owner sees it."""

    model_config = ServiceSettings.model_config

    database_url: DatabaseUrl

    @classmethod
    def read(cls) -> Self:
        return cls(_secrets_dir=os.environ.get(SECRETS_DIR) or None)


S = TypeVar("S", bound=ServiceSettings)


def load(cls: type[S], *, needs: tuple[str, ...] = ()) -> S:
    """The settings of a process.

    `needs` names optional fields that this kind of process cannot do without.
    Raises SettingsError with every missing, wrong and unknown variable.
    """
    problems = _unknown(cls)
    try:
        settings = cls.read()
    except ValidationError as error:
        raise SettingsError(problems + _problems(error)) from None
    problems += [f"{PREFIX}{n.upper()} is missing" for n in needs if getattr(settings, n) is None]
    if settings.environment == "production":
        problems += [f"{PREFIX}{name.upper()}: {why}" for name, why in production.unsafe(settings)]
    if problems:
        raise SettingsError(problems)
    return settings


def schema_owner() -> str:
    """The address of the database for `migrate`. Raises SettingsError."""
    try:
        return Ownership.read().database_url.get_secret_value()
    except ValidationError as error:
        raise SettingsError(_problems(error)) from None


def _problems(error: ValidationError) -> list[str]:
    return [_problem(e["loc"], e["msg"]) for e in error.errors()]


def _problem(location: tuple[int | str, ...], message: str) -> str:
    name = PREFIX + str(location[0]).upper() if location else PREFIX
    return f"{name} is missing" if message == "Field required" else f"{name}: {message}"


def _unknown(cls: type[ServiceSettings]) -> list[str]:
    known = {PREFIX + field.upper() for field in cls.model_fields} | {SECRETS_DIR}
    return [
        f"{name} is not a setting of this service" for name in sorted(os.environ) if _ours(name) and name not in known
    ]


def _ours(name: str) -> bool:
    return name.startswith(PREFIX)
