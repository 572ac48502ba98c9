"""Where the broker is, and how it proves its name."""

import ssl

import pytest
from pydantic import TypeAdapter, ValidationError

from services.chassis.amqp_connection import proof, without_query
from services.chassis.settings import AmqpUrl

ADDRESS = TypeAdapter(AmqpUrl)


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("amqps://a:b@broker/store?verify=verify_none", "asks for verify, which is not known"),
        ("amqp://a:b@broker/store?cacertfile=/etc/hosts", "asks for cacertfile, which is not known"),
        ("amqps://a:b@broker/store?cacertfile=/nowhere", "names a cacertfile that holds no certificates"),
        ("amqps://a:b@broker/store?cacertfile=/etc/hosts", "names a cacertfile that holds no certificates"),
    ],
)
def test_t2_an_address_that_proves_nothing_is_refused_at_the_start(uri: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        ADDRESS.validate_python(uri)


def test_t2_a_broker_is_proven_by_what_this_machine_trusts_unless_a_file_says_otherwise() -> None:
    bare = "amqps://a:b@broker.lan:5671/store"
    assert ADDRESS.validate_python(bare).get_secret_value() == bare
    assert proof("amqp://a:b@broker/store") is None
    assert proof(bare) == {"server_hostname": "broker.lan", "cert_reqs": ssl.CERT_REQUIRED, "ca_certs": None}
    assert proof(f"{bare}?cacertfile=/etc/ca.pem") == proof(bare) | {"ca_certs": "/etc/ca.pem"}
    assert without_query(f"{bare}?cacertfile=/etc/ca.pem") == bare
