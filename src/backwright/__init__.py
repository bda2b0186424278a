"""Backwright: a backend developer you can run."""

__version__ = "0.1.0"
