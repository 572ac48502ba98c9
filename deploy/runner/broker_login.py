"""The broker's administrator by the hash of a password: whoever reads the file that tells it learns no secret."""

import base64
import hashlib
import json
import os

SALT_BYTES = 4


def definitions(user: str, password: str) -> str:
    """One administrator, as RabbitMQ loads it at each start; it then makes no user of its own.

    The format is at https://www.rabbitmq.com/docs/definitions, the hash at https://www.rabbitmq.com/docs/passwords.
    """
    account = {
        "name": user,
        "password_hash": _hash(password),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": "administrator",
    }
    everything = {"user": user, "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}
    return json.dumps({"users": [account], "vhosts": [{"name": "/"}], "permissions": [everything]}, indent=1) + "\n"


def _hash(password: str) -> str:
    """The salt is as short as the broker has it; what it guards is a secret of 256 bits."""
    salt = os.urandom(SALT_BYTES)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
