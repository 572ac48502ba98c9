"""Whether this server may sell at all: not when another one is the store now, nor when its data were set back."""

from typing import Any

from services.chassis.database import Tx, notify
from services.chassis.logs import get_logger
from services.head_office.port import Head, Heads, NoAnswer
from services.orders.app import App
from services.orders.domain.invoices import GENESIS
from services.orders.domain.marks import RESTORED, bare
from services.orders.errors import SetBack, Superseded
from services.orders.store import counter, heard, marks, recovery, reports
from services.orders.store.sales import Before

log = get_logger()

SUPERSEDED, SET_BACK = "superseded", "set_back"
INSTALLATION = "installation"
MISSING = {SUPERSEDED: "current installation", SET_BACK: "the record of its newest sales"}


def check(before: Before) -> None:
    """Raises why this server must not sell, whatever the mode."""
    if before.stopped == SUPERSEDED or INSTALLATION in before.shown.get("missing", ()):
        raise Superseded
    if before.stopped == SET_BACK:
        raise SetBack


def shown(stopped: str) -> dict[str, Any]:
    """What a page shows of a server that must not sell."""
    text = f"This store cannot sell: {MISSING[stopped]} is missing."
    banner = {"kind": "red", "text": text}
    return {"mode": "cannot_sell", "missing": [MISSING[stopped]], "banner": banner, "turn_off": False}


def note(app: App, stopped: str | None, *, instead_of: str | None = None) -> None:
    """Notes why this server must not sell; with `instead_of` only where that was the reason before."""
    with app.db.transaction() as tx:
        if heard.stop(tx, stopped, instead_of):
            log.warning("selling_stopped" if stopped else "selling_allowed", reason=stopped or instead_of)
            notify(tx, "changes", {"what": "mode"})


def compare_numbers(app: App) -> None:
    """Stops selling where head office knows later invoices of a series than this server: a number would repeat."""
    try:
        known = app.head_office.heads()
    except NoAnswer as error:
        log.info("heads_not_heard", reason=error.reason)
        return
    if behind := _behind(app, known):
        log.error("set_back", series=behind)
        note(app, SET_BACK)
    else:
        note(app, None, instead_of=SET_BACK)


def restored(app: App, tx: Tx, epoch: int) -> None:
    """Closes every series: the data are a backup's, and others may have gone on with their numbers since.

    `epoch` is the installation that this server became by it.
    """
    counter.lock_tills(tx)
    counter.close_series(tx, GENESIS)
    newest = recovery.last_day(tx)
    facts = {"newest_day": newest.isoformat() if newest else None, "epoch": epoch}
    marks.append(tx, bare(RESTORED, app.clock.now(), facts=facts), app.salt)


def _behind(app: App, known: Heads) -> list[str]:
    """Series that this server would go on with, and that have later numbers at head office."""
    theirs = {head.name: head for head in known.heads if head.chain == "invoices"}
    with app.db.transaction() as tx:
        ours = reports.last_numbers(tx, list(theirs))
    return [name for name, head in theirs.items() if _is_behind(ours[name], head, known.epoch)]


def _is_behind(ours: Any, head: Head, epoch: int) -> bool:
    if ours.closed or not (ours.known or head.epoch == epoch):
        return False
    return head.sequence > (ours.sequence or 0)
