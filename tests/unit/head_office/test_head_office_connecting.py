"""Which adapter speaks to head office."""

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from services.head_office import connecting
from services.head_office.http import HttpHeadOffice


def connect_other(url, token):
    """What such a package would offer."""
    return url, token


def test_s20_http_is_ours():
    office = connecting.connect("http", "https://head-office.example", "token")
    assert isinstance(office, HttpHeadOffice)
    office.close()


def test_a_third_party_adds_an_adapter_by_an_entry_point(monkeypatch):
    installed = EntryPoints([EntryPoint("other", f"{__name__}:connect_other", connecting.GROUP)])
    monkeypatch.setattr(connecting, "entry_points", installed.select)
    assert connecting.connect("other", "https://other.example", "token") == ("https://other.example", "token")


def test_an_adapter_that_nobody_installed_is_named():
    with pytest.raises(connecting.NoSuchAdapter, match="elsewhere"):
        connecting.connect("elsewhere", "https://head-office.example", "token")
