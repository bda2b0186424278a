"""From statements to SQL for PostgreSQL: each shape of statement is compiled once."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import JSON, Executable, Float, Numeric
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.sql.cache_key import CacheKey
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import TypeEngine
from sqlalchemy.util import LRUCache
from sqlmodel import UTCDateTime

from app.auth import Caller
from app.columns import FOUND
from app.exceptions import UnauthorizedError
from app.guard import guard

DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]
CACHED_QUERIES = 500
CALLER = ("_caller_id", "_caller_session_id")

Processor = Callable[[Any], Any]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Query:
    """A compiled statement, and how to fill its placeholders and read its columns.

    A placeholder has a position in the values of a call: the caller's two ids, then the values
    of the statement, then the defaults of the columns that it leaves out.
    """

    sql: str
    guarded: bool
    defaults: tuple[Callable[[], Any], ...]
    positions: tuple[int, ...]
    bind_processors: tuple[tuple[int, Processor], ...]
    result_processors: tuple[tuple[str, Processor], ...]

    def arguments(
        self, parameters: Sequence[BindParameter[Any]], caller: Caller | None
    ) -> list[Any]:
        """Return the values of the placeholders, ready for the driver."""
        values: list[Any] = [caller.id, caller.session_id] if caller else [None, None]
        values += [parameter.effective_value for parameter in parameters]
        values += [default() for default in self.defaults]
        arguments = [values[position] for position in self.positions]
        for index, process in self.bind_processors:
            arguments[index] = process(arguments[index])
        return arguments

    def rows(self, records: Sequence[Row]) -> Sequence[Row]:
        """Return the rows with their values as Python knows them.

        Raises:
            UnauthorizedError: If the query is guarded, and the caller is not signed in any more.
        """
        if self.guarded:
            if not records:
                raise UnauthorizedError
            if records[0][FOUND.name] is None:
                return []
        if not self.result_processors:
            return records
        rows = [dict(record) for record in records]
        for row in rows:
            for name, process in self.result_processors:
                row[name] = process(row[name])
        return rows


_queries: LRUCache[Any, Query] = LRUCache(CACHED_QUERIES)


def prepare(statement: Executable, caller: Caller | None) -> tuple[Query, list[Any]]:
    """Return the query of a statement and the values of its placeholders.

    Statements that differ only in their values share one query, found by SQLAlchemy's own
    cache key. Those whose text depends on the values, such as `IN (…)`, are compiled each time.
    """
    key: CacheKey | None = statement._generate_cache_key()  # type: ignore[attr-defined]
    if key is None:
        return _prepare_uncached(statement, caller)
    name = (key.key, caller is None)
    query = _queries.get(name)
    if query is None:
        query = _compile(statement, key, guarded=caller is not None)
        if query is None:
            return _prepare_uncached(statement, caller)
        _queries[name] = query
    return query, query.arguments(key.bindparams, caller)


def _compile(statement: Executable, key: CacheKey, *, guarded: bool) -> Query | None:
    """Return the query that all statements with this key share, or None if they cannot."""
    compiled = _compiler(guard(statement) if guarded else statement, cache_key=key)
    known = {name: position for position, name in enumerate(CALLER)}
    for parameter in key.bindparams:
        known[parameter.key] = len(known)
    defaults = {column.key: _default(column.default) for column in compiled.insert_prefetch}
    known |= {name: len(known) + index for index, name in enumerate(defaults)}
    names = compiled.positiontup or []
    keys = [compiled.binds[name].key for name in names]
    if compiled.post_compile_params or not known.keys() >= set(keys):
        return None
    return Query(
        sql=compiled.string,
        guarded=guarded,
        defaults=tuple(defaults.values()),
        positions=tuple(known[key] for key in keys),
        bind_processors=_bind_processors(_processors(compiled), names),
        result_processors=_result_processors(compiled),
    )


def _prepare_uncached(statement: Executable, caller: Caller | None) -> tuple[Query, list[Any]]:
    """Compile a statement together with its values."""
    compiled = _compiler(guard(statement) if caller else statement)
    state = compiled.construct_expanded_state(
        {"_caller_id": caller.id, "_caller_session_id": caller.session_id} if caller else None
    )
    values = dict(state.parameters)
    values |= {column.key: _default(column.default)() for column in compiled.insert_prefetch}
    names = state.positiontup or []
    query = Query(
        sql=state.statement,
        guarded=caller is not None,
        defaults=(),
        positions=(),
        bind_processors=_bind_processors({**_processors(compiled), **state.processors}, names),
        result_processors=_result_processors(compiled),
    )
    arguments = [values[name] for name in names]
    for index, process in query.bind_processors:
        arguments[index] = process(arguments[index])
    return query, arguments


def _compiler(statement: Any, **options: Any) -> SQLCompiler:
    """Return the statement as SQL."""
    compiled: SQLCompiler = statement.compile(dialect=DIALECT, **options)
    return compiled


def _default(default: Any) -> Callable[[], Any]:
    """Return what makes the default value of a column that an insert leaves out."""
    if default.is_callable:
        return lambda: default.arg(None)
    return lambda: default.arg


def _processors(compiled: SQLCompiler) -> Mapping[str, Processor]:
    """Return what makes values ready for the driver, by the names of placeholders."""
    return cast(dict[str, Processor], compiled._bind_processors)


def _bind_processors(
    processors: Mapping[str, Processor], names: Sequence[str]
) -> tuple[tuple[int, Processor], ...]:
    """Return the placeholders whose values have to be made ready for the driver."""
    return tuple(
        (index, processors[name]) for index, name in enumerate(names) if name in processors
    )


def _result_processors(compiled: SQLCompiler) -> tuple[tuple[str, Processor], ...]:
    """Return the columns whose values are not yet as Python knows them."""
    found = (
        (column.keyname, _result_processor(column.type)) for column in compiled._result_columns
    )
    return tuple((name, process) for name, process in found if process is not None)


def _result_processor(kind: TypeEngine[Any]) -> Processor | None:
    """Return what makes a value of this type out of the driver's."""
    if isinstance(kind, Numeric | Float | UTCDateTime):
        return None  # asyncpg gives Decimal, float and datetime with its zone by itself
    if isinstance(kind, JSON):
        return _read_json  # … and JSON as it was written
    return kind.dialect_impl(DIALECT).result_processor(DIALECT, None)


def _read_json(text: str | None) -> Any:
    """Return what a JSON text says."""
    return None if text is None else json.loads(text)
