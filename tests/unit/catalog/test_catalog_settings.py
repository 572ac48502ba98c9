"""What catalog is told is checked before it starts."""

from datetime import timedelta

import pytest

from services.catalog.settings import Settings
from services.chassis.settings import SettingsError, load

SETTINGS = {
    "STORE_ID": "S1",
    "STORE_DATABASE_URL": "postgresql://x@127.0.0.1/x",
    "STORE_METRICS_LISTEN": "127.0.0.1:9",
    "STORE_SERVICE_TOKEN": "0123456789abcdef",
    "STORE_HEAD_OFFICE_URL": "http://127.0.0.1:9",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STORE_FRESHNESS", '{"inventory": {"fresh": 600, "too_old": 60}}'),
        ("STORE_FRESHNESS", '{"inventory": {"fresh": 0}}'),
        ("STORE_FRESHNESS", '{"weather": {"fresh": 60}}'),
        ("STORE_FRESHNESS", '{"inventory": {"old": 60}}'),
        ("STORE_FRESHNESS", "soon"),
        ("STORE_PRODUCTS_INTERVAL", "0"),
        ("STORE_STAFF_INTERVAL", "-1"),
        ("STORE_INVENTORY_INTERVAL", "1e9"),
        ("STORE_HEAD_OFFICE_URL", "ftp://x"),
        ("STORE_PRODUCT_INTERVAL", "60"),
    ],
)
def test_b1_settings_that_make_no_sense_are_named(monkeypatch, name, value):
    for known, good in (SETTINGS | {name: value}).items():
        monkeypatch.setenv(known, good)
    with pytest.raises(SettingsError, match=name):
        load(Settings)


def test_b1_ages_of_one_data_set_leave_the_others_alone(monkeypatch):
    for known, good in (SETTINGS | {"STORE_FRESHNESS": '{"inventory": {"fresh": 600}}'}).items():
        monkeypatch.setenv(known, good)
    settings = load(Settings)
    assert settings.policy("inventory").fresh == timedelta(minutes=10)
    assert settings.policy("inventory").too_old == settings.policy("staff").too_old == timedelta(hours=24)
    assert settings.interval("payment-modes") == timedelta(minutes=5)
