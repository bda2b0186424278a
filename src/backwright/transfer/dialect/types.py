"""The types of a field in a host's words: in Python, and in the database."""

from __future__ import annotations

from backwright.spec.names import Names
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Import
from backwright.transfer.dialect.facts import Dialect, KeyKind, Partner, SqlType
from backwright.transfer.dialect.spelling import Spelling
from backwright.transfer.model import DECIMAL, EMAIL_LENGTH, STR_LENGTH, URL_LENGTH, enum_class

Spelled = tuple[str, set[Import]]

_PLAIN = {
    "str": "str",
    "text": "str",
    "email": "str",
    "url": "str",
    "bool": "bool",
    "int": "int",
    "float": "float",
}
_NAMED = {
    "decimal": ("decimal", "Decimal"),
    "date": ("datetime", "date"),
    "datetime": ("datetime", "datetime"),
    "uuid": ("uuid", "UUID"),
}
_SQL = {
    "str": SqlType("sqlalchemy", "String"),
    "text": SqlType("sqlalchemy", "Text"),
    "bool": SqlType("sqlalchemy", "Boolean"),
    "int": SqlType("sqlalchemy", "Integer"),
    "float": SqlType("sqlalchemy", "Float"),
    "decimal": SqlType("sqlalchemy", "Numeric"),
    "date": SqlType("sqlalchemy", "Date"),
    "datetime": SqlType("sqlalchemy", "DateTime", "timezone=True"),
    "uuid": SqlType("sqlalchemy", "Uuid"),
    "json": SqlType("sqlalchemy", "JSON"),
}
_LENGTHS = {"str": STR_LENGTH, "email": EMAIL_LENGTH, "url": URL_LENGTH}
_ALWAYS_NAMED = ("text", "decimal", "json", "datetime")  # the annotation alone says too little


def python_type(dialect: Dialect, words: Spelling, names: Names, field: FieldSpec) -> Spelled:
    """Return the type of a field's value as a module with these words writes it."""
    if field.kind == "ref":
        partner = target_of(dialect, names, field)
        return key_type(words, partner.key_kind)
    if field.kind == "enum":
        return enum_annotation(dialect, words, names, field)
    if field.kind == "json":
        any_, imports = words.spell("typing", "Any")
        name, more = ("dict", set[Import]())
        if dialect.schema.list_type == "List":
            name, more = words.spell("typing", "Dict")
        return f"{name}[str, {any_}]", imports | more
    if field.kind in _PLAIN:
        return _PLAIN[field.kind], set()
    return words.spell(*_NAMED[field.kind])


def key_type(words: Spelling, kind: KeyKind) -> Spelled:
    """Return the Python type of a key."""
    return words.spell("uuid", "UUID") if kind == "uuid" else (kind, set())


def enum_annotation(dialect: Dialect, words: Spelling, names: Names, field: FieldSpec) -> Spelled:
    """Return the annotation of a choice: its class, or the words themselves."""
    if dialect.enum.form == "plain":
        return "str", set()
    if dialect.enum.form == "Literal":
        literal, imports = words.spell("typing", "Literal")
        values = ", ".join(f'"{v}"' for v in field.values)
        return f"{literal}[{values}]", imports
    return enum_class(names, field), set()


def target_of(dialect: Dialect, names: Names, field: FieldSpec) -> Partner:
    """Return the model that a field refers to; a resource may refer to itself.

    Raises:
        LookupError: there is no such model.
    """
    found = dialect.partner(str(field.target))
    if found is None:
        raise LookupError(f"{field.target} is no model of this project ({names.pascal})")
    return found


def may_be_none(form: str, annotation: str, words: Spelling) -> Spelled:
    """Return an annotation that allows None, as the host writes it."""
    if form == "Optional[X]":
        optional, imports = words.spell("typing", "Optional")
        return f"{optional}[{annotation}]", imports
    return f"{annotation} | None", set()


def length_of(dialect: Dialect, field: FieldSpec) -> int | None:
    """Return the longest text that a short text field takes; None where the host sets no bound."""
    if field.kind not in _LENGTHS:
        return int(field.high) if field.kind == "text" and field.high is not None else None
    if field.high is not None:
        return int(field.high)
    return _LENGTHS[field.kind] if dialect.model.sized else None


def precision_of(field: FieldSpec) -> tuple[int, int]:
    """Return precision and scale of a decimal."""
    if field.precision is None or field.scale is None:
        return DECIMAL
    return field.precision, field.scale


