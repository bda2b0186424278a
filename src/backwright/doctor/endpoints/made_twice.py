"""Applications that are made anew, or served, before all that belongs to them was added."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from backwright.doctor.edits import finished
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, called
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_MAKERS = ("FastAPI",)
_ADDS = ("include_router", "mount", "add_api_route")


@diagnosis
def made_twice(evidence: Evidence) -> Iterator[Cause]:
    """Tell of an application that is made anew after routes were added to it."""
    for file in {one.file for one in evidence.project.apps}:
        tree = evidence.sources.syntax(file)
        body = tree.body if tree else []
        made = [one for one in body if _is_made(one)]
        for first, second in pairwise(made):
            name = _target(second)
            lost = [
                one for one in body
                if name == _target(first) and first.lineno < one.lineno < second.lineno and _adds(one, name)
            ]  # fmt: skip
            if not lost:
                continue
            yield Cause(
                "endpoints", "application-made-twice",
                f"{name} is made a second time at line {second.lineno}: what was added to it before (line "
                f"{', '.join(str(one.lineno) for one in lost)}) is lost, and answers 404",
                (evidence.sources.line(Place(file, second.lineno)).strip(),), Place(file, second.lineno),
                f"make it once, and add its routes behind line {second.end_lineno}", "the routes stand in /docs",
                "happened" if any(one.status == 404 for one in evidence.requests) else "source",
                _behind(evidence, file, lost, second.end_lineno or second.lineno),
            )  # fmt: skip


@diagnosis
def served_too_early(evidence: Evidence) -> Iterator[Cause]:
    """Tell of `uvicorn.run` that stands before routes are added: it does not return until the end."""
    for app in evidence.project.apps:
        tree = evidence.sources.syntax(app.file)
        body = tree.body if tree else []
        name = app.object.rpartition(":")[2]
        for one in body:
            runs = [
                call for call in nodes(one)
                if isinstance(call, ast.Call) and ast.unparse(call.func) in ("uvicorn.run", "run")
                and call.args and ast.unparse(call.args[0]) == name
            ]  # fmt: skip
            if not runs or isinstance(one, FunctionNode | ast.ClassDef):
                continue
            later = [each for each in body if each.lineno > one.lineno and _adds(each, name)]
            if not later:
                continue
            seen = [each for each in evidence.requests if each.status == 404]
            yield Cause(
                "endpoints", "served-too-early",
                f"uvicorn.run at line {runs[0].lineno} stands before the routes (line {later[0].lineno} and later): it "
                "returns when the server ends, so that the server never has them, and answers 404",
                tuple(f"{each} → 404" for each in seen[:2]), Place(app.file, runs[0].lineno),
                "put it at the module's end", "start it, and ask a route", "happened" if seen else "source",
                _behind(evidence, app.file, [one], body[-1].end_lineno or body[-1].lineno), count=max(1, len(seen)),
            )  # fmt: skip
            break


def _is_made(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and called(node.value) in _MAKERS
    )


def _target(node: ast.stmt) -> str:
    return ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""


def _adds(node: ast.stmt, name: str) -> bool:
    """Tell whether a statement adds routes to the application of a name."""
    if isinstance(node, FunctionNode):
        return any(
            isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and ast.unparse(one.func.value) == name
            for one in node.decorator_list
        )  # fmt: skip
    return any(
        isinstance(one, ast.Call) and called(one) in _ADDS and isinstance(one.func, ast.Attribute)
        and ast.unparse(one.func.value) == name
        for one in nodes(node)
    )  # fmt: skip


def _behind(evidence: Evidence, file: str, moved: list[ast.stmt], until: int) -> tuple[Repair, ...]:
    """Return the repair that moves statements behind a line."""
    text = evidence.sources.text(file)
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    ranges = [(_first(one) - 1, one.end_lineno or one.lineno) for one in moved]
    block = [line for start, end in ranges for line in lines[start:end]]
    gone = {number for start, end in ranges for number in range(start, end)}
    gap = ["\n"] if block else []
    before = [line for number, line in enumerate(lines[:until]) if number not in gone]
    after = [line for number, line in enumerate(lines[until:], until) if number not in gone]
    while before and not before[-1].strip():
        before.pop()
    return finished(file, text, "".join([*before, *gap, *block, *after]))


def _first(node: ast.stmt) -> int:
    marks = node.decorator_list if isinstance(node, FunctionNode) else []
    return min([node.lineno, *(one.lineno for one in marks)])
