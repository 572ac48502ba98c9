"""Figures of the sale."""

from prometheus_client import Counter, Gauge

SALES = Counter("store_orders_sales_total", "Sales that were stored.", ["mode"])
REPLAYS = Counter("store_orders_replays_total", "Pays for a sale that was stored before: the same answer again.")
REFUSALS = Counter("store_orders_refusals_total", "Pays that were refused, by code.", ["code"])
MONEY_WITHOUT_ORDER = Gauge(
    "store_orders_money_without_order_minor", "Money taken for sales that were refused, minor units.", ["payment_mode"]
)
SPARE_PREFIXES = Gauge("store_orders_spare_prefixes", "Invoice prefixes that no till has taken yet.")
ACTIVE_TILLS = Gauge("store_orders_active_tills", "Tills that may sell.")
CUSTOMER_READS = Counter(
    "store_orders_customer_reads_total", "Looks at what customers told the store.", ["why", "role"]
)
MOST_LOOKED_UP = Gauge(
    "store_orders_customer_reads_most_by_one", "Customers that whoever looked most was shown within the last hour."
)
UNOPENED = Counter("store_orders_unopened_total", "Sealed values that could not be opened: a key is missing.")
