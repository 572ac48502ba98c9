"""What a folder's disk is made of."""

from pathlib import Path

import pytest

from services.chassis.disks import in_memory
from services.chassis.sealing import new_key
from services.chassis.settings import SettingsError, load
from services.orders.settings import Settings

SECRET = "0123456789abcdef"
GOOD = {
    "id": "S001",
    "environment": "production",
    "database_url": "postgresql://a:b@127.0.0.1/c",
    "metrics_listen": "127.0.0.1:9102",
}

MOUNTS = """\
23 1 254:1 / / rw,relatime - ext4 /dev/vda rw
24 23 0:22 / /dev/shm rw,nosuid shared:3 - tmpfs tmpfs rw
25 23 7:0 / /srv/data rw,relatime - ext4 /dev/loop0 rw
26 25 0:40 / /srv/data/scratch rw - tmpfs tmpfs rw
"""


def test_a_folder_is_as_safe_as_the_disk_that_it_is_on(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    told = {"/dev/shm/a/b": True, "/srv/data/a": False, "/srv/data/scratch/a": True, "/a": False}
    assert {folder: in_memory(Path(folder), mounts) for folder in told} == told


def test_orders_does_not_start_on_a_database_that_is_in_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("services.orders.settings.in_memory", lambda _: True)
    told = GOOD | {
        "service_token": SECRET,
        "chain_salt": SECRET,
        "customer_keys": new_key("1"),
        "data_folder": str(tmp_path),
    }
    for name, value in told.items():
        monkeypatch.setenv(f"STORE_{name.upper()}", value)
    with pytest.raises(SettingsError, match="a power cut would lose sales"):
        load(Settings)
    monkeypatch.setenv("STORE_ENVIRONMENT", "development")
    assert load(Settings).data_folder == tmp_path
