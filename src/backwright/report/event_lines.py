"""Events as JSON, one a line: how another program follows a run (`BACKWRIGHT_PROGRESS=json`)."""

from __future__ import annotations

import json
from collections.abc import Callable

from backwright.report.events import CheckEnded, CheckStarted, Event, Listener, StepStarted
from backwright.report.jsonable import Json, jsonable


def event_lines(write: Callable[[str], object]) -> Listener:
    """Return a listener that writes each event as a line of JSON."""

    def listen(event: Event) -> None:
        write(f"{json.dumps(event_document(event))}\n")

    return listen


def event_document(event: Event) -> dict[str, Json]:
    """Return an event as JSON: its kind, and what it tells."""
    match event:
        case StepStarted(step):
            return {"event": "step", "step": step}
        case CheckStarted(check):
            return {"event": "check-started", "check": check}
        case CheckEnded(result):
            return {"event": "check-ended", "result": jsonable(result)}
