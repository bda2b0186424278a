"""The JSON Schema of the documents: what `jsonable` and the documents' types promise."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping, Sequence
from typing import (
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from backwright.report.jsonable import Json

Schema = dict[str, Json]
_PLAIN = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def json_schema(kind: Any) -> Schema:  # noqa: ANN401 - any type that goes to JSON
    """Return the schema of a type: dataclasses, typed dictionaries, sequences, mappings, scalars.

    Raises:
        TypeError: the type has no JSON form.
    """
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    if kind is Any:
        return {}
    if dataclasses.is_dataclass(kind) or is_typeddict(kind):
        return _object(get_type_hints(kind, include_extras=True))
    return _generic(kind)


def _object(hints: Mapping[str, Any]) -> Schema:
    properties: Schema = {name: json_schema(hint) for name, hint in hints.items()}
    # Of annotations that are texts a typed dictionary does not know itself which may be missing.
    required = [name for name, hint in hints.items() if get_origin(hint) is not NotRequired]
    return {"type": "object", "properties": properties, "required": [*required]}


def _generic(kind: Any) -> Schema:  # noqa: ANN401 - any type that goes to JSON
    origin, inner = get_origin(kind), get_args(kind)
    if origin is NotRequired:
        return json_schema(inner[0])
    if origin is Literal:
        return {"enum": list(inner)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [json_schema(one) for one in inner]}
    if origin in (list, tuple, Sequence):
        return {"type": "array", "items": json_schema(inner[0])}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": json_schema(inner[1])}
    raise TypeError(f"no JSON Schema for {kind}")
