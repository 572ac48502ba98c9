"""What a manager looks at: exceptions by cashier, articles that were oversold; and what a dashboard does."""

from datetime import date

from services.orders import metrics
from services.orders.app import App
from services.orders.schemas import CashierRow, Days, ExceptionReport, OversoldReport, OversoldRow
from services.orders.store import heard, reports

EVER = (date(2000, 1, 1), date(9999, 12, 31))
# the label of whatever mode the store does not have: who gives a sale up may name any
OTHER_MODES = "other"


def exceptions(app: App, days: Days) -> ExceptionReport:
    with app.db.transaction() as tx:
        rows = reports.exceptions(tx, days.from_ or EVER[0], days.to or EVER[1])
    return ExceptionReport(items=[CashierRow(**row) for row in rows])


def oversold(app: App, days: Days) -> OversoldReport:
    with app.db.transaction() as tx:
        rows = reports.oversold(tx, days.from_ or EVER[0], days.to or EVER[1])
    return OversoldReport(items=[OversoldRow(**row) for row in rows])


def show_figures(app: App) -> None:
    """Brings the gauges up to date."""
    with app.db.transaction() as tx:
        money, counts = reports.money_without_order(tx), reports.counts(tx)
        modes = {mode.code for mode in heard.payment_modes(tx)}
    metrics.MONEY_WITHOUT_ORDER.clear()
    for payment_mode, minor in money.items():
        metrics.MONEY_WITHOUT_ORDER.labels(payment_mode if payment_mode in modes else OTHER_MODES).inc(minor)
    metrics.SPARE_PREFIXES.set(counts.spare_prefixes)
    metrics.ACTIVE_TILLS.set(counts.active_tills)
