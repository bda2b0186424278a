"""What an index brings: PostgreSQL's own plan and time for a query, without it and with it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backwright.errors import BackwrightError, MissingError
from backwright.host.postgres import Cluster
from backwright.report.events import StepStarted
from backwright.tasks.change import Workplace
from backwright.tasks.indexing.proposals import Wanted
from backwright.values import Check
from backwright.workshop import ChangeSet, Database, hands
from backwright.workshop.bulk import fill_many
from backwright.workshop.catalog import Catalog, read_catalog
from backwright.workshop.catalog import Table as StoredTable
from backwright.workshop.rows import identifier, text
from backwright.workshop.tables import make_tables

ROWS = 100_000
_NAME = "backwright_tried"
_TIMES = 3
_WORTH = 2  # so many times faster, or it is not worth what each write pays for it
_PAGE = 20
_NOTHING_TO_TRY = "no query of the project that could be read uses it"


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of trying one index.

    Attributes:
        wanted: The index.
        helps: Whether PostgreSQL takes it and the query gets faster; None where it was not tried.
        detail: Plan and time of both, or why it was not tried.
        seconds: How long that took.
    """

    wanted: Wanted
    helps: bool | None
    detail: str
    seconds: float = 0.0

    @property
    def check(self) -> Check:
        """The proof as a report shows it."""
        verdict = "pass" if self.helps else "skipped"
        return Check(f"plan {self.wanted.word}", verdict, self.seconds, self.detail)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A plan as PostgreSQL made and ran it: its nodes, the indexes it used, milliseconds."""

    nodes: str
    indexes: tuple[str, ...]
    milliseconds: float


def measure(place: Workplace, wanted: Sequence[Wanted], rows: int = ROWS) -> list[Measured]:
    """Try indexes on a throw-away database with many rows, the model of the project unchanged.

    Nothing is raised for what cannot be tried: it is said.
    """
    if place.cluster is None or place.facts.database.engine != "postgresql":
        why = f"not tried: the database is {place.facts.database.driver}, not PostgreSQL"
        return [Measured(one, None, why) for one in wanted]
    place.listener(StepStarted(f"making tables with {rows} rows, to see plan and time"))
    try:
        run = hands(place.bench(ChangeSet()))
        database = run.databases.empty("index")
        make_tables(run, run.folder, database)
        catalog = read_catalog(database, place.cluster)
        tables = {name for one in wanted if (name := _stored(catalog, one))}
        problems = fill_many(database, catalog, place.cluster, tables, rows)
    except MissingError:
        raise
    except BackwrightError as error:
        why = f"not tried: {error.message.splitlines()[0]}"
        return [Measured(one, None, why) for one in wanted]
    trial = _Trial(database, catalog, place.cluster, problems, rows)
    return [trial.of(one) for one in wanted]


def _stored(catalog: Catalog, one: Wanted) -> str | None:
    """Return what the database calls a model's table."""
    plain = one.model.table.replace('"', "")
    names = [table.name for table in catalog.tables]
    exact = [name for name in names if name.replace('"', "") == plain]
    loose = [n for n in names if _last(n) == plain.rpartition(".")[2]]
    return next(iter((*exact, *loose)), None)


