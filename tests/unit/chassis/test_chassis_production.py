"""What may do on a developer's machine is refused in a store, by name and without its value."""

from typing import Any

import pytest
from pydantic import SecretStr

from services.chassis.production import unsafe
from services.chassis.settings import ServiceSettings

GOOD = {
    "id": "S001",
    "database_url": "postgresql://orders:aPnVx7-q2Lw9r@127.0.0.1/store",
    "amqp_url": "amqp://orders:aPnVx7-q2Lw9r@127.0.0.1:5672/store",
    "metrics_listen": "127.0.0.1:9100",
    "service_token": "kW3-8fVbN1qZ0xTy",
    "head_office_url": "https://head-office.example.com",
}


def wrong(**changes: Any) -> list[str]:
    return [name for name, _ in unsafe(ServiceSettings(**GOOD | changes))]


def test_t35_what_a_store_is_installed_with_is_safe() -> None:
    assert wrong() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("service_token", "Password-1234567"),
        ("service_token", "Development!!!!!"),
        ("head_office_token", "secret"),
        ("head_office_token", "changeme-2026"),
        ("database_url", "postgresql://orders:postgres@127.0.0.1/store"),
        ("database_url", "postgresql://orders-of-this:orders-of-this@127.0.0.1/store"),
        ("amqp_url", "amqp://guest:guest@127.0.0.1/store"),
        ("amqp_url", "amqp://orders:short@127.0.0.1/store"),
    ],
)
def test_t35_a_well_known_secret_is_refused_in_production_by_its_name(name: str, value: str) -> None:
    assert wrong(**{name: value}) == [name]
    assert all(value not in why for _, why in unsafe(ServiceSettings(**GOOD | {name: value})))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("head_office_url", "http://head-office.example.com"),
        ("amqp_url", "amqp://orders:aPnVx7-q2Lw9r@10.0.0.7/store"),
        ("database_url", "postgresql://orders:aPnVx7-q2Lw9r@10.0.0.7/store"),
        ("database_url", "postgresql://orders:aPnVx7-q2Lw9r@10.0.0.7/store?sslmode=prefer"),
        ("sessions_url", "http://10.0.0.7:8000"),
    ],
)
def test_t2_words_that_leave_the_machine_in_clear_are_refused_in_production(name: str, value: str) -> None:
    assert wrong(**{name: value}) == [name]


def test_t2_encrypted_words_and_private_networks_may_leave() -> None:
    assert wrong(amqp_url="amqps://orders:aPnVx7-q2Lw9r@10.0.0.7/store") == []
    assert wrong(database_url="postgresql://orders:aPnVx7-q2Lw9r@10.0.0.7/store?sslmode=verify-full") == []
    assert wrong(sessions_url="http://sessions-door:8000", private_hosts="sessions-door,rabbitmq") == []


def test_t30_senders_are_checked_in_production() -> None:
    assert wrong(check_senders=False) == ["check_senders"]


def test_t35_no_secret_is_quoted() -> None:
    settings = ServiceSettings(**GOOD | {"service_token": SecretStr("Password-1234567")})
    assert "Password" not in str(list(unsafe(settings)))
