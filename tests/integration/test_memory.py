"""What measures memory does the work that it says; how much it takes is for `python -m tests.bench.memory`."""

from typing import Any

import pytest

from tests.bench.memory import SERVICE, peak_mb


@pytest.mark.parametrize("case", SERVICE)
def test_f59_long_work_is_done_in_a_process_of_its_own(service_database: Any, case: str) -> None:
    assert 10 < peak_mb(service_database, case, 8) < 500
