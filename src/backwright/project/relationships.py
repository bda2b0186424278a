"""Relationships: their target, kind and link table."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from backwright.project.annotations import Type, class_of, read_type, shown_value
from backwright.project.columns import annotation_of, class_frame, is_relation, target_of, value_in
from backwright.project.interpret import ancestry, core, knowing
from backwright.project.interpret.values import (
    Class,
    Function,
    Instance,
    settle,
)
from backwright.project.mapped import Mapped
from backwright.project.types import Column, RelationKind, Relationship

_End = tuple[str, str, str]  # a model, its relationship, and what that is called at the other end


def relationships_of(mapped: list[Mapped]) -> list[tuple[Relationship, ...]]:
    """Return the relationships of every model, those made by `backref` on the other side too."""
    by_name = {one.name: one for one in mapped if one.cls is not None}
    found: dict[str, dict[str, Relationship]] = {}
    backrefs: list[tuple[str, str, Relationship]] = []
    ends: list[_End] = []
    for one in mapped:
        own = found.setdefault(one.name, {})
        if one.cls is None:
            continue
        for name, value, read in [*_declared(one.cls), *_given(one)]:
            relation, backref = _relationship(name, value, read, one, by_name)
            own[name] = relation
            back = settle(_options(value).get("back_populates"))
            if isinstance(back, str):
                ends.append((one.name, name, back))
            if backref is not None:
                backrefs.append((relation.target, backref.name, backref))
    for target, name, relation in backrefs:
        found.setdefault(target, {}).setdefault(name, relation)
    _match_ends(found, ends)
    return [tuple(found[one.name].values()) if one.cls else () for one in mapped]


def _match_ends(found: dict[str, dict[str, Relationship]], ends: list[_End]) -> None:
    """Let both ends of a relationship say the same: one end may know more than the other."""
    for owner, name, back in ends:
        relation = found[owner][name]
        other = found.get(relation.target, {}).get(back)
        kinds = (relation.kind, other.kind if other is not None else "")
        if kinds == ("many-to-one", "one-to-one"):
            found[owner][name] = replace(relation, kind="one-to-one")
        elif kinds == ("one-to-one", "one-to-many"):
            found[owner][name] = replace(relation, kind="many-to-one")


def _given(mapped: Mapped) -> list[tuple[str, Instance, Type | None]]:
    """Return the relationships that an imperative mapping gives as properties."""
    return [(name, one, None) for name, one in mapped.properties.items() if is_relation(one)]


def _declared(cls: Class) -> list[tuple[str, Instance, Type | None]]:
    """Return the relationship attributes of a class and its ancestors, ancestors first."""
    found: dict[str, tuple[str, Instance, Type | None]] = {}
    for body in reversed(ancestry.ancestors(cls)):
        if not isinstance(body, Class):
            continue
        for name in body.names:
            value = value_in(cls, body, name)
            if not is_relation(value) or not isinstance(value, Instance):
                continue
            annotation = annotation_of(body, name)
            read = read_type(annotation.node, class_frame(body)) if annotation else None
            found[name] = (name, value, read)
    return list(found.values())


def _relationship(
    name: str, value: Instance, read: Type | None, owner: Mapped, by_name: dict[str, Mapped]
) -> tuple[Relationship, Relationship | None]:
    options = _options(value)
    target = _target(value, options, read)
    secondary = _secondary(value, options)
    kind = _kind(owner, by_name.get(target), read, options, secondary)
    backref, single = settle(options.get("backref")), False
    if isinstance(backref, Instance) and backref.args:
        uselist = backref.kwargs.get("uselist", True)
        single = knowing.truth(uselist) is False
        kind = "one-to-one" if kind == "many-to-one" and single else kind
        backref = settle(backref.args[0])
    relation = Relationship(name, target, kind, secondary)
    if not isinstance(backref, str):
        return relation, None
    # The other end of a key that is unique is a list all the same, unless it says otherwise.
    refers = bool(_keys_to(owner, by_name.get(target))) and "uselist" not in options
    back = "one-to-many" if kind == "one-to-one" and refers and not single else _REVERSED[kind]
    return relation, Relationship(backref, owner.name, back, secondary)


def _options(value: Instance) -> dict[str, object]:
    """Return the keywords of a relationship, those that SQLModel passes on too."""
    options = dict(value.kwargs)
    more = settle(options.get("sa_relationship_kwargs"))
    if isinstance(more, dict):
        options.update({str(key): one for key, one in more.items()})
    return options


def _target(value: Instance, options: dict[str, object], read: Type | None) -> str:
    given = settle(value.args[0]) if value.args else settle(options.get("argument"))
    if isinstance(given, Function):
        given = settle(core.call_value(given, [], {}, given.frame, None))
    if isinstance(given, Class):
        return given.name
    shown = knowing.text(given) if given is not None else None
    if shown is not None:
        return shown.rpartition(".")[2].strip("\"'")
    if read is not None:
        cls = class_of(read)
        return cls.name if isinstance(cls, Class) else read.shown.strip("\"'").rpartition(".")[2]
    return shown_value(given) if given is not None else "…"


def _secondary(value: Instance, options: dict[str, object]) -> str | None:
    given = settle(options.get("secondary", options.get("link_model")))
    if given is None and len(value.args) > 1:
        given = settle(value.args[1])
    if isinstance(given, Function):
        given = settle(core.call_value(given, [], {}, given.frame, None))
    if isinstance(given, Class):
        from backwright.project.models import table_name

        return table_name(given)
    if isinstance(given, Instance) and given.args:
        return knowing.text(given.args[0])
    shown = knowing.text(given) if given is not None else None
    if shown and shown.endswith(".__table__"):
        return shown[: -len(".__table__")].lower()
    if shown is None and given is not None:
        owner = getattr(given, "owner", None)
        if isinstance(owner, Class):
            from backwright.project.models import table_name

            return table_name(owner)
    return shown


def _kind(
    owner: Mapped,
    target: Mapped | None,
    read: Type | None,
    options: dict[str, object],
    secondary: str | None,
) -> RelationKind:
    if secondary is not None:
        return "many-to-many"
    keys = _keys_to(owner, target)
    back = target is not None and bool(_keys_to(target, owner))
    single = knowing.truth(options.get("uselist", True)) is False
    many = read.many if read is not None and (read.mapped or owner.sqlmodel) else None
    if target is owner:
        return (
            "one-to-many"
            if many or (many is None and "remote_side" not in options)
            else "many-to-one"
        )
    if many:
        return "one-to-many"
    side = _foreign_side(options)
    only = len(keys) == 1 and keys[0].unique
    if many is None and not single:
        refers = bool(keys) if not side or (keys and not back) else side == owner.name
        return ("one-to-one" if only else "many-to-one") if refers else "one-to-many"
    refers = side == owner.name if side else bool(keys)
    return "many-to-one" if refers and not only else "one-to-one"


def _foreign_side(options: dict[str, object]) -> str:
    """Return the class that refers, as `foreign_keys` or `foreign(Class.key)` says it."""
    keys = options.get("foreign_keys")
    for one in [*(knowing.elements(keys) or []), keys] if keys is not None else []:
        shown = target_of(one) or ""
        found = re.match(r"\W*(\w+)\.\w+", shown)
        if found:
            return found[1]
    given = settle(options.get("primaryjoin"))
    shown = ast.unparse(given.node) if isinstance(given, Function) else str(given)
    found = re.search(r"foreign\(\s*(\w+)\.", shown)
    return found[1] if found else ""


def _keys_to(owner: Mapped, target: Mapped | None) -> list[Column]:
    """Return the columns that refer to a table: each may be part of several foreign keys."""
    more = {
        name
        for one in owner.constraints
        if one.kind == "foreign-key" and any(_points_to(key, target) for key in one.target)
        for name in one.columns
    }
    return [one for one in owner.columns if one.name in more or _points_to(one.foreign_key, target)]


def _points_to(key: str | None, target: Mapped | None) -> bool:
    if key is None or target is None:
        return False
    table = key.rpartition(".")[0]
    return table == target.table or table == target.table.rpartition(".")[2]


_REVERSED: dict[RelationKind, RelationKind] = {
    "one-to-many": "many-to-one",
    "many-to-one": "one-to-many",
    "many-to-many": "many-to-many",
    "one-to-one": "one-to-one",
}
