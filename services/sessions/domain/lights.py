"""Three lights instead of one: till to edge server, edge server to internet, OMS answering; each with what to do."""

from dataclasses import dataclass
from typing import Literal

from services.sessions.domain.mode import Connectivity

MAX_SKEW_SECONDS = 300

Colour = Literal["green", "yellow", "red"]


@dataclass(frozen=True)
class Light:
    """`key` names the text for a page in another language; `text` and `what_to_do` are the English one."""

    name: Literal["till_edge", "edge_internet", "oms", "clock"]
    colour: Colour
    key: str
    text: str
    what_to_do: str


EDGE = Light("till_edge", "green", "lights.till_edge.green", "This till reaches the store's edge server.", "")
INTERNET = {
    True: Light("edge_internet", "green", "lights.edge_internet.green", "The store is connected to the internet.", ""),
    False: Light(
        "edge_internet",
        "red",
        "lights.edge_internet.red",
        "The store has no internet connection.",
        "Check the router and its cable; go on selling, orders are kept. Call the provider if it lasts.",
    ),
}
OMS = {
    True: Light("oms", "green", "lights.oms.green", "Head office answers.", ""),
    False: Light(
        "oms",
        "red",
        "lights.oms.red",
        "Head office cannot be reached.",
        "Go on selling, orders are kept and sent later. Tell head office's support if it lasts.",
    ),
}
SUPERSEDED = Light(
    "oms",
    "red",
    "lights.oms.superseded",
    "Another edge server has taken this store over.",
    "Do not sell here. Use the new edge server; call support if there is none.",
)
CLOCK = Light(
    "clock",
    "red",
    "lights.clock.red",
    "The store's clock is more than 5 minutes off head office's.",
    "Set the edge server's date and time, or let it find its time server.",
)


def _unknown(name: Literal["edge_internet", "oms"]) -> Light:
    return Light(
        name,
        "yellow",
        f"lights.{name}.unknown",
        "Not known: the edge server's sync service does not answer.",
        "Wait a minute; if it stays so, restart the edge server and tell support.",
    )


UNKNOWN = (_unknown("edge_internet"), _unknown("oms"))


def lights(connectivity: Connectivity | None, *, heard: bool, skew_seconds: float) -> tuple[Light, ...]:
    """The lights as they stand; `heard`: whether the prober spoke of late; a wrong clock is a light of its own."""
    if connectivity is None or not heard:
        return (EDGE, *UNKNOWN)
    oms = SUPERSEDED if connectivity.superseded else OMS[connectivity.head_office]
    clock = (CLOCK,) if abs(skew_seconds) > MAX_SKEW_SECONDS else ()
    return (EDGE, INTERNET[connectivity.internet], oms, *clock)
