"""What each process is told, and what it is not."""

from pathlib import Path

import pytest

from deploy.runner.environment import Credentials, Site, environment
from deploy.runner.services import SERVICES

SECRET = "a-secret-of-these-tests"
CREDENTIALS = Credentials(
    database_url=f"postgresql://x:{SECRET}@127.0.0.1/store",
    amqp_url=f"amqp://x:{SECRET}@127.0.0.1/store",
    service_token=SECRET,
    head_office_token=SECRET,
    customer_keys=SECRET,
    own={"chain_salt": SECRET, "pin_pepper": SECRET},
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(
        store_id="S001",
        environment="development",
        time_zone="Asia/Kolkata",
        log_level="INFO",
        doors={service: f"127.0.0.1:{8101 + n}" for n, service in enumerate(SERVICES)},
        metrics={"orders.door": "127.0.0.1:9101"},
        head_office_url="http://127.0.0.1:9000",
        public_key_file=tmp_path / "public.pem",
        private_key_file=tmp_path / "private.pem",
        secrets_folder=tmp_path / "secrets",
        settings={"orders": {"oversell": "block"}},
    )


@pytest.mark.parametrize("service", SERVICES)
def test_b18_no_secret_stands_in_an_environment(site: Site, service: str) -> None:
    assert not any(SECRET in value for value in environment(site, service, "door", CREDENTIALS).values())


def test_b18_a_secret_is_told_to_those_who_need_it_only(site: Site) -> None:
    def told(service: str) -> set[str]:
        return {p.name for p in Path(environment(site, service, "door", CREDENTIALS)["STORE_SECRETS_DIR"]).iterdir()}

    common = {"store_database_url", "store_amqp_url", "store_service_token", "store_head_office_token"}
    assert told("catalog") == common
    assert told("sync") == common | {"store_customer_keys"}
    assert told("orders") == common | {"store_customer_keys", "store_chain_salt"}
    assert told("sessions") == common | {"store_pin_pepper"}


def test_b18_secrets_are_readable_by_their_owner_only(site: Site) -> None:
    place = Path(environment(site, "orders", "door", CREDENTIALS)["STORE_SECRETS_DIR"])
    assert oct(place.stat().st_mode & 0o777) == "0o700"
    assert {oct(file.stat().st_mode & 0o777) for file in place.iterdir()} == {"0o400"}


def test_only_sessions_can_sign_tokens(site: Site) -> None:
    signing = [s for s in SERVICES if "STORE_TOKEN_PRIVATE_KEY_FILE" in environment(site, s, "door", CREDENTIALS)]
    assert signing == ["sessions"]


def test_what_was_set_for_a_service_reaches_that_service(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_LOG_LEVEL", "of somebody else's shell")
    told = environment(site, "orders", "door", CREDENTIALS)
    assert told["STORE_OVERSELL"] == "block"
    assert told["STORE_LOG_LEVEL"] == "INFO"
    assert told["STORE_METRICS_LISTEN"] == "127.0.0.1:9101"
    assert "STORE_OVERSELL" not in environment(site, "sync", "door", CREDENTIALS)
