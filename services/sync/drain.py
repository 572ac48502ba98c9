"""The drain: one process of the store sends, as much at once as head office bears, and writes down what came of it.

A pump claims and hands out, a greenlet an order sends, a committer writes many outcomes in one transaction. All that it
keeps in memory is safe to lose: whoever sends next asks about what was under way, and starts slowly.
"""

import time
from collections import deque
from collections.abc import Callable
from uuid import UUID

import eventlet
from eventlet.event import Event as Signal
from eventlet.queue import LightQueue

from services.chassis.errors import Unavailable
from services.chassis.ids import new_id
from services.chassis.logs import get_logger
from services.sync import metrics
from services.sync.app import App
from services.sync.domain import flow as flows
from services.sync.domain.answers import Answer, Lost
from services.sync.handlers import draining, telling
from services.sync.handlers.draining import HOLD_S, MOST_CLAIMED, Tried
from services.sync.store.deliveries import Claimed
from services.sync.store.drainer import Pulse
from services.sync.witness import Witness

log = get_logger()

LOOK_S = 0.5
HOLD_EVERY_S = 2.0
SIGHTING_EVERY_S = 1.0
MOST_WRITTEN = 200
# claimed and not yet written down: a head office that is quicker than our disk would fill the memory
MOST_AT_HAND = 5 * MOST_WRITTEN
GATHER_S = 0.1
# a claim takes as long as several answers: in multiples of what may be under way, so that nobody waits for it
CLAIM_BELOW, CLAIM_UP_TO = 2, 4
RECONNECT_S = 1.0


class Overdue(Exception):
    """Head office took longer than is waited for."""


