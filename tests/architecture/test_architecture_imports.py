"""Who may import whom: the rules themselves, and that the build notices when one is broken."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("catalog", "orders", "sync", "sessions")
# a rule takes the time as an argument, draws no lots, and talks to nobody
IMPURE = {"time", "random", "os", "socket", "subprocess", "threading", "urllib", "logging", "secrets"}


def modules_of(file: Path) -> Iterator[str]:
    """Modules that a file imports."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the project, to break a rule in."""
    place = tmp_path_factory.mktemp("project")
    for part in ("services", "deploy"):
        shutil.copytree(ROOT / part, place / part, ignore=shutil.ignore_patterns("__pycache__", "till"))
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


def judged(place: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    words = [str(program), "--no-cache", "--config", "pyproject.toml"]
    return subprocess.run(words, cwd=place, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("services/orders/handlers/selling.py", "import services.catalog.errors", "No service imports another"),
        ("services/sync/handlers/looking.py", "from services import sessions", "No service imports another"),
        ("services/chassis/ids.py", "from services.orders import errors", "Libraries know no service"),
        ("services/head_office/answers.py", "import services.sync.errors", "Libraries know no service"),
        ("deploy/head_office/orders.py", "from services.head_office import answers", "The stand-in head office"),
    ],
)
def test_b15_an_import_that_is_not_allowed_fails_the_build(copy: Path, file: str, line: str, broken: str) -> None:
    planted = copy / file
    before = planted.read_text()
    planted.write_text(f"{before}\n{line}\n")
    try:
        done = judged(copy)
    finally:
        planted.write_text(before)
    assert done.returncode != 0
    assert any(word.startswith(broken) and "BROKEN" in word for word in done.stdout.splitlines()), done.stdout


def test_b15_a_service_that_reaches_another_by_way_of_a_library_fails_the_build(copy: Path) -> None:
    library, service = copy / "services/chassis/ids.py", copy / "services/orders/money_of_others.py"
    before = library.read_text()
    library.write_text(f"{before}\nimport services.sync.errors\n")
    service.write_text("from services.chassis import ids\n")
    try:
        done = judged(copy)
    finally:
        library.write_text(before)
        service.unlink()
    assert "No service imports another BROKEN" in done.stdout, done.stdout


@pytest.mark.parametrize("service", SERVICES)
def test_rules_are_pure(service: str) -> None:
    allowed = sys.stdlib_module_names - IMPURE
    own = f"services.{service}.domain"
    for file in (ROOT / "services" / service / "domain").rglob("*.py"):
        imported = set(modules_of(file))
        strange = {m for m in imported if m.partition(".")[0] not in allowed and not m.startswith(own)}
        assert not strange, f"{file.relative_to(ROOT)} imports {strange}"
        assert "pathlib.Path" not in imported, f"{file.relative_to(ROOT)} touches files"
        assert ".now(" not in file.read_text(), f"{file.relative_to(ROOT)} looks at the clock"


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("entrypoint", ["routes", "service"])
def test_entrypoints_decode_call_and_encode(service: str, entrypoint: str) -> None:
    """What they know of tables, they know from handlers."""
    file = ROOT / "services" / service / f"{entrypoint}.py"
    assert not {m for m in modules_of(file) if m == "sqlalchemy" or m.startswith("sqlalchemy.")}
    assert f"services.{service}.models" not in set(modules_of(file))


def test_nothing_that_is_delivered_knows_of_tests() -> None:
    """Errors that are planned, seams and sabotage among them: no setting can turn on what no module imports."""
    files = [file for part in ("services", "deploy") for file in (ROOT / part).rglob("*.py")]
    assert files
    assert [file for file in files if any(module.partition(".")[0] == "tests" for module in modules_of(file))] == []
