"""Which objects of somebody an answer holds, where no text in it has a mark: by id and values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from backwright.probe.objects import Made
from backwright.probe.schemas import Value

_MOST = 5_000


def objects_in(value: Value, mine: Sequence[Made], theirs: Sequence[Made]) -> set[str]:
    """Return the objects of `mine` that an answer holds, as words such as `order 7`.

    An item is one of them if it has its id and at least half of its other values. Ids that
    `theirs` have, too, tell nothing.
    """
    taken = {one.get("id", f"{one.noun}_id", "uuid", "uid", "pk") for one in theirs}
    known = {str(key): one for one in mine if (key := _id(one)) is not None and key not in taken}
    found = set()
    for item in _items(value) if known else ():
        for name in ("id", "uuid", "uid", "pk", *(f"{one.noun}_id" for one in mine[:1])):
            one = known.get(str(item.get(name)))
            if one is not None and _alike(item, one, name):
                found.add(f"{one.noun} {item[name]}")
    return found


def _id(one: Made) -> Value:
    return one.get("id", f"{one.noun}_id", "uuid", "uid", "pk")


def _items(value: Value) -> Iterator[Mapping[str, Any]]:
    """Yield every object of an answer, however deep it lies."""
    waiting, seen = [value], 0
    while waiting and seen < _MOST:
        one = waiting.pop()
        seen += 1
        if isinstance(one, Mapping):
            yield one
            waiting.extend(inner for inner in one.values() if isinstance(inner, Mapping | list))
        elif isinstance(one, list):
            waiting.extend(one)


def _alike(item: Mapping[str, Any], one: Made, key: str) -> bool:
    """Tell whether an item has the values of an object; one that is its id alone has none."""
    pairs = list(_shared(item, one.values, key))
    same = sum(mine == theirs for mine, theirs in pairs)
    return same > 0 and 2 * same >= len(pairs)


def _shared(
    item: Mapping[str, Any], values: Iterable[Mapping[str, Any]], key: str
) -> Iterator[tuple[str, str]]:
    """Yield the values that both have under the same name, as text."""
    whole: dict[str, Any] = {}
    for one in values:
        for name, value in one.items():
            whole.setdefault(name, value)
    for name, value in item.items():
        known = whole.get(name)
        simple = not isinstance(value, Mapping | list) and not isinstance(known, Mapping | list)
        if name != key and name in whole and simple and value is not None:
            yield str(value), str(known)
