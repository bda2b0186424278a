"""What a running PostgreSQL says of itself: sessions, locks, tables, versions. Nothing is written there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

if TYPE_CHECKING:
    import psycopg

_SECONDS = 10
_LONGEST = 160
_SEQUENCES = 200


@dataclass(frozen=True, slots=True)
class Session:
    """A connection of a client; times in seconds, None where there is no transaction."""

    pid: int
    user: str
    client: str
    state: str
    waits: str
    transaction: float | None
    since: float
    query: str
    blocked_by: tuple[int, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveColumn:
    """A column as the database has it; `given` tells whether it fills itself where a row names none."""

    table: str
    name: str
    type: str
    nullable: bool
    given: bool


@dataclass(frozen=True, slots=True)
class Live:
    """A database as it was found.

    Attributes:
        sessions: The clients' connections to this database.
        connections: How many the whole server has.
        most: How many it takes, without those kept for superusers.
        columns: The columns of all tables.
        revisions: What `alembic_version` holds; None where there is no such table.
        behind: Sequences that are behind their keys: table, column, next value, greatest key.
        invalid: Indexes that were not built to their end.
        notes: What could not be looked at.
    """

    sessions: tuple[Session, ...] = ()
    connections: int = 0
    most: int = 0
    columns: tuple[LiveColumn, ...] = ()
    revisions: tuple[str, ...] | None = None
    behind: tuple[tuple[str, str, int, int], ...] = ()
    invalid: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def plain_url(url: str) -> str | None:
    """Return a URL of SQLAlchemy as libpq takes it; None where it is of another database."""
    parts = urlsplit(url)
    if parts.scheme.partition("+")[0] not in ("postgresql", "postgres"):
        return None
    words = [("sslmode" if k == "ssl" else k, v) for k, v in parse_qsl(parts.query)
             if k not in ("prepared_statement_cache_size", "statement_cache_size")]  # fmt: skip
    return urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(words), ""))


def look(url: str) -> Live:
    """Look at a database, read-only and with short timeouts.

    Raises:
        psycopg.Error: it cannot be reached, or does not let us in.
    """
    import psycopg

    with psycopg.connect(url, autocommit=True, connect_timeout=_SECONDS) as connection:
        connection.execute("SET application_name = 'backwright doctor'")
        connection.execute("SET default_transaction_read_only = on")
        connection.execute("SET statement_timeout = '5s'; SET lock_timeout = '1s'")
        return _looked(connection)


def _looked(connection: psycopg.Connection[Any]) -> Live:
    notes: list[str] = []
    sessions = _sessions(connection)  # first: whoever waits for a lock may end meanwhile
    reserved, most, total = connection.execute(_LIMITS).fetchone() or (0, 0, 0)
    columns = _read(connection, _COLUMNS, "the columns", notes)
    invalid = _read(connection, _INVALID, "the indexes", notes)
    return Live(
        sessions, total, most - reserved, tuple(LiveColumn(*row) for row in columns),
        _revisions(connection, notes), tuple(_behind(connection, notes)),
        tuple((str(a), str(b)) for a, b in invalid), tuple(notes),
    )  # fmt: skip


def _read(
    connection: psycopg.Connection[Any], statement: LiteralString, what: str, notes: list[str]
) -> Sequence[Any]:
    """Return the rows of a look-up; what is locked or not allowed is noted."""
    import psycopg

    try:
        return connection.execute(statement).fetchall()
    except psycopg.Error as error:
        notes.append(f"{what} cannot be read: {str(error).splitlines()[0]}")
        return ()


def _sessions(connection: psycopg.Connection[Any]) -> tuple[Session, ...]:
    held: dict[int, list[str]] = {}
    for pid, table in connection.execute(_LOCKS):
        held.setdefault(pid, []).append(str(table))
    return tuple(
        Session(
            pid, user or "", client or "", state or "", waits or "", transaction, since or 0.0,
            without_literals(query or ""), tuple(blockers), tuple(dict.fromkeys(held.get(pid, ()))),
        )
        for pid, user, client, state, waits, transaction, since, query, blockers in connection.execute(_SESSIONS)
    )  # fmt: skip


def without_literals(query: str) -> str:
    """Return a statement in one line without the texts in it, which may be anybody's."""
    plain = re.sub(r"'(?:[^']|'')*'", "'…'", " ".join(query.split()))
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"


def _revisions(connection: psycopg.Connection[Any], notes: list[str]) -> tuple[str, ...] | None:
    import psycopg

    table = connection.execute(_VERSION_TABLE).fetchone()
    if table is None:
        return None
    statement = f"SELECT version_num FROM {table[0]} ORDER BY 1"  # noqa: S608 - quoted by the server
    try:
        return tuple(row[0] for row in connection.execute(statement))
    except psycopg.Error as error:
        notes.append(f"alembic_version cannot be read: {str(error).splitlines()[0]}")
        return None


def _behind(
    connection: psycopg.Connection[Any], notes: list[str]
) -> list[tuple[str, str, int, int]]:
    """Return the sequences whose next number is a key that is there."""
    import psycopg

    found = []
    owned = _read(connection, _OWNED, "the sequences", notes)
    for table, column, sequence in owned[:_SEQUENCES]:
        try:
            row = connection.execute(
                f"SELECT last_value + is_called::int, (SELECT max({column}) FROM {table}) FROM {sequence}"  # noqa: S608
            ).fetchone()
        except psycopg.Error as error:
            notes.append(f"{table} cannot be read: {str(error).splitlines()[0]}")
            continue
        if row is not None and row[1] is not None and row[0] <= row[1]:
            found.append((str(table), str(column), int(row[0]), int(row[1])))
    return found


_LIMITS = """
SELECT current_setting('superuser_reserved_connections')::int, current_setting('max_connections')::int,
  (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
"""
_SESSIONS = """
SELECT pid, usename, concat_ws(' ', nullif(application_name, ''), coalesce(client_addr::text, 'local')), state,
  concat_ws(' ', wait_event_type, wait_event),
  extract(epoch FROM clock_timestamp() - xact_start)::float8,
  extract(epoch FROM clock_timestamp() - state_change)::float8, query, pg_blocking_pids(pid)
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
ORDER BY xact_start NULLS LAST, pid
"""
_LOCKS = """
SELECT l.pid, l.relation::regclass::text FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND c.relkind IN ('r', 'p') AND l.relation >= 16384 AND l.mode <> 'AccessShareLock'
ORDER BY 1, 2
"""
_COLUMNS = """
SELECT table_name::text, column_name::text, udt_name::text, is_nullable = 'YES',
  column_default IS NOT NULL OR is_identity = 'YES' OR is_generated = 'ALWAYS'
FROM information_schema.columns
WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY table_schema, table_name, ordinal_position
"""
_VERSION_TABLE = """
SELECT quote_ident(schemaname) || '.alembic_version' FROM pg_tables WHERE tablename = 'alembic_version'
ORDER BY schemaname = 'public' DESC LIMIT 1
"""
_OWNED = """
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), quote_ident(a.attname),
  pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND a.attnum > 0
  AND pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname) IS NOT NULL
"""
_INVALID = """
SELECT indexrelid::regclass::text, indrelid::regclass::text FROM pg_index WHERE NOT indisvalid
"""
