"""B16: a backup is taken for one only when it is whole, and is restored only where that can be meant."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from deploy.runner import backup
from deploy.runner.errors import RunnerError
from deploy.runner.restore import _kept, _pg_restore, restore
from deploy.runner.sealed import Seal
from deploy.runner.settings import RunSettings
from deploy.runner.state import restoring
from deploy.runner.system import System

PASSPHRASE = "four words for a backup"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A backup of nothing."""
    folder = tmp_path / "S001-20260415T010000Z"
    for part in ("secrets", "ca"):
        (folder / part).mkdir(parents=True)
    (folder / "database.dump").write_bytes(b"PGDMP")
    (folder / "secrets/orders-chain_salt").write_text("salt")
    told = {"version": 1, "store_id": "S001", "taken_at": "2026-04-15T01:00:00+00:00", "orders": 7}
    files = dict(backup._digests(folder))
    (folder / "backup.json").write_text(json.dumps(told | {"newest_order": None, "files": files}))
    return folder


def manifest(place: Path, **changes: object) -> None:
    told = json.loads((place / "backup.json").read_text())
    (place / "backup.json").write_text(json.dumps(told | changes))


def chosen(tmp_path: Path, **more: object) -> RunSettings:
    told = {"folder": tmp_path / "run", "head_office_url": "http://127.0.0.1:9", "head_office_code": "code"}
    return RunSettings(**told | more)  # type: ignore[arg-type]


def backed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: set[str], **how: str) -> backup.Backup:
    """A backup of a store whose database is a few bytes."""
    monkeypatch.setattr(backup, "running", lambda _: {})
    monkeypatch.setattr(backup, "_dump", dump)
    for name in backup.KEPT_SECRETS:
        (tmp_path / "run/secrets").mkdir(parents=True, exist_ok=True)
        (tmp_path / "run/secrets" / name).write_text("secret")
    (tmp_path / "run/ca").mkdir()
    for name in authority:
        (tmp_path / "run/ca" / name).write_text(name)
    return backup.back_up(tmp_path / "run", "S001", tmp_path / "backups", **how)


def dump(_: Path, draft: Path, seal: Seal | None) -> tuple[int, None]:
    backup._put(draft, backup.DUMP, [b"PGDMP" * 10**5] * 10, seal)
    return 7, None


def test_b16_a_whole_backup_is_read(place: Path) -> None:
    found = backup.read(place)
    assert (found.store_id, found.orders, found.newest_order) == ("S001", 7, None)


def test_b16_a_damaged_backup_is_none(place: Path) -> None:
    (place / "database.dump").write_bytes(b"PGDM")
    with pytest.raises(RunnerError, match="is damaged"):
        backup.read(place)
    (place / "database.dump").unlink()
    with pytest.raises(RunnerError, match="is damaged"):
        backup.read(place)


def test_b16_what_is_no_backup_is_named(place: Path, tmp_path: Path) -> None:
    manifest(place, version=3)
    with pytest.raises(RunnerError, match="made by a newer version"):
        backup.read(place)
    manifest(place, version=1, taken_at="yesterday")
    with pytest.raises(RunnerError, match="is no backup"):
        backup.read(place)
    with pytest.raises(RunnerError, match="is no backup"):
        backup.read(tmp_path / "nowhere")


def test_t37_a_sealed_backup_opens_with_its_passphrase_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = backed_up(tmp_path, monkeypatch, {"ca.crt"}, passphrase=PASSPHRASE).place
    files = [file for file in place.rglob("*") if file.is_file() and file.name != "backup.json"]
    assert files
    assert not any(b"secret" in file.read_bytes() or b"PGDMP" in file.read_bytes() for file in files)
    assert PASSPHRASE not in (place / "backup.json").read_text()
    sealed = backup.read(place)
    opened = sealed.seal(PASSPHRASE)
    assert {b"".join(sealed.pieces(f"secrets/{name}", opened)) for name in backup.KEPT_SECRETS} == {b"secret"}
    assert b"".join(sealed.pieces(backup.DUMP, opened)) == b"PGDMP" * 10**6
    with pytest.raises(RunnerError, match="set EDGE_BACKUP_PASSPHRASE"):
        restore(chosen(tmp_path, folder=tmp_path / "other"), place, print)
    with pytest.raises(RunnerError, match="its EDGE_BACKUP_PASSPHRASE is another one"):
        restore(chosen(tmp_path, folder=tmp_path / "other", backup_passphrase=PASSPHRASE[::-1]), place, print)
    assert not (tmp_path / "other").exists()


def test_t37_no_file_of_a_sealed_backup_passes_for_another(tmp_path: Path) -> None:
    seal = Seal.fresh(PASSPHRASE)
    file = tmp_path / "one"
    file.write_bytes(b"".join(seal.sealed([b"what", b"ever"], "one")))
    assert b"".join(seal.opened(file, "one")) == b"whatever"
    with pytest.raises(RunnerError, match="does not open"):
        list(seal.opened(file, "other"))
    whole = file.read_bytes()
    turned = whole[:20] + bytes([whole[20] ^ 1]) + whole[21:]
    for changed in (whole[:-1], whole + b"x", turned, whole[:13], whole[:5], b""):
        file.write_bytes(changed)
        with pytest.raises(RunnerError, match="does not open"):
            list(seal.opened(file, "one"))


