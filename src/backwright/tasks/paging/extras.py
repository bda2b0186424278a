"""What else a list can be asked for: filters, an order, the key to go on after."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backwright.errors import UsageError
from backwright.project.types import Column, Model
from backwright.spec.fields import nearest
from backwright.transfer.paging.writing import Extra
from backwright.values import Place

_KINDS: tuple[tuple[str, str, str], ...] = (
    (r"uuid", "UUID", "uuid"),
    (r"datetime|timestamp", "datetime", "datetime"),
    (r"\bdate\b", "date", "datetime"),
    (r"\bbool", "bool", ""),
    (r"decimal|numeric", "Decimal", "decimal"),
    (r"\bfloat|double|real", "float", ""),
    (r"int", "int", ""),
    (r"str|text|varchar|char|email", "str", ""),
)


def extras_of(
    model: Model | None,
    filters: Sequence[str],
    sorts: Sequence[str],
    optional: str,
    *,
    keyset: bool,
) -> tuple[Extra, ...]:
    """Return what a list can be asked for, beside its page.

    Raises:
        UsageError: a name is no column of the model, or its type is none that a URL carries.
    """
    if not (filters or sorts or keyset):
        return ()
    if model is None:
        raise UsageError(
            "the model of this list could not be read, so it has no columns to filter or sort by",
            remedy="add the pages alone",
        )
    found = [_filter(_column(model, name), optional) for name in dict.fromkeys(filters)]
    if sorts:
        found.append(_sort([_column(model, one) for one in dict.fromkeys(sorts)], optional))
    if keyset:
        found.append(_after(model, optional))
    return tuple(found)


def _column(model: Model, name: str) -> Column:
    column = next((one for one in model.columns if one.name == name), None)
    if column is None:
        names = [one.name for one in model.columns]
        raise UsageError(
            f"{name!r} is no column of {model.name}{nearest(name, names)}",
            place=Place(model.file, model.line),
            remedy=f"one of: {', '.join(names)}",
        )
    return column


def _kind(column: Column) -> tuple[str, dict[str, set[str]]]:
    """Return the type by which a URL gives a value of a column, and what it imports."""
    for pattern, kind, module in _KINDS:
        if re.search(pattern, column.type, re.IGNORECASE):
            return kind, {module: {kind}} if module else {}
    raise UsageError(
        f"{column.name} is {column.type}, which no parameter of a URL carries",
        place=Place(column.file, column.line) if column.file and column.line else None,
        remedy="name another column",
    )


def _none(optional: str, kind: str) -> str:
    return f"{optional.format(kind)} = None"


def _of_optional(optional: str) -> dict[str, set[str]]:
    return {"typing": {"Optional"}} if "Optional" in optional else {}


def _filter(column: Column, optional: str) -> Extra:
    kind, needs = _kind(column)
    name = column.name
    return Extra(
        name=name,
        kind=kind,
        at_handler=f"{name}: {_none(optional, kind)}",
        lines=(
            f"if {name} is not None:",
            f"    {{query}} = {{query}}.{{where}}({{model}}.{name} == {name})",
        ),
        needs_of_kind={**needs, **_of_optional(optional)},
    )


def _sort(columns: Sequence[Column], optional: str) -> Extra:
    words = [word for one in columns for word in (one.name, f"-{one.name}")]
    kind = f"Literal[{', '.join(repr(word).replace(chr(39), chr(34)) for word in words)}]"
    entries = ", ".join(
        f'"{one.name}": {{model}}.{one.name}, "-{one.name}": desc({{model}}.{one.name})'
        for one in columns
    )
    return Extra(
        name="sort",
        kind="str",
        at_handler=f"sort: {_none(optional, kind)}",
        lines=(
            "if sort is not None:",
            f"    orders = {{{{{entries}}}}}",
            "    {query} = {query}.order_by(None).order_by(orders[sort], {key})",
        ),
        needs={"sqlalchemy": {"desc"}},
        needs_of_kind=_of_optional(optional),
        needs_at_handler={"typing": {"Literal", *_of_optional(optional).get("typing", set())}},
    )


def _after(model: Model, optional: str) -> Extra:
    keys = [one for one in model.columns if one.primary_key]
    if len(keys) != 1:
        raise UsageError(
            f"the key of {model.name} is {len(keys)} columns, which no `after` carries",
            place=Place(model.file, model.line),
            remedy="--style offset",
        )
    kind, needs = _kind(keys[0])
    return Extra(
        name="after",
        kind=kind,
        at_handler=f"after: {_none(optional, kind)}",
        lines=(
            "if after is not None:",
            f"    {{query}} = {{query}}.{{where}}({{model}}.{keys[0].name} > after)",
        ),
        needs_of_kind={**needs, **_of_optional(optional)},
    )
