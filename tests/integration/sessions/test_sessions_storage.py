"""The storage grant: proven, remembered, watched; and each till's own."""

import errno

import pytest

from services.sessions import folder
from services.sessions.domain.grants import Proof
from services.sessions.handlers import machine, storage

PATH = "/api/sessions/storage-grant"
TILL_PATH = "/api/sessions/till-storage-grant"
WHY = "the line is slow"


def test_s3_a_folder_that_keeps_what_is_written_is_granted_and_remembered(store, tmp_path):
    token = store.token("M1")
    answer = store.put(PATH, token, folder=str(tmp_path))
    edge = answer.json["edge"]
    assert (edge["folder"], edge["granted_by"], edge["problem"]) == (str(tmp_path), "M1", None)
    assert edge["free_bytes"] > 0
    assert store.get(PATH, store.token("A1")).json["edge"] == edge
    assert list(tmp_path.glob(f"{folder.PROOF_PREFIX}*")) == []


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("relative/folder", "the folder must be an absolute path, such as /var/lib/store"),
        ("/no/such/folder", "there is no such folder"),
        ("/etc/hostname", "it is no folder"),
        ("/proc/1", "there is no such folder"),
        ("/tmp/../etc", "the folder must be written without .."),
    ],
)
def test_s3_a_folder_that_cannot_be_used_is_refused_in_words(store, path, problem):
    before = store.get(PATH, store.token("M1")).json
    answer = store.put(PATH, store.token("M1"), folder=path)
    assert (answer.status_code, answer.json["code"]) == (409, "storage_refused")
    assert answer.json["details"] == {"why": problem, "field": "folder"}
    assert store.get(PATH, store.token("M1")).json == before


def test_s3_only_a_manager_grants_the_edge_servers_folder(store, tmp_path):
    assert store.put(PATH, store.token("A1"), folder=str(tmp_path)).status_code == 403


def test_s3_a_folder_without_room_is_refused(tmp_path):
    proof = folder.prove(str(tmp_path), needed_bytes=2**62)
    assert proof.problem
    assert proof.problem.endswith("are needed")


@pytest.mark.parametrize(
    ("trouble", "problem"),
    [
        (OSError(errno.ENOSPC, ""), "its disk is full"),
        (OSError(errno.EDQUOT, ""), "its disk is full"),
        (OSError(errno.EROFS, ""), "its disk is read-only"),
        (OSError(errno.EPERM, ""), "the edge server may not write there"),
        (OSError(errno.EACCES, ""), "the edge server may not write there"),
        (OSError(errno.EIO, ""), "nothing can be written there"),
        (ValueError("embedded null byte"), "nothing can be written there"),
    ],
    ids=str,
)
def test_s3_f36_what_is_wrong_with_a_folder_is_said_in_words(tmp_path, monkeypatch, trouble, problem):
    def fails(*_):
        raise trouble

    monkeypatch.setattr(folder, "_write_through", fails)
    assert folder.prove(str(tmp_path), needed_bytes=1) == Proof(problem, 0)


def test_s3_f36_a_disk_that_takes_a_part_only_is_full(tmp_path, monkeypatch):
    monkeypatch.setattr(folder.os, "write", lambda _, content: len(content) - 1)
    assert folder.prove(str(tmp_path), needed_bytes=1).problem == "its disk is full"
    assert list(tmp_path.iterdir()) == []


def test_s3_without_the_grant_offline_mode_cannot_be_entered(store):
    with store.app.db.transaction() as tx:
        tx.exec_driver_sql("delete from storage_grants")
    refused = store.turn(store.token("M1"), on=True, reason=WHY)
    assert refused.json["details"]["missing"] == ["storage"]
    store.cut()
    assert store.mode()["banner"]["text"] == "This store cannot sell: storage folder is missing."


def test_s2_s3_a_grant_that_is_lost_during_an_outage_warns_and_the_store_sells_on(store, tmp_path):
    kept = tmp_path / "offline"
    store.cut()
    kept.rename(tmp_path / "gone")
    storage.watch(store.app)
    machine.step(store.app)
    assert (store.mode()["mode"], store.mode()["warnings"]) == ("offline", ["storage_missing"])
    assert store.get(PATH, store.token("A1")).json["edge"]["problem"] == "there is no such folder"
    (tmp_path / "gone").rename(kept)
    storage.watch(store.app)
    machine.step(store.app)
    assert store.mode()["warnings"] == []
    assert [kind for kind in store.ledger() if kind.startswith("storage")] == [
        "storage_granted",
        "storage_lost",
        "storage_back",
    ]


def test_s3_watching_a_folder_that_is_well_writes_nothing_down(store):
    before = store.ledger()
    for _ in range(3):
        storage.watch(store.app)
    assert store.ledger() == before


@pytest.mark.one_step
def test_s3_a_folder_that_is_granted_while_the_old_one_is_watched_stays_granted(store, tmp_path, monkeypatch):
    new, prove = tmp_path / "new", folder.prove
    new.mkdir()

    def dead_and_replaced(_path, *, needed_bytes):
        monkeypatch.setattr(folder, "prove", prove)
        store.put(PATH, store.token("M1"), folder=str(new))
        return Proof("nothing can be written there", 0)

    monkeypatch.setattr(folder, "prove", dead_and_replaced)
    storage.watch(store.app)
    assert storage.show(store.app)["edge"]["problem"] is None
    assert store.ledger()[-1] == "storage_granted"


def test_s3_a_disk_that_gives_back_something_else_is_found(store, monkeypatch):
    monkeypatch.setattr(folder, "judge", lambda **_: Proof("what was written there is not what is read back", 1))
    storage.watch(store.app)
    assert store.ledger()[-1] == "storage_lost"


def test_s3_each_tills_grant_is_noted_and_holds_up_no_other(store):
    token = store.token("A1")
    for _ in range(2):
        answer = store.put(TILL_PATH, token, granted=True, folder="Offline data")
    [till] = answer.json["tills"]
    assert (till["folder"], till["granted_by"], till["problem"]) == ("Offline data", "A1", None)
    lost = store.put(TILL_PATH, token, granted=False, folder="Offline data").json["tills"][0]
    assert lost["problem"] == "the till's page may no longer write there"
    assert store.ledger().count("storage_granted") == 2
    assert store.turn(token, on=True, reason=WHY).json["mode"] == "offline"


def test_s3_a_tills_grant_needs_a_till(store):
    manager = store.sign_in("M1", till_id=None, till_key=None).json["token"]
    assert store.put(TILL_PATH, manager, granted=True, folder="x").json["code"] == "till_needed"
