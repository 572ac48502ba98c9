"""Settings: everything that is missing, wrong or unknown is named at once."""

import pytest

from services.chassis.settings import ServiceSettings, SettingsError, load

GOOD = {
    "STORE_ID": "S001",
    "STORE_DATABASE_URL": "postgresql://a:aPnVx7-q2Lw9r@127.0.0.1/c",
    "STORE_METRICS_LISTEN": "127.0.0.1:9101",
    "STORE_SERVICE_TOKEN": "0123456789abcdef",
}


@pytest.fixture
def environment(monkeypatch):
    import os

    for name in [n for n in os.environ if n.startswith("STORE_")]:
        monkeypatch.delenv(name)

    def told(**changes):
        for name, value in (GOOD | changes).items():
            monkeypatch.setenv(name, value) if value is not None else monkeypatch.delenv(name, raising=False)

    return told


def test_good_settings_are_read(environment):
    environment()
    assert load(ServiceSettings).id == "S001"


def test_everything_wrong_is_named_at_once(environment):
    environment(STORE_ID=None, STORE_SERVICE_TOKEN="short", STORE_TIME_ZONE="IST2", STORE_DATABSE_URL="typo")
    with pytest.raises(SettingsError) as refused:
        load(ServiceSettings, needs=("amqp_url",))
    text = str(refused.value)
    for name in ("STORE_ID is missing", "STORE_SERVICE_TOKEN", "STORE_TIME_ZONE", "STORE_DATABSE_URL is not a setting"):
        assert name in text


def test_what_a_kind_of_process_needs_is_missed_by_name(environment):
    environment()
    with pytest.raises(SettingsError, match="STORE_AMQP_URL is missing"):
        load(ServiceSettings, needs=("amqp_url",))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STORE_ID", ""),
        ("STORE_ID", "a b"),
        ("STORE_ID", "'S001'"),
        ("STORE_METRICS_LISTEN", "9101"),
        ("STORE_METRICS_LISTEN", "127.0.0.1:port"),
        ("STORE_ENVIRONMENT", "test"),
        ("STORE_DOOR_WORKERS", "1e3"),
        ("STORE_DOOR_WORKERS", "0"),
        ("STORE_DOOR_WORKERS", "-1"),
        ("STORE_SESSIONS_URL", "http://user:word@host/"),
        ("STORE_SESSIONS_URL", "sessions"),
        ("STORE_LOG_LEVEL", "yes"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_by_name(environment, name, value):
    environment(**{name: value})
    with pytest.raises(SettingsError, match=name):
        load(ServiceSettings)


def test_secrets_may_stand_in_files(environment, tmp_path):
    environment(STORE_SERVICE_TOKEN=None, STORE_SECRETS_DIR=str(tmp_path))
    (tmp_path / "store_service_token").write_text("a-secret-from-a-file")
    assert load(ServiceSettings).service_token.get_secret_value() == "a-secret-from-a-file"


def test_an_error_never_shows_a_secret(environment):
    environment(STORE_SERVICE_TOKEN="tooshort")
    with pytest.raises(SettingsError) as refused:
        load(ServiceSettings)
    assert "tooshort" not in str(refused.value)
