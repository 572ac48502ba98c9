"""Whether the ledger, or a session in the list beside it, was changed by anybody."""

from services.chassis.database import Tx
from services.head_office.port import Head, Heads
from services.sessions.domain.ledger import flaws
from services.sessions.domain.retelling import differences, retell
from services.sessions.store import ledger, offline_sessions

RESTORED = "restored"


def verify(tx: Tx) -> list[str]:
    """What is wrong, in words: flaws of the chain, heads it does not hold, sessions that it tells otherwise."""
    wrong = [f"entry {flaw.sequence} {flaw.problem}" for flaw in flaws(ledger.everything(tx))]
    lost = [f"the head of session {row} is not in the ledger" for row in offline_sessions.with_lost_heads(tx)]
    told = retell(ledger.everything(tx))
    otherwise = []
    for session in offline_sessions.everything(tx):
        told_of = told.pop(session.session_id, None)
        otherwise += [
            f"session {session.session_id}: {name} is not as in the ledger"
            for name in differences(session._asdict(), told_of)
        ]
    gone = [f"session {session_id} is missing" for session_id in told]
    return wrong + lost + otherwise + gone


def compare(tx: Tx, known: Heads) -> list[str]:
    """What head office knows otherwise: whoever owns the database can write the ledger anew here, but not there."""
    return [flaw for head in known.heads if (flaw := _differs(tx, head, known.epoch))]


def _differs(tx: Tx, head: Head, epoch: int) -> str | None:
    if head.chain != "sessions" or ledger.holds(tx, head.hash):
        return None
    if head.epoch < epoch and ledger.has_kind(tx, RESTORED):
        after = "it was made after the backup that this server was restored from"
        return f"entry {head.sequence} of installation {head.epoch} is not here: {after}"
    return f"entry {head.sequence}: head office was told another hash: the ledger was cut or written anew"
