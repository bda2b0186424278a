"""A task given as JSON, as orchestrators write it, said as a list: `{"task": "add resource", "name": "Address", "fields": {…}}`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_ORDERS = ("task", "action", "command", "goal", "objective")
_NAMES = ("name", "resource", "model", "entity")
_FIELDS = ("fields", "columns", "attributes")
_USUAL = ("tests", "migration", "migrations", "docs")  # come with every change


def written_out(text: str) -> str:
    """Return a JSON object that orders one thing as an order with a list below it; any other text as it is."""
    if not text.lstrip().startswith("{"):
        return text
    try:
        data = json.loads(text)
    except ValueError:
        return text
    lines = list(_lines(data)) if isinstance(data, dict) else []
    return text if None in lines else "\n".join(one for one in lines if one is not None)


def _lines(data: dict[str, Any]) -> Iterator[str | None]:
    """Yield the lines of an object; None where something of it is not understood."""
    order = " ".join(str(data[key]) for key in (*_ORDERS, *_NAMES) if key in data)
    yield f"{order[:1].upper()}{order[1:]}:" if order else None
    for key in _FIELDS:
        yield from _points(data.get(key))
    yield ""
    for key, value in data.items():
        if key in (*_ORDERS, *_NAMES):
            yield None if not isinstance(value, str) else ""
        elif isinstance(value, str):
            yield f"{key.replace('_', ' ').capitalize()}: {value.rstrip('.')}."
        elif key not in _FIELDS and not (key in _USUAL and value is True):
            yield None


def _points(fields: object) -> Iterator[str | None]:
    """Yield the points of fields: of an object, a list of objects, or a list of strings."""
    if isinstance(fields, dict):
        for name, said in fields.items():
            yield f"- {name}: {said}" if isinstance(said, str) else None
        return
    for one in fields if isinstance(fields, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            yield f"- {one['name']}: {', '.join(_attributes(one))}"
        else:
            yield f"- {one}" if isinstance(one, str) else None


def _attributes(field: dict[str, Any]) -> Iterator[str]:
    """Yield what an object says of a field besides its name: `string`, `max 40`, `optional`."""
    for key, value in field.items():
        if key == "required" and value is False:
            yield "optional"
        elif key in ("name", "required") or value is False:
            continue
        elif value is True:
            yield key.replace("_", " ")
        elif key in ("type", "constraints", "notes"):
            yield str(value)
        elif isinstance(value, list):
            yield "one of " + ", ".join(map(str, value))
        else:
            yield f"{key.replace('_', ' ')} {value}"
