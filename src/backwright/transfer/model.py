"""A resource's tables: enum classes, link tables and the model class, as code.

The class's base, its place and its relationships follow the exemplar; columns and constraints
follow the field words. Keys and indexes of owned tables are led by the owner.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal

from backwright.spec.names import Names, names_of, singularize, split_words
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Declaration, Import, field_call

STR_LENGTH, EMAIL_LENGTH, URL_LENGTH = 255, 254, 2083
DECIMAL = (12, 2)

_PYTHON = {
    "str": "str",
    "text": "str",
    "email": "str",
    "url": "str",
    "bool": "bool",
    "int": "int",
    "float": "float",
    "decimal": "Decimal",
    "date": "date",
    "datetime": "datetime",
    "uuid": "UUID",
    "ref": "UUID",
    "json": "dict[str, Any]",
}
_TYPE_IMPORTS: dict[str, Import] = {
    "decimal": ("decimal", "Decimal"),
    "date": ("datetime", "date"),
    "datetime": ("datetime", "datetime"),
    "uuid": ("uuid", "UUID"),
    "ref": ("uuid", "UUID"),
    "json": ("typing", "Any"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """A model that a reference points to: its names, and whether its rows belong to a user."""

    names: Names
    table: str
    owned: bool


def enum_name(resource: Names, field: FieldSpec) -> Names:
    """Return the names of a field's enum: `TaskStatus` for `status` of Task."""
    return names_of(f"{resource.snake}_{field.name}")


def python_type(resource: Names, field: FieldSpec) -> str:
    """Return the annotation of a field's value, without `| None`."""
    if field.kind == "enum":
        return enum_class(resource, field)
    return _PYTHON[field.kind]


def enum_class(resource: Names, field: FieldSpec) -> str:
    """Return the class name of a field's enum, the resource's own capitals kept."""
    return resource.pascal + "".join(w.capitalize() for w in field.name.split("_"))


def enum_member(value: str) -> str:
    """Return the member for a value: `in-progress` → `IN_PROGRESS`."""
    return re.sub(r"\W", "_", value).upper()


def type_imports(field: FieldSpec) -> set[Import]:
    """Return what the annotation of a field needs."""
    return {_TYPE_IMPORTS[field.kind]} if field.kind in _TYPE_IMPORTS else set()


def column(
    resource: Names, field: FieldSpec, current_time: Import = ("sqlalchemy", "func")
) -> Declaration:
    """Return the declaration of a field's column in a SQLModel table.

    `current_time` is what the project gives times by on the server, and where it is.
    """
    annotation = python_type(resource, field)
    imports = type_imports(field)
    arguments: list[str] = []
    if field.default is not None:
        value, needed = python_default(resource, field)
        arguments.append(value)
        imports |= needed
    if field.optional:
        annotation = f"{annotation} | None"
        if field.default is None:
            arguments.append("default=None")
    for argument, needed in (
        _size(field),
        _sql_type(resource, field),
        _server_default(resource, field, current_time),
    ):
        arguments += argument
        imports |= needed
    call = field_call(arguments)
    if call:
        imports.add(("sqlmodel", "Field"))
    return Declaration(field.column, annotation, call, frozenset(imports))


def python_default(resource: Names, field: FieldSpec) -> tuple[str, set[Import]]:
    """Return the argument that gives a field its default, and what it needs."""
    default = field.default
    if field.kind == "enum":
        member = f"{enum_class(resource, field)}.{enum_member(str(default))}"
        return f"default={member}", set()
    if field.kind == "decimal":
        return f'default=Decimal("{default}")', {("decimal", "Decimal")}
    if field.kind == "json":
        return _json_default(str(default)), set()
    if field.kind == "uuid":
        return f'default=UUID("{default}")', {("uuid", "UUID")}
    if field.kind == "date":
        if default == "today":
            return "default_factory=date.today", {("datetime", "date")}
        return f'default=date.fromisoformat("{default}")', {("datetime", "date")}
    if field.kind == "datetime":
        if default == "now":
            needed = {("datetime", "UTC"), ("datetime", "datetime")}
            return "default_factory=lambda: datetime.now(UTC)", needed
        return f'default=datetime.fromisoformat("{default}")', {("datetime", "datetime")}
    return f"default={_literal(default)}", set()


def _json_default(text: str) -> str:
    value = repr(json.loads(text))
    return "default_factory=dict" if value == "{}" else f"default_factory=lambda: {value}"


def _literal(value: object) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return repr(value)


def _size(field: FieldSpec) -> tuple[list[str], set[Import]]:
    if field.kind in ("str", "email", "url"):
        return [f"max_length={text_length(field)}"], set()
    if field.kind == "decimal":
        precision, scale = digits(field)
        return [f"max_digits={precision}", f"decimal_places={scale}"], set()
    return [], set()


def digits(field: FieldSpec) -> tuple[int, int]:
    """Return the precision and the scale of a decimal."""
    return (field.precision, field.scale or 0) if field.precision else DECIMAL


def text_length(field: FieldSpec) -> int:
    """Return the longest text that a short text field takes, in characters."""
    standard = {"email": EMAIL_LENGTH, "url": URL_LENGTH}.get(field.kind, STR_LENGTH)
    return int(field.high) if field.high is not None else standard


def _sql_type(resource: Names, field: FieldSpec) -> tuple[list[str], set[Import]]:
    if field.kind == "text":
        return ["sa_type=Text"], {("sqlalchemy", "Text")}
    if field.kind == "int" and not _fits_an_integer(field):
        return ["sa_type=BigInteger"], {("sqlalchemy", "BigInteger")}
    if field.kind == "json":
        return ["sa_type=JSONDocument"], {("app.columns", "JSONDocument")}
    if field.kind == "enum":
        name = f"{resource.snake}_{field.name}"
        call = f'sa_type=enum_type({enum_class(resource, field)}, "{name}")'
        return [call], {("app.columns", "enum_type")}
    return [], set()


def _fits_an_integer(field: FieldSpec) -> bool:
    """Tell whether a number's bounds lie within those of the database's `integer`."""
    if field.low is None or field.high is None:
        return False
    return field.low >= -(2**31) and field.high < 2**31


def _server_default(
    resource: Names, field: FieldSpec, current_time: Import
) -> tuple[list[str], set[Import]]:
    default, imports = field.default, set[Import]()
    if default is None:
        return [], imports
    if isinstance(default, bool):
        text = "true()" if default else "false()"
        imports.add(("sqlalchemy", text[:-2]))
    elif field.kind == "enum":
        text = f"{enum_class(resource, field)}.{enum_member(str(default))}.value"
    elif field.kind == "date" and default == "today":
        text = "func.current_date()"
        imports.add(("sqlalchemy", "func"))
    elif field.kind == "datetime" and default == "now":
        text = "func.now()" if current_time[1] == "func" else current_time[1]
        imports.add(current_time)
    else:
        text = _literal(str(default) if not isinstance(default, Decimal) else f"{default:f}")
    return [f'sa_column_kwargs={{"server_default": {text}}}'], imports


def link_class(resource: Names, field: FieldSpec) -> str:
    """Return the class of a many-to-many's link table: `TaskTag` for `tags` of Task."""
    return resource.pascal + "".join(w.capitalize() for w in split_words(link_word(field)))


def link_word(field: FieldSpec) -> str:
    """Return what one linked row is called: `tag` for `tags:many:Tag`."""
    return singularize(field.name) or field.name
