"""Looking up items: `value[key]` of every kind of value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backwright.project.interpret import ancestry, core, methods
from backwright.project.interpret.flow import Raised
from backwright.project.interpret.values import (
    Bound,
    Class,
    External,
    Frame,
    Function,
    Instance,
    Unknown,
    is_external,
    settle,
    why_unknown,
)


def item(value: object, key: object, frame: Frame) -> object:
    """Return `value[key]`; subscripted types give an instance that holds their arguments."""
    key = settle(key)
    witness = frame.world.witness
    if witness is not None and (told := witness.attribute(value, str(key))) is not None:
        return told
    value = settle(value)
    for kinds, handler in _ITEMS:
        if isinstance(value, kinds):
            return handler(value, key, frame)
    return Unknown(why_unknown(value))


def _item_of_class(value: Class, key: object, frame: Frame) -> object:  # noqa: ARG001
    if ancestry.inherits(value, "Enum", "StrEnum", "IntEnum") and isinstance(key, str):
        return value.names.get(key, Unknown(f"no member {key}"))
    return value


def _item_of_instance(value: Instance, key: object, frame: Frame) -> object:
    if is_external(value.cls, "Credentials"):
        raise Raised(External("builtins.KeyError"), 0)
    getter = ancestry.find(value.cls, "__getitem__")
    if isinstance(getter, Function):
        return core.call_value(Bound(getter, value), [key], {}, frame, None)
    return methods.instance_item(value, key)


def _item_of_sequence(value: list[object] | str, key: object, frame: Frame) -> object:  # noqa: ARG001
    if not isinstance(key, int):
        return Unknown(why_unknown(value))
    in_range = -len(value) <= key < len(value)
    return value[key] if in_range else Unknown("there is no such element")


def _item_of_dict(value: dict[object, object], key: object, frame: Frame) -> object:
    try:
        if key in value:
            return value[key]
    except TypeError:
        return Unknown("there is no such key")
    if frame.expects_missing and not isinstance(key, Unknown):
        raise Raised(External("builtins.KeyError"), 0)
    return Unknown("there is no such key")


_ITEMS: tuple[tuple[type | tuple[type, ...], Callable[[Any, object, Frame], object]], ...] = (
    (External, methods.external_item),
    (Class, _item_of_class),
    (Instance, _item_of_instance),
    ((list, tuple, str), _item_of_sequence),
    (dict, _item_of_dict),
)
