"""Objects that are read as something else, and variables that have no value yet."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from difflib import get_close_matches

from backwright.doctor.edits import rewritten, segment
from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.logs.answering import may_end
from backwright.doctor.logs.swallowed import ending
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, last_name
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_REPEAT = "repeat the request"
_SUBSCRIPT = (
    r"TypeError: '(?P<type>\w+)' object (?:is not subscriptable|does not support item assignment)"
)
_ATTRIBUTE = r"AttributeError: '(?P<type>\w+)' object has no attribute '(?P<name>\w+)'"
_UNSET = (
    r"UnboundLocalError: (?:cannot access local variable '(?P<name>\w+)'"
    r"|local variable '(?P<old>\w+)' referenced before assignment)"
)
_DEPTH = 5


@diagnosis
def read_by_key(evidence: Evidence) -> Iterator[Cause]:
    """Tell of an object of the project that is read as a dictionary."""
    for ground, raised, match in evidence.raised(_SUBSCRIPT):
        if not any(evidence.sources.classes(match["type"])):
            continue
        found = [
            one for one in _at(evidence, ground, ast.Subscript)
            if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Constant)
            and isinstance(one.slice.value, str)
        ]  # fmt: skip
        names = ", ".join(ast.unparse(one) for one in found) or "it"
        repairs = _as_attribute(evidence, ground.place, found) if ground.place else ()
        yield Cause(
            "logs", "object-as-dictionary",
            f"{names} is read by a key, and a {match['type']} is an object, no dictionary",
            (raised.text,), ground.place,
            "read the attribute: " + (f".{found[0].slice.value}" if found else ".name"),  # type: ignore[attr-defined]
            _REPEAT, repairs=repairs, failure=ground.number, count=ground.count,
        )  # fmt: skip


@diagnosis
def attribute_unknown(evidence: Evidence) -> Iterator[Cause]:
    """Tell which attributes a class of the project has, where one is read that it has not."""
    for ground, raised, match in evidence.raised(_ATTRIBUTE):
        known = sorted(_attributes(evidence, match["type"]))
        is_mapping = match["name"] in ("items", "keys", "values", "get")
        if not known or match["name"].startswith("_") or is_mapping:
            continue
        near = next(iter(get_close_matches(match["name"], known, 1, 0.6)), "")
        repairs = _renamed(evidence, ground, match["name"], near)
        yield Cause(
            "logs", "attribute-unknown",
            f"a {match['type']} has no {match['name']}; it has {', '.join(known[:12])}",
            (raised.text,), ground.place,
            f"it is called {near}" if near else f"declare {match['name']}, or read one that it has",
            _REPEAT, repairs=repairs, failure=ground.number, count=ground.count,
        )  # fmt: skip


@diagnosis
def unset(evidence: Evidence) -> Iterator[Cause]:
    """Tell where alone a variable is set that has no value."""
    for ground, raised, match in evidence.raised(_UNSET):
        name = match["name"] or match["old"]
        function = evidence.sources.function_at(ground.place) if ground.place else None
        where = _set_within(function, name) if function else ""
        yield Cause(
            "logs", "variable-unset",
            f"{name} has no value there" + (f": it is set only in {where}" if where else ""),
            (raised.text,), ground.place,
            f"set {name} before, or return or raise where it stays without (in the except, the else)",
            _REPEAT, repairs=_answered(evidence, ground.place, function, name),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _answered(
    evidence: Evidence, place: Place | None, function: FunctionNode | None, name: str
) -> tuple[Repair, ...]:
    """Return the repair that does not go on where an exception was caught before a variable was set."""
    if place is None or function is None:
        return ()
    for node in nodes(*function.body):
        if isinstance(node, ast.Try) and node.lineno < place.line and _sets(node.body, name):
            ours = [one for one in node.handlers if may_end(one.body) and not _sets(one.body, name)]
            return ending(evidence, place.file, function, ours)
    return ()


def _sets(body: list[ast.stmt], name: str) -> bool:
    return any(
        isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Store)
        for one in nodes(*body)
    )


def _at(evidence: Evidence, ground: Ground, kind: type[ast.expr]) -> list[ast.expr]:
    """Return the expressions of a kind on the line where it failed."""
    place = ground.place
    if place is None:
        return []
    return [
        one for one in evidence.sources.nodes(place.file)
        if isinstance(one, kind) and one.lineno <= place.line <= (one.end_lineno or 0)
    ]  # fmt: skip


def _as_attribute(
    evidence: Evidence, place: Place, found: list[ast.Subscript]
) -> tuple[Repair, ...]:
    changes: list[tuple[ast.expr, str]] = [
        (one, f"{segment(evidence, place.file, one.value)}.{one.slice.value}")  # type: ignore[attr-defined]
        for one in found
    ]
    return rewritten(evidence, place.file, changes) if len(found) == 1 else ()


def _attributes(evidence: Evidence, name: str, depth: int = _DEPTH) -> set[str]:
    """Return what a class of the project and its bases declare; nothing for a foreign one."""
    found: set[str] = set()
    for _, cls in evidence.sources.classes(name):
        for node in cls.body:
            if isinstance(node, ast.AnnAssign):
                found.add(last_name(node.target))
            elif isinstance(node, ast.Assign):
                found |= {last_name(one) for one in node.targets}
            elif isinstance(node, FunctionNode):
                found.add(node.name)
        for base in cls.bases if depth else ():
            found |= _attributes(evidence, last_name(base), depth - 1)
    return {one for one in found if one and not one.startswith("_") and one != "model_config"}


def _renamed(evidence: Evidence, ground: Ground, name: str, near: str) -> tuple[Repair, ...]:
    found = [
        one for one in _at(evidence, ground, ast.Attribute)
        if isinstance(one, ast.Attribute) and one.attr == name
    ]  # fmt: skip
    if not near or len(found) != 1 or ground.place is None:
        return ()
    inner = segment(evidence, ground.place.file, found[0].value)
    return rewritten(evidence, ground.place.file, [(found[0], f"{inner}.{near}")])


def _set_within(function: FunctionNode, name: str) -> str:
    """Return the statement in which alone a name is set: `the try of line 12`."""
    kinds = {ast.Try: "try", ast.If: "if", ast.For: "for", ast.While: "while"}
    for node in nodes(*function.body):
        kind = next((word for one, word in kinds.items() if isinstance(node, one)), "")
        if kind and any(
            isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Store)
            for one in nodes(node)
        ):
            return f"the `{kind}` of line {getattr(node, 'lineno', 0)}"
    return ""
