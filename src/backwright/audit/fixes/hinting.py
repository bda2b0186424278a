"""Writing the hints that a function lacks, where every one of them can be told."""

from __future__ import annotations

import ast

from backwright.audit.fixes.hints import NONE, Hint, Hints, plain
from backwright.audit.fixes.importing import Said
from backwright.audit.fixes.repair import Edit, Fix, end_of, inserted, needs, result_spot, start_of
from backwright.audit.sources import FunctionNode, Source, keyword, own_nodes, parameters
from backwright.audit.subject import Subject

_TOLD_BY_DEFAULT = (bool, str)


def hinted(
    subject: Subject, source: Source, node: FunctionNode, receiver: ast.arg | None
) -> Fix | None:
    """Return what gives a function the hints that it lacks; `None` where one cannot be told."""
    if any(
        one is not None and one.annotation is None for one in (node.args.vararg, node.args.kwarg)
    ):
        return None
    hints = Hints(subject, source)
    edits: list[Edit] = []
    needed: set[tuple[str, str]] = set()
    for one, default in parameters(node):
        if one.annotation is not None or one is receiver:
            continue
        hint = _of_parameter(subject, hints, source, node, one, default)
        if hint is None or hint.nothing:
            return None
        said = hints.text(hint)
        edits.append(_annotated(source, one, default, said.text))
        needed |= said.needs
    if node.returns is None:
        result = _result(subject, hints, source, node)
        spot = result_spot(source, node)
        if result is None or spot is None:
            return None
        edits.append(inserted(source, spot, f" -> {result.text}"))
        needed |= result.needs
    return Fix(tuple(edits), needs(source.file, needed))


def _annotated(source: Source, one: ast.arg, default: ast.expr | None, text: str) -> Edit:
    """Return the edit that annotates a parameter, with spaces around the sign of its default."""
    if default is None or default.lineno != one.lineno:
        return inserted(source, end_of(one), f": {text}")
    between = source.lines[one.lineno - 1].encode()[end_of(one)[1] : default.col_offset].decode()
    if between.strip() != "=":  # a parenthesis around the default
        return inserted(source, end_of(one), f": {text}")
    return Edit(source.file, end_of(one), start_of(default), f": {text} = ")


def _of_parameter(
    subject: Subject, hints: Hints, source: Source, node: FunctionNode, one: ast.arg,
    default: ast.expr | None,
) -> Hint | None:  # fmt: skip
    """Return the hint of a parameter: by what it depends on, by its default, by what is passed."""
    told = hints.parameter(source, one, default)
    if told is not None or _is_handler(subject, source, node):
        return told  # another hint would change what the endpoint takes
    if isinstance(default, ast.Constant) and isinstance(default.value, _TOLD_BY_DEFAULT):
        return plain(type(default.value).__name__)
    return _by_callers(subject, hints, source, node, one, default)


def _by_callers(
    subject: Subject, hints: Hints, source: Source, node: FunctionNode, one: ast.arg,
    default: ast.expr | None,
) -> Hint | None:  # fmt: skip
    """Return the one type that every call passes; `None` where the function is given away."""
    if node not in source.tree.body or node.decorator_list or node.args.vararg or node.args.kwarg:
        return None
    found: set[Hint | None] = set()
    for at, name in subject.mentions.get(node.name, ()):
        if at.is_test or subject.names.meaning(at, name).node is not node:
            continue
        call = at.parents.get(name)
        if not isinstance(call, ast.Call) or call.func is not name:
            return None
        given = _given(call, node, one)
        if given is None:
            if default is None:
                return None
            continue
        found.add(hints.of(at, at.function_around(call), given))
    if len(found) != 1:
        return None
    hint = found.pop()
    if hint is None or hint.nothing:
        return None
    return _with_default(hint, default)


def _with_default(hint: Hint, default: ast.expr | None) -> Hint | None:
    if default is None:
        return hint
    if not isinstance(default, ast.Constant):
        return None
    if default.value is None:
        return Hint(hint.said, optional=True, kind=hint.kind)
    return hint if type(default.value).__name__ == hint.said.text else None


def _given(call: ast.Call, node: FunctionNode, one: ast.arg) -> ast.expr | None:
    """Return what a call passes for a parameter."""
    named = keyword(call, one.arg)
    if named is not None:
        return named
    places = [*node.args.posonlyargs, *node.args.args]
    at = places.index(one) if one in places else len(call.args)
    if any(isinstance(it, ast.Starred) for it in call.args[: at + 1]):
        return None
    return call.args[at] if at < len(call.args) else None


def _result(subject: Subject, hints: Hints, source: Source, node: FunctionNode) -> Said | None:
    """Return the hint of a function's result as it is written."""
    hint = hints.result(source, node)
    if hint is None:
        return None
    if any(isinstance(one, ast.Yield) for one in own_nodes(node)):
        return None if hint.nothing else _iterating(source, node, hints.text(hint))
    if _is_handler(subject, source, node) and not _is_answer(node, hint):
        return None
    return hints.text(hint)


def _iterating(source: Source, node: FunctionNode, item: Said) -> Said:
    """Return the hint of a function that yields, by the word that its module has for it."""
    is_async = isinstance(node, ast.AsyncFunctionDef)
    word = "AsyncGenerator" if is_async else "Generator"
    if word in source.imports:
        rest = ", None" if is_async else ", None, None"
        return Said(f"{word}[{item.text}{rest}]", item.needs)
    word = "AsyncIterator" if is_async else "Iterator"
    needed = frozenset() if word in source.imports else frozenset({("collections.abc", word)})
    return Said(f"{word}[{item.text}]", item.needs | needed)


def _is_handler(subject: Subject, source: Source, node: FunctionNode) -> bool:
    return (source.file, node.lineno) in subject.handled


def _is_answer(node: FunctionNode, hint: Hint) -> bool:
    """Tell whether an endpoint may say what it returns without answering anything else.

    Where it names no `response_model`, FastAPI takes the hint for one.
    """
    calls = [one for one in node.decorator_list if isinstance(one, ast.Call)]
    if hint == NONE or any(keyword(one, "response_model") is not None for one in calls):
        return True
    return hint.kind == "plain" and not hint.optional
