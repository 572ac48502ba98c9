"""The secrets of one store, and which of them each process is told."""

from pathlib import Path

from deploy.runner import broker_accounts, database_roles
from deploy.runner.certificates import TokenKeys
from deploy.runner.environment import CUSTOMER_KEYS, OWN_SECRETS, Credentials
from deploy.runner.files import Secrets
from services.chassis.sealing import new_key

MIGRATE = "migrate"
HEAD_OFFICE_TOKEN = "head-office-token"  # noqa: S105  the name of a file


class Vault:
    """A folder of secrets that only its owner can read."""

    def __init__(self, place: Path) -> None:
        self.secrets = Secrets(place)
        self.keys = TokenKeys(place)

    @property
    def place(self) -> Path:
        return self.secrets.place

    def database_superuser(self) -> str:
        return self.secrets.get("postgres")

    def broker_administrator(self) -> str:
        return self.secrets.get("rabbitmq")

    def database_password(self, role: str) -> str:
        return self.secrets.get(f"database-{role}")

    def broker_passwords(self) -> dict[str, str]:
        """The broker's accounts with their passwords."""
        return {account: self.secrets.get(f"broker-{account}") for account in broker_accounts.accounts()}

    def head_office_token(self) -> str | None:
        """The token that head office gave this store; None before it was installed."""
        return self.secrets.given(HEAD_OFFICE_TOKEN)

    def keep_head_office_token(self, token: str) -> None:
        self.secrets.put(HEAD_OFFICE_TOKEN, token)

    def customer_keys(self) -> str:
        """The keys under which customer data is sealed, the newest first."""
        if self.secrets.given(CUSTOMER_KEYS) is None:
            self.secrets.put(CUSTOMER_KEYS, new_key("1"))
        return self.secrets.get(CUSTOMER_KEYS)

    def add_customer_key(self) -> str:
        """Puts a new key in front of the others; its id."""
        known = self.customer_keys().split()
        key_id = str(1 + max(int(key.partition(":")[0]) for key in known))
        self.secrets.put(CUSTOMER_KEYS, "\n".join([new_key(key_id), *known]))
        return key_id

    def credentials(self, service: str, kind: str, *, database: str, broker: str) -> Credentials:
        """What a process is told; servers are host:port. `migrate` is told the schema owner's account."""
        role = database_roles.owner(service) if kind == MIGRATE else service
        account = f"{service}:{self.broker_passwords()[service]}"
        return Credentials(
            database_url=f"postgresql://{role}:{self.database_password(role)}@{database}/{database_roles.DATABASE}",
            amqp_url=f"amqp://{account}@{broker}/{broker_accounts.VHOST}",
            service_token=self.secrets.get("service-token"),
            head_office_token=self.head_office_token(),
            customer_keys=self.customer_keys(),
            own={name: self.secrets.get(f"{service}-{name}") for name in OWN_SECRETS[service]},
        )
