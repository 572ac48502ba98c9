"""Whether the ledger, or a session in the list beside it, was changed by anybody."""

from services.chassis.database import Tx
from services.head_office.losses import explains, in_words, noted
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
    """What head office knows otherwise: whoever owns the database can write the ledger anew here, but not there.

    What a restore explains is not among it: `losses` says that.
    """
    differing = [head for head in _not_held(tx, known) if not _lost(tx, head, known.epoch)]
    anew = "head office was told another hash: the ledger was cut or written anew"
    return [f"entry {head.sequence}: {anew}" for head in differing]


def losses(tx: Tx, known: Heads) -> list[str]:
    """What head office knows and this server lacks because it was restored from a backup, as the ledger notes."""
    return [in_words("entry", head) for head in _not_held(tx, known) if _lost(tx, head, known.epoch)]


def _not_held(tx: Tx, known: Heads) -> list[Head]:
    return [head for head in known.heads if head.chain == "sessions" and not ledger.holds(tx, head.hash)]


def _lost(tx: Tx, head: Head, epoch: int) -> bool:
    return explains(noted(ledger.of_kind(tx, RESTORED)), head, epoch)
