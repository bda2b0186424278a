"""How a handler says who calls: by the user that it is given, as its neighbours do."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from backwright.audit.fixes.repair import Edit, end_of, inserted, start_of, written
from backwright.audit.names import NOTHING, Meaning
from backwright.audit.sources import FunctionNode, Source, keyword, parameters
from backwright.audit.subject import Subject
from backwright.project.types import Model, Owner


@dataclass(frozen=True, slots=True)
class Caller:
    """The expression of the caller's key, and what must be written for it to be there."""

    text: str
    edits: tuple[Edit, ...] = ()


def caller_of(subject: Subject, source: Source, node: FunctionNode, owner: Owner) -> Caller | None:
    """Return how a handler says the caller's key; `None` where that cannot be told."""
    known = _known(subject, source, node, owner)
    if known is not None:
        return Caller(known)
    for other in subject.handlers:  # a neighbour's way to be told of the caller
        if other.source is not source or other.node is node:
            continue
        for one, default in parameters(other.node):
            text = _said(subject, source, one, default, owner)
            if text is not None and one.arg not in {it.arg for it, _ in parameters(node)}:
                shown = _parameter(source, one, default)
                return Caller(
                    text, (added_parameter(source, node, shown, has_default=default is not None),)
                )
    return None


def _known(subject: Subject, source: Source, node: FunctionNode, owner: Owner) -> str | None:
    for one, default in parameters(node):
        text = _said(subject, source, one, default, owner)
        if text is not None:
            return text
    return None


def _said(
    subject: Subject, source: Source, one: ast.arg, default: ast.expr | None, owner: Owner
) -> str | None:
    """Return the caller's key by a parameter: of the users' model, or as others compare it."""
    model = subject.model_of(_kind(subject, source, one, default))
    if model is not None:
        return f"{one.arg}.{_key(model)}" if model.name == owner.user else None
    if _is_given(subject, source, one, default):
        users = next((it for it in subject.project.models if it.name == owner.user), None)
        columns = [owner.column, *([_key(users)] if users is not None else [])]
        found = (_compared(subject, source, one, default, column) for column in columns)
        return next((text for text in found if text is not None), None)
    return None


def _kind(subject: Subject, source: Source, one: ast.arg, default: ast.expr | None) -> Meaning:
    found = subject.names.annotated(source, one.annotation)
    if found.node is not None or default is None:
        return found
    call = default if isinstance(default, ast.Call) else None
    wanted = (call.args[0] if call.args else keyword(call, "dependency")) if call else None
    depends = subject.names.definition(source, wanted)
    if isinstance(depends.node, FunctionNode) and depends.source is not None:
        return subject.names.annotated(depends.source, depends.node.returns)
    return NOTHING


def _key(model: Model) -> str:
    return next((one.name for one in model.columns if one.primary_key), "id")


def _is_given(subject: Subject, source: Source, one: ast.arg, default: ast.expr | None) -> bool:
    """Tell whether a parameter is what a dependency gives."""
    parts = [part for part in (one.annotation, default) if part is not None]
    shown = " ".join(
        f"{ast.unparse(part)} {subject.names.alias_text(source, part)}" for part in parts
    )
    return re.search(r"\b(Depends|Security)\(", shown) is not None


def _compared(
    subject: Subject, source: Source, one: ast.arg, default: ast.expr | None, column: str
) -> str | None:
    """Return what other handlers compare the owner with, of a parameter that is declared alike."""
    alike = _parameter(source, one, default)
    for other in subject.handlers:
        for it, its in parameters(other.node):
            if it.arg != one.arg or _parameter(other.source, it, its) != alike:
                continue
            for text in _compared_in(other.node, column):
                if re.match(rf"{re.escape(one.arg)}[.\[]", text):
                    return text if '"' in text else text.replace("'", '"')
    return None


def _compared_in(node: FunctionNode, column: str) -> list[str]:
    """Return what a function compares a column with, or passes for it."""
    found = []
    for one in ast.walk(node):
        if isinstance(one, ast.keyword) and one.arg == column:
            found.append(ast.unparse(one.value))
        elif isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.Eq | ast.NotEq):
            sides = [one.left, one.comparators[0]]
            for side, other in (sides, sides[::-1]):
                if isinstance(side, ast.Attribute) and side.attr == column:
                    found.append(ast.unparse(other))
    return found


def _parameter(source: Source, one: ast.arg, default: ast.expr | None) -> str:
    shown = f": {written(source, one.annotation)}" if one.annotation is not None else ""
    given = f" = {written(source, default)}" if default is not None else ""
    return f"{one.arg}{shown}{given}"


def added_parameter(source: Source, node: FunctionNode, text: str, *, has_default: bool) -> Edit:
    """Return the edit that gives a function one more parameter, at a place that its default allows."""
    held = list(parameters(node))
    if not held:
        line = source.lines[node.lineno - 1].encode()
        return inserted(source, (node.lineno, line.index(b"(") + 1), text)
    defaults = [(one, default) for one, default in held if default is not None]
    if has_default or not defaults:
        last, default = held[-1]
        return inserted(
            source, end_of(default) if default is not None else end_of(last), f", {text}"
        )
    return inserted(source, start_of(defaults[0][0]), f"{text}, ")
