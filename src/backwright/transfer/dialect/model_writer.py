"""Columns in a host's words: `Column(…)`, `Mapped[…] = mapped_column(…)`, SQLModel's `Field(…)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backwright.spec.names import Names
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Declaration, Import
from backwright.transfer.dialect.bounds import bounds_of, pattern_argument, text_pattern
from backwright.transfer.dialect.defaults import constant, factory, quoted, server
from backwright.transfer.dialect.facts import Dialect
from backwright.transfer.dialect.types import (
    length_of,
    may_be_none,
    precision_of,
    python_type,
    sql_type,
    target_of,
)


def model_column(dialect: Dialect, names: Names, field: FieldSpec) -> Declaration:
    """Return the column of a field as the host's models declare theirs.

    Raises:
        LookupError: it refers to a model that is not there.
    """
    if dialect.orm == "sqlmodel":
        return _sqlmodel(dialect, names, field, shared=False)
    return _sqlalchemy(dialect, names, field)


def shared_column(dialect: Dialect, names: Names, field: FieldSpec) -> Declaration:
    """Return a field of a SQLModel class that is both part of a table and of schemas."""
    return _sqlmodel(dialect, names, field, shared=True)


def _sqlalchemy(dialect: Dialect, names: Names, field: FieldSpec) -> Declaration:
    words = dialect.model.words
    mapped = dialect.orm == "mapped"
    found = _alias(dialect, field) if mapped else None
    alias, field = found if found else (None, field)
    arguments, imports = ([], {alias}) if alias else _type(dialect, names, field)
    for part, needed in (
        _reference(dialect, names, field),
        _options(dialect, field),
        _defaults(dialect, names, field),
        _comment(dialect, field),
    ):
        arguments += part
        imports |= needed
    call, needed = (
        words.spell("sqlalchemy.orm", "mapped_column")
        if mapped
        else words.spell("sqlalchemy", "Column")
    )
    value = f"{call}({', '.join(arguments)})"
    if not mapped:
        return Declaration(field.column, "", value, frozenset(imports | needed))
    annotation, more = _mapped_annotation(dialect, names, field, alias)
    imports |= more | (needed if arguments else set())
    return Declaration(field.column, annotation, value if arguments else None, frozenset(imports))


def _mapped_annotation(
    dialect: Dialect, names: Names, field: FieldSpec, alias: Import | None
) -> tuple[str, set[Import]]:
    words = dialect.model.words
    annotation, imports = (
        (alias[1], {alias}) if alias else python_type(dialect, words, names, field)
    )
    if field.optional:
        annotation, more = may_be_none(dialect.model.optional, annotation, words)
        imports = imports | more
    wrapper, more = words.spell("sqlalchemy.orm", "Mapped")
    return f"{wrapper}[{annotation}]", imports | more


def _alias(dialect: Dialect, field: FieldSpec) -> tuple[Import, FieldSpec] | None:
    """Return the host's own name for a type, such as `str50`, and what is left to say beside it."""
    if field.kind != "str":
        return None
    length, aliases = length_of(dialect, field), dialect.model.aliases
    for null, unique in ((field.optional, field.unique), (False, field.unique), (False, False)):
        alias = aliases.get(("str", length, null, unique))
        if alias:
            left = replace(
                field, optional=field.optional and not null, unique=field.unique and not unique
            )
            return dialect.model.words.passed_on(alias[1]) or alias, left
    return None


def _type(dialect: Dialect, names: Names, field: FieldSpec) -> tuple[list[str], set[Import]]:
    found = sql_type(dialect, names, field)
    return ([found[0]], found[1]) if found else ([], set())


def _reference(dialect: Dialect, names: Names, field: FieldSpec) -> tuple[list[str], set[Import]]:
    if field.kind != "ref":
        return [], set()
    partner = target_of(dialect, names, field)
    key, imports = dialect.model.words.spell("sqlalchemy", "ForeignKey")
    on_delete = ', ondelete="CASCADE"' if field.on_delete == "cascade" else ""
    return [f'{key}("{partner.table}.{partner.key}"{on_delete})'], imports


def _options(dialect: Dialect, field: FieldSpec) -> tuple[list[str], set[Import]]:
    model = dialect.model
    options = []
    if dialect.model.flags or field.kind == "ref":
        options += ["unique=True"] if field.unique else []
        wants_index = (field.index or field.kind == "ref") and not field.unique
        options += ["index=True"] if wants_index else []
    if field.optional:
        options += ["nullable=True"] if model.says_null else []
    elif model.says_not_null or dialect.orm == "column":
        options.append("nullable=False")
    return options, set()


def _defaults(dialect: Dialect, names: Names, field: FieldSpec) -> tuple[list[str], set[Import]]:
    words, model = dialect.model.words, dialect.model
    arguments: list[str] = []
    imports: set[Import] = set()
    if field.default is None:
        return (["default=None"] if field.optional and dialect.dataclass else []), imports
    in_database = server(dialect, words, field) if model.server_default else None
    in_python = model.python_default or dialect.dataclass or in_database is None
    if in_python:
        value = constant(dialect, words, names, field)
        made = factory(dialect, words, field) if value is None else None
        if value:
            arguments.append(f"default={value[0]}")
        elif made:
            name = "default_factory" if dialect.dataclass else "default"
            arguments.append(f"{name}={made[0]}")
        imports |= (value or made or ("", set()))[1]
    if in_database:
        arguments.append(f"server_default={in_database[0]}")
        imports |= in_database[1]
    return arguments, imports


