"""Which classes a class inherits from, in the order in which Python looks."""

from __future__ import annotations

from backwright.project.interpret.imports import resolved
from backwright.project.interpret.values import (
    Class,
    External,
    ImportRef,
    Instance,
    is_external,
    settle,
)


def ancestors(cls: Class) -> list[object]:
    """Return the class and everything that it inherits from, in method resolution order."""
    if cls.ancestors is None:
        cls.ancestors = [cls]
        bases = [settle(base) for base in cls.bases]
        lines = [_line(base) for base in bases]
        found = [cls, *_merge([*lines, bases])]
        postponed = any(isinstance(base, ImportRef) for base in found)
        cls.ancestors = None if postponed else found
        return found
    return cls.ancestors


def _line(base: object) -> list[object]:
    if isinstance(base, Instance) and isinstance(shared := settle(base.kwargs.get("cls")), Class):
        return [base, *ancestors(shared)]
    return list(ancestors(base)) if isinstance(base, Class) else [base]


def _merge(lines: list[list[object]]) -> list[object]:
    """Merge lines of ancestors as C3 does; where that fails, in the order written."""
    merged: list[object] = []
    lines = [line for line in lines if line]
    while lines:
        for line in lines:
            head = line[0]
            if not any(_same_base(head, one) for other in lines for one in other[1:]):
                break
        else:
            head = lines[0][0]
        merged.append(head)
        lines = [[one for one in line if not _same_base(one, head)] for line in lines]
        lines = [line for line in lines if line]
    return merged


def _same_base(left: object, right: object) -> bool:
    if isinstance(left, External) and isinstance(right, External):
        return left.name == right.name
    return left is right


def inherits(value: object, *names: str) -> bool:
    """Tell whether a class has (or is) a library's class of one of these names."""
    if isinstance(value, Class):
        return any(is_external(one, *names) for one in ancestors(value))
    return is_external(value, *names)


def find(cls: object, attr: str) -> object:
    """Return an attribute from the bodies of a class of the project and its ancestors."""
    if not isinstance(cls, Class):
        return None
    for one in ancestors(cls):
        if isinstance(one, Class) and attr in one.names:
            return resolved(one.names, attr)
    return None


def has(cls: Class, attr: str) -> bool:
    """Tell whether a class of the project, or an ancestor in the project, binds `attr`."""
    return any(isinstance(one, Class) and attr in one.names for one in ancestors(cls))
