"""Which values of a recorded call are variables in the test that repeats it, and where they come from."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backwright.probe.client import Call
from backwright.probe.nouns import is_bare, noun_of_reference
from backwright.probe.objects import Slot
from backwright.probe.people import Person
from backwright.probe.repair import marks_in
from backwright.probe.schemas import Value

_DEEPEST = 4
_KEYS = ("id", "pk", "uuid", "uid")


@dataclass
class Names:
    """Which values of a recorded call are variables in the test: by what they name, and which.

    Keys of two tables are often the same number, so that a number alone says nothing.
    """

    owner: Person
    variables: dict[tuple[str, Value], str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def variable(self, value: Value, noun: str) -> str | None:
        """Return the variable that holds the key of an object; a text is its own wherever it is."""
        if isinstance(value, bool | dict | list):
            return None
        found = (
            name for (kind, one), name in self.variables.items()
            if type(one) is type(value) and one == value
            and (kind == noun or isinstance(value, str))
        )  # fmt: skip
        return next(found, None)

    def within(self, value: Value, noun: str) -> str:
        """Return a value inside of an f-string."""
        name = self.variable(value, noun)
        return f"{{{name}}}" if name else self._marked(str(value))

    def fields(self, values: Mapping[str, Any], nouns: Mapping[str, str]) -> str:
        """Return a dictionary as Python writes it.

        Args:
            values: its values.
            nouns: what those of them name that are known to name something.
        """
        pairs = (
            f"{k!r}: {self.literal(v, nouns.get(k) or noun_of_reference(k) or '')}"
            for k, v in values.items()
        )
        return "{" + ", ".join(pairs) + "}"

    def literal(self, value: Value, noun: str = "") -> str:
        """Return a value as Python writes it."""
        if isinstance(value, dict):
            return self.fields(value, {})
        if isinstance(value, list):
            return "[" + ", ".join(self.literal(one, noun) for one in value) + "]"
        if name := self.variable(value, noun):
            return name
        if isinstance(value, str) and self._marked(value) != value:
            text = self._marked(value)
            alone = re.fullmatch(r"{(\w+)}", text)
            return alone[1] if alone else f"f{text!r}"
        return repr(value)

    def _marked(self, text: str) -> str:
        escaped = text.replace("{", "{{").replace("}", "}}") if marks_in(text) else text
        for mark, word in self.words.items():
            escaped = re.sub(mark, word, escaped, flags=re.IGNORECASE)
        return escaped


def variable_of(noun: str, names: Names) -> str:
    """Return a name for the key of an object that no other has."""
    name = re.sub(r"\W", "_", f"{noun}_id")
    return name if name not in names.variables.values() else f"{name}_{len(names.variables) + 1}"


def value_at(call: Call, slot: Slot) -> Value:
    """Return what stands in a place of a call."""
    places: Mapping[str, Mapping[str, Any]] = {
        "path": call.path,
        "query": call.query,
        "header": call.headers,
        "body": call.body if isinstance(call.body, dict) else {},
    }
    return places[slot.place].get(slot.name)


def path_to(value: Value, wanted: Value, depth: int = 0) -> str | None:
    """Return how a value is reached in an answer, such as `["data"]["id"]`; None if it is not there."""
    if isinstance(value, Mapping) and depth <= _DEEPEST:
        for key, inner in value.items():
            if type(inner) is type(wanted) and inner == wanted:
                return f"[{json.dumps(str(key))}]"
        for key, inner in value.items():
            found = path_to(inner, wanted, depth + 1)
            if found is not None:
                return f"[{json.dumps(str(key))}]{found}"
    return None


def path_to_id(answer: Value, wanted: Value, slot: Slot, depth: int = 0) -> str | None:
    """Return how the key of an object is reached in the answer that made it; None if it is not.

    What else has the same number, such as the key of the object's parent, is not the key.
    """
    if not isinstance(answer, Mapping) or depth > _DEEPEST:
        return None
    for key, inner in answer.items():
        if type(inner) is type(wanted) and inner == wanted and _may_be_key(str(key), inner, slot):
            return f"[{json.dumps(str(key))}]"
    if any(key in answer for key in _KEYS):  # it has another key, so what lies in it is not it
        return None
    for key, inner in answer.items():
        found = path_to_id(inner, wanted, slot, depth + 1)
        if found is not None:
            return f"[{json.dumps(str(key))}]{found}"
    return None


def _may_be_key(name: str, value: Value, slot: Slot) -> bool:
    if name == slot.name or is_bare(name):
        return True
    referred = noun_of_reference(name)
    return referred == slot.noun or (referred is None and isinstance(value, str))
