"""Database models: SQLModel and SQLAlchemy classes, and `Table` objects."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from backwright.project.columns import COLUMNS, NO_TYPE, columns_of
from backwright.project.constraints import applied, attached, constraints_of, made_constraints
from backwright.project.core_tables import core_tables, imperative
from backwright.project.interpret import ancestry, core, knowing
from backwright.project.interpret.values import (
    Bound,
    Class,
    External,
    Function,
    Instance,
    is_external,
    settle,
    why_unknown,
)
from backwright.project.interpret.world import World, imported_files
from backwright.project.library_columns import library_columns, library_table
from backwright.project.mapped import Mapped
from backwright.project.relationships import relationships_of
from backwright.project.types import Column, Model

ROOTS = ("DeclarativeBase", "DeclarativeBaseNoMeta", "declarative_base", "automap_base")
_NO_BASE = frozenset({"builtins", "typing", "abc"})
_SNAKE_BASES = re.compile(r"^(UUID|BigInt|Identity|NanoID|Default)?\w*Base$")
_MAPPING = ("mapped", "mapped_as_dataclass", "as_declarative")


def read_models(world: World) -> list[Model]:
    """Return every table of the modules that were read, in the order of files and lines."""
    files = imported_files(world)
    tables = core_tables(world, files)
    made = made_constraints(world)
    mapped: list[Mapped] = []
    inherited: list[tuple[Class, Class]] = []
    by_class: dict[int, Mapped] = {}
    for cls in world.classes:
        if cls.module.file not in files:
            continue
        parent = _single_table_parent(cls)
        if parent is not None:
            inherited.append((cls, parent))
            continue
        place = (cls.module.file, cls.node.lineno)
        one = world.guarded(partial(_mapped, cls, tables, made), None, place)
        if one is not None:
            mapped.append(one)
            by_class[id(cls)] = one
    for cls, parent in inherited:
        _add_inherited(cls, by_class.get(id(parent)), by_class)
    mapped += imperative(world, tables)
    owned = {id(one.made) for one in mapped if one.made is not None}
    mapped += [one for one in tables.values() if id(one.made) not in owned]
    settled = _resolve_keys(_distinct(mapped))
    ordered = sorted(settled, key=lambda one: (one.file, one.line, one.name))
    return [
        Model(
            name=one.name,
            table=one.table,
            file=one.file,
            line=one.line,
            columns=one.columns,
            relationships=relations,
            constraints=one.constraints,
        )
        for one, relations in zip(ordered, relationships_of(ordered), strict=True)
    ]


def _distinct(mapped: list[Mapped]) -> list[Mapped]:
    """Keep one of several readings of the same declaration (a module read twice)."""
    seen: dict[tuple[str, int, str], Mapped] = {}
    for one in mapped:
        seen.setdefault((one.file, one.line, one.table), one)
    return list(seen.values())


def is_sqlmodel_table(cls: Class) -> bool:
    """Tell whether a class is a table of SQLModel: `table=True`, own to each class."""
    if not ancestry.inherits(cls, "SQLModel"):
        return False
    own = settle(cls.names.get("model_config"))
    if isinstance(own, (dict, Instance)):
        held = own.get("table") if isinstance(own, dict) else own.kwargs.get("table")
        if held is not None and knowing.truth(held):
            return True
    return knowing.truth(cls.keywords.get("table", False)) is True


def is_declarative(cls: Class) -> bool:
    """Tell whether a class belongs to a declarative base (and is not that base itself)."""
    if any(_is_mapping(one) for one in cls.decorators):
        return not any(_named(one, "as_declarative") for one in cls.decorators)
    line = ancestry.ancestors(cls)[1:]
    if any(_is_root(one) for one in cls.bases) and not _is_base_call(cls):
        return False
    known = any(_is_root(one) or _made_declarative(one) for one in line)
    return known or _is_from_elsewhere(cls)


def _is_from_elsewhere(cls: Class) -> bool:
    """Tell a model whose base a library keeps: it names its table and declares columns."""
    line = ancestry.ancestors(cls)
    strange = [one for one in line if isinstance(one, External) and one.root not in _NO_BASE]
    if not strange or not isinstance(settle(cls.names.get("__tablename__")), str):
        return False
    made = (settle(value) for value in cls.names.values())
    return any(
        isinstance(one, Instance)
        and is_external(one.cls, *COLUMNS)
        and one.cls.name.startswith(("sqlalchemy", "sqlmodel"))
        for one in made
    )


def _is_base_call(cls: Class) -> bool:
    """A base made by a call (`Base = declarative_base()`) is used directly by models."""
    return any(isinstance(one, Instance) or _is_ready_base(one) for one in cls.bases)


def _is_ready_base(value: object) -> bool:
    """Tell a library's ready-made base (`db.Model`, Advanced Alchemy's) from a root."""
    if not isinstance(value, External):
        return False
    if value.root == "advanced_alchemy":
        return value.last not in {"CommonTableAttributes", "BasicAttributes"}
    return value.last == "Model" and "()" in value.name


def _named(value: object, *names: str) -> bool:
    cls = value.cls if isinstance(value, Instance) else value
    return is_external(cls, *names)


def _is_mapping(decorator: object) -> bool:
    return _named(decorator, *_MAPPING)


def _is_root(value: object) -> bool:
    if isinstance(value, External) and value.root == "advanced_alchemy":
        return _SNAKE_BASES.match(value.last) is not None
    if is_external(value, "Model"):
        return _is_ready_base(value)
    return _named(value, *ROOTS, "generate_base")


def _made_declarative(value: object) -> bool:
    if not isinstance(value, Class):
        return False
    has_meta = _named(value.keywords.get("metaclass"), "DeclarativeMeta")
    return has_meta or any(_named(one, "as_declarative") for one in value.decorators)


def _is_abstract(cls: Class) -> bool:
    return knowing.truth(cls.names.get("__abstract__", False)) is True


def is_table(cls: Class) -> bool:
    """Tell whether a class declares a table of its own."""
    if ancestry.inherits(cls, "SQLModel"):
        return is_sqlmodel_table(cls)
    if not is_declarative(cls) or _is_abstract(cls):
        return False
    named = _raw_name(cls) is not None or table_name(cls) is not None
    return named or "__table__" in cls.names


def _mapped_parent(cls: Class) -> Class | None:
    for one in ancestry.ancestors(cls)[1:]:
        if isinstance(one, Class) and is_table(one):
            return one
    return None


def _single_table_parent(cls: Class) -> Class | None:
    """Return the parent whose table a class shares: it names no table and adds no key."""
    if ancestry.inherits(cls, "SQLModel"):
        return None
    if not is_declarative(cls) or _is_abstract(cls) or "__table__" in cls.names:
        return None
    parent = _mapped_parent(cls)
    if parent is None or cls.names.get("__tablename__") is not None:
        return None
    if "__tablename__" in cls.names:
        return parent
    named = _declared_name(cls)
    return parent if named is None or named == table_name(parent) else None


def _declared_name(cls: Class) -> str | None:
    """Return the name that a mixin's `declared_attr` computes for a subclass of a model."""
    found = _raw_name(cls)
    if isinstance(found, Function) and found.kind == "declared_attr":
        return knowing.text(core.call_value(Bound(found, cls), [], {}, cls.frame, None))
    return None


