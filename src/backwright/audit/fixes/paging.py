"""Bounding the pages that a request may ask for, as the project declares its parameters."""

from __future__ import annotations

import ast

from backwright.audit.fixes.repair import Edit, Fix, argument_added, needs, replaced
from backwright.audit.inputs import Input
from backwright.audit.sources import FunctionNode, Source, keyword, last_name, parameters
from backwright.audit.subject import Subject

_MOST = 100
_FIRST = {"offset": 0, "skip": 0, "start": 0, "page": 1}


def bounded(subject: Subject, one: Input) -> Fix | None:
    """Return what bounds the size of a page, and where the page begins; `None` if it may be any.

    A parameter that may be left out for "all" is not bounded: that is another decision.
    """
    function = one.source.function_around(one.argument)
    if function is None:
        return None
    given = dict(parameters(function))
    edits = [_bound(subject, one.source, function, one.argument, given[one.argument], "size")]
    for other, default in given.items():
        if other.arg.lower() in _FIRST and other is not one.argument:
            found = _bound(subject, one.source, function, other, default, "first")
            edits += [found] if found is not None else []
    known = tuple(edit for edit in edits if edit is not None)
    if edits[0] is None:
        return None
    texts = " ".join(edit.text for edit in known)
    wanted = [("fastapi", "Query")] if "Query(" in texts else []
    wanted += [("typing", "Annotated")] if "Annotated[" in texts else []
    there = {(it.module, it.name) for it in one.source.imports.values()}
    if any(name in one.source.bindings for _, name in wanted):
        return None
    lacking = [
        (module, name) for module, name in wanted
        if name not in one.source.imports and (module, name) not in there
    ]  # fmt: skip
    return Fix(known, needs(one.source.file, lacking))


def _bound(
    subject: Subject, source: Source, function: FunctionNode, one: ast.arg,
    default: ast.expr | None, kind: str,
) -> Edit | None:  # fmt: skip
    """Return the edit that bounds a parameter; `None` where there is nothing to add, or no way."""
    call = _declaring(one, default)
    if call is not None:
        bounds = _bounds(_default_of(call, default), kind, one.arg)
        given = {it.arg for it in call.keywords}
        lacking = [it for it in bounds if it.partition("=")[0] not in given and not (
            it.startswith("ge") and "gt" in given)]  # fmt: skip
        return argument_added(source, call, ", ".join(lacking)) if lacking else None
    if one.annotation is None or ast.unparse(one.annotation) != "int":
        return None
    shown = ", ".join(_bounds(default, kind, one.arg))
    if not shown:
        return None
    if _annotates(subject, source):
        return replaced(source, one.annotation, f"Annotated[int, Query({shown})]")
    if default is None or _is_called(subject, function):
        return None
    return replaced(source, default, f"Query({ast.unparse(default)}, {shown})")


def _declaring(one: ast.arg, default: ast.expr | None) -> ast.Call | None:
    """Return the `Query(…)` that declares a parameter."""
    found = [default] if default is not None else []
    if isinstance(one.annotation, ast.Subscript) and last_name(one.annotation.value) == "Annotated":
        inner = one.annotation.slice
        found += inner.elts[1:] if isinstance(inner, ast.Tuple) else []
    return next(
        (it for it in found if isinstance(it, ast.Call) and last_name(it.func) == "Query"), None
    )


def _default_of(call: ast.Call, default: ast.expr | None) -> ast.expr | None:
    if default is not call:
        return default
    return call.args[0] if call.args else keyword(call, "default")


def _bounds(default: ast.expr | None, kind: str, name: str) -> list[str]:
    """Return the bounds that a default lies in; none where the default says something else."""
    value = default.value if isinstance(default, ast.Constant) else None
    missing = default is None or value is ...
    if kind == "first":
        least = _FIRST[name.lower()]
        return [f"ge={least}"] if missing or (isinstance(value, int) and value >= least) else []
    if missing:
        return ["ge=1", f"le={_MOST}"]
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        return []
    return ["ge=1", f"le={max(_MOST, value)}"]


def _annotates(subject: Subject, source: Source) -> bool:
    """Tell whether the project declares parameters by `Annotated`."""
    if "Annotated" in source.imports:
        return True
    return any("Annotated[" in one.source.text for one in subject.handlers)


def _is_called(subject: Subject, function: FunctionNode) -> bool:
    """Tell whether the program calls a function itself: it would be given the `Query(…)`."""
    return any(
        isinstance(source.parents.get(name), ast.Call)
        and getattr(source.parents[name], "func", None) is name
        for source, name in subject.mentions.get(function.name, ())
    )
