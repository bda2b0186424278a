"""Keeping rows to their owner: the query that finds them asks for the caller's, too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from backwright.audit.fixes.caller import Caller, caller_of
from backwright.audit.fixes.parents import kept_to_owner, owned_at_last, select_in
from backwright.audit.fixes.passing_down import for_administrators, passed_down
from backwright.audit.fixes.repair import (
    Edit,
    Fix,
    argument_added,
    end_of,
    inserted,
    needs,
    start_of,
    written,
)
from backwright.audit.isolation import Access
from backwright.audit.sources import FunctionNode, Source, keyword, last_name
from backwright.audit.subject import Subject
from backwright.project.types import Model, Touch

_STARTS = frozenset({"select", "query", "update", "delete"})
_CONDITIONS = frozenset({"where", "filter"})


@dataclass(frozen=True)
class _Place:
    """A call that chooses rows of a model, and how the module names that model."""

    source: Source
    call: ast.Call
    model: str


def owner_filter(subject: Subject, access: Access, touch: Touch) -> Fix | None:
    """Return what lets an endpoint find only its caller's rows.

    Where the query stands in a function that the endpoint calls, that is told whose rows are meant.
    `None` where others call it who must see all rows, or where the query is none that can be told.
    """
    owned = owned_at_last(subject, access.model)
    source = subject.all.get(access.endpoint.file)
    node = subject.functions_at.get((access.endpoint.file, access.endpoint.line))
    if owned is None or owned.owner is None or source is None or node is None:
        return None
    if for_administrators(access.endpoint.path):
        return None  # who may call it is wrong there, not which rows it finds
    if touch.file == source.file and node.lineno <= touch.line <= (node.end_lineno or 0):
        caller = caller_of(subject, source, node, owned.owner)
        return None if caller is None else _fixed(subject, access, source, node, caller)
    return _in_called(subject, access, touch, owned)


def _in_called(subject: Subject, access: Access, touch: Touch, owned: Model) -> Fix | None:
    """Return the repair of a query in a function that endpoints call."""
    source = subject.all.get(touch.file)
    around = [
        one
        for one in (source.functions if source is not None else ())
        if one.lineno <= touch.line <= (one.end_lineno or 0)
    ]
    if source is None or not around or owned.owner is None:
        return None
    passed = passed_down(subject, replace(access, model=owned), source, around[-1])
    if passed is None:
        return None
    fix = _fixed(subject, access, source, around[-1], Caller(owned.owner.column))
    if fix is None:
        return None
    return Fix((*passed.edits, *fix.edits), (*sorted(passed.needs), *fix.imports))


def _fixed(
    subject: Subject, access: Access, source: Source, node: FunctionNode, caller: Caller
) -> Fix | None:
    """Return what puts the caller into every query of a function."""
    edits: list[Edit] = []
    wanted: set[tuple[str, str]] = set()
    for place in _places(subject, access, source, node):
        found = _narrowed(subject, place, access, caller)
        if found is None:
            return None
        edits += found[0]
        wanted |= found[1]
    if not edits:
        return None
    return Fix((*caller.edits, *edits), needs(source.file, wanted))


def _places(
    subject: Subject, access: Access, source: Source, node: FunctionNode
) -> Iterator[_Place]:
    """Yield the calls in a handler that choose rows of a model by themselves."""
    for call in ast.walk(node):
        if not isinstance(call, ast.Call):
            continue
        called = last_name(call.func)
        if _is_by_key(subject, access, source, call):
            yield _Place(source, call, "")
        elif called in _STARTS or (called == "get" and len(call.args) == 2):
            model = _model(subject, access, source, call)
            if model is not None:
                yield _Place(source, call, written(source, model))


def _model(subject: Subject, access: Access, source: Source, call: ast.Call) -> ast.expr | None:
    """Return how a call names the model of an access, if it is about that."""
    for one in call.args[:1]:
        while isinstance(one, ast.Attribute) and _means(subject, access, source, one.value):
            one = one.value  # a column of it
        if _means(subject, access, source, one):
            return one
    return None


def _means(subject: Subject, access: Access, source: Source, node: ast.expr) -> bool:
    model = subject.model_of(subject.names.meaning(source, node))
    return model is not None and model.name == access.model.name


def _is_by_key(subject: Subject, access: Access, source: Source, call: ast.Call) -> bool:
    """Tell whether a call of a CRUD library finds rows of the model by its key."""
    if not subject.names.library(source, call.func).startswith("fastcrud."):
        return False
    keys = [one.name for one in access.model.columns if one.primary_key]
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    made = subject.names.call_behind(source, owner, ("",)) if owner is not None else None
    about = made is not None and any(_means(subject, access, made[0], one) for one in made[1].args)
    return about and any(keyword(call, key) is not None for key in keys)


def _narrowed(
    subject: Subject, place: _Place, access: Access, caller: Caller
) -> tuple[list[Edit], set[tuple[str, str]]] | None:
    """Return what adds the owner to a call's conditions, and what that needs."""
    owner = access.model.owner
    assert owner is not None  # noqa: S101 - the caller has looked
    if not place.model:
        text = f"{owner.column}={caller.text}"
        return ([argument_added(place.source, place.call, text)], set()) if owner.direct else None
    kept = kept_to_owner(subject, place.source, access.model, place.model, caller.text)
    if kept is None:
        return None
    condition, wanted = kept.text, set(kept.needs)
    called = last_name(place.call.func)
    if called == "get":
        found = _by_key(subject, place, access, condition)
        return None if found is None else (found[0], found[1] | wanted)
    following = _following(place)
    for call in following:
        name = last_name(call.func)
        if name in _CONDITIONS:
            return [argument_added(place.source, call, condition)], wanted
        if name == "filter_by" and owner.direct:
            text = f"{owner.column}={caller.text}"
            return [argument_added(place.source, call, text)], set()
        if name == "get" and len(call.args) == 1:
            asked = _query_get(place, access, call, condition)
            return None if asked is None else (asked[0], asked[1] | wanted)
    word = "filter" if called == "query" else "where"
    return [inserted(place.source, end_of(place.call), f".{word}({condition})")], wanted


