"""The rows that an endpoint touches: found in its queries, by what they are chosen and done to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from backwright.project.interpret.values import (
    Class,
    External,
    Instance,
    Unknown,
    settle,
)
from backwright.project.ownership.callers import ModelIndex
from backwright.project.ownership.looking import Seen
from backwright.project.ownership.terms import column_name, is_compared, parts, walk, walk_all
from backwright.project.types import Model

_NO_ROWS = frozenset(
    {"join", "outerjoin", "options", "selectinload", "joinedload", "subqueryload", "contains_eager"}
    | {"aliased", "isinstance", "issubclass", "load_only", "lazyload", "raiseload", "with_parent"}
    | {
        "order_by",
        "group_by",
        "relationship",
        "noload",
        "undefer",
        "defer",
        "inspect",
        "has",
        "any",
    }
)
_CHOSEN = frozenset({"select", "query", "with_entities", "select_from", "count"})
_WRITES = frozenset(
    {"add", "add_all", "delete", "update", "merge", "remove", "insert", "save", "sqlmodel_update"}
    | {"bulk_save_objects", "create", "patch", "db_delete", "soft_delete", "discard", "upsert"}
    | {"delete_multi", "update_multi", "append", "setattr", "destroy", "hard_delete"}
)
_CHOOSES_NOTHING = frozenset(
    {"limit", "offset", "order_by", "group_by", "options", "distinct", "slice", "skip", "take"}
    | {
        "execution_options",
        "with_for_update",
        "fetchmany",
        "sort",
        "sort_by",
        "paginate",
        "refresh",
    }
    | {"params", "prefetch_related", "values_list", "only", "commit", "flush"}
)
_MOST_PATHS = 400


@dataclass(frozen=True, eq=False)
class Access:
    """Rows of one model that one query reaches: the way from the query's start to its end.

    `steps` knows what each step of a way chooses by: ways of one endpoint share most of theirs.
    """

    model: Model
    base: Instance
    way: tuple[Instance, ...]
    writes: bool
    steps: Steps

    @cached_property
    def choices(self) -> tuple[tuple[object, ...], ...]:
        """What the rows are chosen by at each step of the way that chooses."""
        pairs = zip(self.way, (*self.way[1:], None), strict=True)
        return tuple(step for pair in pairs if (step := self.steps.of(*pair)))

    @cached_property
    def conditions(self) -> tuple[object, ...]:
        """What the rows are chosen by."""
        return tuple(chain.from_iterable(self.choices))


class Steps:
    """What calls choose rows by, each found once, for the queries of one endpoint."""

    def __init__(self) -> None:
        """Start without any step."""
        self._known: dict[tuple[int, int], tuple[object, ...]] = {}
        self._parts: dict[int, frozenset[int]] = {}

    def of(self, node: Instance, inside: Instance | None) -> tuple[object, ...]:
        """Return what a call chooses rows by, of those that the call `inside` speaks of."""
        key = (id(node), id(inside))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = tuple(self._choosing(node, inside))
        return found

    def _choosing(self, node: Instance, inside: Instance | None) -> Iterator[object]:
        if _last(node) in _CHOOSES_NOTHING:
            return
        # Conditions count in a method of what stands further inside: `select(…).where(…)`.
        owner = node.cls.owner if isinstance(node.cls, External) else None
        if inside is None or self._holds(owner, inside):
            yield from (one for one in node.args if not self._holds(one, inside))
            yield node.kwargs

    def _holds(self, value: object, inside: Instance | None) -> bool:
        if inside is None or value is None:
            return False
        if id(value) not in self._parts:
            self._parts[id(value)] = frozenset(map(id, walk(value)))
        return id(inside) in self._parts[id(value)]


@dataclass(frozen=True, slots=True, eq=False)
class Creation:
    """A row that is made."""

    model: Model
    made: Instance


def creations(seen: Seen, index: ModelIndex) -> list[Creation]:
    """Return the rows that are made, each once."""
    found: dict[int, Creation] = {}
    for one in seen.made:
        model = index.of(one.cls) if isinstance(one.cls, Class) else None
        if model is not None:
            found[id(one)] = Creation(model, one)
        elif (inserted := _inserted(one, index)) is not None:
            found[id(one)] = inserted
    return list(found.values())


def _inserts(node: Instance, index: ModelIndex) -> bool:
    """Tell whether a call goes on from `insert(Model).values(…)`."""
    at: object = node
    while isinstance(at, Instance) and isinstance(at.cls, External):
        if _inserted(at, index) is not None:
            return True
        at = settle(at.cls.owner)
    return False


def _writes(node: Instance, index: ModelIndex) -> bool:
    """Tell whether a call changes rows that were read: `add` of a new row changes that one."""
    if _last(node) not in _WRITES:
        return False
    first = settle(node.args[0]) if node.args else None
    return not (isinstance(first, Instance) and index.of(first.cls) is not None)


def _inserted(one: Instance, index: ModelIndex) -> Creation | None:
    """Return the row that `insert(Model).values(…)` makes."""
    into = settle(one.cls.owner) if isinstance(one.cls, External) else None
    if _last(one) != "values" or not isinstance(into, Instance) or _last(into) != "insert":
        return None
    cls = settle(into.args[0]) if into.args else None
    model = index.of(cls)
    if model is None or not isinstance(cls, Class):
        return None
    row = Instance(cls, attributes=dict(one.kwargs))
    data = settle(one.args[0]) if one.args else None
    if isinstance(data, dict):
        row.attributes.update({str(key): value for key, value in data.items()})
    elif data is not None:
        row.attributes["**"] = data
    return Creation(model, row)


def accesses(seen: Seen, index: ModelIndex) -> list[Access]:
    """Return the queries of an endpoint, each from its outermost call."""
    libraries = [one for one in seen.made if isinstance(one.cls, External)]
    graph = _Graph(libraries, index)
    touched = {id(part) for part in walk_all(one.owner for one in seen.sets)}
    found: list[Access] = []
    steps = Steps()
    for root in libraries:
        if id(root) not in graph.inside:
            for way, model in graph.ways(root):
                if any(id(node) in graph.inserts for node in way):
                    continue  # a row that is made, no query
                written = id(way[-1]) in touched or any(id(node) in graph.writes for node in way)
                found.append(Access(model, way[-1], way, written, steps))
    return found


def bases(value: object, index: ModelIndex) -> set[int]:
    """Return the identities of the queries that a value comes out of."""
    return {id(one) for one in walk(value) if isinstance(one, Instance) and _model(one, index)}


def _inner(one: Instance) -> Iterator[Instance]:
    """Yield the library calls that another one is directly made of."""
    waiting = list(parts(one))
    seen: set[int] = set()
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Instance):
            if isinstance(part.cls, External):
                yield part
            else:
                waiting.extend(parts(part))
        elif isinstance(part, (External, Unknown, list, tuple, dict)):
            waiting.extend(parts(part))


class _Graph:
    """The library calls of an endpoint, what each is made of, and at which a query starts."""

    def __init__(self, calls: list[Instance], index: ModelIndex) -> None:
        """Take in `calls` and every call that they are made of."""
        self._inner: dict[int, tuple[Instance, ...]] = {}
        self._models: dict[int, Model | None] = {}
        self.writes: set[int] = set()
        self.inserts: set[int] = set()
        above: dict[int, list[int]] = {}
        waiting = list(calls)
        while waiting:
            one = waiting.pop()
            if id(one) in self._inner:
                continue
            self._models[id(one)] = _model(one, index)
            if _writes(one, index):
                self.writes.add(id(one))
            if _inserts(one, index):
                self.inserts.add(id(one))
            held = self._inner[id(one)] = tuple(_inner(one))
            waiting.extend(held)
            for part in held if not is_compared(one) else ():
                above.setdefault(id(part), []).append(id(one))
        self._leading = _above([key for key, model in self._models.items() if model], above)
        self.inside = {id(part) for one in calls for part in self._inner[id(one)]}

    def ways(self, root: Instance) -> Iterator[tuple[tuple[Instance, ...], Model]]:
        """Yield the ways from a call down to the queries' starts, each with the model it starts at.

        Calls that lead to no start are not gone into.
        """
        waiting = [(root, 0)] if id(root) in self._leading else []
        way: list[Instance] = []
        on: set[int] = set()
        count = 0
        while waiting and count < _MOST_PATHS:
            last, depth = waiting.pop()
            on.difference_update(map(id, way[depth:]))
            del way[depth:]
            way.append(last)
            on.add(id(last))
            count += 1
            model = self._models[id(last)]
            if model is not None:
                yield tuple(way), model
            held = (one for one in self._inner[id(last)] if id(one) in self._leading)
            waiting.extend((one, depth + 1) for one in held if id(one) not in on)


def _above(starts: list[int], above: dict[int, list[int]]) -> set[int]:
    """Return what leads to one of `starts`, and they themselves."""
    found = set(starts)
    waiting = list(starts)
    while waiting:
        for one in above.get(waiting.pop(), ()):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return found


def _model(base: Instance, index: ModelIndex) -> Model | None:
    """Return the model whose rows a call starts to speak of."""
    cls = base.cls
    if not isinstance(cls, External) or _last(base) in _NO_ROWS or is_compared(base):
        return None
    given = [*base.args, *base.kwargs.values()]
    if isinstance(cls.owner, Class):
        given.insert(0, cls.owner if column_name(cls) is None else None)
    elif isinstance(cls.owner, Instance) and _is_type(cls.owner):
        given = [*given, *cls.owner.args]
    for one in given:
        model = index.of(one) if isinstance(one, Class) else None
        if model is None and _last(base) in _CHOSEN:
            model = _of_columns(one, index)
        if model is not None:
            return model
    return None


def _is_type(owner: Instance) -> bool:
    return isinstance(owner.cls, External) and owner.cls.name.endswith("[]")


def _of_columns(value: object, index: ModelIndex) -> Model | None:
    """Return the model of the columns that are chosen: `select(Item.id)`, `count(Item.id)`."""
    for one in walk(value):
        if isinstance(one, External) and column_name(one) is not None:
            return index.of(one.owner)
        if isinstance(one, Class) and index.of(one) is not None:
            return index.of(one)
    return None


def _last(node: Instance) -> str:
    return node.cls.last if isinstance(node.cls, External) else ""
