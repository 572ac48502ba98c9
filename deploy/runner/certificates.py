"""The store's own certificate authority, the gateway's certificate, and the keys that sign shift tokens."""

import ipaddress
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.runner.errors import RunnerError
from deploy.runner.files import folder, write

AUTHORITY_LASTS = timedelta(days=3650)
# browsers refuse longer ones
CERTIFICATE_LASTS = timedelta(days=397)
RENEW_BEFORE = timedelta(days=30)
# a till's clock may be behind
BACKDATED = timedelta(days=1)

# whoever trusts this authority trusts it for names and addresses of local networks, not for the world
LOCAL_DOMAINS = ("localhost", "local", "lan", "internal", "home.arpa")
LOCAL_NETWORKS = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")

PEM = serialization.Encoding.PEM
Address = ipaddress.IPv4Address
Party = tuple[x509.Name, ec.EllipticCurvePublicKey]


class AuthorityKeyAway(RunnerError):
    """The gateway's certificate has to be renewed, and the key that signs it is kept elsewhere."""

    def __init__(self, key: Path) -> None:
        super().__init__(
            f"The gateway's certificate has to be renewed, and the authority's key is not here. Put it at {key},"
            " start the store, and take it away again."
        )


@dataclass(frozen=True)
class Names:
    """What the gateway is called, and its addresses."""

    hosts: tuple[str, ...]
    addresses: tuple[Address, ...]


class Certificates:
    """Files of the authority and of the gateway's certificate."""

    def __init__(self, place: Path, names: Names, shown: Path | None = None) -> None:
        """`place` is the authority's; `shown`, where it is another one, is where the gateway finds what it needs."""
        self.names = names
        self._place = folder(place, mode=0o700)
        self.authority = place / "ca.crt"
        self.certificate = (shown or place) / "gateway.crt"
        self.key = (shown or place) / "gateway.key"

    def renew(self, now: datetime) -> bool:
        """Makes what is missing, too old, or for other names; whether the certificate is a new one.

        Raises AuthorityKeyAway, OSError, and ValueError for files that hold no key or certificate.
        """
        if not self.authority.exists():
            self._make_authority(now)
        if self._is_good(now):
            return False
        self._make_certificate(now)
        return True

    def end(self) -> datetime | None:
        """When the gateway's certificate runs out, in UTC; None where there is none that can be read."""
        try:
            return _read(self.certificate).not_valid_after_utc
        except (OSError, ValueError):
            return None

    def serves(self, now: datetime) -> bool:
        """Whether there is a certificate that has not run out, with its key; it may be for other names."""
        end = self.end()
        return end is not None and now < end and self._key_fits()

    def _make_authority(self, now: datetime) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Store edge of {socket.gethostname()}")])
        certificate = (
            _certificate((name, key.public_key()), (name, key.public_key()), now, AUTHORITY_LASTS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.NameConstraints(list(_permitted(self.names)), None), critical=True)
            .sign(key, hashes.SHA256())
        )
        write(self._place / "ca.key", _private(key), mode=0o600)
        write(self.authority, certificate.public_bytes(PEM).decode())

    def _make_certificate(self, now: datetime) -> None:
        authority = _read(self.authority)
        held = self._place / "ca.key"
        if not held.exists():
            raise AuthorityKeyAway(held)
        signer = serialization.load_pem_private_key(held.read_bytes(), None)
        assert isinstance(signer, ec.EllipticCurvePrivateKey)
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.names.hosts[0])])
        certificate = (
            _certificate((name, key.public_key()), (authority.subject, signer.public_key()), now, CERTIFICATE_LASTS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(self._wanted(authority)), critical=False)
            .sign(signer, hashes.SHA256())
        )
        write(self.key, _private(key), mode=0o600)
        write(self.certificate, certificate.public_bytes(PEM).decode())

    def _is_good(self, now: datetime) -> bool:
        end = self.end()
        if end is None or end - now <= RENEW_BEFORE or not self._key_fits():
            return False
        held = _read(self.certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return list(held) == self._wanted(_read(self.authority))

    def _key_fits(self) -> bool:
        """A machine that stopped between the two has a new key beside an old certificate."""
        try:
            key = serialization.load_pem_private_key(self.key.read_bytes(), None)
        except (OSError, ValueError):
            return False
        return key.public_key() == _read(self.certificate).public_key()

    def _wanted(self, authority: x509.Certificate) -> list[x509.GeneralName]:
        """The gateway's names, as far as the authority may vouch for them."""
        limits = authority.extensions.get_extension_for_class(x509.NameConstraints).value
        permitted = limits.permitted_subtrees or []
        domains = [limit.value for limit in permitted if isinstance(limit, x509.DNSName)]
        networks = [limit.value for limit in permitted if isinstance(limit.value, ipaddress.IPv4Network)]
        hosts = [h for h in self.names.hosts if any(h == d or h.endswith(f".{d}") for d in domains)]
        addresses = [a for a in self.names.addresses if any(a in n for n in networks)]
        return [*(x509.DNSName(h) for h in hosts), *(x509.IPAddress(a) for a in addresses)]


class TokenKeys:
    """The files of an Ed25519 key pair, made at first use."""

    def __init__(self, place: Path) -> None:
        self.private = place / "token-private.pem"
        self.public = place / "token-public.pem"
        if not (self.private.exists() and self.public.exists()):
            self._make()

    def _make(self) -> None:
        key = ed25519.Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        write(self.private, _private(key), mode=0o600)
        write(self.public, public.decode())


def this_machine(more_hosts: Iterable[str] = ()) -> Names:
    """Names and IPv4 addresses of this machine."""
    hosts = dict.fromkeys(["localhost", socket.gethostname().lower(), *more_hosts])
    return Names(tuple(hosts), tuple(sorted(set(local_addresses()))))


def local_addresses(table: Path = Path("/proc/net/fib_trie")) -> Iterator[Address]:
    """The IPv4 addresses of this machine, as the kernel's routing table lists them."""
    address = ""
    for line in table.read_text().splitlines() if table.exists() else ():
        words = line.split()
        if words[:1] == ["|--"]:
            address = words[1]
        elif words == ["/32", "host", "LOCAL"]:
            yield Address(address)


def _read(certificate: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate.read_bytes())


def _certificate(subject: Party, issuer: Party, now: datetime, lasts: timedelta) -> x509.CertificateBuilder:
    (name, key), (issuer_name, issuer_key) = subject, issuer
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer_name)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now - BACKDATED + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _permitted(names: Names) -> Iterator[x509.GeneralName]:
    yield from (x509.DNSName(name) for name in dict.fromkeys([*LOCAL_DOMAINS, *names.hosts]))
    local = [ipaddress.ip_network(network) for network in LOCAL_NETWORKS]
    others = [ipaddress.ip_network(a) for a in names.addresses if not any(a in network for network in local)]
    yield from (x509.IPAddress(network) for network in [*local, *others])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _private(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> str:
    encoded = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return encoded.decode()
