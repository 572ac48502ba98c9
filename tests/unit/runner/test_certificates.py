"""B18: TLS on the LAN from an authority of the store's own, which can vouch for nobody else."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from deploy.runner.certificates import Certificates, Names, TokenKeys, local_addresses

NOW = datetime(2026, 4, 15, tzinfo=UTC)
NAMES = Names(("localhost", "edge"), (ipaddress.IPv4Address("192.168.1.7"), ipaddress.IPv4Address("203.0.113.9")))


def names_in(certificates: Certificates) -> list[object]:
    certificate = x509.load_pem_x509_certificate(certificates.certificate.read_bytes())
    return [n.value for n in certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value]


def test_b18_the_gateways_certificate_is_signed_by_the_authority_for_this_machine(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path, NAMES)
    assert certificates.renew(NOW)
    authority = x509.load_pem_x509_certificate(certificates.authority.read_bytes())
    x509.load_pem_x509_certificate(certificates.certificate.read_bytes()).verify_directly_issued_by(authority)
    assert names_in(certificates) == ["localhost", "edge", *NAMES.addresses]


def test_b18_the_authority_vouches_for_the_local_network_only(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path, NAMES)
    certificates.renew(NOW)
    authority = x509.load_pem_x509_certificate(certificates.authority.read_bytes())
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    permitted = [str(name.value) for name in limits.value.permitted_subtrees or ()]
    assert permitted == [
        *("localhost", "local", "lan", "internal", "home.arpa", "edge"),
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "203.0.113.9/32"),
    ]


def test_b18_a_name_that_the_authority_may_not_vouch_for_is_left_out(tmp_path: Path) -> None:
    Certificates(tmp_path, NAMES).renew(NOW)
    moved = Certificates(tmp_path, Names(("localhost", "shop.example.com", "till.lan"), NAMES.addresses))
    assert moved.renew(NOW)
    assert names_in(moved) == ["localhost", "till.lan", *NAMES.addresses]


@pytest.mark.parametrize(("days", "renewed"), [(0, False), (300, False), (365, False), (367, True), (500, True)])
def test_b18_the_certificate_is_renewed_a_month_before_its_end(tmp_path: Path, days: int, renewed: bool) -> None:
    certificates = Certificates(tmp_path, NAMES)
    certificates.renew(NOW)
    assert certificates.renew(NOW + timedelta(days=days)) is renewed


def test_b18_private_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    Certificates(tmp_path / "ca", NAMES).renew(NOW)
    keys = TokenKeys(tmp_path)
    private = [tmp_path / "ca" / "ca.key", tmp_path / "ca" / "gateway.key", keys.private]
    assert {oct(file.stat().st_mode & 0o777) for file in private} == {"0o600"}


def test_the_keys_of_tokens_are_made_once(tmp_path: Path) -> None:
    first = TokenKeys(tmp_path).private.read_bytes()
    assert TokenKeys(tmp_path).private.read_bytes() == first
    assert serialization.load_pem_public_key(TokenKeys(tmp_path).public.read_bytes())


def test_addresses_are_read_off_the_kernels_table(tmp_path: Path) -> None:
    table = tmp_path / "fib_trie"
    table.write_text(
        "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.1.2.0\n        /24 link UNICAST\n"
        "     |-- 10.1.2.3\n        /32 host LOCAL\n     |-- 10.1.2.255\n        /32 link BROADCAST\n"
    )
    assert list(local_addresses(table)) == [ipaddress.IPv4Address("10.1.2.3")]
