"""Field words: `NAME:TYPE[:ARGS][:MODIFIER]…` becomes a `FieldSpec` (contract: field words)."""

from __future__ import annotations

import difflib
import keyword
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import get_args

from backwright.errors import UsageError
from backwright.spec.defaults import read_default
from backwright.spec.names import split_words
from backwright.spec.types import FieldSpec, Kind

KINDS: tuple[Kind, ...] = get_args(Kind)
MODIFIERS = ("optional", "index", "unique", "default=VALUE", "cascade", "restrict")
_COLONS = ("str", "text", "url", "datetime", "json")  # kinds whose values may hold a colon
_FLAGS = ("optional", "index", "unique", "cascade", "restrict")

# What the generated classes already have, or what their base classes need.
RESERVED = {
    "id": "every resource has it already",
    "owner_id": "the owner is set from the signed-in user, never from a field",
    "created_at": "every resource has it already",
    "updated_at": "every resource has it already",
    "metadata": "SQLModel needs it for the table's own metadata",
    "registry": "SQLModel needs it",
    "self": "methods that take fields by name have it",
}
_PYDANTIC = {
    "construct", "copy", "dict", "fields", "from_orm", "json", "parse_file", "parse_obj",
    "parse_raw", "schema", "schema_json", "sqlmodel_update", "update_forward_refs", "validate",
}  # fmt: skip
_TYPES = {"date": "happened_on", "datetime": "happened_at"} | {
    name: f"{name}_value"
    for name in (
        "bool",
        "dict",
        "enum_type",
        "false",
        "float",
        "func",
        "int",
        "list",
        "str",
        "true",
    )
}
_ALIASES = {
    "string": "str",
    "varchar": "str",
    "char": "str",
    "integer": "int",
    "number": "int",
    "bigint": "int",
    "boolean": "bool",
    "numeric": "decimal",
    "money": "decimal",
    "double": "float",
    "real": "float",
    "timestamp": "datetime",
    "time": "datetime",
    "day": "date",
    "jsonb": "json",
    "dict": "json",
    "guid": "uuid",
    "link": "url",
    "fk": "ref",
    "foreign": "ref",
    "belongs_to": "ref",
    "m2m": "many",
    "choice": "enum",
}


def read_field(word: str) -> FieldSpec:
    """Read one field word.

    Raises:
        UsageError: names the word, what was expected and the nearest right one.
    """
    name, *rest = word.split(":")
    if not rest or not rest[0]:
        raise UsageError(
            f"{word!r} has no type",
            remedy=f"write NAME:TYPE, for example {name or 'title'}:str; types: {', '.join(KINDS)}",
        )
    _check_name(name, word)
    kind = _read_kind(rest[0], word)
    field = FieldSpec(name=name, kind=kind, word=word)
    for part in _join_default(kind, rest[1:]):
        field = _read_part(field, part)
    return _check_whole(field)


