"""SQL of sessions: functions of a transaction, one file a subject."""
