"""Database models: SQLModel and SQLAlchemy classes, and `Table` objects."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial

from backwright.project.annotations import shown_value
from backwright.project.columns import COLUMNS, columns_of, foreign_key
from backwright.project.constraints import applied, constraints_of
from backwright.project.interpret import calls, expressions, lookup
from backwright.project.interpret.values import (
    Bound,
    Class,
    External,
    Function,
    Instance,
    Unknown,
    is_external,
    settle,
    why_unknown,
)
from backwright.project.interpret.world import World, imported_files
from backwright.project.library_columns import library_columns
from backwright.project.relationships import relationships_of
from backwright.project.types import Column, Constraint, Model

ROOTS = ("DeclarativeBase", "DeclarativeBaseNoMeta", "declarative_base", "automap_base")
_ROOTS_MORE = ("generate_base", "as_declarative", "Model")
_SNAKE_BASES = re.compile(r"^(UUID|BigInt|Identity|NanoID|Default)?\w*Base$")
_MAPPING = ("mapped", "mapped_as_dataclass", "as_declarative")


@dataclass(eq=False, slots=True)
class Mapped:
    """A class or `Table` on its way to a `Model`."""

    name: str
    table: str
    file: str
    line: int
    columns: tuple[Column, ...]
    cls: Class | None = None
    made: Instance | None = None
    sqlmodel: bool = False
    constraints: tuple[Constraint, ...] = ()


def read_models(world: World) -> list[Model]:
    """Return every table of the modules that were read, in the order of files and lines."""
    files = imported_files(world)
    tables = _tables(world, files)
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
        one = world.guarded(partial(_mapped, cls, tables), None, place)
        if one is not None:
            mapped.append(one)
            by_class[id(cls)] = one
    for cls, parent in inherited:
        _add_inherited(cls, by_class.get(id(parent)), by_class)
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
    if not lookup.inherits(cls, "SQLModel"):
        return False
    own = settle(cls.names.get("model_config"))
    if isinstance(own, (dict, Instance)):
        held = own.get("table") if isinstance(own, dict) else own.kwargs.get("table")
        if held is not None and expressions.truth(held):
            return True
    return expressions.truth(cls.keywords.get("table", False)) is True


def is_declarative(cls: Class) -> bool:
    """Tell whether a class belongs to a declarative base (and is not that base itself)."""
    if any(_is_mapping(one) for one in cls.decorators):
        return not any(_named(one, "as_declarative") for one in cls.decorators)
    line = lookup.ancestors(cls)[1:]
    if any(_is_root(one) for one in cls.bases) and not _is_base_call(cls):
        return False
    return any(_is_root(one) or _made_declarative(one) for one in line)


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
    return expressions.truth(cls.names.get("__abstract__", False)) is True


def is_table(cls: Class) -> bool:
    """Tell whether a class declares a table of its own."""
    if lookup.inherits(cls, "SQLModel"):
        return is_sqlmodel_table(cls)
    if not is_declarative(cls) or _is_abstract(cls):
        return False
    named = _raw_name(cls) is not None or table_name(cls) is not None
    return named or "__table__" in cls.names


def _mapped_parent(cls: Class) -> Class | None:
    for one in lookup.ancestors(cls)[1:]:
        if isinstance(one, Class) and is_table(one):
            return one
    return None


def _single_table_parent(cls: Class) -> Class | None:
    """Return the parent whose table a class shares: it names no table and adds no key."""
    if lookup.inherits(cls, "SQLModel"):
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
        return expressions.text(calls.call_value(Bound(found, cls), [], {}, cls.frame, None))
    return None


def _raw_name(cls: Class) -> object:
    return settle(lookup.find(cls, "__tablename__"))


def table_name(cls: Class) -> str | None:
    """Return the name of a class's table by the rules of SQLModel and SQLAlchemy."""
    found = _raw_name(cls)
    if isinstance(found, Function):
        made = calls.call_value(Bound(found, cls), [], {}, cls.frame, None)
        return expressions.text(made)
    if found is not None:
        return expressions.text(found)
    if lookup.inherits(cls, "SQLModel"):
        return cls.name.lower()
    line = lookup.ancestors(cls)
    external = [one for one in line if isinstance(one, External)]
    if any(one.root == "advanced_alchemy" or _is_ready_base(one) for one in external):
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls.name).lower()
    if any(one.last.startswith("SQLAlchemyBaseUserTable") for one in external):
        return "user"
    return None


def _table_args(cls: Class) -> list[object]:
    """Return the parts of `__table_args__`, own or inherited."""
    found = settle(lookup.find(cls, "__table_args__"))
    if isinstance(found, Function):
        found = settle(calls.call_value(Bound(found, cls), [], {}, cls.frame, None))
    return list(found) if isinstance(found, (tuple, list)) else [found]


