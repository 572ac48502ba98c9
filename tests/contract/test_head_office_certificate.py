"""Head office over TLS, with a certificate of a test's own."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from raw_server import answering, head

from deploy.runner.certificates import BACKDATED, CERTIFICATE_LASTS, Certificates, Names
from services.head_office import clients
from services.head_office.http import HttpHeadOffice
from services.head_office.port import Health

NOW = datetime.now(UTC).replace(microsecond=0)
NAMES = Names(("localhost",), (IPv4Address("127.0.0.1"),))


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    made = Certificates(tmp_path / "ca", NAMES)
    made.renew(NOW)
    return made


@pytest.fixture
def trusting(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that trusts who made the certificate."""
    context = ssl.create_default_context(cafile=str(certificates.authority))
    monkeypatch.setattr(clients, "_authorities", lambda: context)


def probed(certificates: Certificates | None) -> tuple[Health, list[bytes]]:
    """What a probe sees of a head office that shows this certificate, and what it was asked."""
    with answering(head(), b'{"status": "ok"}') as server:
        url = server.speak_tls(certificates.certificate, certificates.key) if certificates else server.url
        office = HttpHeadOffice(url, "token")
        seen = office.probe()
        office.close()
        return seen, server.asked


@pytest.mark.usefixtures("trusting")
def test_f46_a_probe_says_when_head_offices_certificate_runs_out(certificates: Certificates) -> None:
    seen, _ = probed(certificates)
    assert seen.good
    assert seen.certificate_until == (NOW - BACKDATED + CERTIFICATE_LASTS).timestamp()


def test_t2_head_office_has_to_prove_its_name(certificates: Certificates) -> None:
    seen, asked = probed(certificates)
    assert (seen.good, seen.met, seen.certificate_until) == (False, True, None)
    assert not asked


def test_without_tls_there_is_no_certificate() -> None:
    seen, _ = probed(None)
    assert (seen.good, seen.certificate_until) == (True, None)


@pytest.mark.usefixtures("trusting")
def test_f46_a_certificate_that_has_run_out_is_met_and_not_believed(certificates: Certificates) -> None:
    certificates.certificate.unlink()
    certificates.renew(NOW - CERTIFICATE_LASTS - timedelta(days=2))
    seen, _ = probed(certificates)
    assert (seen.good, seen.met) == (False, True)
