"""Columns of a model: SQLModel fields, `Column`, `mapped_column`, mixins, `declared_attr`."""

from __future__ import annotations

from dataclasses import replace

from backwright.project.annotations import Type, class_of, read_type, shown_value
from backwright.project.interpret import core, knowing
from backwright.project.interpret.values import (
    Annotation,
    Bound,
    Class,
    External,
    Frame,
    Function,
    Instance,
    Unknown,
    is_external,
    settle,
)
from backwright.project.types import Column

NO_TYPE = "…"
_PYDANTIC_2 = (2,)
COLUMNS = ("Column", "mapped_column")
_OPTIONS = frozenset({"Computed", "Identity", "Sequence", "CheckConstraint", "FetchedValue"})
_RELATIONS = ("relationship", "Relationship", "dynamic_loader", "RelationshipProperty")
_NOT_COLUMNS = (
    *_RELATIONS,
    "association_proxy",
    "column_property",
    "synonym",
    "composite",
    "query_expression",
    "deferred",
    "ConfigDict",
    "SQLModelConfig",
    "SettingsConfigDict",
    "PrivateAttr",
)


def class_frame(cls: Class) -> Frame:
    """Return the frame in which names of a class body are looked up."""
    return Frame(
        cls.frame.world, cls.module, cls.names, "class", cls.qualname, cls.frame, owner=cls
    )


def is_relation(value: object) -> bool:
    """Tell whether a value is a relationship of SQLModel or SQLAlchemy."""
    value = settle(value)
    return isinstance(value, Instance) and is_external(value.cls, *_RELATIONS)


def columns_of(cls: Class, bodies: list[Class], *, sqlmodel: bool) -> tuple[Column, ...]:
    """Return the columns that the given class bodies (farthest ancestor first) give `cls`."""
    found: dict[str, Column] = {}
    for body in bodies:
        for name in _names(body):
            column = _column(cls, body, name, sqlmodel=sqlmodel)
            parts = _composite(cls, body, name)
            if column is not None:
                found[name] = column
            elif parts:
                found.update((one.name, one) for one in parts)
            elif name in found and name in body.names:
                del found[name]
    return tuple(found.values())


def _composite(cls: Class, body: Class, name: str) -> list[Column]:
    """Return the columns that a `composite(Type, mapped_column("a"), …)` is made of."""
    value = value_in(cls, body, name)
    if not (isinstance(value, Instance) and is_external(value.cls, "composite")):
        return []
    parts = [one for one in map(settle, value.args) if isinstance(one, Instance)]
    named = {id(settle(one)) for one in body.names.values()}
    made = [one for one in parts if _is_column(one) and id(one) not in named]
    types = _field_types(body, name)
    return [
        _from_column(name, one, types[index] if index < len(types) else None, body, value.line)
        for index, one in enumerate(made)
    ]


def _field_types(body: Class, name: str) -> list[Type]:
    """Return the types of the fields of the class that a composite is annotated with."""
    annotation = annotation_of(body, name)
    cls = class_of(read_type(annotation.node, class_frame(body))) if annotation else None
    if not isinstance(cls, Class):
        return []
    read = [read_type(one.node, class_frame(cls)) for one in cls.annotations]
    return [replace(one, mapped=True) for one in read]


def _names(body: Class) -> list[str]:
    """Return the names of a class body, annotated and assigned, by the order they stand in."""
    names = {annotation.name: None for annotation in body.annotations}
    return [*names, *(name for name in body.names if name not in names)]


def annotation_of(body: Class, name: str) -> Annotation | None:
    """Return the annotation of a name in one class body."""
    return next((one for one in reversed(body.annotations) if one.name == name), None)


def value_in(cls: Class, body: Class, name: str) -> object:
    """Return what a name is bound to; a `declared_attr` is called with the class itself."""
    value = settle(body.names.get(name))
    if isinstance(value, Function) and value.kind == "declared_attr":
        value = settle(core.call_value(Bound(value, cls), [], {}, body.frame, None))
    if isinstance(value, Instance) and is_external(value.cls, "declared_attr") and value.args:
        value = settle(core.call_value(value.args[0], [cls], {}, body.frame, None))
    return value


def _column(cls: Class, body: Class, name: str, *, sqlmodel: bool) -> Column | None:
    annotation = annotation_of(body, name)
    value = value_in(cls, body, name)
    if isinstance(value, Instance) and is_external(value.cls, "deferred") and value.args:
        value = settle(value.args[0])
    line = annotation.line if annotation else _line(value, body)
    read = read_type(annotation.node, class_frame(body)) if annotation else None
    if isinstance(value, Instance) and is_external(value.cls, *COLUMNS):
        value.attributes["_owner"] = f"{cls.name}.{name}"  # what `ForeignKey(Class.name)` means
        return _from_column(name, value, read, body, line)
    if read is None or read.class_variable or _is_no_column(name, value):
        return None
    if read.mapped:
        return None if read.many else _from_mapped(name, read, body, line)
    return _from_field(name, value, read, body, line) if sqlmodel else None


def _line(value: object, body: Class) -> int:
    in_file = isinstance(value, Instance) and value.file == body.module.file
    return value.line if in_file and isinstance(value, Instance) else body.node.lineno


