"""Parameters and return types that FastAPI takes for fields, and that are none."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.edits import rewritten, with_argument
from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, last_name
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_PROOF = "start the application again"
_HINT = r"Invalid args for response field! Hint: check that (?P<type>.+?) is a valid [Pp]ydantic field type"
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "api_route"})


@diagnosis
def not_a_field(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a parameter or return type that FastAPI takes for a field, and that is none."""
    for ground, raised, match in evidence.raised(_HINT):
        shown = match["type"].replace("<class '", "").replace("'>", "")
        names = [one.rpartition(".")[2] for one in re.findall(r"[\w.]+", shown)]
        function = _function(evidence, ground)
        parameter = _parameter(function, names) if function else None
        hint = (raised.text.split(" If you are", 1)[0],)
        if parameter is not None and ground.place and function:
            yield _of_parameter(evidence, ground, parameter, hint)
        else:
            yield _of_return(evidence, ground, shown.rpartition(".")[2], hint)


def _function(evidence: Evidence, ground: Ground) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """Return the function whose decorator or definition stands at the place."""
    place = ground.place
    for node in evidence.sources.nodes(place.file) if place else ():
        if place and isinstance(node, FunctionNode):
            first = min([one.lineno for one in node.decorator_list], default=node.lineno)
            if first <= place.line <= node.body[0].lineno:
                return node
    return None


def _parameter(
    function: ast.FunctionDef | ast.AsyncFunctionDef, names: list[str]
) -> ast.arg | None:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    for one in arguments:
        if one.annotation is not None and last_name(one.annotation) in names:
            return one
    return None


def _of_parameter(
    evidence: Evidence, ground: Ground, parameter: ast.arg, hint: tuple[str, ...]
) -> Cause:
    file = ground.place.file if ground.place else ""
    name = last_name(parameter.annotation)
    known = _dependency(evidence, file, name)
    repairs: tuple[Repair, ...] = ()
    if known is not None and parameter.annotation is not None:
        repairs = rewritten(evidence, file, [(parameter.annotation, known)])
    return Cause(
        "validation", "not-a-field",
        f"{name} is no type of a field: the parameter {parameter.arg} has no Depends", hint,
        Place(file, parameter.lineno), f"{parameter.arg}: {known or f'{name} = Depends(…)'}", _PROOF,
        repairs=repairs, failure=ground.number, count=ground.count,
    )  # fmt: skip


def _dependency(evidence: Evidence, file: str, name: str) -> str | None:
    """Return how the same file takes such a thing elsewhere: an alias, Annotated, or Depends."""
    text = evidence.sources.text(file)
    aliases = re.findall(rf"(?m)^(\w+)\s*=\s*Annotated\[(?:\w+\.)*{name},\s*Depends\(", text)
    written = re.search(rf"Annotated\[(?:\w+\.)*{name},\s*Depends\([\w.]+\)\]", text)
    default = re.search(rf":\s*(?:\w+\.)*{name}\s*=\s*(Depends\([\w.]+\))", text)
    if aliases:
        return str(aliases[0])
    if written:
        return written[0]
    if default and re.search(r"\bAnnotated\b", text):
        return f"Annotated[{name}, {default[1]}]"
    return f"{name} = {default[1]}" if default else None


def _of_return(evidence: Evidence, ground: Ground, name: str, hint: tuple[str, ...]) -> Cause:
    return Cause(
        "validation", "not-a-field",
        f"{name} is no type of a field: as a return type it needs response_model=None", hint,
        ground.place, "@router.get(…, response_model=None), or return a schema", _PROOF,
        repairs=_without_model(evidence, ground.place), failure=ground.number, count=ground.count,
    )  # fmt: skip


def _without_model(evidence: Evidence, place: Place | None) -> tuple[Repair, ...]:
    for node in evidence.sources.nodes(place.file) if place else ():
        if place and isinstance(node, FunctionNode):
            for mark in node.decorator_list:
                is_there = mark.lineno <= place.line <= node.body[0].lineno
                if is_there and isinstance(mark, ast.Call) and last_name(mark.func) in _METHODS:
                    return with_argument(evidence, place.file, mark, "response_model=None")
    return ()
