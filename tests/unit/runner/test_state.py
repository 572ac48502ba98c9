"""One runner a folder."""

from pathlib import Path

import pytest

from deploy.runner.environment import PROJECT
from deploy.runner.errors import RunnerError
from deploy.runner.files import Secrets, can_enter
from deploy.runner.settings import RunSettings, load
from deploy.runner.state import AlreadyRunning, State, running


def test_a_folder_has_one_runner_which_says_where_it_is(tmp_path: Path) -> None:
    first = State(tmp_path)
    first.claim()
    first.write({"addresses": {"till": "http://127.0.0.1:8080"}})
    with pytest.raises(AlreadyRunning) as refused:
        State(tmp_path).claim()
    assert refused.value.state == {"addresses": {"till": "http://127.0.0.1:8080"}} == running(tmp_path)

    first.release()
    assert running(tmp_path) is None
    second = State(tmp_path)
    second.claim()
    second.release()


def test_settings_come_from_the_environment_and_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("EDGE_HTTPS_PORT=9443\nEDGE_STORE_ID=BLR-7\nOTHER=1\n")
    monkeypatch.setenv("EDGE_SERVICES", '{"orders": {"oversell": "block"}}')
    settings = load(tmp_path / ".env")
    assert (settings.store_id, settings.fixed_ports()) == ("BLR-7", {"https": 9443})
    assert settings.services == {"orders": {"oversell": "block"}}


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("EDGE_HTTPS_PORT=99999", "EDGE_HTTPS_PORT"),
        ("EDGE_STORE_ID=no spaces", "EDGE_STORE_ID"),
        ("EDGE_HEAD_OFFICE_URL=ftp://x", "EDGE_HEAD_OFFICE_URL"),
        ("EDGE_HTTP_PROT=8080", "EDGE_HTTP_PROT"),
        ("EDGE_TIME_ZONE=Asia/Nowhere", "EDGE_TIME_ZONE"),
        ("EDGE_HEAD_OFFICE_VARIANTS=0", "EDGE_HEAD_OFFICE_VARIANTS"),
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path: Path, line: str, named: str) -> None:
    (tmp_path / ".env").write_text(f"{line}\n")
    with pytest.raises(RunnerError, match=named):
        load(tmp_path / ".env")


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    secret = Secrets(tmp_path / "secrets").get("one")
    assert len(secret) > 40
    assert Secrets(tmp_path / "secrets").get("one") == secret != Secrets(tmp_path / "secrets").get("other")
    assert oct((tmp_path / "secrets" / "one").stat().st_mode & 0o777) == "0o600"


def test_a_folder_below_a_closed_one_cannot_be_entered_by_others(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "inside").mkdir(parents=True)
    closed.chmod(0o700)
    assert not can_enter(closed / "inside", "nobody")
    assert can_enter(Path("/"), "nobody")
    assert RunSettings(folder=tmp_path).folder == tmp_path


def test_the_example_names_every_setting_and_no_other() -> None:
    lines = (PROJECT / ".env.example").read_text().splitlines()
    named = {line.removeprefix("#").split("=")[0] for line in lines if "=" in line and "EDGE_" in line}
    assert named == {f"EDGE_{field.upper()}" for field in RunSettings.model_fields}
