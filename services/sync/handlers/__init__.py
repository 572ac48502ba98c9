"""Use cases of sync; doors, workers and timers call one each."""
