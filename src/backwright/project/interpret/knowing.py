"""What is known of a value: its text, its truth, its elements."""

from __future__ import annotations

from backwright.project.interpret.ancestry import find, inherits
from backwright.project.interpret.core import call_value
from backwright.project.interpret.values import (
    NATIVE,
    Class,
    External,
    Instance,
    Unknown,
    settle,
)

ELEMENTS = 2_000


def text(value: object) -> str | None:
    """Return a value as the text that Python would make of it, `None` if that is not known."""
    value = settle(value)
    if isinstance(value, Instance):
        if "_value_" in value.attributes and inherits(value.cls, "str", "StrEnum"):
            return text(value.attributes["_value_"])
        if isinstance(value.cls, Class) and (method := find(value.cls, "__str__")):
            return text(call_value(method, [value], {}, value.cls.frame, None))
        return None
    if isinstance(value, NATIVE):
        return str(value)
    return None


def truth(value: object) -> bool | None:
    """Tell whether a value is true; `None` if that cannot be known."""
    if isinstance(value, Unknown):
        if value.unset:
            return False
        verdicts = {truth(one) for one in value.candidates}
        return verdicts.pop() if len(verdicts) == 1 else None
    if isinstance(value, External):
        return False if value.last == "TYPE_CHECKING" else value.sure or None
    if isinstance(value, Instance):
        if isinstance(value.cls, External):
            return True if value.cls.last[:1].isupper() else None
        if "_value_" in value.attributes and inherits(value.cls, "str", "int"):
            return truth(value.attributes["_value_"])
        has_own = find(value.cls, "__bool__") or find(value.cls, "__len__")
        return None if has_own else True
    if isinstance(value, (*NATIVE, list, tuple, dict, set)):
        return bool(value)
    return True


def elements(value: object) -> list[object] | None:
    """Return what iterating over a value gives, `None` if that is not known."""
    value = settle(value)
    if isinstance(value, (list, tuple, set, dict, str)):
        return list(value)[:ELEMENTS]
    if isinstance(value, Class) and inherits(value, "Enum", "StrEnum", "IntEnum"):
        return [one for one in value.names.values() if is_member(one)]
    return None


def is_member(value: object) -> bool:
    """Tell whether a value is a member of an enum class."""
    return isinstance(value, Instance) and "_value_" in value.attributes
