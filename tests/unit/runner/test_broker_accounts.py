"""B15: each account may do what it must and no more, as the patterns say; integration asks the broker itself."""

import re

import pytest

from deploy.runner.broker_accounts import CLIENT, permissions, questions
from tests.broker_rights import ACCOUNTS, keys, may, may_use, names, offered

REPLY = "rpc.reply-standalone_rpc_proxy_call-0197cc00-0000-7000-8000-000000000000"


@pytest.mark.parametrize("account", ACCOUNTS)
def test_b15_t29_an_account_has_the_rights_that_it_must_have_and_no_other(account: str) -> None:
    has = {(right, name) for right, name in names() if matches(account, right, name)}
    assert has == {(right, name) for right, name in names() if may_use(account, right, name)}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_b15_t29_an_account_uses_the_routing_keys_that_it_must_use_and_no_other(account: str) -> None:
    has = {of for of in keys() if uses(account, *of)}
    assert has == {of for of in keys() if may(account, *of)}


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("right", ["configure", "write", "read"])
def test_b15_an_account_has_queues_for_answers(account: str, right: str) -> None:
    assert matches(account, right, REPLY)


def test_b15_t29_other_services_may_ask_what_the_contracts_offer() -> None:
    assert sorted(questions()) == sorted(offered())


@pytest.mark.parametrize("name", ["nameko-rpc", "store.events"])
@pytest.mark.parametrize("right", ["configure", "write"])
def test_t29_other_services_neither_delete_nor_fill_what_ours_share(name: str, right: str) -> None:
    assert not matches(CLIENT, right, name)


def matches(account: str, right: str, name: str) -> bool:
    return bool(re.search(getattr(permissions(account), right), name))


def uses(account: str, act: str, exchange: str, key: str) -> bool:
    right, of = ("write", 0) if act == "publish" else ("read", 1)
    # the broker asks for a topic's own rule where there is one
    rule = permissions(account).topics.get(exchange, (".*", ".*"))
    return matches(account, right, exchange) and bool(re.search(rule[of], key))