def sql_type(dialect: Dialect, names: Names, field: FieldSpec) -> Spelled | None:
    """Return the database type where the host would name it; None where the annotation does."""
    if field.kind == "enum":
        return _enum_type(dialect, names, field)
    if field.kind == "ref":
        return _key_column_type(dialect, target_of(dialect, names, field))
    kind = {"email": "str", "url": "str"}.get(field.kind, field.kind)
    chosen = _chosen(dialect, kind)
    length = length_of(dialect, field)
    if chosen is None and kind == "str" and length is not None:
        chosen = _SQL["str"]
    if chosen is None:
        return None
    return _spelled(dialect, chosen, _arguments(dialect, chosen, field, kind))


def _chosen(dialect: Dialect, kind: str) -> SqlType | None:
    """Return the type that the host names for a kind; what it never had follows its other ways."""
    model = dialect.model
    if kind == "datetime" and "datetime" in model.implied:
        return None
    if kind in model.types and (model.types[kind] is not None or kind not in _ALWAYS_NAMED):
        found = model.types[kind]
        return _default_type(dialect, kind) if found is None and dialect.orm == "column" else found
    if kind == "datetime" and kind in model.types and not dialect.zoned:
        return None if dialect.orm != "column" else SqlType("sqlalchemy", "DateTime")
    must = dialect.orm == "column" or model.explicit or kind in _ALWAYS_NAMED
    return _default_type(dialect, kind) if must else None


def _default_type(dialect: Dialect, kind: str) -> SqlType:
    if kind == "json" and dialect.postgres:
        return SqlType("sqlalchemy.dialects.postgresql", "JSONB")
    if kind == "uuid" and not dialect.at_least("sqlalchemy", 2):
        return SqlType("sqlalchemy.dialects.postgresql", "UUID", "as_uuid=True")
    if kind == "datetime" and not dialect.zoned:
        return SqlType("sqlalchemy", "DateTime")
    return _SQL[kind]


def _arguments(dialect: Dialect, chosen: SqlType, field: FieldSpec, kind: str) -> str | None:
    """Return a type's arguments: the field's own bounds, and what the host says besides."""
    kept = [a for a in (chosen.arguments or "").split(", ") if "=" in a and "length" not in a]
    if kind == "str":
        length = length_of(dialect, field)
        kept = [str(length), *kept] if length is not None else kept
    elif kind == "decimal":
        kept = [*map(str, precision_of(field)), *(a for a in kept if "asdecimal" in a)]
    if not kept:
        return None if chosen.arguments is None or kind == "str" else ""
    return ", ".join(kept)


def _spelled(dialect: Dialect, chosen: SqlType, arguments: str | None) -> Spelled:
    name, imports = dialect.model.words.spell(chosen.module, chosen.name)
    return (name if arguments is None else f"{name}({arguments})"), imports


def _key_column_type(dialect: Dialect, partner: Partner) -> Spelled | None:
    """Return the type of a column that refers to a key: as the key's own is written."""
    if partner.key_type is not None:
        return _spelled(dialect, partner.key_type, partner.key_type.arguments)
    if dialect.orm == "column":
        kinds = {"int": "int", "uuid": "uuid", "str": "str"}
        return _spelled(dialect, *_with_arguments(_default_type(dialect, kinds[partner.key_kind])))
    return None


def _with_arguments(chosen: SqlType) -> tuple[SqlType, str | None]:
    return chosen, chosen.arguments


def _enum_type(dialect: Dialect, names: Names, field: FieldSpec) -> Spelled | None:
    """Return the type of a choice: `SQLEnum(Status, name="order_status")`, or a short text."""
    habit = dialect.enum
    if habit.form in ("plain", "Literal"):
        longest = max(20, *(len(v) for v in field.values))
        return _spelled(dialect, _chosen(dialect, "str") or _SQL["str"], str(longest))
    if dialect.orm != "column" and habit.column is None:
        return None
    chosen = habit.column or SqlType("sqlalchemy", "Enum")
    name, imports = dialect.model.words.spell(chosen.module, chosen.name)
    arguments = [enum_class(names, field)]
    if habit.named:
        arguments.append(f'name="{enum_type_name(names, field)}"')
    if habit.by_value:
        arguments.append("values_callable=lambda kind: [item.value for item in kind]")
    return f"{name}({', '.join(arguments)})", imports


def enum_type_name(names: Names, field: FieldSpec) -> str:
    """Return the name of a choice's database type, where the host gives names."""
    return f"{names.snake}_{field.name}"
