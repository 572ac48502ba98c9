"""Files and folders that are whole or not there, with the rights that they need."""

import os
import pwd
import secrets
import stat
from pathlib import Path

SECRET_BYTES = 32


def write(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Writes a file in one step: whoever reads it sees the old one or the new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(mode)
    draft.replace(path)


def folder(path: Path, *, mode: int = 0o755, user: str | None = None) -> Path:
    """Makes a folder, or gives it the rights it should have; `user` owns it where we are root."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(mode)
    if user is not None:
        give(path, user)
    return path


def give(path: Path, user: str) -> None:
    """Makes a user own a file, where we are root."""
    if os.geteuid() == 0:
        account = pwd.getpwnam(user)
        os.chown(path, account.pw_uid, account.pw_gid)


def can_enter(path: Path, user: str) -> bool:
    """Whether a user gets into a folder, by way of all those above it."""
    account = pwd.getpwnam(user)
    return all(_may_pass(place.stat(), account) for place in [path.resolve(), *path.resolve().parents])


def _may_pass(place: os.stat_result, account: pwd.struct_passwd) -> bool:
    if place.st_uid == account.pw_uid:
        return bool(place.st_mode & stat.S_IXUSR)
    if place.st_gid == account.pw_gid:
        return bool(place.st_mode & stat.S_IXGRP)
    return bool(place.st_mode & stat.S_IXOTH)


class Secrets:
    """Random secrets, one file each, made at first use and kept."""

    def __init__(self, place: Path) -> None:
        self.place = folder(place, mode=0o700)

    def get(self, name: str) -> str:
        """The secret of that name."""
        file = self.place / name
        if not file.exists():
            self.put(name, secrets.token_urlsafe(SECRET_BYTES))
        return file.read_text().strip()

    def put(self, name: str, value: str) -> None:
        """Keeps a secret that somebody else has made."""
        write(self.place / name, value, mode=0o600)

    def given(self, name: str) -> str | None:
        """A secret that somebody else makes; None until it was put here."""
        file = self.place / name
        return file.read_text().strip() if file.exists() else None
