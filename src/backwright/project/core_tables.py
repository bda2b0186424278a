"""`Table(…)` objects, and the classes that are mapped on them imperatively."""

from __future__ import annotations

from dataclasses import replace

from backwright.project.annotations import shown_value
from backwright.project.columns import COLUMNS, NO_TYPE, foreign_key
from backwright.project.constraints import applied, constraints_of
from backwright.project.interpret import knowing
from backwright.project.interpret.values import (
    Class,
    External,
    Instance,
    Unknown,
    is_external,
    settle,
)
from backwright.project.interpret.world import World
from backwright.project.mapped import Mapped
from backwright.project.types import Column

_IMPERATIVE = ("map_imperatively", "mapper")


def core_tables(world: World, files: set[str]) -> dict[int, Mapped]:
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
        table = knowing.text(made.args[0])
        reflected = made.kwargs.keys() & {"autoload", "autoload_with"}
        if table is None or reflected or not _is_sqlalchemy(made):
            continue
        schema = knowing.text(made.kwargs.get("schema") or "")
        constraints = constraints_of(made.args[2:])
        columns = applied(tuple(_table_column(c, made) for c in _columns_in(made)), constraints)
        full = f"{schema}.{table}" if schema else table
        name = names.get(id(made), table)
        found[id(made)] = Mapped(
            name, full, made.file, made.line, columns, made=made, constraints=constraints
        )
    return found


def imperative(world: World, tables: dict[int, Mapped]) -> list[Mapped]:
    """Return the tables that `registry.map_imperatively(Class, table, properties=…)` maps."""
    found: list[Mapped] = []
    for call in world.instances:
        if not is_external(call.cls, *_IMPERATIVE):
            continue
        cls = settle(call.args[0] if call.args else call.kwargs.get("class_"))
        table = settle(call.args[1] if len(call.args) > 1 else call.kwargs.get("local_table"))
        given = tables.get(id(table))
        if given is None or not isinstance(cls, Class):
            continue
        more = settle(call.kwargs.get("properties"))
        known = {str(k): settle(v) for k, v in more.items()} if isinstance(more, dict) else {}
        properties = {name: one for name, one in known.items() if isinstance(one, Instance)}
        found.append(replace(given, name=cls.name, cls=cls, properties=properties))
    return found


def _is_sqlalchemy(made: Instance) -> bool:
    cls = made.cls
    is_column = any(_is_a(one, "Column") for one in made.args[2:])
    return isinstance(cls, External) and (cls.root in {"sqlalchemy", "sqlmodel"} or is_column)


def _columns_in(made: Instance) -> list[Instance]:
    flat: list[object] = []
    for one in made.args[2:]:
        flat.extend(knowing.elements(one) or [one])
    return [one for one in flat if isinstance(one, Instance) and is_external(one.cls, *COLUMNS)]


def _table_column(column: Instance, made: Instance) -> Column:
    args = [settle(one) for one in column.args]
    name = next((one for one in args if isinstance(one, str)), "")
    options = column.kwargs
    key = knowing.truth(options.get("primary_key", False)) is True
    kinds = [one for one in args if not isinstance(one, (str, Unknown))]
    kinds = [one for one in kinds if not _is_a(one, "ForeignKey", "Computed", "Identity")]
    nullable = options.get("nullable")
    return Column(
        name=name,
        type=shown_value(kinds[0]) if kinds else NO_TYPE,
        nullable=not key if nullable is None else knowing.truth(nullable) is not False,
        primary_key=key,
        foreign_key=foreign_key(args),
        index=knowing.truth(options.get("index", False)) is True,
        unique=knowing.truth(options.get("unique", False)) is True,
        file=column.file or made.file,
        line=column.line or made.line,
    )


def _is_a(value: object, *names: str) -> bool:
    value = settle(value)
    return is_external(value.cls if isinstance(value, Instance) else value, *names)
