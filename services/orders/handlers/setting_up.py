"""Who this store is, as head office says."""

from services.chassis.logs import get_logger
from services.head_office.port import NoAnswer
from services.orders.app import App
from services.orders.domain.invoices import usable_prefix
from services.orders.errors import StoreNotSetUp
from services.orders.handlers import standing
from services.orders.schemas import RecoveryKey
from services.orders.store import counter, heard

log = get_logger()


def recovery_key(app: App) -> RecoveryKey:
    """The key of head office that tills seal their copies with. Raises StoreNotSetUp."""
    with app.db.transaction() as tx:
        identity = heard.identity(tx)
    if identity is None or "recovery_key" not in identity:
        raise StoreNotSetUp
    return RecoveryKey(store_id=app.settings.id, **identity["recovery_key"])


def pull_identity(app: App) -> None:
    """Keeps the store's identity and spare invoice prefixes; without an answer the last ones stay."""
    try:
        store = app.head_office.store()
    except NoAnswer as error:
        log.warning("identity_not_heard", reason=error.reason)
        if error.reason == standing.SUPERSEDED:
            standing.note(app, standing.SUPERSEDED)
        return
    prefixes = [p for p in store["prefixes"] if usable_prefix(p)]
    if len(prefixes) < len(store["prefixes"]):
        log.error("prefixes_unusable", count=len(store["prefixes"]) - len(prefixes))
    with app.db.transaction() as tx:
        counter.lock_tills(tx)
        heard.keep_identity(tx, {k: v for k, v in store.items() if k != "prefixes"}, prefixes)
        counter.give_prefixes(tx)
    standing.note(app, None, instead_of=standing.SUPERSEDED)
