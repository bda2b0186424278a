"""Which indexes a project's queries call for, and which columns have one already."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from backwright.errors import UsageError
from backwright.project.types import Column, Model, Project
from backwright.spec.fields import nearest
from backwright.spec.names import names_of
from backwright.tasks.indexing.queries import Query
from backwright.values import Place

_FEW_VALUES = re.compile(r"(?i)bool|enum")
_FLAG = re.compile(
    r"(?i)(^|_)(status|state|flag|kind|gender|sex|deleted|active|enabled)$|^(is|has)_"
)
_NO_ORDER = re.compile(r"(?i)json|array|list|dict|tsvector|vector|geometry|geography")
_MOST_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """An index: of which columns, why, and where the queries stand that it is for.

    `query` is one of them, to be tried; nothing where no query of the project needs it.
    """

    model: Model
    columns: tuple[str, ...]
    why: str = ""
    places: tuple[Place, ...] = ()
    query: Query | None = None

    @property
    def word(self) -> str:
        """The word of the command line that asks for it."""
        return f"{self.model.name}.{','.join(self.columns)}"


def read_words(project: Project, words: Sequence[str], queries: Sequence[Query]) -> list[Wanted]:
    """Return the indexes that were asked for: `Item.owner_id`, `Item.owner_id,created_at`.

    Raises:
        UsageError: a word names no model or no column of it; the nearest is named.
    """
    found = []
    for word in dict.fromkeys(words):
        name, dot, rest = word.rpartition(".")
        if not dot or not rest or not name:
            raise UsageError(
                f"{word!r} is no column of a model",
                remedy="write MODEL.COLUMN, or MODEL.COLUMN,COLUMN for one index of several",
            )
        model = find_model(project, name)
        columns = tuple(_column(model, one, word).name for one in rest.split(","))
        if len(set(columns)) < len(columns):
            raise UsageError(f"{word!r} names a column twice", remedy="name each column once")
        if len(columns) > 32:  # PostgreSQL's limit
            raise UsageError(f"{word!r} names more than 32 columns", remedy="name fewer")
        served = [one for one in queries if _serves(columns, one) and one.model is model]
        places = tuple(dict.fromkeys(one.place for one in served))
        found.append(Wanted(model, columns, "as asked", places, served[0] if served else None))
    return found


def find_model(project: Project, name: str) -> Model:
    """Return a model by its name in any form, or by its table.

    Raises:
        UsageError: there is none, or there are several; the nearest is named.
    """
    models = [one for one in project.models if name in (one.name, one.table)]
    if not models:
        snake = names_of(name).snake
        models = [one for one in project.models if names_of(one.name).snake == snake]
    if len(models) == 1:
        return models[0]
    if models:
        places = ", ".join(f"{one.table} ({one.file}:{one.line})" for one in models)
        raise UsageError(
            f"{name!r} is the name of several models: {places}", remedy="give the table's name"
        )
    known = {one.name.lower(): one.name for one in project.models}
    hint = nearest(name, known)
    listed = ", ".join(sorted(known.values())) or "there is none that can be read"
    raise UsageError(f"{name!r} is no model of this project{hint}", remedy=f"one of: {listed}")


def _column(model: Model, name: str, word: str) -> Column:
    found = next((one for one in model.columns if one.name == name), None)
    if found is not None:
        return found
    names = [one.name for one in model.columns]
    place = Place(model.file, model.line)
    raise UsageError(
        f"{name!r} in {word!r} is no column of {model.name}{nearest(name, names)}",
        place=place,
        remedy=f"one of: {', '.join(names)}",
    )


def propose(project: Project, queries: Sequence[Query]) -> list[Wanted]:
    """Return the indexes that the queries call for and that are not there, by place."""
    spares_keys = makes_indexes_of_keys(project)
    found: dict[tuple[str, tuple[str, ...]], Wanted] = {}
    for one in _called_for(project, queries):
        is_key = len(one.columns) == 1 and _of(one.model, one.columns[0]).foreign_key
        if is_indexed(one.model, one.columns) or (spares_keys and is_key):
            continue
        key = (one.model.table, one.columns)
        before = found.get(key)
        found[key] = one if before is None else _merged(before, one)
    wanted = list(found.values())
    longer = [one for one in wanted if not _is_led(one, wanted)]
    return sorted(longer, key=lambda one: (one.model.file, one.model.line, one.columns))


def makes_indexes_of_keys(project: Project) -> bool:
    """Tell whether the database indexes foreign keys by itself, as MySQL does."""
    driver = project.database.driver if project.database else None
    return (driver or "").startswith(("mysql", "mariadb"))


def _merged(one: Wanted, other: Wanted) -> Wanted:
    places = tuple(dict.fromkeys((*one.places, *other.places)))
    best = max((one, other), key=lambda it: it.query is not None and it.query.paged)
    return replace(one, places=places, query=best.query or one.query or other.query)


def _is_led(one: Wanted, others: Iterable[Wanted]) -> bool:
    """Tell whether a longer index begins with the same columns, and so serves as well.

    Of two with the same columns in another order the one that was found first serves.
    """
    size = len(one.columns)
    beside = [it for it in others if it.model is one.model]
    if any(len(it.columns) > size and it.columns[:size] == one.columns for it in beside):
        return True
    alike = [it for it in beside if sorted(it.columns) == sorted(one.columns)]
    return alike[0] is not one and not (one.query and one.query.order)


def is_indexed(model: Model, columns: Sequence[str]) -> bool:
    """Tell whether an index, a unique constraint or the primary key begins with the columns."""
    wanted = tuple(columns)
    if len(wanted) == 1:
        column = _of(model, wanted[0])
        if column.index or column.unique:
            return True
    key = tuple(one.name for one in model.columns if one.primary_key)
    led = [key, *(one.columns for one in model.constraints if one.kind in _INDEXED)]
    return any(one[: len(wanted)] == wanted for one in led)


_INDEXED = frozenset({"index", "unique", "primary-key"})


def _of(model: Model, name: str) -> Column:
    return next(one for one in model.columns if one.name == name)


def _called_for(project: Project, queries: Sequence[Query]) -> Iterator[Wanted]:
    for query in queries:
        if not _is_found_at_once(query):
            yield from _of_query(query)
    for model in project.models:
        for column in model.columns:
            if column.foreign_key:
                why = f"it refers to {column.foreign_key}: deleting a row there reads all of {model.table}"
                place = Place(column.file or model.file, column.line or model.line)
                yield Wanted(model, (column.name,), why, (place,))


def _is_found_at_once(query: Query) -> bool:
    """Tell whether a query has a unique column: it gives one row, whatever else it says."""
    keys = [one.name for one in query.model.columns if one.primary_key]
    unique: list[tuple[str, ...]] = [(one.name,) for one in query.model.columns if one.unique]
    unique += [one.columns for one in query.model.constraints if one.kind == "unique"]
    return any(one and set(one) <= set(query.equal) for one in (tuple(keys), *unique))


def _of_query(query: Query) -> Iterator[Wanted]:
    model, place = query.model, (query.place,)
    equal = [name for name in query.equal if _tells_apart(_of(model, name))]
    equal.sort(key=lambda name: _of(model, name).foreign_key is None)
    order = [name for name, _ in query.order if _can_be_sorted(_of(model, name))]
    order = [name for name in order if name not in equal]
    if equal and order and not _of(model, order[0]).primary_key:
        why = f"filtered by {_listed(equal[:1])} and sorted by {order[0]}"
        yield Wanted(model, (equal[0], order[0]), why, place, query)
    elif equal:
        columns = tuple(equal[:_MOST_COLUMNS])
        yield Wanted(model, columns, f"filtered by {_listed(columns)}", place, query)
    elif order and query.paged and not _of(model, order[0]).primary_key:
        yield Wanted(model, (order[0],), f"pages sorted by {order[0]}", place, query)
    elif query.ranges and _can_be_sorted(_of(model, query.ranges[0])):
        yield Wanted(model, query.ranges[:1], f"compared by {query.ranges[0]}", place, query)
    for name in query.joined:
        if _of(model, name).foreign_key:
            yield Wanted(model, (name,), f"joined by {name}", place, query)


def _tells_apart(column: Column) -> bool:
    """Tell whether a value of a column picks few rows: of a flag, it picks half of them."""
    few = _FEW_VALUES.search(column.type) or _FLAG.search(column.name)
    return not few and _can_be_sorted(column)


def _can_be_sorted(column: Column) -> bool:
    return not _NO_ORDER.search(column.type)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names)


def _serves(columns: tuple[str, ...], query: Query) -> bool:
    """Tell whether an index of some columns could serve a query."""
    used = {*query.equal, *query.ranges, *query.joined, *(name for name, _ in query.order)}
    return columns[0] in used
