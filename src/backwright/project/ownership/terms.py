"""Values as terms: what an expression over the caller, the request and the rows is made of.

The interpreter keeps of a library's call what was called with what. So a query is a term: its
parts are walked here, to find the caller, models, columns and comparisons in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backwright.project.interpret.values import (
    Bound,
    Class,
    External,
    ImportRef,
    Instance,
    Unknown,
)

CALLER_NAME = "backwright.Caller"
GIVEN_NAME = "backwright.given"
COLUMN_NAME = "backwright.column."
COMPARED = "backwright.compared"
COMBINED = "backwright.combined"
NEGATED = "backwright.negated"
TERM_NAMES = (CALLER_NAME, GIVEN_NAME, COLUMN_NAME)
_MOST = 3_000
_DEEPEST = 40


def caller() -> Instance:
    """Return the authenticated user, or what stands for it: a token, its claims, its id."""
    return Instance(External(CALLER_NAME))


def given(name: str, cls: object = None) -> Instance:
    """Return what the request gives as `name`: in its path, query or body (of class `cls`)."""
    return Instance(External(GIVEN_NAME), attributes={"name": name, "class": cls})


def column(cls: Class, name: str) -> External:
    """Return a column (or relationship) of a model as an expression."""
    return External(COLUMN_NAME + name, cls)


def compared(sign: str, left: object, right: object) -> Instance:
    """Return a comparison that nothing is known of yet."""
    return Instance(External(COMPARED), [left, right], {"sign": sign})


def is_given(value: object) -> bool:
    """Tell whether a value is what the request gives."""
    return isinstance(value, Instance) and _called(value) == GIVEN_NAME


def is_compared(value: object) -> bool:
    """Tell whether a value is a comparison."""
    return isinstance(value, Instance) and _called(value) == COMPARED


def _called(value: Instance) -> str:
    return value.cls.name if isinstance(value.cls, External) else ""


def column_name(value: object) -> str | None:
    """Return the name of the column that a value is, or is a method of."""
    if isinstance(value, External) and value.name.startswith(COLUMN_NAME):
        return value.name[len(COLUMN_NAME) :].partition(".")[0]
    return None


def is_term(value: object) -> bool:
    """Tell whether a value is an expression over libraries, the request or the caller."""
    if isinstance(value, Unknown):
        return any(is_term(one) for one in value.candidates)
    if isinstance(value, Instance):
        return isinstance(value.cls, External)
    return isinstance(value, External) and value.owner is not None


def parts(value: object) -> Iterable[object]:
    """Return what a value is directly made of."""
    kind = type(value)
    if kind is Instance:
        return _parts_of_instance(value)  # type: ignore[arg-type]
    if kind is External:
        return (value.owner,)  # type: ignore[attr-defined]
    if kind is Unknown:
        return value.candidates  # type: ignore[attr-defined, no-any-return]
    if isinstance(value, (list, tuple, set)):
        return value
    if isinstance(value, dict):
        return value.values()
    return (value.receiver,) if isinstance(value, Bound) else ()


def _parts_of_instance(value: Instance) -> Iterable[object]:
    if isinstance(value.cls, External):
        return (*value.args, *value.kwargs.values(), value.cls)
    return (*value.args, *value.kwargs.values(), *value.attributes.values())


_PLAIN = frozenset({type(None), str, int, float, bool, bytes, ImportRef})


def walk(value: object) -> Iterator[object]:
    """Yield a value and everything that it is made of, each once."""
    return walk_all((value,), _MOST)


def walk_all(values: Iterable[object], most: int = 10 * _MOST) -> Iterator[object]:
    """Yield values and everything that they are made of, each once."""
    waiting, seen = list(values), set[int]()
    while waiting and len(seen) < most:
        one = waiting.pop()
        kind, key = type(one), id(one)
        if kind in _PLAIN or key in seen:
            continue
        seen.add(key)
        yield one
        if kind is External:
            waiting.append(one.owner)  # type: ignore[attr-defined]
        elif kind is Instance:  # nearly all are one of these two: `parts` without its call
            waiting += one.args  # type: ignore[attr-defined]
            waiting += one.kwargs.values()  # type: ignore[attr-defined]
            if type(one.cls) is External:  # type: ignore[attr-defined]
                waiting.append(one.cls)  # type: ignore[attr-defined]
            else:
                waiting += one.attributes.values()  # type: ignore[attr-defined]
        else:
            waiting += parts(one)


def decided(condition: object) -> Iterator[tuple[Instance, bool]]:
    """Yield the comparisons and calls of a condition, each with whether it must hold for it."""
    waiting: list[tuple[object, bool]] = [(condition, True)]
    seen: set[tuple[int, bool]] = set()
    while waiting:
        one, holds = waiting.pop()
        if (id(one), holds) in seen:
            continue
        seen.add((id(one), holds))
        if isinstance(one, Unknown):
            waiting.extend((part, holds) for part in one.candidates)
        elif isinstance(one, Instance) and _called(one) == NEGATED:
            waiting.append((one.args[0], not holds))
        elif isinstance(one, Instance) and _called(one) == COMBINED:
            waiting.extend((part, holds) for part in one.args)
        elif isinstance(one, Instance):
            unlike = is_compared(one) and one.kwargs["sign"] in {"!=", "not in"}
            yield one, holds is not unlike


class Keys:
    """Numbers for terms: the same one for terms that are put together in the same way."""

    def __init__(self) -> None:
        """Start without any term."""
        self._by_parts: dict[object, int] = {}
        self._known: dict[int, tuple[int, object]] = {}

    def of(self, value: object, depth: int = 0) -> int:
        """Return the number of a term (which is kept, so that it stays itself)."""
        found = self._known.get(id(value))
        if found is None:
            parts = self._parts(value, depth + 1) if depth < _DEEPEST else ("deep", id(value))
            number = self._by_parts.setdefault(parts, len(self._by_parts))
            found = self._known[id(value)] = (number, value)
        return found[0]

    def _parts(self, value: object, depth: int) -> object:
        """Return what makes a term what it is."""
        if isinstance(value, Instance) and isinstance(value.cls, External):
            if value.cls.name == CALLER_NAME:
                return CALLER_NAME
            if is_given(value):
                return (GIVEN_NAME, value.attributes["name"])
            named = tuple((name, self.of(one, depth)) for name, one in value.kwargs.items())
            return (self.of(value.cls, depth), *(self.of(one, depth) for one in value.args), named)
        if isinstance(value, External):
            return (value.name, self.of(value.owner, depth))
        if isinstance(value, (list, tuple)):
            return ("all", *(self.of(one, depth) for one in value))
        if value is None or isinstance(value, (str, int, float, bytes)):
            return (type(value).__name__, value)
        return ("itself", id(value))


def is_said(value: object) -> bool:
    """Tell whether a value is what the request gives, or a part of it."""
    while isinstance(value, External):
        value = value.owner
    return is_given(value)


def is_blank(value: object) -> bool:
    """Tell whether nothing is known of a value, so that it may be anything."""
    if isinstance(value, (list, tuple)):
        return any(is_blank(one) for one in value)
    return isinstance(value, Unknown) and not value.candidates
