"""Runs the whole system natively: private servers, every service, restarts."""
