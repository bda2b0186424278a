"""Endpoints that fail for their owner: a change that breaks one is no change that verifies."""

from __future__ import annotations

from collections.abc import Sequence

from backwright.errors import BackwrightError
from backwright.probe.config import Config
from backwright.report.events import silence
from backwright.report.probe_types import ProbeCheck
from backwright.tasks.change import Workplace
from backwright.tasks.live import Endpoints, judged
from backwright.tasks.probe import probe_place
from backwright.values import Verdict
from backwright.workshop import ChangeSet

_SECONDS = 120.0


def failing_now(
    place: Workplace,
    changes: ChangeSet,
    config: Config,
    seen: Sequence[ProbeCheck],
    endpoints: Endpoints,
) -> tuple[Verdict, str] | None:
    """Tell which endpoints fail with valid requests since a change; None where none fails.

    The application as it was is served only where one fails now.

    Args:
        place: where the changed application is staged.
        changes: the change, which is in the staged copy and will be again.
        config: how the application is probed.
        seen: what the probe saw of the changed application.
        endpoints: those that were there before.
    """
    failing = [key for key in endpoints if judged(seen, [key])[0] == "fail"]
    if not failing:
        return None
    changes.reverse.write_into(place.folder)
    try:
        before = probe_place(place, config, silence, ("endpoints",), _SECONDS).checks
    except BackwrightError as error:
        return "skipped", f"{_named(failing)}: {error.message.splitlines()[0]}"
    finally:
        changes.write_into(place.folder)
    return compared(before, seen, failing)


def compared(
    before: Sequence[ProbeCheck], seen: Sequence[ProbeCheck], failing: Endpoints
) -> tuple[Verdict, str]:
    """Return whether endpoints that fail now did so before; what only then worked is broken."""
    broken = [key for key in failing if judged(before, [key])[0] == "pass"]
    if broken:
        return "fail", "; ".join(f"it worked before: {judged(seen, [key])[1]}" for key in broken)
    return "pass", f"what fails now did not work before, either: {_named(failing)}"


def _named(endpoints: Endpoints) -> str:
    return ", ".join(f"{method} {path}" for method, path in endpoints)
