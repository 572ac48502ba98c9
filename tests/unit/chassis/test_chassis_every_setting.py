"""Bad input: every setting of every service, with values that nobody can mean; each is refused by its name."""

import os
from typing import Any

import pytest

from services.catalog.settings import Settings as Catalog
from services.chassis.sealing import new_key
from services.chassis.settings import PREFIX, ServiceSettings, SettingsError, load
from services.orders.settings import Settings as Orders
from services.sessions.settings import Settings as Sessions
from services.sync.settings import Settings as Sync

SERVICES: dict[str, type[ServiceSettings]] = {"catalog": Catalog, "orders": Orders, "sessions": Sessions, "sync": Sync}
SECRET = "0123456789abcdef"
GOOD = {
    "id": "S001",
    "environment": "production",
    "database_url": "postgresql://a:aPnVx7-q2Lw9r@127.0.0.1/c",
    "amqp_url": "amqp://a:aPnVx7-q2Lw9r@127.0.0.1:5672/c",
    "door_listen": "127.0.0.1:9101",
    "metrics_listen": "127.0.0.1:9102",
}
KEY = new_key("1")
NEEDED = {"customer_keys": KEY}

NO_NUMBER = ["", "x", "nan", "inf", "-1", "1e999", "9" * 30, "٣x", "0x10", "1 2"]
NO_URL = [
    "",
    "x",
    "localhost",
    "ftp://h/",
    "http://",
    "http://user@h/",
    "http://h:99999/",
    "http://h:port/",
    "http://a b/",
]
NO_ADDRESS = ["", "9101", "localhost", "localhost:", "localhost:99999", "local host:1", "localhost:-1", "@:1"]
NO_SECRET = ["", "short", "a" * 5_000, "ab" * 50]
OTHERS: dict[str, list[str]] = {
    "id": ["", "s001", "S" * 17, "S 1", "S/1", "Ｓ1"],
    "database_url": ["", "x", "http://h/", "postgresql://", "mysql://a:b@h/c"],
    "amqp_url": ["", "x", "http://h/", "amqp://", "redis://h"],
    "time_zone": ["", "IST2", "../../etc/passwd", "Asia/Nowhere"],
    "private_hosts": ["a b", "a;b", "é"],
    "head_office_token": ["", "   "],
    "head_office_adapter": ["", "Http", "os.system", "../http"],
    "customer_keys": ["", "x", "1:x", KEY[2:], f"{KEY} {KEY}", "1:" + "A" * 43 + "=", f"{KEY} 2:AAAA"],
    "internet_probes": ["x", "http://h:99999", "h:99999", "localhost:"],
}


BY_NAME = {"_listen": NO_ADDRESS, "_url": NO_URL, "_file": [""]}
BY_TYPE = {"Secret": NO_SECRET, "Literal": ["", "other", "PRODUCTION ", "0"], "bool": ["", "maybe", "2", "-1"]}


def bad_values(name: str, field: Any) -> list[str]:
    ways = [values for suffix, values in BY_NAME.items() if name.endswith(suffix)]
    ways += [values for kind, values in BY_TYPE.items() if kind in str(field.annotation)]
    return OTHERS.get(name) or [*ways, NO_NUMBER][0]


CASES = [(service, name) for service, settings in SERVICES.items() for name in settings.model_fields]


def problems_of(settings: type[ServiceSettings]) -> list[str]:
    try:
        load(settings)
    except SettingsError as refused:
        return refused.problems
    return []


def told(settings: type[ServiceSettings], monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
    for name in [n for n in os.environ if n.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    needed = {name for name, field in settings.model_fields.items() if field.is_required()}
    for name in needed | set(GOOD) | set(changes):
        value = changes.get(
            name, GOOD.get(name) or NEEDED.get(name) or ("http://127.0.0.1:1" if name.endswith("_url") else SECRET)
        )
        monkeypatch.setenv(PREFIX + name.upper(), value)


@pytest.mark.parametrize(("service", "name"), CASES)
def test_d_what_nobody_can_mean_is_refused_by_the_settings_name(
    service: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = SERVICES[service]
    variable = PREFIX + name.upper()
    told(settings, monkeypatch)
    let_in = []
    for bad in bad_values(name, settings.model_fields[name]):
        monkeypatch.setenv(variable, bad)
        if [problem.partition(":")[0] for problem in problems_of(settings)] != [variable]:
            let_in.append(bad)
    assert let_in == []


@pytest.mark.parametrize("service", SERVICES)
def test_d_good_settings_are_read_and_all_that_is_wrong_is_named_at_once(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = SERVICES[service]
    told(settings, monkeypatch)
    assert load(settings).id == "S001"
    told(settings, monkeypatch, id="s", metrics_listen="x", log_level="LOUD")
    monkeypatch.setenv("STORE_UNHEARD", "1")
    with pytest.raises(SettingsError) as refused:
        load(settings, needs=("door_listen",))
    text = str(refused.value)
    for name in ("STORE_ID", "STORE_METRICS_LISTEN", "STORE_LOG_LEVEL", "STORE_UNHEARD is not a setting"):
        assert name in text


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("setting", ["STORE_FAULTS", "STORE_FAULT_SEED", "STORE_FAULT_RATE"])
def test_no_service_can_be_told_to_fail(monkeypatch: pytest.MonkeyPatch, service: str, setting: str) -> None:
    """Errors from a seed are for test builds: there is no setting for them, in production or elsewhere."""
    monkeypatch.setenv(setting, "7")
    with pytest.raises(SettingsError) as refused:
        load(SERVICES[service])
    assert f"{setting} is not a setting of this service" in refused.value.problems