def _is_no_column(name: str, value: object) -> bool:
    if name.startswith("_") or name == "model_config":
        return True
    if isinstance(value, Instance):
        return is_external(value.cls, *_NOT_COLUMNS)
    return isinstance(value, (Function, Class))


def _from_mapped(name: str, read: Type, body: Class, line: int) -> Column | None:
    """A bare `name: Mapped[int]`, perhaps with a `mapped_column` inside an `Annotated` alias."""
    inside = next((one for one in read.extras if _is_column(one)), None)
    if isinstance(inside, Instance):
        return _from_column(name, inside, read, body, line)
    empty = Instance(External("sqlalchemy.orm.mapped_column"))
    return _from_column(name, empty, read, body, line)


def _is_column(value: object) -> bool:
    return isinstance(value, Instance) and is_external(value.cls, *COLUMNS)


def _flag(value: object) -> bool | None:
    return None if value is None else knowing.truth(value)


def _from_column(name: str, made: Instance, read: Type | None, body: Class, line: int) -> Column:
    inside = next((one for one in read.extras if _is_column(one)), None) if read else None
    options = {**(inside.kwargs if isinstance(inside, Instance) else {}), **made.kwargs}
    args = [settle(one) for one in made.args]
    if isinstance(inside, Instance) and inside is not made:
        args = [*args, *(settle(one) for one in inside.args)]
    given = [one for one in args if isinstance(one, str)]
    key = bool(_flag(options.get("primary_key")))
    nullable = _flag(options.get("nullable"))
    if nullable is None:
        nullable = not key and (read.optional if read is not None and read.mapped else True)
    return Column(
        name=given[0] if given else str(settle(options.get("name")) or name),
        type=_column_type(args, options, read),
        nullable=nullable,
        primary_key=key,
        foreign_key=foreign_key(args),
        index=bool(_flag(options.get("index"))),
        unique=bool(_flag(options.get("unique"))),
        file=body.module.file,
        line=line,
    )


def _column_type(args: list[object], options: dict[str, object], read: Type | None) -> str:
    for one in [*args, settle(options.get("type_"))]:
        if one is None or isinstance(one, str) or _is_option(one):
            continue
        return shown_value(one)
    return read.shown if read is not None else NO_TYPE


def _is_option(value: object) -> bool:
    if isinstance(value, (External, Instance)):
        cls = value.cls if isinstance(value, Instance) else value
        return is_external(cls, "ForeignKey", *_OPTIONS)
    return isinstance(value, Unknown)


def foreign_key(args: list[object]) -> str | None:
    """Return the target of the `ForeignKey` among a column's arguments, as `table.column`."""
    for one in args:
        one = settle(one)
        if isinstance(one, Instance) and is_external(one.cls, "ForeignKey") and one.args:
            return target_of(one.args[0])
    return None


def target_of(value: object) -> str | None:
    """Return a foreign key's target given as text or as a column."""
    shown = knowing.text(value)
    if shown is not None:
        return shown
    value = settle(value)
    if isinstance(value, External) and isinstance(value.owner, Class):
        return f"{value.owner.name}.{value.last}"
    if isinstance(value, Instance):
        owner = value.attributes.get("_owner")
        return owner if isinstance(owner, str) else None
    return None


def _from_field(name: str, value: object, read: Type, body: Class, line: int) -> Column | None:
    """A column of SQLModel: `name: type = Field(…)`."""
    field = _field(value, read)
    default = value if name in body.names else ...
    options = field.kwargs if field else {}
    given = settle(options.get("sa_column"))
    if isinstance(given, Instance) and is_external(given.cls, *COLUMNS):
        column = _from_column(name, given, None, body, line)
        shown = column.type if column.type != NO_TYPE else read.shown
        return replace(column, type=shown)
    more = settle(options.get("sa_column_kwargs"))
    extra: dict[object, object] = more if isinstance(more, dict) else {}
    key = bool(_flag(options.get("primary_key", extra.get("primary_key"))))
    nullable = _flag(options.get("nullable", extra.get("nullable")))
    sql_type = options.get("sa_type")
    args = knowing.elements(options.get("sa_column_args")) or []
    return Column(
        name=str(settle(extra.get("name")) or name),
        type=shown_value(sql_type) if sql_type is not None else read.shown,
        nullable=(_may_be_none(field, read, default, body) and not key)
        if nullable is None
        else nullable,
        primary_key=key,
        foreign_key=_text_or_column(options.get("foreign_key")) or foreign_key(args),
        index=bool(_flag(options.get("index", extra.get("index")))),
        unique=bool(_flag(options.get("unique", extra.get("unique")))),
        file=body.module.file,
        line=line,
    )


def _may_be_none(field: Instance | None, read: Type, default: object, body: Class) -> bool:
    """Tell whether a field of SQLModel may be null: by its type, with Pydantic 1 by `= None` too."""
    if field is not None:
        default = field.kwargs.get("default", field.args[0] if field.args else ...)
    is_old = body.frame.world.pins.get("pydantic", _PYDANTIC_2) < _PYDANTIC_2
    return read.optional or (is_old and settle(default) is None)


def _text_or_column(value: object) -> str | None:
    return None if value is None else target_of(value)


def _field(value: object, read: Type) -> Instance | None:
    for one in (value, *read.extras):
        if isinstance(one, Instance) and is_external(one.cls, "Field"):
            return one
    return None
