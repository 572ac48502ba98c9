"""A broker on another machine is reached with TLS, and has to prove its name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from chassis_system import Sample

from deploy.runner.certificates import Certificates, Names
from services.chassis.amqp_connection import connect
from services.chassis.rpc import RpcUnavailable, call
from tests.support import PATIENCE_S, eventually


@pytest.fixture
def encrypted(new_sample: Callable[[], Sample], amqps: int, certificates: Certificates) -> Sample:
    """A sample that reaches its broker with TLS alone."""
    made = new_sample()
    return replace(made, amqp=by_tls(made.amqp, "localhost", amqps, certificates.authority))


def by_tls(uri: str, host: str, port: int, authority: Path) -> str:
    parts = urlsplit(uri)
    place = f"{parts.username}:{parts.password}@{host}:{port}"
    return parts._replace(scheme="amqps", netloc=place, query=f"cacertfile={authority}").geturl()


def test_t2_facts_and_questions_pass_by_tls(encrypted: Sample) -> None:
    with encrypted.running("door") as door, encrypted.running("worker"):
        thing = door.add("Blue")
        eventually(lambda: encrypted.times(thing) == 1)
        assert call(encrypted.amqp, "sample", "echo", timeout=PATIENCE_S, word="ab", times=2) == {"word": "abab"}


def test_t2_a_broker_that_cannot_prove_its_name_is_told_nothing(encrypted: Sample, amqps: int, tmp_path: Path) -> None:
    stranger = Certificates(tmp_path / "stranger", Names(("localhost",), ()))
    stranger.renew(datetime.now(UTC))
    authority = Path(urlsplit(encrypted.amqp).query.removeprefix("cacertfile="))
    for uri in (
        by_tls(encrypted.amqp, "localhost", amqps, stranger.authority),
        by_tls(encrypted.amqp, "127.0.0.1", amqps, authority),
    ):
        with pytest.raises(OSError, match="certificate verify failed"), connect(uri, "tests"):
            pass
        with pytest.raises(RpcUnavailable):
            call(uri, "sample", "echo", word="ab")
