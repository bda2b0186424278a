"""What rows that are there get in a new field that may not be null, where it has no default."""

from __future__ import annotations

from decimal import Decimal

from backwright.spec.types import FieldSpec
from backwright.transfer.migration.operations import literal
from backwright.transfer.migration.work import Fill

_UNKNOWN = "unknown"
_ID = "gen_random_uuid()"
_ALONE = 8  # letters of a random id that are enough for no two rows to be alike


def fill_of(field: FieldSpec, *, stored: str | None = None) -> Fill | None:
    """Return what existing rows get in a new field; None where there is no honest value.

    Args:
        field: the field, required and without a default.
        stored: what the database keeps for the first of a choice's words, if not the word.
    """
    if field.kind in ("ref", "many"):
        return None
    if field.unique:
        return _unique(field)
    if field.kind in ("int", "float", "decimal"):
        return Fill(_number(field))
    if field.kind in ("str", "text"):
        return Fill(literal(_text(field)))
    if field.kind == "enum":
        return Fill(literal(stored or field.values[0]))
    if field.kind == "uuid":
        return Fill(_ID, each=True)
    return Fill(_PLAIN[field.kind])


_PLAIN = {
    "bool": "false",
    "date": "current_date",
    "datetime": "now()",
    "json": "'{}'",
    "email": "'unknown@example.invalid'",
    "url": "'https://example.invalid/'",
}


def _unique(field: FieldSpec) -> Fill | None:
    """A value for each row that no other has; numbers and days have no such by themselves."""
    if field.kind == "uuid":
        return Fill(_ID, each=True)
    if field.kind == "email":
        return Fill(f"{_ID} || '@example.invalid'", each=True)
    if field.kind == "url":
        return Fill(f"'https://example.invalid/' || {_ID}", each=True)
    if field.kind not in ("str", "text"):
        return None
    longest = int(field.high) if field.high is not None else 36
    if longest < _ALONE or (field.low or 0) > 36:
        return None
    return Fill(f"{_ID}::text" if longest >= 36 else f"left({_ID}::text, {longest})", each=True)


def _number(field: FieldSpec) -> str:
    value = Decimal(0)
    if field.low is not None:
        value = max(value, field.low)
    if field.high is not None:
        value = min(value, field.high)
    return f"{value:f}"


def _text(field: FieldSpec) -> str:
    low, high = int(field.low or 0), field.high
    if low == 0:
        return ""
    text = _UNKNOWN.ljust(low, ".")
    return text[: int(high)] if high is not None else text
