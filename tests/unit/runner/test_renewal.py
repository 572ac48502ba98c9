"""The gateway's certificate is renewed while the store runs, and a store opens without the authority's key (T3)."""

import ipaddress
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.runner.certificates import AuthorityKeyAway, Certificates, Names
from deploy.runner.errors import RunnerError
from deploy.runner.renewal import Renewal, begin, warning

NOW = datetime(2026, 4, 15, tzinfo=UTC)
DUE, OVER = NOW + timedelta(days=370), NOW + timedelta(days=397)
NAMES = Names(("localhost", "edge"), (ipaddress.IPv4Address("192.168.1.7"),))
MOVED = Names(("localhost", "edge"), (ipaddress.IPv4Address("192.168.1.8"),))


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    made = Certificates(tmp_path, NAMES)
    made.renew(NOW)
    return made


@pytest.fixture
def without_key(certificates: Certificates, tmp_path: Path) -> Certificates:
    (tmp_path / "ca.key").rename(tmp_path / "elsewhere")
    return certificates


def opened(certificates: Certificates, now: datetime) -> list[str]:
    told: list[str] = []
    begin(certificates, now, told.append)
    return told


def test_t3_a_store_opens_while_the_authoritys_key_is_elsewhere(without_key: Certificates) -> None:
    assert opened(without_key, NOW) == []
    [told] = opened(without_key, DUE)
    assert "the authority's key is not here. Put it at" in told
    assert "lasts until 16.05.2027, 26 more days." in told


def test_t3_a_store_whose_address_changed_opens_while_the_authoritys_key_is_elsewhere(
    without_key: Certificates, tmp_path: Path
) -> None:
    [told] = opened(Certificates(tmp_path, MOVED), NOW)
    assert "Put it at" in told


def test_t3_a_certificate_that_ran_out_is_told_with_what_to_do(without_key: Certificates, tmp_path: Path) -> None:
    with pytest.raises(RunnerError, match=f"Put it at {tmp_path / 'ca.key'}"):
        opened(without_key, OVER)
    without_key.certificate.unlink()
    with pytest.raises(RunnerError, match="Put it at"):
        opened(without_key, NOW)


def test_t3_the_authoritys_key_that_is_back_renews(without_key: Certificates, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").rename(tmp_path / "ca.key")
    assert opened(without_key, DUE) == []
    assert without_key.end() == DUE + timedelta(days=396)


@pytest.mark.parametrize("spoilt", ["gateway.crt", "gateway.key"])
def test_f_a_certificate_that_was_half_written_is_made_anew(
    certificates: Certificates, tmp_path: Path, spoilt: str
) -> None:
    other = Certificates(tmp_path / "other", NAMES)
    other.renew(NOW)
    for content in ("", (tmp_path / "other" / spoilt).read_text()):
        (tmp_path / spoilt).write_text(content)
        assert not certificates.serves(NOW)
        assert opened(certificates, NOW) == []
        assert certificates.serves(NOW)


class Gateway:
    """What is told, and how often a new certificate was taken into use."""

    def __init__(self, certificates: Certificates) -> None:
        self.told: list[str] = []
        self.used = 0
        self.fails = False
        self.renewal = Renewal(certificates, self._use, self.told.append)

    def _use(self) -> None:
        if self.fails:
            raise RunnerError("nginx was not started.")
        self.used += 1


def test_t3_no_failure_ends_the_renewal(without_key: Certificates, tmp_path: Path) -> None:
    gateway = Gateway(without_key)
    gateway.renewal.look(DUE)
    refused, lasts = gateway.told
    assert refused.startswith("The gateway's certificate was not renewed: ")
    assert "the authority's key is not here" in refused
    assert lasts == "The gateway's certificate lasts until 16.05.2027, 26 more days."
    (tmp_path / "elsewhere").rename(tmp_path / "ca.key")
    gateway.fails = True
    gateway.renewal.look(DUE)
    assert gateway.told[-1] == "The gateway's certificate was not renewed: nginx was not started."
    gateway.fails = False
    for _ in range(2):
        gateway.renewal.look(DUE)
    assert (gateway.used, len(gateway.told)) == (1, 3)


def test_t3_the_renewal_looks_again_until_the_store_closes(certificates: Certificates) -> None:
    closing, gateway = threading.Event(), Gateway(certificates)
    certificates.certificate.unlink()
    looked = threading.Thread(target=gateway.renewal.keep, args=(closing, 0.01), daemon=True)
    looked.start()
    while not gateway.used:
        looked.join(0.01)
    closing.set()
    looked.join(5)
    assert not looked.is_alive()
    assert gateway.used == 1


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (29, None),
        (366, "The gateway's certificate lasts until 16.05.2027, 30 more days."),
        (395, "The gateway's certificate lasts until 16.05.2027, 1 more days."),
        (396, "The gateway's certificate ran out on 16.05.2027: tills cannot reach the store."),
    ],
)
def test_f46_a_month_before_its_end_a_certificate_that_was_not_renewed_is_told(
    certificates: Certificates, days: int, told: str | None
) -> None:
    assert warning(certificates.end(), NOW + timedelta(days=days)) == told


def test_t3_the_key_of_the_authority_is_asked_for_only_when_it_signs(without_key: Certificates) -> None:
    assert without_key.renew(NOW) is False
    with pytest.raises(AuthorityKeyAway):
        without_key.renew(DUE)
