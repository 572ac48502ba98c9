"""The services of a store, and the processes that each of them runs as."""

SERVICES = ("catalog", "orders", "sync", "sessions")
KINDS = ("door", "worker")
