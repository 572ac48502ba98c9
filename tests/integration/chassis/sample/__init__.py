"""A service with nothing of its own: what the chassis promises, as real processes."""
