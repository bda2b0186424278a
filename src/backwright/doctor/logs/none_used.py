"""A look-up that found nothing, and whose None is used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_NONE = r"'NoneType' object (?:has no attribute '(?P<name>\w+)'|is not (?P<what>subscriptable|iterable|callable))"


@diagnosis
def none_used(evidence: Evidence) -> Iterator[Cause]:
    """Tell what was None, where that came from, and answer 404 there."""
    for ground, raised, match in evidence.raised(_NONE):
        place = ground.place
        if place is None and match["what"] == "callable":
            continue  # what calls it is a library's: the diagnosis of middleware says it
        variable = _variable(evidence, place, match["name"]) if place else ""
        origin = _assigned(evidence, place, variable) if place and variable else None
        shown = f"`{variable}`" if variable else "a value"
        text = f"{shown} is None at {place}" if place else f"{shown} is None"
        if origin is not None:
            text += f": the look-up at line {origin.lineno} found nothing, and nobody asks"
        yield Cause(
            "logs", "none-used", text, evidence=(raised.text,), place=place,
            remedy=f"if {variable or 'it'} is None:\n"
            '    raise HTTPException(status_code=404, detail="Not found")',
            proof="repeat the request: it must answer 404",
            repairs=_asked(evidence, place, variable, origin) if place and origin else (),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _variable(evidence: Evidence, place: Place, attribute: str | None) -> str:
    """Return the name in front of the attribute that None has not."""
    line = evidence.sources.line(place)
    pattern = rf"\b([A-Za-z_]\w*)\.{attribute}\b" if attribute else r"\b([A-Za-z_]\w*)\["
    found = re.findall(pattern, line)
    return found[-1] if found else ""


def _assigned(evidence: Evidence, place: Place, variable: str) -> ast.Assign | None:
    """Return the last assignment of a name in the function, before a line."""
    function = evidence.sources.function_at(place)
    found = [
        one
        for one in (nodes(*function.body) if function else ())
        if isinstance(one, ast.Assign) and one.lineno < place.line
        and any(isinstance(t, ast.Name) and t.id == variable for t in one.targets)
    ]  # fmt: skip
    return max(found, key=lambda one: one.lineno, default=None)


def _asked(
    evidence: Evidence, place: Place, variable: str, origin: ast.Assign
) -> tuple[Repair, ...]:
    """Return the repair that answers 404 behind the look-up, where the file knows how to."""
    text = evidence.sources.text(place.file)
    if "HTTPException" not in text:
        return ()
    lines = text.splitlines(keepends=True)
    indent = " " * origin.col_offset
    words = variable.replace("_", " ").capitalize()
    lines.insert(
        origin.end_lineno or origin.lineno,
        f"{indent}if {variable} is None:\n"
        f'{indent}    raise HTTPException(status_code=404, detail="{words} not found")\n',
    )
    return (Repair(place.file, text, "".join(lines)),)
