"""A resource's schemas: what clients send, what they get, what lists can be filtered by."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable

from backwright.spec.names import Names
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Declaration, Import
from backwright.transfer.model import (
    digits,
    enum_class,
    enum_member,
    python_type,
    text_length,
    type_imports,
)

FIELDS = "app.fields"
_NAMED = {
    "text": "Text",
    "email": "Email",
    "url": "Url",
    "date": "Date",
    "datetime": "DateTime",
    "json": "Json",
}
# What a text must be beside its length, which stands first: its error speaks of characters then.
_CHECKS = {"email": "IS_EMAIL", "url": "IS_URL"}
_FORMATS = {"email": "email", "url": "uri"}
_NEVER_FILTERED = ("text", "json")
_OF_PAGES = ("limit", "cursor", "sort", "with_total")  # what a list's query means already
_NEVER_SORTED = (*_NEVER_FILTERED, "uuid", "ref", "many")
_RANGED = ("int", "decimal", "date", "float", "datetime")
_NEVER_EQUAL = ("float", "datetime")  # measured: a bound makes sense, a value hardly ever recurs
_BOUNDS = ("min", "max")


def create_field(resource: Names, field: FieldSpec) -> Declaration:
    """Return the declaration in the schema that makes a row."""
    annotation, imports = _input_type(resource, field)
    value: str | None = None
    if field.kind == "many":
        value = "[]"
    elif field.default is not None:
        value, needed = _default(resource, field)
        imports |= needed
    elif field.optional:
        value = "None"
    return Declaration(field.column, annotation, value, frozenset(imports))


def update_field(resource: Names, field: FieldSpec) -> Declaration:
    """Return the declaration in the schema of a partial change: left out is not null."""
    annotation, imports = _input_type(resource, field)
    if not field.optional:
        annotation = f"Omittable[{annotation}]"
        imports |= {(FIELDS, "Omittable")}
    return Declaration(field.column, annotation, "None", frozenset(imports))


def public_field(resource: Names, field: FieldSpec) -> Declaration:
    """Return the declaration in the schema of an answer."""
    if field.kind == "many":
        return Declaration(field.column, "list[UUID]", None, frozenset({("uuid", "UUID")}))
    imports = set[Import]()
    if field.kind in ("datetime", "json"):
        annotation = _NAMED[field.kind]
        imports.add((FIELDS, annotation))
    else:
        annotation = python_type(resource, field)
        imports |= type_imports(field) | _enum_import(resource, field)
    return Declaration(field.column, _or_none(field, annotation), None, frozenset(imports))


def filter_fields(
    resource: Names, field: FieldSpec, taken: Collection[str] = ()
) -> list[Declaration]:
    """Return the declarations of a field's filters, if any makes sense.

    They are by equality and by bounds; that of a many asks for all links that it names. `taken`
    are the columns of the resource, which a bound may not be called as.
    """
    if field.kind in _NEVER_FILTERED or field.column in _OF_PAGES:
        return []
    if field.kind == "many":
        return [link_filter(field.column, field.name)]
    annotation, imports = _filter_type(resource, field)
    names = [] if field.kind in _NEVER_EQUAL else [field.column]
    if field.kind in _RANGED:
        names += [n for b in _BOUNDS if (n := f"{field.column}_{b}") not in taken]
    return [Declaration(name, f"{annotation} | None", "None", frozenset(imports)) for name in names]


def link_filter(name: str, relationship: str) -> Declaration:
    """Return the declaration of a filter by a many-to-many: `tag_ids` of `tags`."""
    bounds = f'Field(max_length=MOST_LINKS), LinkedWith("{relationship}")'
    needed = {
        ("typing", "Annotated"),
        ("pydantic", "Field"),
        ("uuid", "UUID"),
        (FIELDS, "MOST_LINKS"),
        ("app.links", "LinkedWith"),
    }
    return Declaration(name, f"Annotated[list[UUID] | None, {bounds}]", "None", frozenset(needed))


def _filter_type(resource: Names, field: FieldSpec) -> tuple[str, set[Import]]:
    if field.kind == "ref" and field.optional:
        return "IdOrNull", {(FIELDS, "IdOrNull")}
    return _TYPES.get(field.kind, _plain_type)(resource, field)


def sort_field(fields: Iterable[FieldSpec]) -> Declaration:
    """Return the declaration of the orders that a list can have."""
    options = ["created_at", "-created_at", *sort_options(fields)]
    orders = ", ".join(f'"{option}"' for option in options)
    return Declaration(
        "sort", f"Literal[{orders}]", '"-created_at"', frozenset({("typing", "Literal")})
    )


def sort_options(fields: Iterable[FieldSpec]) -> list[str]:
    """Return the orders that fields give a list, up and down."""
    columns = [f.column for f in fields if f.kind not in _NEVER_SORTED]
    return [f"{sign}{column}" for column in columns for sign in ("", "-")]


def _input_type(resource: Names, field: FieldSpec) -> tuple[str, set[Import]]:
    annotation, imports = _TYPES.get(field.kind, _plain_type)(resource, field)
    return _or_none(field, annotation), imports


def _or_none(field: FieldSpec, annotation: str) -> str:
    return f"{annotation} | None" if field.optional else annotation


def _plain_type(resource: Names, field: FieldSpec) -> tuple[str, set[Import]]:
    if field.kind in _NAMED:
        return _NAMED[field.kind], {(FIELDS, _NAMED[field.kind])}
    return python_type(resource, field), type_imports(field) | _enum_import(resource, field)


def _str_type(_: Names, field: FieldSpec) -> tuple[str, set[Import]]:
    return _checked_text(_lengths(field, str(text_length(field))), "STORABLE")


def _text_type(_: Names, field: FieldSpec) -> tuple[str, set[Import]]:
    if not field.low and field.high is None:
        return "Text", {(FIELDS, "Text")}
    if field.high is not None:
        return _checked_text(_lengths(field, str(int(field.high))), "STORABLE")
    annotation, imports = _checked_text(_lengths(field, "LONGEST_TEXT"), "STORABLE")
    return annotation, imports | {(FIELDS, "LONGEST_TEXT")}


def _named_text_type(_: Names, field: FieldSpec) -> tuple[str, set[Import]]:
    if field.high is None:
        return _NAMED[field.kind], {(FIELDS, _NAMED[field.kind])}
    lengths = _lengths(field, str(int(field.high)))
    about = f'json_schema_extra={{"format": "{_FORMATS[field.kind]}"}}'
    return _checked_text([*lengths, about], _CHECKS[field.kind])


def _lengths(field: FieldSpec, longest: str) -> list[str]:
    return [*([f"min_length={int(field.low)}"] if field.low else []), f"max_length={longest}"]


def _checked_text(bounds: list[str], check: str) -> tuple[str, set[Import]]:
    annotation = f"Annotated[str, Field({', '.join(bounds)}), {check}]"
    return annotation, {("typing", "Annotated"), ("pydantic", "Field"), (FIELDS, check)}


def _int_type(_: Names, field: FieldSpec) -> tuple[str, set[Import]]:
    low = str(int(field.low)) if field.low is not None else "-LARGEST_INTEGER"
    high = str(int(field.high)) if field.high is not None else "LARGEST_INTEGER"
    needed = {(FIELDS, "LARGEST_INTEGER")} if "LARGEST_INTEGER" in low + high else set[Import]()
    return _annotated("int", [f"ge={low}", f"le={high}"], needed)


def _float_type(_: Names, field: FieldSpec) -> tuple[str, set[Import]]:
    return _annotated("float", ["allow_inf_nan=False", *_bounds(field)], set())


def _decimal_type(_: Names, field: FieldSpec) -> tuple[str, set[Import]]:
    precision, scale = digits(field)
    bounds = [f"max_digits={precision}", f"decimal_places={scale}", *_bounds(field)]
    return _annotated("Decimal", bounds, {("decimal", "Decimal")})


def _many_type(_: Names, __: FieldSpec) -> tuple[str, set[Import]]:
    return "Links", {(FIELDS, "Links")}


_TYPES: dict[str, Callable[[Names, FieldSpec], tuple[str, set[Import]]]] = {
    "str": _str_type,
    "text": _text_type,
    "email": _named_text_type,
    "url": _named_text_type,
    "int": _int_type,
    "float": _float_type,
    "decimal": _decimal_type,
    "many": _many_type,
}


def _bounds(field: FieldSpec) -> list[str]:
    bounds = [f"ge={field.low:f}"] if field.low is not None else []
    return bounds + ([f"le={field.high:f}"] if field.high is not None else [])


def _annotated(base: str, bounds: list[str], imports: set[Import]) -> tuple[str, set[Import]]:
    if not bounds:
        return base, imports
    call = f"Annotated[{base}, Field({', '.join(bounds)})]"
    return call, imports | {("typing", "Annotated"), ("pydantic", "Field")}


def _enum_import(resource: Names, field: FieldSpec) -> set[Import]:
    return {("app.models", enum_class(resource, field))} if field.kind == "enum" else set()


def _default(resource: Names, field: FieldSpec) -> tuple[str, set[Import]]:
    default = field.default
    if field.kind == "enum":
        return f"{enum_class(resource, field)}.{enum_member(str(default))}", set()
    if field.kind == "date" and default == "today":
        return "Field(default_factory=date.today)", {("pydantic", "Field"), ("datetime", "date")}
    if field.kind == "datetime" and default == "now":
        needed = {("pydantic", "Field"), ("datetime", "UTC"), ("datetime", "datetime")}
        return "Field(default_factory=lambda: datetime.now(UTC))", needed
    return _CALLS.get(field.kind, _literal)(default)


def _literal(default: object) -> tuple[str, set[Import]]:
    return quoted(default) if isinstance(default, str) else repr(default), set()


def quoted(text: str) -> str:
    """Return a text as code."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_CALLS: dict[str, Callable[[object], tuple[str, set[Import]]]] = {
    "decimal": lambda d: (f'Decimal("{d}")', set()),
    "uuid": lambda d: (f'UUID("{d}")', set()),
    "date": lambda d: (f'date.fromisoformat("{d}")', {("datetime", "date")}),
    "datetime": lambda d: (f'datetime.fromisoformat("{d}")', {("datetime", "datetime")}),
    "json": lambda d: (_python_json(str(d)), set()),
}


def _python_json(text: str) -> str:
    return repr(json.loads(text))
