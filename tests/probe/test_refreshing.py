"""Refresh tokens that were exchanged, or whose login has ended, must open nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from backwright.host.server import serve
from backwright.probe.client import fetch_json
from backwright.probe.engine import Engine, Target
from backwright.report.events import silence


def verdicts(sabotage: str) -> dict[str, str]:
    words = [sys.executable, "-m", "uvicorn", "renewing:app", "--log-level", "warning", "--port"]
    environment = {**os.environ, "SABOTAGE": sabotage}
    here = Path(__file__).parent
    with serve(lambda port: [*words, str(port)], cwd=here, env=environment) as server:
        target = Target("renewing", server.url, fetch_json(f"{server.url}/openapi.json"))
        report = Engine(target, silence, ("auth",)).run()
    return {one.check: one.verdict for one in report.checks if one.check.startswith("refresh")}


@pytest.mark.parametrize(
    ("sabotage", "failing"),
    [
        ("", set()),
        ("reuse", {"refresh-token-reuse"}),
        ("outlives", {"refresh-token-after-logout"}),
    ],
)
def test_refresh_tokens(sabotage: str, failing: set[str]) -> None:
    found = verdicts(sabotage)
    assert {name for name, verdict in found.items() if verdict == "fail"} == failing
    assert {"refresh-token-reuse", "refresh-token-after-logout"} <= set(found)
    assert "skipped" not in found.values()