def read_fields(words: Iterable[str]) -> tuple[FieldSpec, ...]:
    """Read several field words; a name may come only once.

    Raises:
        UsageError: as `read_field`, and for a name given twice.
    """
    fields: list[FieldSpec] = []
    for word in words:
        field = read_field(word)
        twin = next((f for f in fields if {f.name, f.column} & {field.name, field.column}), None)
        if twin:
            raise UsageError(
                f"{word!r} and {twin.word!r} name the same field", remedy="give each its own name"
            )
        fields.append(field)
    return tuple(fields)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean X?)` for the nearest known word, or an empty string."""
    by_lower = {one.lower(): one for one in known}
    match = difflib.get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.5)
    return f" (did you mean {by_lower[match[0]]!r}?)" if match else ""


def _check_name(name: str, word: str) -> None:
    snake = "_".join(w.lower() for w in split_words(name)) or "title"
    snake = f"{snake}_value" if keyword.iskeyword(snake) else snake
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name.endswith("_") or "__" in name:
        raise UsageError(
            f"{name!r} in {word!r} is no field name",
            remedy=f"use lower-case words joined by underscores, for example {snake}",
        )
    if len(name) > 59:  # PostgreSQL cuts identifiers at 63 bytes; `_ids` is added for a many
        raise UsageError(f"{name!r} is {len(name)} letters long", remedy="use at most 59")
    if keyword.iskeyword(name):
        raise UsageError(
            f"{name!r} in {word!r} is a word of the Python language",
            remedy=f"use another, for example {name}_value",
        )
    if name in _TYPES:
        raise UsageError(
            f"{name!r} in {word!r} would hide what {name} means in the classes that have it",
            remedy=f"use another, for example {_TYPES[name]}",
        )
    if name in RESERVED:
        raise UsageError(
            f"{name!r} in {word!r} is taken: {RESERVED[name]}",
            remedy=f"leave it out or rename it, for example {name}_value",
        )
    if name in _PYDANTIC or name.startswith("model_"):
        raise UsageError(
            f"{name!r} in {word!r} would hide an attribute of Pydantic's BaseModel",
            remedy=f"use another, for example {name.removeprefix('model_')}_data",
        )


def _read_kind(text: str, word: str) -> Kind:
    for kind in KINDS:
        if text == kind:
            return kind
    hint = (
        f" (did you mean {_ALIASES[text.lower()]!r}?)"
        if text.lower() in _ALIASES
        else nearest(text, KINDS)
    )
    raise UsageError(f"{text!r} in {word!r} is no type{hint}", remedy=f"types: {', '.join(KINDS)}")


def _join_default(kind: Kind, parts: list[str]) -> list[str]:
    """A default may hold colons (`default=https://…`): join what no other word claims."""
    joined: list[str] = []
    for part in parts:
        open_ended = kind in _COLONS and joined and joined[-1].startswith("default=")
        if open_ended and part not in _FLAGS:
            joined[-1] += f":{part}"
        else:
            joined.append(part)
    return joined


def _read_part(field: FieldSpec, part: str) -> FieldSpec:
    if part in _FLAGS:
        return _read_flag(field, part)
    if part.startswith("default="):
        return replace(field, default=read_default(field, part.removeprefix("default=")))
    reader = _ARGUMENTS.get(field.kind)
    takes_words = field.kind in ("enum", "ref", "many")
    if reader and part and (takes_words or not re.match(r"[A-Za-z]", part)):
        return reader(field, part)
    raise UsageError(
        f"{part!r} in {field.word!r} is not understood{nearest(part, [*_FLAGS, 'default='])}",
        remedy=f"{_EXPECTED.get(field.kind, 'no arguments')}; modifiers: {', '.join(MODIFIERS)}",
    )


def _read_flag(field: FieldSpec, flag: str) -> FieldSpec:
    if flag in ("cascade", "restrict"):
        if field.kind != "ref":
            raise UsageError(
                f"{flag!r} in {field.word!r} is for references only",
                remedy=f"for example {field.name}:ref:Project:{flag}",
            )
        return replace(field, on_delete="cascade" if flag == "cascade" else "restrict")
    if field.kind == "many" and flag in ("unique", "index", "optional"):
        raise UsageError(
            f"{flag!r} in {field.word!r} means nothing for a many-to-many",
            remedy="its link table is indexed, and no link is ever required",
        )
    if field.kind == "json" and flag in ("unique", "index"):
        raise UsageError(f"a json field cannot be {flag} ({field.word!r})", remedy="leave it out")
    if flag == "optional":
        return replace(field, optional=True)
    return replace(field, index=True) if flag == "index" else replace(field, unique=True)


def _read_length(field: FieldSpec, part: str) -> FieldSpec:
    low, high = _read_bounds(field, part if ".." in part else f"..{part}")
    for bound in (low, high):
        if bound is not None and (bound < 0 or bound != bound.to_integral_value()):
            raise _bad_bound(field, part)
    if high is not None and high == 0:
        raise _bad_bound(field, part)
    return replace(field, low=low, high=high)


def _read_range(field: FieldSpec, part: str) -> FieldSpec:
    if ".." not in part:
        raise _bad_bound(field, part)
    low, high = _read_bounds(field, part)
    if field.kind == "int":
        for bound in (low, high):
            if bound is not None and (bound != bound.to_integral_value() or abs(bound) > 2**63 - 1):
                raise _bad_bound(field, part)
    return replace(field, low=low, high=high)


