"""Figures of connectivity and deliveries."""

from prometheus_client import Counter, Gauge, Histogram

HEAD_OFFICE_UP = Gauge("store_sync_head_office_up", "1 while head office can be used.")
INTERNET_UP = Gauge("store_sync_internet_up", "1 while the store has internet.")
SUPERSEDED = Gauge("store_sync_superseded", "1 when another edge server has taken this store over.")
CLOCK_SKEW = Gauge("store_sync_clock_skew_seconds", "Our clock less head office's.")
CERTIFICATE = Gauge("store_sync_head_office_certificate_expiry_timestamp_seconds", "When its certificate runs out.")
PROBES = Counter("store_sync_probes_total", "Probes of head office by outcome.", ["outcome"])

ORDERS = Gauge(
    "store_sync_orders", "Orders by where their delivery stands; synced and withdrawn ones left out.", ["state"]
)
QUEUED = Gauge("store_sync_queued_orders", "Orders that wait in the queue, not yet taken in.")
BACKLOG = Gauge(
    "store_sync_backlog_orders",
    "Orders that are sold and not at head office, wherever they lie; those that wait for a person left out.",
)
BACKLOG_MONEY = Gauge(
    "store_sync_backlog_minor", "Money of orders that are not at head office yet, minor units.", ["payment_mode"]
)
BACKLOG_AGE = Gauge("store_sync_backlog_oldest_seconds", "Age of the oldest order that is not at head office yet.")
NOTICES = Gauge("store_sync_notices_waiting", "Customers, sessions and cancellations to be told.", ["kind"])

UNOPENED = Counter("store_sync_unopened_total", "Sealed values that could not be opened: a key is missing.")

STEPS = Counter("store_sync_steps_total", "Steps of deliveries by their name (docs/order-life.md).", ["edge"])
REPLACED = Counter("store_sync_replaced_writes_total", "Outcomes that came from a process which had been replaced.")
REQUEST_SECONDS = Histogram(
    "store_sync_head_office_seconds",
    "Time head office took for one order.",
    ["outcome"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)
IN_FLIGHT = Gauge("store_sync_in_flight", "Requests that are under way to head office.")
IN_FLIGHT_LIMIT = Gauge("store_sync_in_flight_limit", "How many may be under way.")
PAUSED = Gauge("store_sync_paused", "1 while the drain pauses.", ["reason"])
