"""Times of tokens that are made with the machine's own time for UTC."""

from __future__ import annotations

import ast

from backwright.doctor.edits import rewritten
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import called
from backwright.doctor.tokens.reading import encodings
from backwright.report.doctor_types import Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_FARTHEST = 14 * 3600.0


def could_be_local(seconds: float) -> bool:
    """Tell whether a time is off by no more than the zones of the world are."""
    return abs(seconds) <= _FARTHEST


def local_time(evidence: Evidence) -> tuple[Place, tuple[Repair, ...]] | None:
    """Return where a token's time is made of a clock without a zone, and the repair.

    `utcnow().timestamp()` takes UTC for local time, and a library takes `now()` for UTC.
    """
    for one in encodings(evidence):
        inside = nodes(*one.function.body) if one.function else []
        aware = {id(node.func.value) for node in inside
                 if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                 and node.func.attr in ("timestamp", "astimezone")}  # fmt: skip
        for node in inside:
            if isinstance(node, ast.Call) and (call := _naive(node, aware)) is not None:
                place = Place(one.place.file, node.lineno)
                return place, _with_zone(evidence, one.place.file, call)
    return None


def _with_zone(evidence: Evidence, file: str, call: ast.Call) -> tuple[Repair, ...]:
    name = ast.unparse(call.func).rpartition(".")[0]
    module = name.rpartition(".")[0]
    known = any("UTC" in evidence.sources.text(one) for one in evidence.sources.own)
    zone = "UTC" if known else "timezone.utc"
    if module:
        return rewritten(evidence, file, [(call, f"{name}.now({module}.{zone})")])
    imports = {"datetime": {zone.partition(".")[0]}}
    return rewritten(evidence, file, [(call, f"{name}.now({zone})")], imports)


def _naive(node: ast.Call, aware: set[int]) -> ast.Call | None:
    """Return the call that reads the clock, where what is made of it is off by the zone."""
    if called(node) == "timestamp" and isinstance(node.func, ast.Attribute):
        inner = node.func.value
        return inner if isinstance(inner, ast.Call) and called(inner) == "utcnow" else None
    is_now = called(node) == "now" and not node.args and not node.keywords
    return (
        node if is_now and id(node) not in aware and "datetime" in ast.unparse(node.func) else None
    )
