"""Words on customers, sessions and cancellations; and what sync is told at its start."""

from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.sealing import new_key
from services.chassis.settings import SettingsError, load
from services.sync.domain.answers import Answer, Busy, Failed, KeyReused, Lost, Refused, Taken, Unfit, Unreachable
from services.sync.domain.notices import Fate, next_fate
from services.sync.domain.policy import Policy
from services.sync.domain.reasons import Reason
from services.sync.settings import Settings

NOW = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)
POLICY = Policy()


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("attempts", "answer", "fate"),
    [
        (0, Taken(), Fate("sent", 0, NOW)),
        (0, Refused(), Fate("refused", 1, NOW, "refused")),
        (2, Refused((Reason("odd", ""),)), Fate("refused", 3, NOW, "odd")),
        (0, Failed(), Fate("waiting", 1, after(1))),
        (4, Failed(), Fate("waiting", 5, after(600))),
        (5, Failed(), Fate("refused", 6, NOW, "out_of_attempts")),
        (0, Unfit(), Fate("waiting", 1, after(1))),
        (0, KeyReused(), Fate("waiting", 1, after(1))),
        (3, Failed(judged=False), Fate("waiting", 3, after(5))),
        (3, Busy(60), Fate("waiting", 3, after(5))),
        (3, Lost(), Fate("waiting", 3, after(5))),
        (3, Unreachable(), Fate("waiting", 3, after(5))),
    ],
)
def test_b21_only_what_judged_a_word_counts(attempts: int, answer: Answer | Taken, fate: Fate) -> None:
    assert next_fate(attempts, answer, NOW, POLICY) == fate


TOLD = {
    "STORE_ID": "S1",
    "STORE_DATABASE_URL": "postgresql://sync@127.0.0.1/x",
    "STORE_METRICS_LISTEN": "127.0.0.1:9",
    "STORE_SERVICE_TOKEN": "0123456789abcdef",
    "STORE_CUSTOMER_KEYS": new_key("1"),
    "STORE_SESSIONS_URL": "http://127.0.0.1:9",
    "STORE_ORDERS_URL": "http://127.0.0.1:9",
    "STORE_HEAD_OFFICE_URL": "http://127.0.0.1:9",
    "STORE_HEAD_OFFICE_TOKEN": "kW3-8fVbN1qZ0xTy",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STORE_PROBE_SECONDS", "0"),
        ("STORE_PROBE_SECONDS", "-1"),
        ("STORE_PROBE_SECONDS", "often"),
        ("STORE_DOWN_AFTER", "0"),
        ("STORE_UP_AFTER", "1.5"),
        ("STORE_OMS_IN_FLIGHT", "0"),
        ("STORE_OMS_IN_FLIGHT", "1e3"),
        ("STORE_OMS_SLOW_START_SECONDS", "-1"),
        ("STORE_OMS_TIMEOUT_SECONDS", "0"),
        ("STORE_INTERNET_PROBES", "one.example"),
        ("STORE_INTERNET_PROBES", "one.example:53,,"),
        ("STORE_INTERNET_PROBE", "one.example:53"),
        ("STORE_HEAD_OFFICE_URL", "ftp://one.example"),
        ("STORE_HEAD_OFFICE_URL", "https://name:word@one.example"),
        ("STORE_HEAD_OFFICE_TOKEN", ""),
    ],
)
def test_d_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    for key, told in (TOLD | {name: value}).items():
        monkeypatch.setenv(key, told)
    with pytest.raises(SettingsError, match=name):
        load(Settings)


def test_settings_become_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"STORE_OMS_IN_FLIGHT": "8", "STORE_DOWN_AFTER": "5", "STORE_PROBE_SECONDS": "0.5"}
    for key, told in (TOLD | given).items():
        monkeypatch.setenv(key, told)
    settings = load(Settings)
    assert (settings.policy().in_flight, settings.hysteresis().down_after) == (8, 5)
    assert settings.hysteresis().spacing == timedelta(seconds=0.25)
