"""An API without accounts is used as everybody would use it, and its faults are found."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from backwright.host.server import serve
from backwright.probe.client import fetch_json
from backwright.probe.engine import Engine, Target
from backwright.report.events import silence
from backwright.report.probe_types import ProbeReport


def probed(sabotage: str) -> ProbeReport:
    words = [sys.executable, "-m", "uvicorn", "open_api:app", "--log-level", "warning", "--port"]
    here, environment = Path(__file__).parent, {**os.environ, "SABOTAGE": sabotage}
    with serve(lambda port: [*words, str(port)], cwd=here, env=environment) as server:
        document = fetch_json(f"{server.url}/openapi.json")
        target = Target("open", server.url, document, log=server.log, folder=str(here))
        return Engine(target, silence, ("endpoints",)).run()


def test_every_operation_succeeds_without_an_account() -> None:
    report = probed("")
    answered = [one for one in report.checks if one.check == "answers"]
    assert [one.verdict for one in answered] == ["pass"] * 5
    assert report.failures == ()


def test_a_valid_request_that_breaks_the_server_is_a_failure() -> None:
    (failure, *_) = probed("yes").failures
    assert (failure.check, failure.area) == ("server-error", "endpoints")
    assert (failure.method, failure.path) == ("DELETE", "/notes/{note_id}")