def _comment(dialect: Dialect, field: FieldSpec) -> tuple[list[str], set[Import]]:
    if not dialect.model.comments:
        return [], set()
    return [f"comment={quoted(described(field))}"], set()


def described(field: FieldSpec) -> str:
    """Return a field's name as words: `Due date`."""
    return field.column.replace("_", " ").capitalize()


def _sqlmodel(
    dialect: Dialect,
    names: Names,
    field: FieldSpec,
    *,
    shared: bool,
) -> Declaration:
    words = dialect.model.words
    annotation, imports = python_type(dialect, words, names, field)
    if field.kind == "email" and dialect.schema.email and shared:
        annotation, imports = words.spell("pydantic", "EmailStr")
    arguments: list[str] = []
    bounds = _sqlmodel_bounds(dialect, field, shared=shared)
    if field.kind == "decimal" and not dialect.at_least("sqlmodel", 0, 0, 9):
        call, imports = words.spell("pydantic", "condecimal")  # its `Field` knows no digits yet
        annotation, bounds = f"{call}({', '.join(bounds)})", []
    if field.optional:
        annotation, more = may_be_none(dialect.model.optional, annotation, words)
        imports = imports | more
    for part, needed in (
        _sqlmodel_default(dialect, names, field),
        (bounds, set[Import]()),
        _sqlmodel_column(dialect, names, field),
    ):
        arguments += part
        imports |= needed
    if shared and dialect.schema.descriptions:
        arguments.append(f"description={quoted(described(field))}")
    if not arguments:
        return Declaration(field.column, annotation, None, frozenset(imports))
    if len(arguments) == 1 and arguments[0].startswith("default="):
        value = arguments[0].removeprefix("default=")
        return Declaration(field.column, annotation, value, frozenset(imports))
    call, more = words.spell("sqlmodel", "Field")
    value = f"{call}({', '.join(arguments)})"
    return Declaration(field.column, annotation, value, frozenset(imports | more))


def _sqlmodel_default(
    dialect: Dialect, names: Names, field: FieldSpec
) -> tuple[list[str], set[Import]]:
    words = dialect.model.words
    value = constant(dialect, words, names, field)
    if value:
        return [f"default={value[0]}"], value[1]
    made = factory(dialect, words, field)
    if made:
        return [f"default_factory={made[0]}"], made[1]
    return (["default=None"] if field.optional else []), set()


def _sqlmodel_bounds(dialect: Dialect, field: FieldSpec, *, shared: bool) -> list[str]:
    """Return the bounds of a field: those that columns have too, and in schemas all."""
    if shared:
        pattern = text_pattern(field)
        more = [pattern_argument(dialect, pattern, sqlmodel=True)] if pattern else []
        return [*bounds_of(dialect, field), *more]
    if field.kind == "decimal":
        precision, scale = precision_of(field)
        return [f"max_digits={precision}", f"decimal_places={scale}"]
    length = length_of(dialect, field) if field.kind != "text" else None
    return [f"max_length={length}"] if length is not None else []


def _sqlmodel_column(
    dialect: Dialect, names: Names, field: FieldSpec
) -> tuple[list[str], set[Import]]:
    arguments: list[str] = []
    imports: set[Import] = set()
    if field.kind == "ref":
        partner = target_of(dialect, names, field)
        arguments.append(f'foreign_key="{partner.table}.{partner.key}"')
        if field.on_delete == "cascade" and dialect.at_least("sqlmodel", 0, 0, 21):
            arguments.append('ondelete="CASCADE"')
    if field.unique:
        arguments.append("unique=True")
    elif field.index or field.kind == "ref":
        arguments.append("index=True")
    if dialect.model.says_null and field.optional:
        arguments.append("nullable=True")
    named, needed = _sqlmodel_type(dialect, names, field)
    extra, more = _sqlmodel_server_default(dialect, field)
    return [*arguments, *named, *extra], imports | needed | more


def _sqlmodel_type(
    dialect: Dialect, names: Names, field: FieldSpec
) -> tuple[list[str], set[Import]]:
    """Return `sa_type=…` where SQLModel would not find the right type by itself."""
    by_itself = ("str", "email", "url", "bool", "int", "float", "decimal", "date", "uuid", "ref")
    if field.kind in by_itself:
        return [], set()
    found = sql_type(dialect, names, field)
    if found is None:
        return [], set()
    if dialect.model.keyword_type and dialect.at_least("sqlmodel", 0, 0, 9):
        return [f"sa_type={found[0]}"], found[1]
    column, imports = dialect.model.words.spell("sqlalchemy", "Column")
    nullable = "" if field.optional else ", nullable=False"
    return [f"sa_column={column}({found[0]}{nullable})"], imports | found[1]


def _sqlmodel_server_default(dialect: Dialect, field: FieldSpec) -> tuple[list[str], set[Import]]:
    if not dialect.model.server_default or field.default is None:
        return [], set()
    found = server(dialect, dialect.model.words, field)
    if found is None:
        return [], set()
    return [f'sa_column_kwargs={{"server_default": {found[0]}}}'], found[1]


def ordered(dialect: Dialect, declarations: Sequence[Declaration]) -> list[Declaration]:
    """Return declarations so that a dataclass takes them: those with a default come last."""
    if not dialect.dataclass:
        return list(declarations)
    return sorted(declarations, key=lambda d: "default" in (d.value or ""))
