"""Fields of request and response classes in a host's words."""

from __future__ import annotations

from collections.abc import Iterable

from backwright.spec.names import Names
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Declaration, Import
from backwright.transfer.dialect.bounds import (
    bounds_of,
    decimal_form,
    digits_form,
    pattern_argument,
    text_pattern,
)
from backwright.transfer.dialect.defaults import constant, factory, quoted
from backwright.transfer.dialect.facts import Dialect
from backwright.transfer.dialect.model_writer import described
from backwright.transfer.dialect.read_schemas import Role
from backwright.transfer.dialect.types import (
    key_type,
    may_be_none,
    python_type,
    target_of,
)
from backwright.transfer.model import enum_class

_EMAIL = r'r"^[^@\s]+@[^@\s]+\.[^@\s]+$"'
_CONSTRAINED = {"str": "constr", "text": "constr", "url": "constr", "int": "conint"}
_CONSTRAINED_NUMBERS = {"float": "confloat", "decimal": "condecimal"}
_NEVER_FILTERED = ("text", "json", "many")


def schema_field(
    dialect: Dialect, names: Names, field: FieldSpec, role: Role, *, enum_module: str | None = None
) -> Declaration:
    """Return a field of a schema.

    Args:
        dialect: the host's.
        names: of the resource.
        field: what was asked for.
        role: `base` and `create` demand it, `update` takes a part, `public` answers with it.
        enum_module: where the schema's module imports the enum from; None if it stands there.

    Raises:
        LookupError: it refers to a model that is not there.
    """
    may_be_null = role == "update" or field.optional
    annotation, imports, bounds = _typed(
        dialect, names, field, bounded=role != "public", optional=may_be_null
    )
    if field.kind == "enum" and enum_module and dialect.enum.form not in ("plain", "Literal"):
        imports = imports | {(enum_module, enum_class(names, field))}
    value: str | None = None
    if may_be_null:
        annotation, more = may_be_none(dialect.schema.optional, annotation, dialect.schema.words)
        imports = imports | more
        value = "None"
    if role in ("base", "create") and not (value and field.default is None):
        value, more = _default(dialect, names, field)
        imports = imports | more
    if role == "public" and field.kind == "many":
        value = "[]"
    return _declared(dialect, field, annotation, value, bounds, imports)


def filter_field(
    dialect: Dialect, names: Names, field: FieldSpec, *, enum_module: str | None = None
) -> Declaration | None:
    """Return a filter by equality, None where none makes sense."""
    if field.kind in _NEVER_FILTERED:
        return None
    annotation, imports, _ = _typed(dialect, names, field, bounded=False)
    if field.kind == "enum" and enum_module and dialect.enum.form not in ("plain", "Literal"):
        imports = imports | {(enum_module, enum_class(names, field))}
    annotation, more = may_be_none(dialect.schema.optional, annotation, dialect.schema.words)
    return Declaration(field.column, annotation, "None", frozenset(imports | more))


Typed = tuple[str, set[Import], list[str]]


def _typed(
    dialect: Dialect, names: Names, field: FieldSpec, *, bounded: bool, optional: bool = False
) -> Typed:
    """Return a field's annotation, what it needs, and the bounds that it must keep."""
    words, habit = dialect.schema.words, dialect.schema
    if field.kind == "many":
        return _many(dialect, names, field)
    bounds = bounds_of(dialect, field) if bounded else []
    if field.kind == "email":
        return _email(dialect, bounds, bounded=bounded)
    annotation, imports = python_type(dialect, words, names, field)
    if field.kind == "datetime" and bounded and _refuses_zones(dialect):
        annotation, imports = words.spell("pydantic", "NaiveDatetime")
    pattern = text_pattern(field)
    if pattern and bounded:
        bounds.append(pattern_argument(dialect, pattern, sqlmodel=habit.sqlmodel))
    if bounds and habit.constraint == "constr":
        return _constrained(dialect, field, annotation, imports, bounds)
    if bounds and field.kind == "decimal":
        digits = digits_form(dialect, sqlmodel=habit.sqlmodel, optional=optional)
        annotation, more, bounds = decimal_form(
            words, annotation, bounds, digits, sqlmodel=habit.sqlmodel
        )
        imports = more if digits == "condecimal" else imports | more
    return annotation, imports, bounds


