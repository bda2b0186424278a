"""Whether a row that is made is given to the caller."""

from __future__ import annotations

from backwright.project.interpret import fields
from backwright.project.interpret.values import Class, External, Instance
from backwright.project.ownership.accesses import Creation
from backwright.project.ownership.owners import points_to
from backwright.project.ownership.scoping import Judge
from backwright.project.ownership.terms import is_blank, is_given, walk
from backwright.project.types import Model


def of_creation(judge: Judge, one: Creation) -> bool | None:
    """Tell whether a row that is made is given to the caller."""
    owner = one.model.owner
    if owner is None:
        return None
    names = _names_of(judge, one.model, owner.column)
    held = one.made.attributes
    for name in names:
        if name in held:
            return _given_to(judge, held[name])
    if "**" in held:
        return _of_data(judge, held["**"], names, one)
    return True if _appended(judge, one.made) else None


def _names_of(judge: Judge, model: Model, column: str) -> tuple[str, ...]:
    """Return the names by which an owner (or parent) is given: column, relationships."""
    key_to = next((one.foreign_key for one in model.columns if one.name == column), None)
    table = key_to.rpartition(".")[0] if key_to else judge.user.table
    targets = {one.name for one in (*judge.index.models, judge.user) if points_to(f"{table}.", one)}
    related = [one.name for one in model.relationships if one.target in targets]
    return (column, *related)


def _given_to(judge: Judge, value: object) -> bool | None:
    if judge.is_callers(value):
        return None if judge.is_mixed(value) else True
    return None if is_blank(value) else False


def _of_data(judge: Judge, data: object, names: tuple[str, ...], one: Creation) -> bool | None:
    """Judge a row made of the request's data: is its owner among them?"""
    for part in walk(data):
        for name in names:
            if isinstance(part, Instance) and f"item {name}" in part.attributes:
                return _given_to(judge, part.attributes[f"item {name}"])
        if is_given(part) and isinstance(part, Instance):
            cls = part.attributes.get("class")
            declared = isinstance(cls, Class) and fields.declared(cls, names[0]) is not None
            taken = judge.keys.of(External(f"backwright.given().{names[0]}", part)) in judge.equal
            return taken if declared else None
    return True if _appended(judge, one.made) else None


def _appended(judge: Judge, made: Instance) -> bool:
    """Tell whether a row is put into a relationship of the caller: `user.items.append(row)`."""
    for one in judge.seen.made:
        if isinstance(one.cls, External) and one.cls.last in {"append", "add", "extend"}:
            holds = any(part is made for part in walk(one.args))
            if holds and judge.is_callers(one.cls):
                return True
    return False
