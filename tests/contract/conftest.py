"""One stand-in head office for all contract tests; each begins with all its dials off."""

from collections.abc import Iterator

import pytest
from head_office_process import Process, running


@pytest.fixture(scope="session")
def head_office_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with running(tmp_path_factory.mktemp("head-office")) as process:
        yield process


@pytest.fixture
def head_office(head_office_process: Process) -> Process:
    head_office_process.right()
    return head_office_process
