"""A resource's part of the models: enums, link tables, the table itself, and the other sides.

Owned tables are led by their owner: keys, indexes and references begin with `owner_id`, so the
database itself refuses a link to somebody else's row.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from backwright.spec.names import Names, capitalized, one
from backwright.spec.types import FieldSpec, ResourceSpec
from backwright.transfer.declaration import Import
from backwright.transfer.migration.operations import quoted
from backwright.transfer.model import (
    Target,
    column,
    enum_class,
    enum_member,
    link_class,
    link_word,
)
from backwright.transfer.relationships import OWNER, Member, Surroundings, relationships
from backwright.transfer.trees import is_above


@dataclass(frozen=True, slots=True)
class Link:
    """A link table's class, and the class before which it must stand."""

    name: str
    before: str
    code: str


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything that a new resource, or new fields of one, add to the models.

    `enums` and `table` are classes; `columns`, `constraints` and `own` are what the fields put into
    the table; `members` the other sides of its relationships.
    """

    enums: tuple[str, ...]
    table: str
    columns: tuple[str, ...]
    constraints: tuple[str, ...]
    own: tuple[Member, ...]
    links: tuple[Link, ...]
    members: tuple[Member, ...]
    imports: frozenset[Import]

    @property
    def classes(self) -> tuple[str, ...]:
        """The enums, and the table after them."""
        return (*self.enums, self.table)


def tables(spec: ResourceSpec, around: Surroundings) -> Tables:
    """Return the code of a resource's tables and of the relationships on both sides."""
    names, fields = spec.names, spec.fields
    enums = [_enum(names, f) for f in fields if f.kind == "enum"]
    links = [_link(names, f, around) for f in fields if f.kind == "many"]
    pairs = relationships(spec, around)
    own = [m for m in pairs if m.owner == names.pascal]
    columns = [column(names, f, around.current_time) for f in fields if f.kind != "many"]
    code = _table(spec, around, [c.code for c in columns], own)
    imports = {i for c in columns for i in c.imports} | _imports(spec, bool(pairs))
    later = (*around.later, names.pascal)
    if any(f.kind == "ref" and f.optional and f.target in later for f in fields):
        imports.add(("typing", "Optional"))
    others = tuple(m for m in pairs if m.owner != names.pascal)
    return Tables(
        enums=tuple(enums),
        table=code,
        columns=tuple(c.code for c in columns),
        constraints=tuple(_of_fields(spec, around)),
        own=tuple(own),
        links=tuple(links),
        members=others,
        imports=frozenset(imports),
    )


def _table(
    spec: ResourceSpec, around: Surroundings, columns: list[str], relationships: list[Member]
) -> str:
    names = spec.names
    base = "OwnedTable" if around.owned else "SharedTable"
    shared = ", the same for everybody." if around.has_users else "."
    whose = ". Each row belongs to the user who made it." if around.owned else shared
    lines = [
        f"class {names.pascal}({base}, table=True):",
        f'    """{capitalized(one(names.human))}{whose}"""',
        "",
        f'    __tablename__ = "{names.snake}"',
        f"    __table_args__ = ({', '.join(_constraints(spec, around))},)",
        "",
        *(f"    {c}" for c in columns),
    ]
    if relationships:
        lines += ["", *(f"    {r.code}" for r in relationships)]
    return "\n".join(lines) + "\n"


def _constraints(spec: ResourceSpec, around: Surroundings) -> list[str]:
    """The order of lists comes before the indexes of fields, after all that refuses rows."""
    lead = [f'"{OWNER}"'] if around.owned else []
    order = _call("Index", ["None", *lead, '"created_at"', '"id"'])
    made = _of_fields(spec, around)
    indexes = [c for c in made if c.startswith("Index(")]
    return [*made[: len(made) - len(indexes)], order, *indexes]


def _of_fields(spec: ResourceSpec, around: Surroundings) -> list[str]:
    lead = [f'"{OWNER}"'] if around.owned else []
    references = [
        _reference(around, f.column, around.targets[str(f.target)], f.on_delete == "cascade")
        for f in spec.fields
        if f.kind == "ref"
    ]
    uniques = [_call("UniqueConstraint", [*lead, f'"{f.column}"']) for f in spec.fields if f.unique]
    checks = [_check(f) for f in spec.fields if is_bounded(f)]
    checks += [_of_another(f) for f in spec.fields if is_above(spec, f)]
    indexes = [
        _call("Index", ["None", *lead, f'"{f.column}"', *_order_within(f)])
        for f in spec.fields
        if (f.index or f.kind == "ref") and not f.unique
    ]
    return [*references, *uniques, *checks, *indexes]


