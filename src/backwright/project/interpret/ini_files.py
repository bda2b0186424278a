"""The model of `configparser`: sections read from files of the project, or set by the program.

A file outside of the project is taken as not there, as a variable that nobody sets.
"""

from __future__ import annotations

import configparser
from collections.abc import Callable
from pathlib import Path

from backwright.project.interpret import knowing
from backwright.project.interpret.data_files import text_of
from backwright.project.interpret.sections import Sections
from backwright.project.interpret.values import (
    Call,
    External,
    Instance,
    Unknown,
    settle,
    why_unknown,
)
from backwright.project.interpret.world import Handler

Method = Callable[[Sections, Call], object]
_KINDS = ("ConfigParser", "RawConfigParser", "SafeConfigParser")
_NOT_THERE = Unknown("there is no such option")


def _model(method: Method) -> Handler:
    """Make a model of a method of a parser, or of a class that inherits from one."""

    def model(call: Call, callee: External) -> object:
        owner = settle(callee.owner)
        if not isinstance(owner, Instance):
            return Unknown("the settings of a file are not known")
        if not isinstance(owner.state, Sections):
            owner.state = Sections()
        return method(owner.state, call)

    return model


def _read(held: Sections, call: Call) -> object:
    given = settle(call.args[0] if call.args else next(iter(call.kwargs.values()), None))
    names = given if isinstance(given, (list, tuple)) else [given]
    found: list[object] = []
    for name in names:
        shown = knowing.text(name)
        text = text_of(call.frame.world, Path(shown)) if shown else None
        if text is not None and held.take(text):
            found.append(shown)
    return found


def _read_text(held: Sections, call: Call) -> object:
    given = settle(call.args[0] if call.args else next(iter(call.kwargs.values()), None))
    text = text_of(call.frame.world, given) if isinstance(given, Path) else given
    if isinstance(text, str):
        held.take(text)
    return None


def _read_dictionary(held: Sections, call: Call) -> object:
    given = settle(call.argument(0, "dictionary"))
    for section, options in given.items() if isinstance(given, dict) else ():
        options = settle(options)
        known = options if isinstance(options, dict) else {}
        own = {str(name).lower(): _written(one) for name, one in known.items()}
        held.setdefault(str(section), {}).update(own)
    return None


def _add_section(held: Sections, call: Call) -> object:
    section = settle(call.argument(0, "section"))
    if isinstance(section, str):
        held.setdefault(section, {})
    return None


def _set(held: Sections, call: Call) -> object:
    section, option = settle(call.argument(0, "section")), settle(call.argument(1, "option"))
    if isinstance(section, str) and isinstance(option, str):
        held.setdefault(section, {})[option.lower()] = call.argument(2, "value")
    return None


def _get(held: Sections, call: Call) -> object:
    section, option = settle(call.argument(0, "section")), settle(call.argument(1, "option"))
    if not isinstance(section, str) or not isinstance(option, str):
        return Unknown("which option is asked for is not known")
    options = held.options(section)
    return options.get(option.lower(), call.kwargs.get("fallback", _NOT_THERE))


def _as(convert: Callable[[str], object]) -> Method:
    def method(held: Sections, call: Call) -> object:
        found = _get(held, call)
        if not isinstance(settle(found), str):
            return found
        try:
            return convert(str(settle(found)))
        except (ValueError, KeyError):
            return Unknown("a setting is of another kind")

    return method


def _truth(value: str) -> bool:
    return configparser.RawConfigParser.BOOLEAN_STATES[value.lower()]


def _has_section(held: Sections, call: Call) -> object:
    section = settle(call.argument(0, "section"))
    return section in held if isinstance(section, str) else Unknown(why_unknown(section))


def _has_option(held: Sections, call: Call) -> object:
    found = _get(held, Call(call.frame, call.node, call.args, {**call.kwargs, "fallback": None}))
    unsure = isinstance(found, Unknown)
    return Unknown("a condition is not known") if unsure else found is not None


def _sections(held: Sections, call: Call) -> object:  # noqa: ARG001
    return held.names()


def _options(held: Sections, call: Call) -> object:
    section = settle(call.argument(0, "section"))
    return list(held.options(section)) if isinstance(section, str) else []


def _items(held: Sections, call: Call) -> object:
    section = settle(call.argument(0, "section"))
    if section is None:
        return [(name, held.options(str(name))) for name in held.names()]
    return list(held.options(section).items()) if isinstance(section, str) else []


def _written(value: object) -> object:
    shown = knowing.text(value)
    return value if shown is None else shown


_METHODS: dict[str, Method] = {
    "add_section": _add_section,
    "get": _get,
    "getboolean": _as(_truth),
    "getfloat": _as(float),
    "getint": _as(int),
    "has_option": _has_option,
    "has_section": _has_section,
    "items": _items,
    "options": _options,
    "read": _read,
    "read_dict": _read_dictionary,
    "read_file": _read_text,
    "read_string": _read_text,
    "sections": _sections,
    "set": _set,
}

HANDLERS: dict[str, Handler] = {
    f"configparser.{kind}{made}.{name}": _model(method)
    for kind in _KINDS
    for made in ("", "()")
    for name, method in _METHODS.items()
}
