"""Sample values for tests: good ones, other good ones, and ones that must be refused, as code."""

from __future__ import annotations

from decimal import Decimal

from backwright.spec.types import FieldSpec
from backwright.transfer.model import DECIMAL, text_length

_FIXED = {
    "bool": ("True", "False"),
    "date": ('"2026-03-14"', '"2026-09-30"'),
    "datetime": ('"2026-03-14T09:30:00Z"', '"2026-09-30T18:00:00Z"'),
    "uuid": ('"3f2b8c1e-5d4a-4c7b-9e6f-1a2b3c4d5e6f"', '"8a7b6c5d-4e3f-4a2b-8c1d-0e9f8a7b6c5d"'),
    "json": ('{"color": "blue"}', '{"color": "green", "sizes": [1, 2]}'),
}
_WRONG_TYPE = {
    "bool": '"perhaps"',
    "int": '"many"',
    "float": '"high"',
    "decimal": '"cheap"',
    "date": '"tomorrow"',
    "datetime": '"soon"',
    "uuid": '"not-a-uuid"',
    "json": '"text"',
    "email": '"not an address"',
    "url": '"not a link"',
    "enum": '"unheard-of"',
    "ref": '"not-a-uuid"',
    "many": '["not-a-uuid"]',
}


def good(field: FieldSpec, *, changed: bool = False) -> str:
    """Return a valid value as code; with `changed`, another than without.

    Where the bounds leave a single value, both are that one.
    """
    which = int(changed)
    if field.kind in _FIXED:
        return _FIXED[field.kind][which]
    if field.kind == "enum":
        return f'"{field.values[min(which, len(field.values) - 1)]}"'
    if field.kind in ("int", "float", "decimal"):
        return _number(field, which)
    return _text(field, which)


def bad(field: FieldSpec) -> list[str]:
    """Return values, as code, that the schema must refuse; the nearest to a good one first."""
    values: list[str] = []
    if field.kind in ("str", "text") and field.low:
        values.append('""' if field.low == 1 else f'"{"x" * (int(field.low) - 1)}"')
    if field.kind == "str" or (field.kind == "text" and field.high is not None):
        values.append(f'"x" * {text_length(field) + 1}')
    if field.kind in ("int", "float", "decimal"):
        values += _outside(field)
    if field.kind in _WRONG_TYPE:
        values.append(_WRONG_TYPE[field.kind])
    elif field.kind in ("str", "text"):
        values.append("12345")
    return values


def _text(field: FieldSpec, which: int) -> str:
    word = ("first", "second")[which]
    if field.kind == "email":
        return f'"{word}@example.com"'
    if field.kind == "url":
        return f'"https://example.com/{word}"'
    human = field.name.replace("_", " ")
    text = f"{word.capitalize()} {human}"
    if field.high is not None and len(text) > field.high:
        text = ("a", "b")[which] * int(field.high)
    if field.low is not None and len(text) < field.low:
        text = text.ljust(int(field.low), ".")
    return f'"{text}"'


def _number(field: FieldSpec, which: int) -> str:
    low, high = field.low, field.high
    if field.precision is not None and field.scale is not None:
        largest = Decimal(10) ** (field.precision - field.scale) - 1
        high = largest if high is None or high > largest else high
    step = Decimal(1) if field.kind == "int" else Decimal("0.5")
    start = low if low is not None else min(Decimal(1), high if high is not None else Decimal(1))
    value = start + step * (which + 1)
    if high is not None and value > high:
        value = start if which == 0 else high
    if field.kind == "int":
        return str(int(value))
    if field.kind == "decimal":
        scale = field.scale if field.scale is not None else DECIMAL[1]
        return f'"{value:.{scale}f}"'
    return str(float(value))


def _outside(field: FieldSpec) -> list[str]:
    values = []
    if field.low is not None:
        values.append(_as_number(field, field.low - 1))
    if field.high is not None:
        values.append(_as_number(field, field.high + 1))
    if field.kind == "decimal":
        scale = field.scale if field.scale is not None else DECIMAL[1]
        values.append(f'"1.{"0" * scale}1"')
    return values


def _as_number(field: FieldSpec, value: Decimal) -> str:
    if field.kind == "decimal":
        return f'"{value}"'
    return str(int(value)) if field.kind == "int" else str(float(value))
