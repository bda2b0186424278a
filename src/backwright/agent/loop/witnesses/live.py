"""The probe, before and after a change: what it finds wrong now must have been wrong before."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from backwright.errors import BackwrightError
from backwright.probe.config import read_config
from backwright.report.events import silence
from backwright.report.probe_types import AREAS, ProbeReport
from backwright.tasks.change import Workplace
from backwright.tasks.probe import probe_place
from backwright.values import Check, Verdict
from backwright.workshop import prepare

_SECONDS = 240.0
_SHOWN = 6


def probed_before(place: Workplace) -> tuple[str, ...] | None:
    """Probe a project that was not changed; None where it cannot be probed."""
    if place.facts.app is None:
        return None
    with prepare(place.root) as staging:
        try:
            return _wrong(_probe(replace(place, staging=staging)))
        except BackwrightError:
            return None


def live(place: Workplace, before: Sequence[str] | None) -> Check:
    """Probe the changed project, and tell whether it is worse than it was."""
    started = time.monotonic()
    if place.facts.app is None:
        return Check("probe", "skipped", 0.0, "no application was found to start")
    try:
        report = _probe(place)
    except BackwrightError as error:
        verdict: Verdict = "skipped" if before is None else "fail"
        seconds = round(time.monotonic() - started, 3)
        return Check("probe", verdict, seconds, f"it cannot be probed: {error.message}")
    known = set(before or ())
    new = [one for one in report.failures if _key(one.check, one.method, one.path) not in known]
    seconds = round(time.monotonic() - started, 3)
    if new:
        told = [f"{one.method} {one.path} {one.check}: {one.why}" for one in new[:_SHOWN]]
        return Check("probe", "fail", seconds, "; ".join(told))
    return Check("probe", "pass", seconds, f"{report.requests} requests, nothing new is wrong")


def _probe(place: Workplace) -> ProbeReport:
    return probe_place(place, read_config(place.root), silence, AREAS, _SECONDS)


def _wrong(report: ProbeReport) -> tuple[str, ...]:
    return tuple(sorted({_key(one.check, one.method, one.path) for one in report.failures}))


def _key(check: str, method: str, path: str) -> str:
    return f"{check} {method} {path}"
