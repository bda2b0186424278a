"""The words that a project's own checks let through, where its document names no choice.

`if v not in ("open", "closed"): raise ValueError(…)` says so, as does the handler that answers 400.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

Functions = ast.FunctionDef | ast.AsyncFunctionDef
Named = Mapping[str, Sequence[str]]
_VALIDATORS = ("validator", "field_validator")


def allowed_words(trees: Iterable[ast.Module]) -> dict[str, tuple[str, ...]]:
    """Return for each field the words that it may have, as the code that refuses all others says."""
    every = [*trees]
    named: dict[str, list[str]] = {}
    for tree in every:
        for name, texts in _collections(tree):
            named.setdefault(name, texts)
    found: dict[str, tuple[str, ...]] = {}
    for tree in every:
        for function in (node for node in ast.walk(tree) if isinstance(node, Functions)):
            for fields, words in _checks(function, named):
                found |= {one: words for one in fields if one not in found}
    return found


def _collections(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Yield the enums and constants of a module with the texts that they hold."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            values = [one.value for one in node.body if isinstance(one, ast.Assign)]
            if words := [word for one in values if (word := _text(one)) is not None]:
                yield node.name, words
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, _texts_of(node.value, {})


def _checks(function: Functions, named: Named) -> Iterator[tuple[set[str], tuple[str, ...]]]:
    """Yield the fields that a function refuses with all but some words, and those."""
    ends_in_refusal = isinstance(function.body[-1], ast.Raise)
    for node in ast.walk(function):
        if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
            continue
        operator, then = node.test.ops[0], node.body[-1]
        refuses = isinstance(operator, ast.NotIn) and isinstance(then, ast.Raise)
        passes = isinstance(operator, ast.In) and isinstance(then, ast.Return) and ends_in_refusal
        words = _texts_of(node.test.comparators[0], named)
        if (refuses or passes) and words and len(node.test.ops) == 1:
            yield _fields(function, node.test.left), tuple(words)


def _fields(function: Functions, node: ast.expr) -> set[str]:
    """Return the fields that an expression is a value of: those of a validator, else by its name."""
    for one in function.decorator_list:
        called = one.func if isinstance(one, ast.Call) else one
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if isinstance(one, ast.Call) and name in _VALIDATORS:
            return {word for argument in one.args if (word := _text(argument)) is not None}
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value  # of `data.status.lower()`
    if isinstance(node, ast.Attribute):
        return {node.attr}
    return {node.id} if isinstance(node, ast.Name) else set()


def _texts_of(node: ast.expr, named: Named) -> list[str]:
    """Return the texts of a collection: written there, or of an enum or constant that it names."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        texts = [_text(one) for one in node.elts]
        return [one for one in texts if one is not None] if all(texts) else []
    names = (one.id for one in ast.walk(node) if isinstance(one, ast.Name))
    return next(([*named[one]] for one in names if one in named), [])


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
