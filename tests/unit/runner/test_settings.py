"""T35: what a store refuses in production it refuses without being asked to, where head office is a real one."""

from pathlib import Path

import pytest

from deploy.runner.errors import RunnerError
from deploy.runner.settings import load

REAL = "EDGE_HEAD_OFFICE_URL=https://head-office.example.com\n"
IN_MEMORY = "\n  EDGE_FOLDER is in memory, or its postgres or rabbitmq is: a power cut would lose sales"


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EDGE_ENVIRONMENT", "EDGE_HEAD_OFFICE_URL", "EDGE_SERVICES"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("file", "environment"),
    [
        ("", "development"),
        (REAL, "production"),
        (REAL + "EDGE_ENVIRONMENT=production\n", "production"),
        (REAL + "EDGE_ENVIRONMENT=development\n", "development"),
        ("EDGE_ENVIRONMENT=production\n", "production"),
    ],
)
def test_t35_a_store_with_a_real_head_office_runs_in_production(tmp_path: Path, file: str, environment: str) -> None:
    (tmp_path / ".env").write_text(file)
    assert load(tmp_path / ".env").environment == environment


def test_t35_the_environment_counts_as_the_file_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_HEAD_OFFICE_URL", "https://head-office.example.com")
    assert load(tmp_path / "none").environment == "production"
    monkeypatch.setenv("EDGE_ENVIRONMENT", "development")
    assert load(tmp_path / "none").environment == "development"


def test_d_an_environment_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(REAL + "EDGE_ENVIRONMENT=staging\n")
    with pytest.raises(RunnerError, match="EDGE_ENVIRONMENT"):
        load(tmp_path / ".env")


def test_t35_a_head_office_in_clear_is_refused_before_it_is_told_the_code(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(REAL.replace("https:", "http:"))
    with pytest.raises(RunnerError, match="\n  EDGE_HEAD_OFFICE_URL leaves this machine in clear"):
        load(file)
    private = """EDGE_SERVICES='{"sync": {"private_hosts": "head-office.example.com"}}'\n"""
    for told in ("EDGE_ENVIRONMENT=development\n", private):
        file.write_text(REAL.replace("https:", "http:") + told)
        assert load(file).head_office_url == "http://head-office.example.com"
    file.write_text("EDGE_HEAD_OFFICE_URL=http://127.0.0.1:9\n")
    assert load(file).environment == "production"


def test_f35_a_folder_in_memory_is_refused_where_it_counts(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("EDGE_FOLDER=/dev/shm/store\n")
    assert load(file).folder == Path("/dev/shm/store")
    file.write_text("EDGE_FOLDER=/dev/shm/store\nEDGE_ENVIRONMENT=production\n")
    with pytest.raises(RunnerError, match=IN_MEMORY):
        load(file)
    for part in ("postgres", "rabbitmq"):
        store = tmp_path / f"store-of-{part}"
        store.mkdir()
        (store / part).symlink_to("/dev/shm/elsewhere")
        file.write_text(f"EDGE_FOLDER={store}\nEDGE_ENVIRONMENT=production\n")
        with pytest.raises(RunnerError, match=IN_MEMORY):
            load(file)
