"""Figures, each beside a reference in the same run. They print; no test asserts a time."""
