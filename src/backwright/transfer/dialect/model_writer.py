"""Columns in a host's words: `Column(…)`, `Mapped[…] = mapped_column(…)`, SQLModel's `Field(…)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
    in_database = server(dialect, words, field)  # so that every writer of rows has it
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
    if field.kind == "decimal" and shared:
        digits = digits_form(dialect, sqlmodel=True, optional=field.optional)
        annotation, more, bounds = decimal_form(words, annotation, bounds, digits, sqlmodel=True)
        imports = more if digits == "condecimal" else imports | more
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
        by_bounds = _keeps_digits(dialect, field)
        return [f"max_digits={precision}", f"decimal_places={scale}"] if by_bounds else []
    length = length_of(dialect, field) if field.kind != "text" else None
    return [f"max_length={length}"] if length is not None else []


def _keeps_digits(dialect: Dialect, field: FieldSpec) -> bool:
    """Tell whether a decimal's column has its precision from the bounds of its `Field`."""
    return digits_form(dialect, sqlmodel=True, optional=field.optional) == "field"


def _sqlmodel_column(
    dialect: Dialect, names: Names, field: FieldSpec
) -> tuple[list[str], set[Import]]:
    """Return what is said of the column: keywords of `Field`, or a `Column` where it needs one."""
    words = dialect.model.words
    named = _sqlmodel_type(dialect, names, field)
    default = server(dialect, words, field)
    imports = (named[1] if named else set()) | (default[1] if default else set())
    # the first versions of SQLModel's Field know no `unique`
    takes_unique = dialect.at_least("sqlmodel", 0, 0, 7)
    options = ["unique=True"] if field.unique else []
    options += ["index=True"] if (field.index or field.kind == "ref") and not field.unique else []
    if named and not _by_keyword(dialect, named[0]):
        column, needed = words.spell("sqlalchemy", "Column")
        options += [] if field.optional else ["nullable=False"]
        options += [f"server_default={default[0]}"] if default else []
        inner = ", ".join([named[0], *options])
        return [f"sa_column={column}({inner})"], imports | needed
    said = [] if takes_unique else ['"unique": True'] * field.unique
    options = [o for o in options if takes_unique or o != "unique=True"]
    arguments = [*_sqlmodel_reference(dialect, names, field), *options]
    if dialect.model.says_null and field.optional:
        arguments.append("nullable=True")
    arguments += [f"sa_type={named[0]}"] if named else []
    said += [f'"server_default": {default[0]}'] if default else []
    if said:
        arguments.append(f"sa_column_kwargs={{{', '.join(said)}}}")
    return arguments, imports


def _by_keyword(dialect: Dialect, type_code: str) -> bool:
    """Tell whether a type is given as `sa_type`, rather than in a `Column`.

    The first versions of SQLModel have none, and before 0.0.45 it is typed to take only a class.
    """
    if not dialect.at_least("sqlmodel", 0, 0, 9):
        return False
    if dialect.model.keyword_type is not None:
        return dialect.model.keyword_type
    return "(" not in type_code or dialect.at_least("sqlmodel", 0, 0, 45)


def _sqlmodel_reference(dialect: Dialect, names: Names, field: FieldSpec) -> list[str]:
    if field.kind != "ref":
        return []
    partner = target_of(dialect, names, field)
    cascades = field.on_delete == "cascade" and dialect.at_least("sqlmodel", 0, 0, 21)
    on_delete = ['ondelete="CASCADE"'] if cascades else []
    return [f'foreign_key="{partner.table}.{partner.key}"', *on_delete]


def _sqlmodel_type(
    dialect: Dialect, names: Names, field: FieldSpec
) -> tuple[str, set[Import]] | None:
    """Return the database type where SQLModel would not find the right one by itself."""
    by_itself = ("str", "email", "url", "bool", "int", "float", "date", "uuid", "ref")
    if field.kind in by_itself or (field.kind == "decimal" and _keeps_digits(dialect, field)):
        return None
    return sql_type(dialect, names, field)


def ordered(dialect: Dialect, declarations: Sequence[Declaration]) -> list[Declaration]:
    """Return declarations so that a dataclass takes them: those with a default come last."""
    if not dialect.dataclass:
        return list(declarations)
    return sorted(declarations, key=lambda d: "default" in (d.value or ""))
