"""Factories of sessions that do not fit their engine."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.doctor.edits import rewritten
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import called, keyword, last_name
from backwright.report.doctor_types import Cause
from backwright.values import Place


@diagnosis
def of_async_engine(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a synchronous factory on an asynchronous engine: its sessions cannot be awaited."""
    engines = {
        last_name(one.targets[0])
        for file in evidence.sources.own
        for one in evidence.sources.nodes(file)
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call)
        and called(one.value) in ("create_async_engine", "async_engine_from_config")
    }  # fmt: skip
    for file, call in evidence.sources.calls("sessionmaker") if engines else ():
        bound = keyword(call, "bind") or (call.args[0] if call.args else None)
        if last_name(bound) not in engines or keyword(call, "class_") is not None:
            continue
        hit = next(evidence.raised(r"can't be used in 'await' expression|AsyncEngine"), None)
        yield Cause(
            "database", "session-of-async-engine",
            "sessionmaker makes synchronous sessions, and its engine is an asynchronous one: nothing that they give can "
            "be awaited", (hit[1].text,) if hit else (), Place(file, call.lineno), "async_sessionmaker(engine)",
            "start the application again, and send a request", "happened" if hit else "source",
            rewritten(evidence, file, [(call.func, "async_sessionmaker")],
                      {"sqlalchemy.ext.asyncio": {"async_sessionmaker"}}),
            hit[0].number if hit else None, hit[0].count if hit else 1,
        )  # fmt: skip


def has_wrong_factory(evidence: Evidence) -> bool:
    """Tell whether the project's factory of sessions does not fit its engine."""
    return next(of_async_engine(evidence), None) is not None
