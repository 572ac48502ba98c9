"""What goes out when."""

from dataclasses import dataclass
from typing import Literal

Shut = Literal["superseded", "head_office_down", "manual_offline", "not_known"]


@dataclass(frozen=True)
class Situation:
    """What is known of head office and of the store's mode; None before the first word.

    `trigger` is what turned offline mode on: "manual", "automatic", or None while the store is online.
    """

    head_office: bool | None
    superseded: bool = False
    mode: str | None = None
    trigger: str | None = None


def shut(situation: Situation) -> Shut | None:
    """Why nothing is taken in and nothing sent at present; None while both go on.

    Automatic offline mode does not count: it follows from the probe, which is looked at itself.
    """
    if situation.superseded:
        return "superseded"
    if situation.head_office is None:
        return "not_known"
    if not situation.head_office:
        return "head_office_down"
    if situation.mode == "offline" and situation.trigger == "manual":
        return "manual_offline"
    return None
