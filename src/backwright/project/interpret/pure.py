"""The models of functions without effects: they are called where their arguments are known."""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable
from typing import Any

from backwright.project.interpret import knowing
from backwright.project.interpret.values import NATIVE, Call, External, Instance, Unknown, settle
from backwright.project.interpret.world import Handler


def known_arguments(call: Call) -> list[object] | None:
    """Return the positional arguments if every one is plain text, number or path."""
    values = [_plain(one) for one in call.args]
    return values if all(isinstance(one, NATIVE) for one in values) else None


def _plain(value: object) -> object:
    value = settle(value)
    return knowing.text(value) if isinstance(value, Instance) else value


def pure(function: Callable[..., Any]) -> Handler:
    """Make a model of a function without effects: it is called where its arguments are known."""

    def model(call: Call, callee: External) -> object:
        values = known_arguments(call)
        if values is None:
            return Unknown(f"an argument of {callee.last} is not known")
        try:
            result: object = function(*values)
        except (TypeError, ValueError, LookupError, ArithmeticError, OSError, re.error):
            return Unknown(f"{callee.last} fails on it")
        return result

    return model


def _expanded(call: Call, callee: External) -> object:  # noqa: ARG001
    """Model what puts in variables and the home folder: the text itself where it names none."""
    shown = knowing.text(call.args[0]) if call.args else None
    depends = shown is None or "$" in shown or shown.startswith("~")
    return Unknown("it depends on the machine") if depends else shown


_PATHS = ("join", "dirname", "basename", "splitext", "normpath", "isabs", "relpath", "split")
_QUESTIONS = ("exists", "isdir", "isfile")

HANDLERS: dict[str, Handler] = {
    **{f"os.path.{name}": pure(getattr(os.path, name)) for name in (*_PATHS, *_QUESTIONS)},
    **{f"os.path.{name}": pure(os.path.normpath) for name in ("abspath", "realpath")},
    **{f"os.path.{name}": _expanded for name in ("expanduser", "expandvars")},
}