def _refuses_zones(dialect: Dialect) -> bool:
    """Asyncpg fails on a time with a zone for a column without one."""
    return not dialect.zoned and "asyncpg" in dialect.driver and dialect.schema.pydantic > 1


def _many(dialect: Dialect, names: Names, field: FieldSpec) -> Typed:
    words, habit = dialect.schema.words, dialect.schema
    inner, imports = key_type(words, target_of(dialect, names, field).key_kind)
    name, more = ("list", set[Import]())
    if habit.list_type == "List":
        name, more = words.spell("typing", "List")
    return f"{name}[{inner}]", imports | more, []


def _email(dialect: Dialect, bounds: list[str], *, bounded: bool) -> Typed:
    words, habit = dialect.schema.words, dialect.schema
    if habit.email:
        name, imports = words.spell("pydantic", "EmailStr")
        return name, imports, bounds if habit.pydantic > 1 else []
    if bounded:
        bounds = [*bounds, pattern_argument(dialect, _EMAIL, sqlmodel=habit.sqlmodel)]
    return "str", set(), bounds


def _constrained(
    dialect: Dialect, field: FieldSpec, annotation: str, imports: set[Import], bounds: list[str]
) -> Typed:
    """Put bounds into `constr(…)` and alike, where there is one for the kind."""
    name = (_CONSTRAINED | _CONSTRAINED_NUMBERS).get(field.kind)
    if name is None:
        return annotation, imports, bounds
    call, needed = dialect.schema.words.spell("pydantic", name)
    return f"{call}({', '.join(bounds)})", needed, []


def _default(dialect: Dialect, names: Names, field: FieldSpec) -> tuple[str | None, set[Import]]:
    words = dialect.schema.words
    if field.kind == "many":
        return "[]", set()
    value = constant(dialect, words, names, field)
    if value:
        return value
    made = factory(dialect, words, field)
    return (f"default_factory={made[0]}", made[1]) if made else (None, set())


def _declared(
    dialect: Dialect,
    field: FieldSpec,
    annotation: str,
    value: str | None,
    bounds: list[str],
    imports: set[Import],
) -> Declaration:
    """Put annotation, bounds and default together in the host's way."""
    habit = dialect.schema
    said = [*bounds, *_said(dialect, field)]
    made = value is not None and value.startswith("default_factory=")
    if not said and not made:
        return Declaration(field.column, annotation, value, frozenset(imports))
    call, needed = _field(dialect)
    imports = imports | needed
    if habit.constraint == "Annotated" and not made:
        wrapper, more = habit.words.spell("typing", "Annotated")
        wrapped = f"{wrapper}[{annotation}, {call}({', '.join(said)})]"
        return Declaration(field.column, wrapped, value, frozenset(imports | more))
    arguments = [*_first_argument(dialect, value), *said]
    return Declaration(
        field.column, annotation, f"{call}({', '.join(arguments)})", frozenset(imports)
    )


def _first_argument(dialect: Dialect, value: str | None) -> Iterable[str]:
    habit = dialect.schema
    if value is None:
        return ["..."] if habit.pydantic == 1 or habit.dots else []
    if value.startswith("default_factory="):
        return [value]
    return [value if habit.positional_default else f"default={value}"]


def _said(dialect: Dialect, field: FieldSpec) -> list[str]:
    """Return what the host says of every field besides: its alias, its description."""
    habit = dialect.schema
    said = []
    if habit.aliased and "_" in field.column:
        first, *rest = field.column.split("_")
        said.append(f'alias="{first + "".join(w.capitalize() for w in rest)}"')
    if habit.descriptions:
        said.append(f"description={quoted(described(field))}")
    return said


def _field(dialect: Dialect) -> tuple[str, set[Import]]:
    """Return `Field` of the library that the schemas are made with."""
    return dialect.schema.words.spell(
        "sqlmodel" if dialect.schema.sqlmodel else "pydantic", "Field"
    )
