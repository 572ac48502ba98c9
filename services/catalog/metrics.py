"""Figures of the snapshot: how old, how large, and what became of each feed."""

from prometheus_client import Counter, Gauge, Histogram

AS_OF = Gauge("store_catalog_as_of_timestamp_seconds", "When head office drew up what is held.", ["dataset"])
SYNCED = Gauge("store_catalog_synced_timestamp_seconds", "When a data set was last swapped in.", ["dataset"])
FRESHNESS = Gauge("store_catalog_freshness", "1 for the freshness of a data set.", ["dataset", "freshness"])
RECORDS = Gauge("store_catalog_records", "Records held of a data set.", ["dataset"])
FAILURES = Gauge("store_catalog_feed_failures", "Tries in a row that a feed was not taken.", ["dataset"])
FEEDS = Counter("store_catalog_feeds_total", "Feeds by what became of them.", ["dataset", "outcome"])
FEED_SECONDS = Histogram(
    "store_catalog_feed_seconds",
    "Time from asking for a feed to its end.",
    ["dataset"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900),
)
