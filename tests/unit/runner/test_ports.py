import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.runner.ports import HIGHEST, LOWEST, Ports, PortTaken, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    """A port at which somebody else listens."""
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        yield somebody.getsockname()[1]


def test_a_port_is_remembered(tmp_path: Path) -> None:
    first = Ports(tmp_path / "ports.json").take("orders.door")
    assert LOWEST <= first < HIGHEST
    assert Ports(tmp_path / "ports.json").take("orders.door") == first


def test_two_names_never_share_a_port(tmp_path: Path) -> None:
    ports = Ports(tmp_path / "ports.json")
    assert len({ports.take(f"p{n}") for n in range(50)}) == 50


def test_a_port_that_somebody_took_meanwhile_is_replaced(tmp_path: Path, taken: int) -> None:
    (tmp_path / "ports.json").write_text(f'{{"metrics": {taken}}}')
    assert Ports(tmp_path / "ports.json").take("metrics") not in (taken, None)


def test_a_port_that_people_know_is_never_changed_behind_their_back(tmp_path: Path, taken: int) -> None:
    (tmp_path / "ports.json").write_text(f'{{"https": {taken}}}')
    with pytest.raises(PortTaken, match=str(taken)):
        Ports(tmp_path / "ports.json").take("https", keep=True)


def test_a_port_that_was_asked_for_is_taken_or_refused(tmp_path: Path, taken: int) -> None:
    free = Ports(tmp_path / "other.json").take("any")
    assert Ports(tmp_path / "ports.json", {"https": free}).take("https") == free
    with pytest.raises(PortTaken, match=r"\.env"):
        Ports(tmp_path / "ports.json", {"https": taken}).take("https")


def test_the_first_wish_is_taken_when_it_is_free(tmp_path: Path, taken: int) -> None:
    ports = Ports(tmp_path / "ports.json")
    free = ports.take("any")
    assert Ports(tmp_path / "another.json").take("http", first=free) == free
    assert ports.take("http", first=taken) != taken


def test_a_listener_on_any_address_takes_the_port() -> None:
    with socket.socket() as somebody:
        somebody.bind(("0.0.0.0", 0))
        somebody.listen()
        assert not is_free(somebody.getsockname()[1])
