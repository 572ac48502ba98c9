"""The port to head office, and its adapters."""
