"""The live proof of a change: its new endpoints, used over HTTP as a client would use them."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from backwright.errors import BackwrightError
from backwright.probe.config import read_config
from backwright.report.events import CheckEnded, StepStarted, silence
from backwright.report.probe_types import ProbeCheck
from backwright.tasks.change import Workplace
from backwright.tasks.probe import probe_place
from backwright.values import Check, Verdict

NAME = "live"
_SECONDS = 120.0

Endpoints = Sequence[tuple[str, str]]


def prove_live(place: Workplace, endpoints: Endpoints, kind: str = "new") -> Check:
    """Serve the staged application on a throw-away database, and call each new endpoint.

    A valid request that is answered with a server error, or with what is not declared, is a
    failure. What could not be reached says why; nothing is passed in silence.

    Args:
        place: where the application is staged.
        endpoints: method and path of each.
        kind: what they are called.
    """
    place.listener(StepStarted(f"calling the {kind} endpoints over HTTP"))
    started = time.monotonic()
    try:
        config = read_config(place.root)
        report = probe_place(place, config, silence, ("endpoints",), _SECONDS)
        verdict, detail = judged(report.checks, endpoints, kind)
        detail = "; ".join([detail, *report.aids])
    except BackwrightError as error:
        verdict, detail = "skipped", error.message.splitlines()[0]
    proof = Check(NAME, verdict, round(time.monotonic() - started, 3), detail)
    place.listener(CheckEnded(proof))
    return proof


def judged(
    checks: Sequence[ProbeCheck], endpoints: Endpoints, kind: str = "new"
) -> tuple[Verdict, str]:
    """Return what a probe says of some endpoints: the verdict, and its reason for people."""
    wanted = {_key(method, path) for method, path in endpoints}
    seen = [
        one
        for one in checks
        if one.area == "endpoints" and one.check in ("answers", "server-error")
        and _key(one.method, one.path) in wanted
    ]  # fmt: skip
    if not seen:
        return "skipped", f"the {kind} endpoints are not in the OpenAPI document"
    for one in seen:
        if one.verdict == "fail":
            place = f" ({one.file}:{one.line})" if one.file else ""
            return "fail", f"{one.method} {one.path}: {one.why}{place}"
    missed = [f"{one.method} {one.path}: {one.why}" for one in seen if one.verdict == "skipped"]
    if missed:
        return "skipped", f"{len(seen) - len(missed)} of {len(seen)} succeed; {'; '.join(missed)}"
    return "pass", f"{len(seen)} {kind} endpoints succeed over HTTP"


def _key(method: str, path: str) -> tuple[str, str]:
    """Name an endpoint whatever its parameters are called, with or without a last slash."""
    return method, re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")