def _read_bounds(field: FieldSpec, part: str) -> tuple[Decimal | None, Decimal | None]:
    left, _, right = part.partition("..")
    try:
        low = Decimal(left) if left else None
        high = Decimal(right) if right else None
    except InvalidOperation:
        raise _bad_bound(field, part) from None
    if (low is None and high is None) or any(
        b is not None and not b.is_finite() for b in (low, high)
    ):
        raise _bad_bound(field, part)
    if low is not None and high is not None and low > high:
        raise UsageError(
            f"{part!r} in {field.word!r} goes from high to low", remedy=f"write {right}..{left}"
        )
    return low, high


def _bad_bound(field: FieldSpec, part: str) -> UsageError:
    return UsageError(
        f"{part!r} in {field.word!r} is no bound", remedy=f"expected {_EXPECTED[field.kind]}"
    )


def _read_decimal(field: FieldSpec, part: str) -> FieldSpec:
    if ".." in part:
        return _read_range(field, part)
    match = re.fullmatch(r"(\d{1,4}),(\d{1,4})", part)
    if not match or not 1 <= int(match[1]) <= 1000 or int(match[2]) > int(match[1]):
        raise UsageError(
            f"{part!r} in {field.word!r} is no precision and scale",
            remedy="for example price:decimal:10,2: ten digits, two of them after the point",
        )
    return replace(field, precision=int(match[1]), scale=int(match[2]))


def _read_values(field: FieldSpec, part: str) -> FieldSpec:
    values = tuple(part.split(","))
    for value in values:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,62}", value):
            raise UsageError(
                f"{value!r} in {field.word!r} cannot be a value of an enum",
                remedy="letters, digits, - and _, beginning with a letter",
            )
    members = [re.sub(r"\W", "_", v).upper() for v in values]
    if len(set(members)) != len(members):
        raise UsageError(f"{field.word!r} has a value twice", remedy="give each value once")
    return replace(field, values=values)


def _read_target(field: FieldSpec, part: str) -> FieldSpec:
    if not part.isidentifier() or keyword.iskeyword(part):
        raise UsageError(
            f"{part!r} in {field.word!r} is no model's name",
            remedy=f"for example {field.name}:{field.kind}:Project",
        )
    return replace(field, target=part)


_ARGUMENTS: dict[str, Callable[[FieldSpec, str], FieldSpec]] = {
    "str": _read_length,
    "text": _read_length,
    "email": _read_length,
    "url": _read_length,
    "int": _read_range,
    "float": _read_range,
    "decimal": _read_decimal,
    "enum": _read_values,
    "ref": _read_target,
    "many": _read_target,
}
_EXPECTED = {
    "str": "a length such as 200 or 1..200",
    "text": "a length such as 5000 or 1..5000",
    "email": "a length such as 254",
    "url": "a length such as 500",
    "int": "a range such as 1..5, 0.. or ..100",
    "float": "a range such as 0..1, 0.. or ..100",
    "decimal": "precision and scale such as 10,2, or a range such as 0..1000",
    "enum": "values such as open,closed",
    "ref": "a model such as Project",
    "many": "a model such as Tag",
}


def _check_whole(field: FieldSpec) -> FieldSpec:
    """What can be judged only when the whole word is read."""
    if field.kind == "enum" and not field.values:
        raise UsageError(
            f"{field.word!r} names no values",
            remedy=f"for example {field.name}:enum:open,closed:default=open",
        )
    if field.kind in ("ref", "many") and not field.target:
        raise UsageError(
            f"{field.word!r} names no model",
            remedy=f"for example {field.name}:{field.kind}:Project",
        )
    if field.unique and field.kind in ("bool", "enum"):
        raise UsageError(
            f"{field.word!r}: a {field.kind} cannot be unique, it has too few values",
            remedy="leave unique out",
        )
    longest = field.high if field.high is not None else (0 if field.kind != "text" else 10**6)
    if (field.unique or field.index) and field.kind in ("str", "text") and longest > 2000:
        raise UsageError(
            f"{field.word!r}: a text of over 2000 letters cannot be indexed",
            remedy=f"give it a smaller length, for example {field.name}:str:200",
        )
    if field.default is None:
        return field
    # A default may stand before the values or bounds that it must fit.
    return replace(field, default=read_default(field, _default_text(field)))


def _default_text(field: FieldSpec) -> str:
    parts = _join_default(field.kind, field.word.split(":")[2:])
    part = next(p for p in parts if p.startswith("default="))
    return part.removeprefix("default=")