def _following(place: _Place) -> list[ast.Call]:
    """Return the calls that a chain goes on with, in order."""
    found: list[ast.Call] = []
    node: ast.AST = place.call
    while True:
        attribute = place.source.parents.get(node)
        call = place.source.parents.get(attribute) if attribute is not None else None
        if not isinstance(attribute, ast.Attribute) or not isinstance(call, ast.Call):
            return found
        found.append(call)
        node = call


def _key(access: Access) -> str | None:
    keys = [one.name for one in access.model.columns if one.primary_key]
    return keys[0] if len(keys) == 1 else None


def _query_get(
    place: _Place, access: Access, call: ast.Call, condition: str
) -> tuple[list[Edit], set[tuple[str, str]]] | None:
    """`query(Model).get(key)` becomes a filter: `get` takes no condition."""
    key = _key(access)
    if key is None:
        return None
    given = written(place.source, call.args[0])
    text = f".filter({place.model}.{key} == {given}, {condition}).first()"
    return [Edit(place.source.file, end_of(place.call), end_of(call), text)], set()


def _by_key(
    subject: Subject, place: _Place, access: Access, condition: str
) -> tuple[list[Edit], set[tuple[str, str]]] | None:
    """`session.get(Model, key)` becomes a select that only the owner's row answers."""
    key, call, source = _key(access), place.call, place.source
    if key is None or call.keywords or not isinstance(call.func, ast.Attribute):
        return None
    session = written(source, call.func.value)
    given = written(source, call.args[1])
    text = f"{session}.scalar(select({place.model}).where({place.model}.{key} == {given}, {condition}))"
    wanted = select_in(subject, source)
    if wanted is None:
        return None
    return [Edit(source.file, start_of(call), end_of(call), text)], wanted