def _raw_name(cls: Class) -> object:
    return settle(ancestry.find(cls, "__tablename__"))


def table_name(cls: Class) -> str | None:
    """Return the name of a class's table by the rules of SQLModel and SQLAlchemy."""
    found = _raw_name(cls)
    if isinstance(found, Function):
        made = core.call_value(Bound(found, cls), [], {}, cls.frame, None)
        return knowing.text(made)
    if found is not None:
        return knowing.text(found)
    if ancestry.inherits(cls, "SQLModel"):
        return library_table(cls) or cls.name.lower()
    line = ancestry.ancestors(cls)
    external = [one for one in line if isinstance(one, External)]
    if any(one.root == "advanced_alchemy" or _is_ready_base(one) for one in external):
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls.name).lower()
    return library_table(cls)


def _table_args(cls: Class) -> list[object]:
    """Return the parts of `__table_args__`, own or inherited."""
    found = settle(ancestry.find(cls, "__table_args__"))
    if isinstance(found, Function):
        found = settle(core.call_value(Bound(found, cls), [], {}, cls.frame, None))
    return list(found) if isinstance(found, (tuple, list)) else [found]


def _schema(cls: Class) -> str | None:
    """Return the database schema of `__table_args__`, own or inherited, else of the metadata."""
    for part in _table_args(cls):
        if isinstance(part, dict) and "schema" in part:
            return knowing.text(part["schema"]) if part["schema"] is not None else None
    given = _metadata(cls).get("schema")
    shown = knowing.text(given) if given is not None else None
    if given is not None and shown is None:
        why = f"the schema of {cls.name} is not known: {why_unknown(given)}"
        cls.frame.world.note(cls.module, cls.node.lineno, why)
    return shown


