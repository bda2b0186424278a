"""Keys, unique constraints, checks and indexes of `__table_args__` and `Table(…)`."""

from __future__ import annotations

from dataclasses import replace

from backwright.project.annotations import shown_value
from backwright.project.columns import target_of
from backwright.project.interpret import knowing
from backwright.project.interpret.values import Class, External, Instance, is_external, settle
from backwright.project.interpret.world import World
from backwright.project.types import Column, Constraint, ConstraintKind

_ORDERS = frozenset({"desc", "asc", "nulls_last", "nulls_first", "nullslast", "nullsfirst"})
_KINDS: dict[str, ConstraintKind] = {
    "PrimaryKeyConstraint": "primary-key",
    "ForeignKeyConstraint": "foreign-key",
    "UniqueConstraint": "unique",
    "CheckConstraint": "check",
    "Index": "index",
}


def constraints_of(parts: list[object]) -> tuple[Constraint, ...]:
    """Return the constraints among the parts of a table's arguments, as they are written."""
    found = [_constraint(settle(part)) for part in parts]
    return tuple(one for one in found if one is not None)


def _constraint(part: object) -> Constraint | None:
    if not isinstance(part, Instance) or not isinstance(part.cls, External):
        return None
    kind = _KINDS.get(part.cls.last)
    if kind is None:
        return None
    name = knowing.text(part.kwargs.get("name")) if "name" in part.kwargs else None
    args = [settle(one) for one in part.args]
    if kind == "index" and args:
        name = name or knowing.text(args[0])
        args = args[1:]
        if knowing.truth(part.kwargs.get("unique", False)):
            kind = "unique"
        if any(key.endswith("_where") for key in part.kwargs):
            kind = "index"  # of some rows only
    if kind == "check":
        shown = shown_value(args[0]) if args else ""
        return Constraint(kind, name, (), expression=shown.strip("'"))
    if kind == "foreign-key":
        local = knowing.elements(args[0]) if args else part.kwargs.get("columns")
        remote = knowing.elements(args[1]) if len(args) > 1 else part.kwargs.get("refcolumns")
        return Constraint(kind, name, _names(local), _targets(remote))
    return Constraint(kind, name, _names(args))


def _names(values: object) -> tuple[str, ...]:
    known = knowing.elements(values) or []
    return tuple(_name(settle(one)) for one in known)


def _unordered(value: object) -> object:
    """Return the column of `column.desc()`, or the value itself."""
    if isinstance(value, Instance) and getattr(value.cls, "last", "") in _ORDERS:
        return settle(value.args[0] if value.args else getattr(value.cls, "owner", None))
    return value


def _name(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, External):
        return value.last
    value = _unordered(value)
    owner = value.attributes.get("_owner") if isinstance(value, Instance) else None
    return owner.rpartition(".")[2] if isinstance(owner, str) else shown_value(value)


def made_constraints(world: World) -> list[Instance]:
    """Return every constraint that the program makes."""
    return [one for one in world.instances if is_external(one.cls, *_KINDS)]


def attached(cls: Class, made: list[Instance]) -> list[object]:
    """Return the constraints that a class's body makes of its own columns: those belong to it."""
    own = [settle(one) for one in cls.names.values()]
    columns = {
        id(one) for one in own if isinstance(one, Instance) and is_external(one.cls, "Column")
    }
    return [
        one
        for one in made
        if one.file == cls.module.file
        and any(id(_unordered(settle(arg))) in columns for arg in one.args)
    ]


def _targets(values: object) -> tuple[str, ...]:
    known = knowing.elements(values) or []
    return tuple(target_of(one) or shown_value(one) for one in known)


def applied(columns: tuple[Column, ...], constraints: tuple[Constraint, ...]) -> tuple[Column, ...]:
    """Give columns what constraints of the table say about them alone (or of their key)."""
    changed = {one.name: one for one in columns}
    for one in constraints:
        for index, name in enumerate(one.columns):
            if name in changed:
                changed[name] = _with(changed[name], one, index)
    return tuple(changed[one.name] for one in columns)


def _with(column: Column, constraint: Constraint, index: int) -> Column:
    alone = len(constraint.columns) == 1
    if constraint.kind == "primary-key":
        return replace(column, primary_key=True, nullable=False)
    if constraint.kind == "foreign-key" and column.foreign_key is None:
        target = constraint.target[index] if index < len(constraint.target) else None
        return replace(column, foreign_key=target)
    if constraint.kind == "unique" and alone:
        return replace(column, unique=True)
    return replace(column, index=True) if constraint.kind == "index" and alone else column