def _order_within(field: FieldSpec) -> list[str]:
    """Return what follows a column in its index: the order of a list that it narrows or sorts."""
    narrows = field.kind in ("ref", "bool", "enum", "uuid")
    return ['"created_at"', '"id"'] if narrows else ['"id"']


def _of_another(field: FieldSpec) -> str:
    """A row is not its own parent."""
    rule = f"{quoted(field.column)} <> id"
    return _call("CheckConstraint", [repr(rule), f'name="{field.column}_is_of_another"'])


def _reference(around: Surroundings, name: str, target: Target, cascade: bool) -> str:  # noqa: FBT001
    both_owned = around.owned and target.owned
    lead = [f'"{OWNER}"'] if both_owned else []
    target_lead = [f'"{target.table}.{OWNER}"'] if both_owned else []
    here = ", ".join([*lead, f'"{name}"'])
    there = ", ".join([*target_lead, f'"{target.table}.id"'])
    on_delete = ', ondelete="CASCADE"' if cascade else ""
    return f"ForeignKeyConstraint([{here}], [{there}]{on_delete})"


def is_bounded(field: FieldSpec) -> bool:
    """Tell whether a field's value, not its length, has bounds that the database can hold to."""
    has_bounds = field.low is not None or field.high is not None
    return field.kind in ("int", "float", "decimal") and has_bounds


def _check(field: FieldSpec) -> str:
    name, low, high = quoted(field.column), _number(field.low), _number(field.high)
    if low is not None and high is not None:
        rule = f"{name} BETWEEN {low} AND {high}"
    else:
        rule = f"{name} <= {high}" if low is None else f"{name} >= {low}"
    return _call("CheckConstraint", [repr(rule), f'name="{field.column}_in_range"'])


def _number(bound: Decimal | None) -> str | None:
    return None if bound is None else f"{bound:f}"


def _call(function: str, arguments: list[str]) -> str:
    return f"{function}({', '.join(arguments)})"


def _enum(names: Names, field: FieldSpec) -> str:
    human = field.name.replace("_", " ")
    members = "".join(f'    {enum_member(v)} = "{v}"\n' for v in field.values)
    return (
        f"class {enum_class(names, field)}(StrEnum):\n"
        f'    """The {human} of {one(names.human)}."""\n\n{members}'
    )


def _link(names: Names, field: FieldSpec, around: Surroundings) -> Link:
    target = around.targets[str(field.target)]
    name, word = link_class(names, field), link_word(field)
    here = Target(names, names.snake, around.owned)
    lead = [f'"{OWNER}"'] if around.owned else []
    owner = (
        f'    {OWNER}: UUID = Field(foreign_key="user.id", ondelete="CASCADE", primary_key=True)\n'
    )
    arguments = [
        _reference(around, f"{names.snake}_id", here, cascade=True),
        _reference(around, f"{word}_id", target, cascade=True),
        _call("Index", ["None", *lead, f'"{word}_id"']),
    ]
    what = f"{capitalized(one(word.replace('_', ' ')))} that {one(names.human)} has."
    if target.names == names:
        what = f"{capitalized(one(names.human))} among the `{field.name}` of another."
    code = (
        f"class {name}(SQLModel, table=True):\n"
        f'    """{what}"""\n\n'
        f'    __tablename__ = "{names.snake}_{word}"\n'
        f"    __table_args__ = ({', '.join(arguments)},)\n\n"
        f"{owner if around.owned else ''}"
        f"    {names.snake}_id: UUID = Field(primary_key=True)\n"
        f"    {word}_id: UUID = Field(primary_key=True)\n"
    )
    later = target.names.pascal in around.later
    return Link(name, names.pascal if later else target.names.pascal, code)


def _imports(spec: ResourceSpec, related: bool) -> set[Import]:  # noqa: FBT001
    kinds = {f.kind for f in spec.fields}
    needed: set[Import] = {("sqlalchemy", "Index")}
    if kinds & {"ref", "many"}:
        needed.add(("sqlalchemy", "ForeignKeyConstraint"))
    if any(f.unique for f in spec.fields):
        needed.add(("sqlalchemy", "UniqueConstraint"))
    if any(is_bounded(f) or is_above(spec, f) for f in spec.fields):
        needed.add(("sqlalchemy", "CheckConstraint"))
    if "enum" in kinds:
        needed.add(("enum", "StrEnum"))
    if "many" in kinds:
        needed |= {("uuid", "UUID"), ("sqlmodel", "Field"), ("sqlmodel", "SQLModel")}
    if related:
        needed |= {("sqlmodel", "Relationship"), ("app.columns", "READ_ONLY")}
    return needed
