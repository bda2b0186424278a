"""Run as `python -m backwright`."""

from backwright.cli.main import run

run()
