"""Narrowing what an endpoint answers: by a schema that the project has, else by leaving a field out."""

from __future__ import annotations

import ast

from backwright.audit.fixes.importing import said_class
from backwright.audit.fixes.repair import (
    Edit,
    Fix,
    argument_added,
    end_of,
    needs,
    replaced,
    segment,
    start_of,
)
from backwright.audit.names import Meaning
from backwright.audit.sources import Source, keyword
from backwright.audit.subject import Handler, Subject

_METHODS = frozenset({"get", "post", "put", "patch", "delete", "api_route"})


def narrowed(
    subject: Subject, handler: Handler, source: Source, cls: ast.ClassDef, secret: str
) -> Fix | None:
    """Return what keeps a field of a class out of an endpoint's answer.

    A schema that has all the other fields is safe; one that has fewer of them needs a review.
    """
    shown = _shown(handler)
    if shown is None:
        return None
    named = next((one for one in ast.walk(shown) if _is_named(subject, handler, one, cls)), None)
    if named is None or not isinstance(named, ast.Name | ast.Attribute):
        return None
    schema = _schema(subject, source, cls, secret)
    if schema is not None:
        at, found, whole = schema
        said = said_class(subject, handler.source, Meaning("", at, found))
        if said is not None:
            edit = _answering(handler, shown, named, said.text)
            needed = needs(handler.source.file, said.needs)
            return None if edit is None else Fix((edit,), needed, safe=whole)
    if named is not shown:
        return None  # in a list, the fields that are left out are said in another way
    call = _route(handler)
    text = f'response_model_exclude={{"{secret}"}}'
    return Fix((argument_added(handler.source, call, text),)) if call is not None else None


def _answering(
    handler: Handler, shown: ast.expr, named: ast.Name | ast.Attribute, text: str
) -> Edit | None:
    """Return the edit by which the endpoint answers with another class.

    What the function itself returns stays as it is said to be.
    """
    if shown is not handler.node.returns:
        return replaced(handler.source, named, text)
    call, source = _route(handler), handler.source
    before = segment(source, start_of(shown), start_of(named))
    after = segment(source, end_of(named), end_of(shown))
    if call is None:
        return None
    return argument_added(source, call, f"response_model={before}{text}{after}")


def _route(handler: Handler) -> ast.Call | None:
    """Return the call that makes a function an endpoint."""
    calls = [one for one in handler.node.decorator_list if isinstance(one, ast.Call)]
    return next((one for one in calls if getattr(one.func, "attr", "") in _METHODS), None)


def _shown(handler: Handler) -> ast.expr | None:
    """Return the expression that says what an endpoint answers."""
    calls = [one for one in handler.node.decorator_list if isinstance(one, ast.Call)]
    given = [keyword(one, "response_model") for one in calls]
    return next((one for one in given if one is not None), handler.node.returns)


def _is_named(subject: Subject, handler: Handler, node: ast.AST, cls: ast.ClassDef) -> bool:
    if not isinstance(node, ast.Name | ast.Attribute):
        return False
    return subject.names.meaning(handler.source, node).node is cls


def _schema(
    subject: Subject, source: Source, cls: ast.ClassDef, secret: str
) -> tuple[Source, ast.ClassDef, bool] | None:
    """Return the schema that speaks for the same rows without the field, if there is one alone."""
    fields = _names(subject, source, cls) - {secret}
    found = []
    for one in subject.project.schemas:
        at = subject.all.get(one.file)
        if one.role != "public" or at is None or one.name == cls.name:
            continue
        node = next((it for it in at.nodes(ast.ClassDef) if it.lineno == one.line), None)
        if node is None:
            continue
        names = _names(subject, at, node)
        if secret not in names and names and names <= fields:
            found.append((at, node, names == fields))
    whole = [one for one in found if one[2]] or found
    return whole[0] if len(whole) == 1 else None


def _names(subject: Subject, source: Source, cls: ast.ClassDef) -> set[str]:
    return {ast.unparse(one.target) for one in subject.names.fields(source, cls)}
