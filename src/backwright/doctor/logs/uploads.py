"""Uploaded files that are opened as if they were paths, or read when they are closed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.doctor.edits import rewritten, segment
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import called, keyword, last_name, literal
from backwright.project.conventions.evidence import parameters
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_REPEAT = "upload the file again"


@diagnosis
def opened(evidence: Evidence) -> Iterator[Cause]:
    """Tell of an uploaded file that is given to something which wants a path."""
    pattern = r"expected str, bytes or os\.PathLike object, not (?P<type>(?:Spooled|Upload)\w*)"
    for ground, raised, match in evidence.raised(pattern):
        yield Cause(
            "logs", "upload-as-path",
            f"{match['type']} is an uploaded file that is open already, and is opened as if it were a path",
            (raised.text,), ground.place,
            "read it: await file.read(); or give on what it wraps, which is open: file.file", _REPEAT,
            repairs=_as_it_is(evidence, ground.place) if ground.place else (),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _as_it_is(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that takes the open file in the place of `open(file, "rb")`."""
    call = evidence.sources.call_at(place, "open")
    if call is None or not isinstance(call.func, ast.Name) or not call.args:
        return ()
    mode = literal(call.args[1] if len(call.args) > 1 else keyword(call, "mode"))
    if mode not in ("rb", "br"):  # what is read as text, or written, is meant otherwise
        return ()
    written = segment(evidence, place.file, call.args[0])
    return rewritten(evidence, place.file, [(call, f"{written}.file")])


@diagnosis
def closed(evidence: Evidence) -> Iterator[Cause]:
    """Tell of an uploaded file that a background task reads after FastAPI has closed it."""
    for ground, raised, _ in evidence.raised(r"(?:I/O operation on|read of|seek of) closed file"):
        function = evidence.sources.function_at(ground.place) if ground.place else None
        if function is None or not any(
            arg.annotation is not None and last_name(arg.annotation) == "UploadFile"
            for arg, _ in parameters(function)
        ):
            continue
        given = next(_given_to_a_task(evidence, function.name), None)
        yield Cause(
            "logs", "upload-closed",
            f"{function.name} reads an uploaded file that is closed"
            + (f": {given} hands it to a background task, which runs when the answer is sent" if given else ""),
            (raised.text,), ground.place,
            "read it in the handler, and give the task what was read: add_task(store, await file.read())", _REPEAT,
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _given_to_a_task(evidence: Evidence, name: str) -> Iterator[Place]:
    for file, call in evidence.sources.calls("add_task", "create_task"):
        if any(last_name(one) == name or (isinstance(one, ast.Call) and called(one) == name)
               for one in call.args[:1]):  # fmt: skip
            yield Place(file, call.lineno)
