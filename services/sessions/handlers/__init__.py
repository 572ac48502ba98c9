"""Use cases of sessions, one file a subject; each reads as its sentence."""
