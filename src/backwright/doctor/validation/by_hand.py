"""Values that are checked outside of where FastAPI answers 422: models by Depends, JSON read by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.edits import rewritten, tried
from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, called, last_name
from backwright.doctor.tracebacks import frames_of
from backwright.project.conventions.evidence import parameters
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_REPEAT = "repeat the request: it must answer 422"


@diagnosis
def model_by_depends(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a model that is taken by `Depends()`, whose own validators then answer 500."""
    for ground, raised, match in evidence.raised(
        r"ValidationError: \d+ validation errors? for (?P<model>\w+)"
    ):
        if not any("fastapi/dependencies/" in frame.file.replace("\\", "/")
                   for _, frame in frames_of(ground.failure)):  # fmt: skip
            continue
        for file, function, arg, call in _by_depends(evidence, match["model"]):
            yield Cause(
                "validation", "model-by-depends",
                f"{function.name} takes {match['model']} by Depends(): FastAPI checks its fields one by one, and what the "
                "model's own validators refuse is an error of the server",
                tuple(one.strip() for one in raised.text.splitlines()[:2]), Place(file, arg.lineno),
                f"take it as a model of the query: {arg.arg}: Annotated[{match['model']}, Query()] (FastAPI from 0.115)",
                _REPEAT, repairs=_of_query(evidence, file, function, call),
                failure=ground.number, count=ground.count,
            )  # fmt: skip
            break


def _by_depends(
    evidence: Evidence, model: str
) -> Iterator[tuple[str, FunctionNode, ast.arg, ast.Call]]:
    """Yield the parameters that are a model by an empty `Depends()`, or by the model itself."""
    for file in evidence.sources.own:
        for function in evidence.sources.nodes(file):
            if not isinstance(function, FunctionNode) or "Depends" not in evidence.sources.text(
                file
            ):
                continue
            for arg, default in parameters(function):
                words = [*ast.walk(arg.annotation)] if arg.annotation else []
                calls = [one for one in (*words, default)
                         if isinstance(one, ast.Call) and called(one) == "Depends"]  # fmt: skip
                told = any(isinstance(one, ast.Name) and one.id == model for one in words)
                named = any(last_name(one.args[0]) == model for one in calls if one.args)
                if calls and (named or (told and not calls[0].args)):
                    yield file, function, arg, calls[0]


def _of_query(
    evidence: Evidence, file: str, function: FunctionNode, call: ast.Call
) -> tuple[Repair, ...]:
    """Return the repair that takes the model of the query, where none of its fields is of the path."""
    paths = " ".join(ast.unparse(one) for one in function.decorator_list)
    if "{" in paths or call.args:
        return ()
    return rewritten(evidence, file, [(call, "Query()")], {"fastapi": {"Query"}})


@diagnosis
def json_by_hand(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a parameter or body that a handler reads as JSON itself, and that was none."""
    for ground, raised, _ in evidence.raised(r"JSONDecodeError: "):
        found = _read(evidence, ground)
        if found is None or ground.place is None:
            continue
        name, statement = found
        answer = (422, f'"{name} is no JSON"')
        yield Cause(
            "validation", "json-by-hand",
            f"{name} comes from the client and is read as JSON by hand: what is none is an error of the server",
            (raised.text.split("\n", 1)[0],), ground.place,
            f"answer 422 where it is none; or let FastAPI read it: {name}: Json (pydantic), a schema as the body", _REPEAT,
            repairs=tried(evidence, ground.place.file, statement, "ValueError", answer),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _read(evidence: Evidence, ground: Ground) -> tuple[str, ast.stmt] | None:
    """Return the parameter of a handler (or its body) that the failing line reads, and the statement."""
    place = ground.place
    function = evidence.sources.function_at(place) if place else None
    call = evidence.sources.call_at(place, "loads", "json")
    if place is None or function is None or call is None or not function.decorator_list:
        return None
    statement = next(
        (one for one in function.body if one.lineno <= place.line <= (one.end_lineno or 0)), None
    )
    if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr | ast.Return):
        return None
    names = {
        arg.arg: ast.unparse(arg.annotation) if arg.annotation else ""
        for arg, _ in parameters(function)
    }
    if called(call) == "json" and isinstance(call.func, ast.Attribute):
        owner = ast.unparse(call.func.value)
        return ("the body", statement) if re.search(r"\bRequest\b", names.get(owner, "")) else None
    given = last_name(call.args[0]) if call.args else ""
    return (given, statement) if given in names else None
