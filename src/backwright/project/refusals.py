"""What refuses a request: errors and answers with their status, and code that speaks of it."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from backwright.project.interpret import ancestry
from backwright.project.interpret.values import (
    Bound,
    Class,
    External,
    Function,
    Instance,
    is_external,
    settle,
)
from backwright.source.syntax import nodes

_REFUSAL = re.compile(r"(?i)auth|credential|forbidden|permission|token|login|denied|jwt|401|403")
_STATUS_NAMES = ("status_code", "code", "status", "http_status", "http_status_code")
REFUSED = frozenset({401, 403})


def status_of(value: object) -> int | None:
    """Return the status code of an error or response, where it is known."""
    value = settle(value)
    if isinstance(value, int):
        return value
    if isinstance(value, Class):
        return _declared_status(value)
    if not isinstance(value, Instance):
        return None
    held = value.attributes.get("status_code", value.kwargs.get("status_code"))
    if held is None and isinstance(value.cls, Class):
        return _declared_status(value.cls)
    if held is None and is_external(value.cls, "HTTPException") and value.args:
        held = value.args[0]
    return _number(held)


def _declared_status(cls: Class) -> int | None:
    """Return the status that a class of errors declares, by whichever name it goes."""
    found = (_number(ancestry.find(cls, name)) for name in _STATUS_NAMES)
    return next((one for one in found if one is not None), None)


def _number(value: object) -> int | None:
    value = settle(value)
    if isinstance(value, External):
        digits = re.search(r"_(\d{3})_", value.last) or re.search(r"^HTTP_(\d{3})", value.last)
        names = {"UNAUTHORIZED": 401, "FORBIDDEN": 403}
        return int(digits.group(1)) if digits else names.get(value.last)
    if isinstance(value, Instance) and "_value_" in value.attributes:
        value = value.attributes["_value_"]
    return value if isinstance(value, int) else None


def is_refusal(value: object) -> bool:
    """Tell whether an error means that credentials are missing or not enough."""
    status = status_of(value)
    if status is not None:
        return status in REFUSED
    value = settle(value)
    cls = value.cls if isinstance(value, Instance) else value
    if isinstance(cls, Class):
        names = [one.name for one in ancestry.ancestors(cls) if isinstance(one, (Class, External))]
        return any(_REFUSAL.search(name.rpartition(".")[2]) for name in names)
    return isinstance(cls, External) and _REFUSAL.search(cls.last) is not None


def _node(target: object) -> ast.AST | None:
    """Return the definition behind a callable of the project."""
    target = settle(target)
    if isinstance(target, Bound):
        target = target.function
    if isinstance(target, Instance):
        target = target.cls
    return target.node if isinstance(target, (Function, Class)) else None


@lru_cache(maxsize=4096)
def _speaks(node: ast.AST) -> bool:
    """Tell whether code speaks of refusing at all."""
    words: list[str] = []
    for one in nodes(node):
        if isinstance(one, ast.Name):
            words.append(one.id)
        elif isinstance(one, ast.Attribute):
            words.append(one.attr)
        elif isinstance(one, ast.Constant) and isinstance(one.value, (int, str)):
            words.append(str(one.value))
    return _REFUSAL.search("\n".join(words)) is not None


def forget_words() -> None:
    """Let go of the syntax trees of a finished reading."""
    _speaks.cache_clear()


def may_refuse(target: object) -> bool:
    """Tell whether a function or class (or what wraps it) speaks of refusing at all."""
    target = settle(target)
    wraps = target.wraps if isinstance(target, Function) else None
    node = _node(target)
    if node is None:
        return False
    return _speaks(node) or (wraps is not None and may_refuse(wraps))
