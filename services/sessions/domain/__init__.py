"""The rules of the store's mode, its offline sessions, its ledger and its people: pure, no I/O, time is an argument."""