def _schema(cls: Class) -> str | None:
    """Return the database schema of `__table_args__`, own or inherited, else of the metadata."""
    for part in _table_args(cls):
        if isinstance(part, dict) and "schema" in part:
            return expressions.text(part["schema"]) if part["schema"] is not None else None
    given = _metadata(cls).get("schema")
    shown = expressions.text(given) if given is not None else None
    if given is not None and shown is None:
        why = f"the schema of {cls.name} is not known: {why_unknown(given)}"
        cls.frame.world.note(cls.module, cls.node.lineno, why)
    return shown


def _metadata(cls: Class) -> dict[str, object]:
    """Return how the `MetaData` that a class belongs to was made."""
    made = settle(lookup.find(cls, "metadata"))
    for base in lookup.ancestors(cls):
        if made is None and isinstance(base, Instance):
            made = settle(base.kwargs.get("metadata"))
    if isinstance(made, Instance) and is_external(made.cls, "MetaData"):
        return made.kwargs
    return {}


def _mapped(cls: Class, tables: dict[int, Mapped]) -> Mapped | None:
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
    constraints = constraints_of(_table_args(cls))
    return Mapped(
        cls.name,
        f"{schema}.{name}" if schema else name,
        cls.module.file,
        cls.node.lineno,
        applied(columns, constraints),
        cls,
        sqlmodel=lookup.inherits(cls, "SQLModel"),
        constraints=constraints,
    )


def mapped_columns(cls: Class) -> tuple[Column, ...]:
    """Return the columns of a class's own table: inherited ones and those of libraries too."""
    columns = columns_of(cls, _bodies(cls), sqlmodel=lookup.inherits(cls, "SQLModel"))
    return (*library_columns(cls, columns), *columns)


def _bodies(cls: Class) -> list[Class]:
    """Return the class bodies that give columns to a class's own table, ancestors first."""
    line = [one for one in lookup.ancestors(cls) if isinstance(one, Class)]
    if not lookup.inherits(cls, "SQLModel"):
        line = [one for one in line if one is cls or not is_table(one)]
        parent = _mapped_parent(cls)
        if parent is not None:
            above = lookup.ancestors(parent)
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


def _tables(world: World, files: set[str]) -> dict[int, Mapped]:
    """Return the `Table(…)` objects that have a name, by the identity of their value."""
    found: dict[int, Mapped] = {}
    names = {
        id(value): name
        for module in world.modules.known()
        for name, value in module.names.items()
        if isinstance(value, Instance) and is_external(value.cls, "Table")
    }
    for made in world.instances:
        if not is_external(made.cls, "Table") or made.file not in files or len(made.args) < 2:
            continue
        table = expressions.text(made.args[0])
        reflected = made.kwargs.keys() & {"autoload", "autoload_with"}
        if table is None or reflected or not _is_sqlalchemy(made):
            continue
        schema = expressions.text(made.kwargs.get("schema") or "")
        constraints = constraints_of(made.args[2:])
        columns = applied(tuple(_table_column(c, made) for c in _columns_in(made)), constraints)
        full = f"{schema}.{table}" if schema else table
        name = names.get(id(made), table)
        found[id(made)] = Mapped(
            name, full, made.file, made.line, columns, made=made, constraints=constraints
        )
    return found


def _is_sqlalchemy(made: Instance) -> bool:
    cls = made.cls
    is_column = any(_named(settle(one), "Column") for one in made.args[2:])
    return isinstance(cls, External) and (cls.root in {"sqlalchemy", "sqlmodel"} or is_column)


def _columns_in(made: Instance) -> list[Instance]:
    flat: list[object] = []
    for one in made.args[2:]:
        flat.extend(expressions.elements(one) or [one])
    return [one for one in flat if isinstance(one, Instance) and is_external(one.cls, *COLUMNS)]


def _table_column(column: Instance, made: Instance) -> Column:
    args = [settle(one) for one in column.args]
    name = next((one for one in args if isinstance(one, str)), "")
    options = column.kwargs
    key = expressions.truth(options.get("primary_key", False)) is True
    kinds = [one for one in args if not isinstance(one, (str, Unknown))]
    kinds = [one for one in kinds if not _named(one, "ForeignKey", "Computed", "Identity")]
    nullable = options.get("nullable")
    return Column(
        name=name,
        type=shown_value(kinds[0]) if kinds else "…",
        nullable=not key if nullable is None else expressions.truth(nullable) is not False,
        primary_key=key,
        foreign_key=foreign_key(args),
        index=expressions.truth(options.get("index", False)) is True,
        unique=expressions.truth(options.get("unique", False)) is True,
        file=column.file or made.file,
        line=column.line or made.line,
    )


def _resolve_keys(mapped: list[Mapped]) -> list[Mapped]:
    """Turn foreign keys given as `Class.attribute` into `table.column`."""
    tables = {one.cls.name: one.table for one in mapped if one.cls is not None}
    known = {one.table for one in mapped}
    for one in mapped:
        columns: list[Column] = []
        for column in one.columns:
            key = column.foreign_key
            owner, _, name = (key or "").rpartition(".")
            if key and owner not in known and owner in tables:
                column = replace(column, foreign_key=f"{tables[owner]}.{name}")
            columns.append(column)
        one.columns = tuple(columns)
    return mapped
