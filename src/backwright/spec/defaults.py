"""The default of a field word, read as a value of its kind and held to its bounds."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from backwright.errors import UsageError
from backwright.spec.types import Default, FieldSpec


def read_default(field: FieldSpec, text: str) -> Default:
    """Return the default as a Python value; dates, ids and JSON stay text, checked.

    Raises:
        UsageError: the text is no value of the kind, or breaks the field's own bounds.
    """
    reader = _READERS.get(field.kind)
    if reader is None:
        raise UsageError(
            f"a {field.kind} field has no default ({field.word!r})", remedy="leave it out"
        )
    try:
        value = reader(field, text)
    except (ValueError, InvalidOperation):
        raise UsageError(
            f"default {text!r} in {field.word!r} is no {field.kind}",
            remedy=f"for example default={_EXAMPLES[field.kind]}",
        ) from None
    _check_bounds(field, value)
    return value


def _read_bool(_: FieldSpec, text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


def _read_int(_: FieldSpec, text: str) -> int:
    value = int(text)
    if abs(value) > 2**63 - 1:
        raise ValueError(text)
    return value


def _read_float(_: FieldSpec, text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _read_decimal(field: FieldSpec, text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite():
        raise ValueError(text)
    exponent = value.as_tuple().exponent
    if field.scale is not None and isinstance(exponent, int) and -exponent > field.scale:
        raise ValueError(text)
    if field.precision is None or field.scale is None:
        return value
    if abs(value) >= Decimal(10) ** (field.precision - field.scale):
        raise ValueError(text)
    return value


def _read_text(_: FieldSpec, text: str) -> str:
    if "\x00" in text:
        raise ValueError(text)
    return text


def _read_enum(field: FieldSpec, text: str) -> str:
    if field.values and text not in field.values:
        raise UsageError(
            f"default {text!r} in {field.word!r} is none of its values",
            remedy=f"one of {', '.join(field.values)}",
        )
    return text


def _read_email(_: FieldSpec, text: str) -> str:
    local, at, domain = text.rpartition("@")
    if not (local and at and "." in domain):
        raise ValueError(text)
    return text


def _read_url(_: FieldSpec, text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError(text)
    return text


def _read_date(_: FieldSpec, text: str) -> str:
    return text if text == "today" else date.fromisoformat(text).isoformat()


def _read_datetime(_: FieldSpec, text: str) -> str:
    return text if text == "now" else datetime.fromisoformat(text).isoformat()


def _read_uuid(_: FieldSpec, text: str) -> str:
    return str(uuid.UUID(text))


def _read_json(_: FieldSpec, text: str) -> str:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError(text)
    return json.dumps(value)


_READERS: dict[str, Callable[[FieldSpec, str], Default]] = {
    "bool": _read_bool,
    "int": _read_int,
    "float": _read_float,
    "decimal": _read_decimal,
    "str": _read_text,
    "text": _read_text,
    "enum": _read_enum,
    "email": _read_email,
    "url": _read_url,
    "date": _read_date,
    "datetime": _read_datetime,
    "uuid": _read_uuid,
    "json": _read_json,
}
_EXAMPLES = {
    "bool": "false",
    "int": "3",
    "float": "0.5",
    "decimal": "9.90",
    "str": "draft",
    "text": "none",
    "enum": "open",
    "email": "team@example.com",
    "url": "https://example.com",
    "date": "2026-01-31 (or today)",
    "datetime": "2026-01-31T12:00:00+00:00 (or now)",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "json": "{}",
}


def _check_bounds(field: FieldSpec, value: Default) -> None:
    if isinstance(value, bool):
        return
    size = Decimal(len(value)) if isinstance(value, str) else Decimal(str(value))
    if field.kind not in ("str", "text", "int", "float", "decimal", "email", "url"):
        return
    below = field.low is not None and size < field.low
    above = field.high is not None and size > field.high
    if below or above:
        raise UsageError(
            f"default {value!r} in {field.word!r} breaks the field's own bounds",
            remedy="change the default or the bounds",
        )
