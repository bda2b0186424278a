"""Rows and answers that are made attribute by attribute: `Book(BOK_TITLE=data.title)`.

Where columns are called otherwise than what clients send, nothing that is said of a field tells what
is to be said of another one; what is common to all of them is whose attributes are handed over.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from backwright.project.apps import is_test
from backwright.source.fallback import parse_text
from backwright.spec.types import FieldSpec
from backwright.transfer.draft import Draft
from backwright.transfer.example.facts import Learning
from backwright.transfer.guarding.edits import Edits
from backwright.values import Note

_LEAST = 2  # attributes of one object that tell that it is handed over


@dataclass(frozen=True, slots=True)
class _Made:
    """A call that makes a row or an answer, and the object whose attributes it is given."""

    call: ast.Call
    source: str
    last: ast.keyword


def hand_over(draft: Draft, learning: Learning) -> tuple[list[str], list[Note]]:
    """Hand over new fields where rows and answers are made; return the files, and what was not.

    Args:
        draft: the host, with the new fields in models and schemas; it is changed.
        learning: the resource, and what is added to it.
    """
    fields = [field for field in learning.spec.fields if field.kind != "many"]
    parts = dict.fromkeys(part.path for part in learning.chain.parts)
    paths = [path for path in parts if not is_test(path) and draft.exists(path)]
    trees = {path: tree for path in paths if (tree := parse_text(draft.text(path)))}
    shapes = _shapes(trees, fields)
    changed, notes = [], []
    for path, tree in trees.items():
        edits = Edits(draft.text(path))
        for made, typed in _calls(tree, learning):
            missing = [f for f in fields if not _says(made.call, f)]
            given = [f for f in missing if f.column in shapes.get(typed, ())]
            for field in given:
                _add(edits, made, field.column)
            left = [f.column for f in missing if f not in given and _is_row(made, learning)]
            if left:
                text = f"rows are made here without {', '.join(left)}: it could not be told whose"
                notes.append(Note(path, made.call.lineno, text))
        if edits.any:
            draft.write(path, edits.made())
            changed.append(path)
    return changed, notes


def _shapes(trees: Mapping[str, ast.Module], fields: Sequence[FieldSpec]) -> dict[str, set[str]]:
    """Return which of the new fields each class says itself."""
    wanted = {field.column for field in fields}
    return {
        node.name: {
            n.target.id
            for n in node.body
            if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
        }
        & wanted
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }


def _calls(tree: ast.Module, learning: Learning) -> Iterator[tuple[_Made, str]]:
    """Yield what is made attribute by attribute, and the class that must know of a field for it.

    For a row that is the class of what it is made of, for an answer its own.
    """
    columns = {column.name for column in learning.chain.model.columns}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        types = {a.arg: _name(a.annotation) for a in _arguments(function)}
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            made = _made(call)
            if made is None:
                continue
            called = _name(call.func)
            if called == learning.chain.model.name:
                yield made, types.get(made.source, "")
            elif made.source not in types and _reads(call, made.source) <= columns:
                yield made, called


def _arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    given = function.args
    return [*given.posonlyargs, *given.args, *given.kwonlyargs]


def _made(call: ast.Call) -> _Made | None:
    """Return what a call hands over, where most of it is of one object and nothing is unseen."""
    if any(k.arg is None for k in call.keywords):
        return None
    sources = Counter(s for k in call.keywords if (s := _source(k.value)))
    if not sources:
        return None
    source, count = sources.most_common(1)[0]
    if count < _LEAST or 2 * count < len(call.keywords):
        return None
    last = [k for k in call.keywords if _source(k.value) == source][-1]
    return _Made(call, source, last)


def _source(value: ast.expr) -> str:
    """Return the variable whose attribute a value is."""
    is_plain = isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name)
    return value.value.id if is_plain else ""  # type: ignore[attr-defined]


def _reads(call: ast.Call, source: str) -> set[str]:
    values = (k.value for k in call.keywords if _source(k.value) == source)
    return {value.attr for value in values if isinstance(value, ast.Attribute)}


def _name(node: ast.expr | None) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _says(call: ast.Call, field: FieldSpec) -> bool:
    return any(k.arg in (field.column, field.name) for k in call.keywords)


def _is_row(made: _Made, learning: Learning) -> bool:
    return _name(made.call.func) == learning.chain.model.name


def _add(edits: Edits, made: _Made, column: str) -> None:
    """Put one more argument behind the last of its like, on a line of its own where that has one."""
    last, end = made.last, edits.end(made.last.value)
    line = "\r\n" if "\r\n" in edits.code else "\n"
    others = [k for k in made.call.keywords if k is not last]
    apart = all(k.lineno != last.lineno for k in others) and last.lineno != made.call.lineno
    gap = f",{line}{edits.code.splitlines()[last.lineno - 1][: last.col_offset]}" if apart else ", "
    edits.insert(end, f"{gap}{column}={made.source}.{column}")
