"""JSON schemas of a document: references followed, `allOf` merged, alternatives listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
Value = Any  # a JSON value
_DEEPEST = 12


class Upload(str):
    """The content of a file that a form uploads."""

    __slots__ = ()


_KINDS_OF_FILES = {"csv": "text/csv", "json": "application/json", "pdf": "application/pdf",
                   "xml": "application/xml", "txt": "text/plain"}  # fmt: skip


def file_of(field: str) -> tuple[str, str]:
    """Return name and type of a file for a field: an image, if its name says nothing else."""
    for ending, kind in _KINDS_OF_FILES.items():
        if ending in field.lower() or (ending == "txt" and "text" in field.lower()):
            return f"{field}.{ending}", kind
    return f"{field}.png", "image/png"


class Schemas:
    """Follows the references of one document."""

    def __init__(self, document: Schema) -> None:
        """Keep the document."""
        self._document = document

    def at(self, *keys: str) -> Schema:
        """Return the mapping at a place of the document; an empty one where there is none."""
        found: Value = self._document
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found if isinstance(found, Mapping) else {}

    def resolve(self, schema: Value) -> Schema:
        """Return what a reference leads to; anything else as it is."""
        seen = 0
        while isinstance(schema, Mapping) and isinstance(schema.get("$ref"), str):
            keys = schema["$ref"].removeprefix("#/").split("/")
            beside = {k: v for k, v in schema.items() if k != "$ref"}
            target = self.at(*(key.replace("~1", "/").replace("~0", "~") for key in keys))
            schema = {**target, **beside}
            seen += 1
            if seen > _DEEPEST:
                return {}
        return schema if isinstance(schema, Mapping) else {}

    def whole(self, schema: Value) -> Schema:
        """Return a schema with its reference followed, `allOf` merged and null taken apart.

        Of `anyOf` and `oneOf` the first alternative that is not null is taken; `nullable` says
        whether null is another one.
        """
        found = dict(self.resolve(schema))
        for part in found.pop("allOf", ()):
            merged = self.whole(part)
            properties = {**merged.get("properties", {}), **found.get("properties", {})}
            required = [*merged.get("required", ()), *found.get("required", ())]
            found = {**merged, **found}
            if properties:
                found["properties"], found["required"] = properties, required
        options = [*found.pop("anyOf", ()), *found.pop("oneOf", ())]
        if options:
            chosen = [one for one in options if self.resolve(one).get("type") != "null"]
            if len(chosen) < len(options):
                found["nullable"] = True
            if chosen:
                found = {**self.whole(chosen[0]), **found}
        return _without_null(found)

    def properties(self, schema: Schema) -> dict[str, Schema]:
        """Return the properties of an object, each whole."""
        items = schema.get("properties", {})
        return {str(name): self.whole(one) for name, one in items.items()}


def _without_null(schema: dict[str, Any]) -> Schema:
    """Write `type: [string, null]` as a nullable string."""
    kinds = schema.get("type")
    if isinstance(kinds, list):
        left = [kind for kind in kinds if kind != "null"]
        schema["type"] = left[0] if left else "null"
        if len(left) < len(kinds):
            schema["nullable"] = True
    return schema


def is_object(schema: Schema) -> bool:
    """Tell whether values are JSON objects."""
    return schema.get("type") == "object" or "properties" in schema


def is_array(schema: Schema) -> bool:
    """Tell whether values are JSON arrays."""
    return schema.get("type") == "array" or "items" in schema
