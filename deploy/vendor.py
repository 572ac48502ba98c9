"""Fetches the till page's libraries at their pinned versions, and lays their modules into services/till/vendor/."""

import hashlib
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

from deploy.runner.environment import PROJECT

PLACE = PROJECT / "services" / "till" / "vendor"
# of each module as it is laid here; `sha256sum -c` reads it
SUMS = PLACE / "SHA256SUMS"

# package, version, its module, the name it has here
MODULES = (
    ("preact", "11.2.0", "dist/preact.mjs", "preact.mjs"),
    ("preact", "11.2.0", "hooks/dist/hooks.mjs", "hooks.mjs"),
    ("@preact/signals-core", "1.14.5", "dist/signals-core.mjs", "signals-core.mjs"),
    ("@preact/signals", "2.11.4", "dist/signals.mjs", "signals.mjs"),
    ("htm", "3.1.1", "dist/htm.module.js", "htm.mjs"),
    ("htm", "3.1.1", "preact/index.module.js", "htm-preact.mjs"),
    ("idb", "8.0.4", "build/index.js", "idb.mjs"),
)

# the names by which they know each other; relative ones need no import map, which a strict policy would refuse inline
NEIGHBOURS = {
    "preact": "preact.mjs",
    "preact/hooks": "hooks.mjs",
    "@preact/signals-core": "signals-core.mjs",
    "htm": "htm.mjs",
}
IMPORT = re.compile(r'\bfrom"([^".][^"]*)"')
SOURCE_MAP = re.compile(r"//# sourceMappingURL=\S+")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        packages = {(name, version): _fetch(name, version, Path(folder)) for name, version, _, _ in MODULES}
        for name, version, module, here in MODULES:
            _lay(packages[name, version], module, PLACE / here)
        for (name, _), package in packages.items():
            licence = (package / "LICENSE").read_text()
            (PLACE / f"LICENSE.{name.replace('@', '').replace('/', '-')}").write_text(licence)


def sums() -> dict[str, str]:
    """The SHA-256 of each module, by its name here."""
    lines = (line.split() for line in SUMS.read_text().splitlines())
    return {name: digest for digest, name in lines}


def _fetch(name: str, version: str, folder: Path) -> Path:
    words = ["npm", "pack", "--silent", f"{name}@{version}"]
    archive = subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True).stdout.split()[-1]
    with tarfile.open(folder / archive) as packed:
        packed.extractall(folder / f"{archive}.d", filter="data")
    return folder / f"{archive}.d" / "package"


def _lay(package: Path, module: str, file: Path) -> None:
    """Raises ValueError where it is not what somebody looked at."""
    text = SOURCE_MAP.sub("", (package / module).read_text())
    laid = IMPORT.sub(lambda found: f'from"./{NEIGHBOURS[found[1]]}"', text).rstrip() + "\n"
    if (digest := hashlib.sha256(laid.encode()).hexdigest()) != sums().get(file.name):
        raise ValueError(f"{file.name} is not what {SUMS.name} says: read what changed, then note {digest} there")
    file.write_text(laid)


if __name__ == "__main__":
    main()
