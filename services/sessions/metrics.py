"""Figures of the store's mode, sessions and sign-in."""

from prometheus_client import Counter, Gauge

MODE = Gauge("store_sessions_mode", "1 for the mode that stands.", ["mode", "trigger"])
MODE_CHANGES = Counter("store_sessions_mode_changes_total", "Changes of the mode.", ["mode", "trigger"])
MODE_SINCE = Gauge("store_sessions_mode_since_timestamp_seconds", "Since when the mode stands.")
SESSIONS = Gauge("store_sessions_sessions", "Offline sessions by status.", ["status"])
SIGN_INS = Counter("store_sessions_sign_ins_total", "Tries to sign in, by outcome.", ["outcome"])
STREAMS = Gauge("store_sessions_streams", "Pages that hold a live stream.")
GRANT = Gauge("store_sessions_storage_usable", "1 while the storage folder was granted and works.")
FREE = Gauge("store_sessions_storage_free_bytes", "Room left in the storage folder.")
