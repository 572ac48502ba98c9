"""The line to head office as a step chooses it: what a request and its answer meet on the way."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from services.head_office.port import Failed, Lost, Unreachable


class Fate(Enum):
    """What becomes of one request."""

    ANSWERED = "answered"
    NEVER_SENT = "never sent"  # and known to be
    LOST_BEFORE = "lost before it arrived"
    LOST_AFTER = "answer lost"
    LATE = "given up, and arrives later"
    FAILED_BEFORE = "a 500, and nothing came of it"
    FAILED_AFTER = "a 500, and it was done all the same"


AFTERWARDS = {Fate.LOST_AFTER: Lost("read_timeout"), Fate.FAILED_AFTER: Failed(500)}


@dataclass
class Line:
    """Head office behind a line; `fates` are those of the requests to come, which are answered when there are none."""

    office: Any
    fates: list[Fate] = field(default_factory=list)
    late: list[Callable[[], Any]] = field(default_factory=list)
    # of every request to take an order: what was sent under which key
    sent: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.office, name)

    def send_order(self, document: Mapping[str, Any], revision: int, correction: Mapping[str, Any] | None) -> Any:
        body = json.dumps([document, correction], sort_keys=True).encode()
        self.sent[f"{document['order_id']}:{revision}"].add(hashlib.sha256(body).hexdigest())
        return self._meets(lambda: self.office.send_order(document, revision, correction))

    def order(self, order_id: str) -> Any:
        return self._meets(lambda: self.office.order(order_id))

    def cancel(self, order_id: str, body: Mapping[str, Any]) -> Any:
        return self._meets(lambda: self.office.cancel(order_id, body))

    def put_session(self, session_id: str, body: Mapping[str, Any]) -> Any:
        return self._meets(lambda: self.office.put_session(session_id, body))

    def put_customer(self, customer_id: str, body: Mapping[str, Any]) -> Any:
        return self._meets(lambda: self.office.put_customer(customer_id, body))

    def arrive(self) -> None:
        """What was given up arrives after all."""
        late, self.late = self.late, []
        for request in late:
            request()

    def _meets(self, request: Callable[[], Any]) -> Any:
        fate = self.fates.pop(0) if self.fates else Fate.ANSWERED
        if fate is Fate.NEVER_SENT:
            return Unreachable("connect_error")
        if fate is Fate.LOST_BEFORE:
            return Lost("read_error")
        if fate is Fate.LATE:
            self.late.append(request)
            return Lost("timeout")
        if fate is Fate.FAILED_BEFORE:
            return Failed(500)
        answer = request()
        return AFTERWARDS.get(fate, answer)