def test_t37_a_store_that_sells_is_backed_up_under_a_passphrase() -> None:
    real = {"head_office_url": "https://head-office.example"}
    with pytest.raises(RunnerError, match="EDGE_BACKUP_PASSPHRASE is missing"):
        backup.passphrase_of(RunSettings(**real))  # type: ignore[arg-type]
    assert backup.passphrase_of(RunSettings(**real, backup_passphrase=PASSPHRASE)) == PASSPHRASE  # type: ignore[arg-type]
    assert backup.passphrase_of(RunSettings()) is None
    for weak in ("", PASSPHRASE[:19], " " * 20):
        with pytest.raises(ValidationError, match="has to be 20 characters or more, 8 of them different"):
            RunSettings(backup_passphrase=weak)  # type: ignore[arg-type]


def test_t37_a_backup_that_lost_its_seal_is_not_taken_for_one(place: Path, tmp_path: Path) -> None:
    with pytest.raises(RunnerError, match="is not sealed, so anybody could have changed it"):
        restore(chosen(tmp_path, backup_passphrase=PASSPHRASE), place, print)
    assert not (tmp_path / "run").exists()


def test_t37_a_dump_that_was_changed_never_comes_to_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = backed_up(tmp_path, monkeypatch, {"ca.crt"}, passphrase=PASSPHRASE).place
    sealed = bytearray((place / backup.DUMP).read_bytes())
    sealed[1000] ^= 1
    (place / backup.DUMP).write_bytes(sealed)
    manifest(place, files=dict(backup._digests(place)))
    with pytest.raises(RunnerError, match="or a file of it was changed"):
        restore(chosen(tmp_path, folder=tmp_path / "other", backup_passphrase=PASSPHRASE), place, print)
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("missing", ["database.dump", "secrets/orders-chain_salt"])
def test_b16_a_manifest_that_lists_too_little_is_no_backup(place: Path, tmp_path: Path, missing: str) -> None:
    (place / missing).unlink()
    manifest(place, files=dict(backup._digests(place)))
    with pytest.raises(RunnerError, match="is damaged"):
        restore(chosen(tmp_path), place, print)
    assert not (tmp_path / "run").exists()


def test_t37_a_sealed_backup_whose_manifest_denies_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = backed_up(tmp_path, monkeypatch, {"ca.crt"}, passphrase=PASSPHRASE).place
    manifest(place, salt=None)
    with pytest.raises(RunnerError, match="is sealed, and does not say so"):
        restore(chosen(tmp_path, folder=tmp_path / "other"), place, print)
    assert not (tmp_path / "other").exists()


def test_b16_a_backup_of_before_there_was_a_seal_opens(place: Path) -> None:
    assert _kept(backup.read(place), None) == {"secrets/orders-chain_salt": "salt"}
    assert b"".join(backup.read(place).pieces(backup.DUMP, None)) == b"PGDMP"


def test_b16_a_dump_that_breaks_off_is_no_backup() -> None:
    with pytest.raises(RunnerError, match="pg_dump failed: no room"):
        list(backup._said(["sh", "-c", "echo half; echo no room >&2; exit 1"], "password"))


def test_b16_a_database_that_does_not_take_the_dump_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pg_restore"
    program.write_text("#!/bin/sh\necho another version >&2; exit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr("deploy.runner.restore.programs", lambda _: tmp_path)
    plan: Any = SimpleNamespace(
        postgres=SimpleNamespace(port=1), vault=SimpleNamespace(database_superuser=lambda: "password")
    )
    with pytest.raises(RunnerError, match="pg_restore failed: another version"):
        _pg_restore(plan, [b"x" * 10**6] * 10)


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"store_id": "S002"}, "This is a backup of store S001"),
        ({"head_office_url": None}, "EDGE_HEAD_OFFICE_URL"),
        ({"head_office_code": None}, "EDGE_HEAD_OFFICE_CODE"),
    ],
)
def test_b16_a_restore_needs_the_right_store_and_a_head_office(
    place: Path, tmp_path: Path, more: dict[str, object], refused: str
) -> None:
    with pytest.raises(RunnerError, match=refused):
        restore(chosen(tmp_path, **more), place, print)
    assert not (tmp_path / "run").exists()


def test_b16_a_store_is_never_restored_over_another(place: Path, tmp_path: Path) -> None:
    (tmp_path / "run/secrets").mkdir(parents=True)
    with pytest.raises(RunnerError, match="There is a store in"):
        restore(chosen(tmp_path), place, print)


def test_b16_a_store_does_not_start_while_its_restore_is_not_done(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    restoring(tmp_path / "run").touch()
    with pytest.raises(RunnerError, match="run `make restore` again"):
        System(chosen(tmp_path))


def test_b16_a_stick_that_knows_no_owners_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "write", lambda path, *_, **__: path.write_text(""))
    tmp_path.chmod(0o755)
    with pytest.raises(RunnerError, match="cannot keep files from other people's eyes"):
        backup._must_keep_private(tmp_path)


@pytest.mark.parametrize("files", [{"ca.crt"}, {"ca.crt", "ca.key"}])
def test_t3_b16_a_store_is_backed_up_while_its_authoritys_key_is_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: set[str]
) -> None:
    made = backed_up(tmp_path, monkeypatch, files)
    assert {file.name for file in (made.place / "ca").iterdir()} == files
