"""Choosing the adapter: ours over HTTP, or one that a third party ships as a Python entry point."""

from importlib.metadata import entry_points

from services.head_office.http import HttpHeadOffice
from services.head_office.port import HeadOffice

GROUP = "store_edge.head_office"


class NoSuchAdapter(Exception):
    """No installed package offers this adapter."""


def connect(adapter: str, url: str, token: str) -> HeadOffice:
    """The head office at an address, by the adapter of this name. Raises NoSuchAdapter."""
    if adapter == "http":
        return HttpHeadOffice(url, token)
    found = list(entry_points(group=GROUP, name=adapter))
    if not found:
        raise NoSuchAdapter(f"{adapter}: install a package with an entry point of the group {GROUP}")
    office: HeadOffice = found[0].load()(url, token)
    return office
