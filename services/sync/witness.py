"""What real requests show of head office: they count as probes, and tell how long it takes to answer."""

from services.sync import metrics
from services.sync.app import App
from services.sync.domain.answers import (
    Absent,
    Accepted,
    Answer,
    Busy,
    KeyReused,
    Lost,
    Refused,
    Superseded,
    Unauthorised,
    Unfit,
    Unreachable,
)
from services.sync.handlers.watching import Sighting, note_sighting

SMOOTH = 0.1

ANSWERED = (Accepted, Refused, KeyReused, Unfit, Absent, Busy, Unauthorised, Superseded)
SILENT = (Unreachable, Lost)


class Witness:
    """Gathers what was seen, to be passed on every second: of one moment a good word outweighs a bad one."""

    def __init__(self) -> None:
        self._seen = Sighting()
        self._silent = False
        self._latency: float | None = None

    @property
    def latency_ms(self) -> int | None:
        """How long head office took of late, None before its first answer."""
        return None if self._latency is None else round(self._latency * 1000)

    def see(self, answer: Answer, took: float) -> None:
        """Notes one answer, and after how many seconds it came."""
        metrics.REQUEST_SECONDS.labels(type(answer).__name__.lower()).observe(took)
        if isinstance(answer, ANSWERED):
            superseded = isinstance(answer, Superseded) or self._seen.superseded
            self._seen = Sighting(head_office=True, superseded=superseded or None)
            self._latency = took if self._latency is None else self._latency + SMOOTH * (took - self._latency)
        elif isinstance(answer, SILENT) and not self._seen.head_office:
            self._seen = Sighting(head_office=False, reason="no_answer")

    def pass_on(self, app: App) -> None:
        """Tells what was seen; a good word only where a bad one went before, for the probe says it anyway."""
        seen, self._seen = self._seen, Sighting()
        if seen.head_office is False or seen.superseded or (seen.head_office and self._silent):
            self._silent = not seen.head_office
            note_sighting(app, seen)