class Drain:
    """What one process does to send orders; `beat` is told each time it goes round."""

    def __init__(self, app: App, beat: Callable[[], None] = lambda: None) -> None:
        self._app = app
        self._beat = beat
        self._me: UUID = new_id()
        self._flow = flows.start(app.clock.now(), app.swing())
        self._todo: deque[Claimed] = deque()
        self._tried: LightQueue = LightQueue()
        self._working_on: dict[UUID, Claimed] = {}
        self._sending = 0
        self._holds_until = 0.0
        self._open: bool | None = None
        self._look_at = self._claim_at = 0.0
        self._witness = Witness()
        self._stopping = False
        self._woken = Signal()

    @property
    def tasks(self) -> tuple[Callable[[], None], ...]:
        """What runs at the same time, each for ever in a greenlet of its own."""
        return (self.pump, self.commit, self.listen, self.watch, self.tell)

    def pump(self) -> None:
        """Goes round for ever; what fails is logged and tried again."""
        while not self._stopping:
            try:
                self._round()
            except Unavailable as error:
                log.warning("drain_waits", reason=error.code)
                eventlet.sleep(RECONNECT_S)
            except Exception:
                log.exception("drain_failed")
                eventlet.sleep(RECONNECT_S)

    def commit(self) -> None:
        """Writes outcomes down for ever, many at a time: while others are under way it waits a little for theirs."""
        while True:
            batch = [self._tried.get()]
            if self._sending:
                eventlet.sleep(GATHER_S)
            while len(batch) < MOST_WRITTEN and not self._tried.empty():
                batch.append(self._tried.get_nowait())
            self._write(batch)
            for tried in batch:
                self._forget(tried.claimed)
            self._wake()

    def listen(self) -> None:
        """Wakes the pump when there is something new to send."""
        while True:
            try:
                for note in self._app.db.listen("sync.work", timeout=30):
                    if note is not None:
                        self._claim_at = 0.0
                        self._wake()
            except Unavailable:
                eventlet.sleep(RECONNECT_S)

    def watch(self) -> None:
        """Counts what real requests showed of head office as a probe."""
        while True:
            eventlet.sleep(SIGHTING_EVERY_S)
            try:
                self._witness.pass_on(self._app)
            except Unavailable:
                eventlet.sleep(RECONNECT_S)
            except Exception:
                log.exception("sighting_failed")

    def tell(self) -> None:
        """Tells of customers, sessions and cancellations, beside the orders."""
        while True:
            eventlet.sleep(LOOK_S)
            try:
                while self._limit() and telling.tell_due(self._app, self._me):
                    pass
            except Unavailable:
                eventlet.sleep(RECONNECT_S)
            except Exception:
                log.exception("telling_failed")
                eventlet.sleep(RECONNECT_S)

    def stop(self) -> None:
        """Gives back what was not tried."""
        self._stopping = True
        try:
            draining.let_go(self._app, self._me, self._untried())
        except Unavailable as error:
            log.warning("drain_not_let_go", reason=error.code)

    def _round(self) -> None:
        self._beat()
        limit = self._limit() if self._held() and self._may_send() else 0
        if limit == 0 and self._todo:
            draining.give_back(self._app, self._me, self._untried())
        elif time.monotonic() >= self._claim_at and (room := self._room(limit)) > 0:
            self._claim(room)
        self._hand_out()
        self._rest()

    def _limit(self) -> int:
        """How much may be under way now: nothing where another process may be the one that sends."""
        if self._stopping or not self._open or time.monotonic() >= self._holds_until:
            return 0
        return flows.in_flight(self._flow, self._app.clock.now(), self._app.policy)

    def _held(self) -> bool:
        """Whether this process is the one that sends; its hold is renewed long before it ends."""
        now = time.monotonic()
        if now < self._holds_until - HOLD_S + HOLD_EVERY_S:
            return True
        if not draining.hold(self._app, self._me, self._pulse(), list(self._working_on)):
            self._holds_until = 0.0
            return False
        self._holds_until = now + HOLD_S
        return True

    def _may_send(self) -> bool:
        """After a standstill the flow starts slowly."""
        now = time.monotonic()
        if now < self._look_at:
            return bool(self._open)
        may = draining.gate(self._app) is None
        self._look_at = now + LOOK_S
        if may and not self._open:
            self._flow = flows.start(self._app.clock.now(), self._app.swing(), before=self._flow)
        if not may and self._open is not False:
            draining.note_standstill(self._app)
        self._open = may
        return may

    def _room(self, limit: int) -> int:
        """How many more to claim."""
        if len(self._todo) >= CLAIM_BELOW * limit:
            return 0
        return min(CLAIM_UP_TO * limit - len(self._todo), MOST_AT_HAND - len(self._working_on))

    def _claim(self, limit: int) -> None:
        """Looks again at once only where there was more than it asked for, or when it is woken."""
        self._claim_at = time.monotonic() + LOOK_S
        found = draining.claim(self._app, self._me, limit)
        for claimed in found:
            self._working_on[claimed.delivery.order_id] = claimed
            self._todo.append(claimed)
        if len(found) >= min(limit, MOST_CLAIMED):
            self._claim_at = 0.0

    def _untried(self) -> list[Claimed]:
        """What was claimed and not handed out, which nobody works on any more."""
        todo, self._todo = list(self._todo), deque()
        for claimed in todo:
            self._forget(claimed)
        return todo

    def _forget(self, claimed: Claimed) -> None:
        """Nobody works on this claim any more; an order that was claimed anew since then is under way."""
        order_id = claimed.delivery.order_id
        if self._working_on.get(order_id) is claimed:
            del self._working_on[order_id]

    def _hand_out(self) -> None:
        limit = self._limit()
        while self._todo and self._sending < limit:
            self._sending += 1
            eventlet.spawn_n(self._send, self._todo.popleft())
        metrics.IN_FLIGHT.set(self._sending)
        metrics.IN_FLIGHT_LIMIT.set(limit)

    def _send(self, claimed: Claimed) -> None:
        """Sends one; the next one follows at once, whatever the pump is waiting for."""
        started = time.monotonic()
        try:
            answer, how = self._try(claimed)
            self._note(claimed, answer, how, time.monotonic() - started)
        except Exception:
            # what nobody works on is left behind, and asked about
            log.exception("note_failed", order_id=str(claimed.delivery.order_id))
            self._forget(claimed)
        finally:
            self._sending -= 1
            self._hand_out()
            if len(self._todo) < CLAIM_BELOW * self._app.policy.in_flight:
                self._wake()

    def _try(self, claimed: Claimed) -> tuple[Answer, str]:
        """One that does not end in time may have arrived."""
        app = self._app
        try:
            with eventlet.Timeout(app.settings.oms_timeout_seconds, Overdue):
                return draining.attempt(app, claimed)
        except Overdue:
            return Lost(), "post"
        except Exception:
            log.exception("try_failed", order_id=str(claimed.delivery.order_id))
            return Lost(), "post"

    def _note(self, claimed: Claimed, answer: Answer, how: str, took: float) -> None:
        app, before = self._app, self._flow
        now = app.clock.now()
        self._flow = flows.after(
            before, claimed.delivery.order_id, answer, now=now, swing=app.swing(), policy=app.policy
        )
        answer = flows.judged(before, self._flow, answer, now)
        self._witness.see(answer, took)
        self._tried.put(Tried(claimed, answer, how, round(took * 1000)))

    def _write(self, batch: list[Tried]) -> None:
        """Until it is written: an outcome that is known is never thrown away."""
        while True:
            try:
                draining.settle(self._app, batch)
            except Unavailable as error:
                log.warning("outcomes_wait", reason=error.code, outcomes=len(batch))
                eventlet.sleep(RECONNECT_S)
            except Exception:
                log.exception("outcomes_failed", outcomes=len(batch))
                self._write_singly(batch)
                return
            else:
                return

    def _write_singly(self, batch: list[Tried]) -> None:
        """One that cannot be written spoils no other's; it is asked about again."""
        for tried in batch if len(batch) > 1 else ():
            self._write([tried])

    def _pulse(self) -> Pulse:
        flow, now = self._flow, self._app.clock.now()
        paused = flow.paused_until is not None and now < flow.paused_until
        open_until = flow.breaker.open_until
        until, reason = (flow.paused_until, flow.pause_reason) if paused else (open_until, "failing")
        return Pulse(
            in_flight=self._sending,
            limit=flows.in_flight(flow, now, self._app.policy),
            latency_ms=self._witness.latency_ms,
            paused_until=until,
            pause_reason=reason if until else None,
        )

    def _wake(self) -> None:
        if not self._woken.ready():
            self._woken.send()

    def _rest(self) -> None:
        with eventlet.Timeout(LOOK_S, exception=False):
            self._woken.wait()
        if self._woken.ready():
            self._woken = Signal()
