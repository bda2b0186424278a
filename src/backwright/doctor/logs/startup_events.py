"""What is set when the application starts, and is not there: startup handlers beside a lifespan."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.doctor.edits import finished
from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, called, keyword, last_name, literal
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_PROOF = "start the application again, and repeat the request"


@dataclass(frozen=True, slots=True)
class Unheard:
    """A startup or shutdown handler of an application that has a lifespan, which then decides alone."""

    file: str
    function: FunctionNode
    mark: ast.Call
    lifespan: str

    @property
    def event(self) -> str:
        """Return `startup` or `shutdown`."""
        return str(literal(self.mark.args[0]))


def unheard(evidence: Evidence) -> Iterator[Unheard]:
    """Yield the handlers that are never called."""
    for file in evidence.sources.own:
        owners = dict(_with_lifespan(evidence, file))
        if not owners:
            continue
        for node in evidence.sources.nodes(file):
            if not isinstance(node, FunctionNode):
                continue
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and called(mark) == "on_event" and mark.args:
                    owner = (
                        last_name(mark.func.value) if isinstance(mark.func, ast.Attribute) else ""
                    )
                    if owner in owners:
                        yield Unheard(file, node, mark, owners[owner])


def _with_lifespan(evidence: Evidence, file: str) -> Iterator[tuple[str, str]]:
    """Yield the names of a module's applications that have a lifespan, and its name."""
    for node in evidence.sources.nodes(file):
        value = node.value if isinstance(node, ast.Assign) else None
        if (
            isinstance(node, ast.Assign)
            and isinstance(value, ast.Call)
            and called(value) == "FastAPI"
        ):
            given = keyword(value, "lifespan")
            if given is not None:
                yield from ((last_name(t), last_name(given)) for t in node.targets)


@diagnosis
def beside_lifespan(evidence: Evidence) -> Iterator[Cause]:
    """Tell of startup handlers that a lifespan keeps from being called."""
    found = list(unheard(evidence))
    if not found:
        return
    first = found[0]
    ground = next((one for one in _missing(evidence) if _sets(first.function, one[1])), None)
    names = ", ".join(dict.fromkeys(one.function.name for one in found))
    yield Cause(
        "logs", "lifespan-and-events",
        f"the application has a lifespan, so that its on_event handlers are never called: {names}",
        (ground[0].failure.last.text,) if ground else (), Place(first.file, first.mark.lineno),
        "call them in the lifespan: what starts before its `yield`, what ends behind it", _PROOF,
        "happened" if ground else "source", _into_lifespan(evidence, found),
        ground[0].number if ground else None, ground[0].count if ground else 1,
    )  # fmt: skip


def _missing(evidence: Evidence) -> Iterator[tuple[Ground, str]]:
    for ground, _, match in evidence.raised(r"'State' object has no attribute '(?P<name>\w+)'"):
        yield ground, match["name"]


def _sets(function: ast.AST, name: str) -> bool:
    """Tell whether a function gives the state an attribute."""
    return any(
        isinstance(one, ast.Attribute) and one.attr == name and isinstance(one.ctx, ast.Store)
        for one in nodes(function)
    )


@diagnosis
def never_set(evidence: Evidence) -> Iterator[Cause]:
    """Tell of an attribute of the state that nobody sets, or a lifespan that is never given."""
    heard = [one.function for one in unheard(evidence)]
    for ground, name in _missing(evidence):
        if any(_sets(one, name) for one in heard):
            continue  # the diagnosis of lifespans says it
        setter = _setter(evidence, name)
        where = (
            f"{setter[1]} in {setter[0]} sets it, and was not run" if setter else "nothing sets it"
        )
        yield Cause(
            "logs", "state-missing", f"the state has no {name}: {where}", (ground.failure.last.text,),
            Place(setter[0], setter[2]) if setter else ground.place,
            "give the application the lifespan that sets it: FastAPI(lifespan=…); a mounted application's "
            "own lifespan is never run, and a TestClient runs it only in a `with`", _PROOF,
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _setter(evidence: Evidence, name: str) -> tuple[str, str, int] | None:
    for file in evidence.sources.own:
        for node in evidence.sources.nodes(file):
            if isinstance(node, FunctionNode) and _sets(node, name):
                return file, node.name, node.lineno
    return None


def _into_lifespan(evidence: Evidence, found: list[Unheard]) -> tuple[Repair, ...]:
    """Return the repair that calls the handlers in the lifespan of their module."""
    file, name = found[0].file, found[0].lifespan
    lifespan = next((n for n in evidence.sources.nodes(file)
                     if isinstance(n, ast.AsyncFunctionDef) and n.name == name), None)  # fmt: skip
    statement = next((n for n in (lifespan.body if lifespan else ())
                      if isinstance(n, ast.Expr) and isinstance(n.value, ast.Yield)), None)  # fmt: skip
    ours = [one for one in found if one.file == file and not one.function.args.args]
    if statement is None or len(ours) < len(found):
        return ()
    text = evidence.sources.text(file)
    lines = text.splitlines(keepends=True)
    edits = [(one.mark.lineno - 1, one.mark.end_lineno or one.mark.lineno, "") for one in ours]
    for one in ours:
        waits = "await " if isinstance(one.function, ast.AsyncFunctionDef) else ""
        words = f"{' ' * statement.col_offset}{waits}{one.function.name}()\n"
        at = (
            statement.lineno - 1
            if one.event == "startup"
            else statement.end_lineno or statement.lineno
        )
        edits.append((at, at, words))
    for start, end, words in sorted(edits, key=lambda one: -one[0]):
        lines[start:end] = [words] if words else []
    return finished(file, text, "".join(lines))
