"""Whoever opens a store is told when its broker is one that its makers no longer mend (T43)."""

import pytest

from deploy.runner.versions import broker


@pytest.mark.parametrize("version", ["4.0.5", "4.3.0-rc.1", "10.0.0"])
def test_t43_a_broker_that_is_mended_is_named_alone(version: str) -> None:
    assert broker(version) == f"RabbitMQ {version}"


@pytest.mark.parametrize("version", ["3.10.8", "3.13.7", "2.8.4"])
def test_t43_an_old_one_is_named_with_what_to_do(version: str) -> None:
    told = broker(version)
    assert told.startswith(f"RabbitMQ {version}: its makers mend it no more")
    assert "keep this machine's packages up to date" in told


def test_one_that_does_not_answer_is_no_reason_not_to_open() -> None:
    assert broker(None) == "RabbitMQ does not answer; tills sell meanwhile"