def _metadata(cls: Class) -> dict[str, object]:
    """Return how the `MetaData` that a class belongs to was made."""
    made = settle(ancestry.find(cls, "metadata"))
    for base in ancestry.ancestors(cls):
        if made is None and isinstance(base, Instance):
            made = settle(base.kwargs.get("metadata"))
    if isinstance(made, Instance) and is_external(made.cls, "MetaData"):
        return made.kwargs
    return {}


def _mapped(cls: Class, tables: dict[int, Mapped], made: list[Instance]) -> Mapped | None:
    if not is_table(cls):
        return None
    own = settle(cls.names.get("__table__"))
    if isinstance(own, Instance) and id(own) in tables:
        given = tables[id(own)]
        return Mapped(
            cls.name, given.table, cls.module.file, cls.node.lineno, given.columns, cls, own
        )
    name = table_name(cls)
    if name is None:
        world = cls.frame.world
        world.note(cls.module, cls.node.lineno, f"the table name of {cls.name} is not known")
        return None
    schema = _schema(cls)
    columns = mapped_columns(cls)
    parts = [*map(settle, _table_args(cls)), *attached(cls, made)]
    constraints = constraints_of(list({id(part): part for part in parts}.values()))
    return Mapped(
        cls.name,
        f"{schema}.{name}" if schema else name,
        cls.module.file,
        cls.node.lineno,
        applied(columns, constraints),
        cls,
        sqlmodel=ancestry.inherits(cls, "SQLModel"),
        constraints=constraints,
    )


def mapped_columns(cls: Class) -> tuple[Column, ...]:
    """Return the columns of a class's own table: inherited ones and those of libraries too."""
    columns = columns_of(cls, _bodies(cls), sqlmodel=ancestry.inherits(cls, "SQLModel"))
    return (*library_columns(cls, columns), *columns)


def _bodies(cls: Class) -> list[Class]:
    """Return the class bodies that give columns to a class's own table, ancestors first."""
    line = [one for one in ancestry.ancestors(cls) if isinstance(one, Class)]
    if not ancestry.inherits(cls, "SQLModel"):
        line = [one for one in line if one is cls or not is_table(one)]
        parent = _mapped_parent(cls)
        if parent is not None:
            above = ancestry.ancestors(parent)
            line = [one for one in line if one is cls or one not in above]
    return list(reversed(line))


def _add_inherited(cls: Class, parent: Mapped | None, by_class: dict[int, Mapped]) -> None:
    """Add the columns of single-table inheritance to the parent's table."""
    if parent is None:
        return
    by_class[id(cls)] = parent
    known = {one.name for one in parent.columns}
    more = columns_of(cls, [cls], sqlmodel=parent.sqlmodel)
    parent.columns += tuple(one for one in more if one.name not in known)


def _resolve_keys(mapped: list[Mapped]) -> list[Mapped]:
    """Turn foreign keys given as `Class.attribute` into `table.column`, and take over types.

    A column with a foreign key and no type of its own has that of the column it refers to.
    """
    tables = {one.cls.name: one.table for one in mapped if one.cls is not None}
    known = {one.table for one in mapped}
    for one in mapped:
        one.columns = tuple(_resolved(column, tables, known) for column in one.columns)
    types = {f"{one.table}.{column.name}": column.type for one in mapped for column in one.columns}
    for one in mapped:
        one.columns = tuple(
            replace(column, type=types.get(column.foreign_key or "", NO_TYPE))
            if column.type == NO_TYPE
            else column
            for column in one.columns
        )
    return mapped


def _resolved(column: Column, tables: dict[str, str], known: set[str]) -> Column:
    owner, _, name = (column.foreign_key or "").rpartition(".")
    if owner and owner not in known and owner in tables:
        return replace(column, foreign_key=f"{tables[owner]}.{name}")
    return column