def _last(name: str) -> str:
    return name.replace('"', "").rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class _Trial:
    """A filled database, to try one index after the other on."""

    database: Database
    catalog: Catalog
    cluster: Cluster
    problems: Mapping[str, str]
    rows: int

    def of(self, wanted: Wanted) -> Measured:
        """Run a query without an index and with it."""
        started = time.monotonic()
        helps, detail = self._tried(wanted)
        return Measured(wanted, helps, detail, round(time.monotonic() - started, 3))

    def _tried(self, wanted: Wanted) -> tuple[bool | None, str]:
        table = self.catalog.named().get(_stored(self.catalog, wanted) or "")
        if table is None:
            return None, f"not tried: the database has no table {wanted.model.table}"
        missing = set(wanted.columns) - {column.name for column in table.columns}
        if missing:
            return None, f"not tried: {table.name} has no column {', '.join(sorted(missing))}"
        if table.name in self.problems:
            why = self.problems[table.name].splitlines()[0]
            return None, f"not tried: no rows could be made for {table.name}: {why}"
        try:
            query = self._query(wanted, table)
            before = self._explained(query)
            self._execute(f"CREATE INDEX {_NAME} ON {table.name} ({_columns(wanted)})")
            self._execute(f"ANALYZE {table.name}")
            after = self._explained(query)
        except BackwrightError as error:
            return None, f"not tried: {error.message.splitlines()[0]}"
        finally:
            self._execute(f"DROP INDEX IF EXISTS {_schema(table.name)}{_NAME}")
        return self._judged(table, query, before, after)

    def _judged(
        self, table: StoredTable, query: str, before: _Plan, after: _Plan
    ) -> tuple[bool, str]:
        told = f"{self.rows} rows, {_shown(query)}: {before.milliseconds:.2f} ms by {before.nodes}"
        if _NAME not in after.indexes:
            return False, f"{told}; PostgreSQL does not use the index ({table.name})"
        told = f"{told} → {after.milliseconds:.2f} ms by {after.nodes}"
        helps = after.milliseconds * _WORTH <= before.milliseconds
        return helps, told if helps else f"{told}, hardly faster"

    def _query(self, wanted: Wanted, table: StoredTable) -> str:
        """Return the statement that is tried: what the project's query says of the table's rows."""
        query = wanted.query
        there = {column.name for column in table.columns}
        equal = [one for one in (query.equal if query else ()) if one in there]
        order = [(one, down) for one, down in (query.order if query else ()) if one in there]
        joined = [one for one in wanted.columns if query is None or one in query.joined]
        ranges = [one for one in (query.ranges if query else ()) if one in there]
        row = self._a_row(table, dict.fromkeys([*equal, *joined, *ranges, *wanted.columns]))
        conditions = [f"{identifier(n)} = {row[n]}" for n in dict.fromkeys([*equal, *joined])]
        if not conditions and not order:
            conditions = [f"{identifier(name)} >= {row[name]}" for name in ranges]
        if not conditions and not order:
            conditions = [f"{identifier(n)} = {row[n]}" for n in wanted.columns]
        statement = f"SELECT * FROM {table.name}"  # noqa: S608 - quoted
        if conditions:
            statement += f" WHERE {' AND '.join(conditions)}"
        if order:
            keys = ", ".join(f"{identifier(n)}{' DESC' if down else ''}" for n, down in order)
            statement += f" ORDER BY {keys}"
        paged = query is None or query.paged or ranges
        return statement + (f" LIMIT {_PAGE}" if order and paged else "")

    def _a_row(self, table: StoredTable, names: Mapping[str, None]) -> dict[str, str]:
        """Return the values of some row as SQL literals."""
        pairs = ", ".join(f"{text(name)}, {identifier(name)}::text" for name in names)
        filled = " AND ".join(f"{identifier(name)} IS NOT NULL" for name in names) or "true"
        found = self.cluster.query(
            f"SELECT json_build_object({pairs}) FROM {table.name} WHERE {filled} "  # noqa: S608
            f"OFFSET {self.rows // 2} LIMIT 1",
            database=self._name,
        )
        return {name: text(value) for name, value in (found or {}).items()} or dict.fromkeys(
            names, "NULL"
        )

    def _explained(self, query: str) -> _Plan:
        """Run a query some times and return the quickest, so that nothing is read from disk."""
        plans = [
            self.cluster.query(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", database=self._name)[0]
            for _ in range(_TIMES)
        ]
        best = min(plans, key=lambda one: float(one["Execution Time"]))
        nodes = list(_nodes(best["Plan"]))
        indexes = tuple(str(one["Index Name"]) for one in nodes if "Index Name" in one)
        kinds = dict.fromkeys(str(one["Node Type"]) for one in nodes)
        return _Plan(" ← ".join(kinds), indexes, float(best["Execution Time"]))

    def _execute(self, statement: str) -> None:
        self.cluster.execute(f"{statement};\n", database=self._name)

    @property
    def _name(self) -> str:
        assert self.database.address is not None  # noqa: S101 - PostgreSQL's have one
        return self.database.address.database


def _columns(wanted: Wanted) -> str:
    return ", ".join(map(identifier, wanted.columns))


def _schema(table: str) -> str:
    schema, dot, _ = table.rpartition(".")
    return f"{schema}{dot}"


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def _shown(query: str) -> str:
    """Return a query without the values that were tried."""
    return re.sub(r"= '(?:[^']|'')*'", "= …", query.replace('"', ""))
