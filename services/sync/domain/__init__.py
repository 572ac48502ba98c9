"""The rules of connectivity and delivery: pure, no I/O, time is an argument."""
