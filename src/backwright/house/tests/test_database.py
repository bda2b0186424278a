"""Sessions: statements go in, rows come out, and the caller is checked on the way."""

import asyncio
import time
from collections.abc import AsyncIterator
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from httpx import AsyncClient
from pydantic import BaseModel
from sqlalchemy import Column, Enum, Label, MetaData, String, Table, UniqueConstraint, Uuid, text
from sqlmodel import SQLModel, col, delete, insert, select, update

from app.auth import Caller
from app.config import Settings
from app.constraints import names_of
from app.database import Session, open_database
from app.exceptions import (
    ConflictError,
    ServiceUnavailableError,
    UnauthorizedError,
    ValidationError,
)
from app.logs import configure_logging
from app.models import LoginSession, Tag, User
from app.postgres import PostgresDatabase, raise_in_words
from app.queries import prepare
from app.routes.health import read_readiness
from tests.servers import wait_for_a_blocked_query


@pytest.fixture
async def caller(alice: AsyncClient, session: Session) -> Caller:
    """Return Alice as a caller."""
    login = await session.one(select(LoginSession), LoginSession)
    return Caller(login.user_id, login.id)


class Note(BaseModel):
    """A row of a table that is there for these tests only."""

    id: UUID
    name: str


NOTES = Table(
    "test_note",
    MetaData(),
    Column("id", Uuid, primary_key=True, default=uuid4),
    Column("name", String(40), nullable=False, unique=True),
)


@pytest.fixture
async def notes(settings: Settings, migrated: None) -> AsyncIterator[Table]:
    """Make the table, and take it away at the end."""
    owner = await asyncpg.connect(settings.database_url)
    await owner.execute("CREATE TABLE test_note (id uuid PRIMARY KEY, name varchar(40) UNIQUE)")
    try:
        yield NOTES
    finally:
        await owner.execute("DROP TABLE test_note")
        await owner.close()


async def names_in(session: Session, notes: Table) -> list[str]:
    """Return the names of all notes, in order."""
    return sorted(row.name for row in await session.all(notes.select(), Note))


async def test_values_of_one_statement_are_not_those_of_another(
    session: Session, notes: Table
) -> None:
    """Statements of the same shape share their text only."""
    for name in ("one", "two", "three"):
        await session.execute(insert(notes).values(name=name))
    for name in ("one", "two", "three"):
        found = await session.all(notes.select().where(notes.c.name == name), Note)
        assert [row.name for row in found] == [name]


async def test_lists_of_values(session: Session, notes: Table, caller: Caller) -> None:
    """The text of `IN (…)` depends on how many values there are, also where a caller is checked."""
    names = ["one", "three", "two"]
    for name in names:
        await session.execute(insert(notes).values(name=name))
    for some in (names[:1], names[1:], names, []):
        statement = notes.select().where(notes.c.name.in_(some))
        for known in (None, caller):
            found = await session.all(statement, Note, caller=known)
            assert sorted(row.name for row in found) == some


def test_statements_of_one_shape_are_compiled_once() -> None:
    """That is what makes a query of a statement cheap."""
    first, second = (
        prepare(NOTES.select().where(NOTES.c.name == name), Caller(uuid4(), uuid4()))
        for name in ("one", "two")
    )
    assert first[0] is second[0]
    assert first[1] != second[1]


async def test_a_column_may_be_called_found(session: Session, caller: Caller) -> None:
    """The guard's own column has a name that no other can have."""
    found: Label[str | None] = col(User.full_name).label("found")
    statement = select(found).where(col(User.id) == caller.id)
    rows = (await session._connection.fetch(statement, caller))[:1]
    assert [row["found"] for row in rows] == [None]


async def test_a_caller_who_has_signed_out_changes_nothing(
    session: Session, notes: Table, caller: Caller
) -> None:
    """The check and the change are one statement."""
    await session.execute(insert(notes).values(name="old"), caller=caller)
    await session.execute(delete(LoginSession))
    for statement in (
        insert(notes).values(name="new"),
        update(notes).values(name="changed"),
        delete(notes),
    ):
        with pytest.raises(UnauthorizedError):
            await session.execute(statement, caller=caller)
    assert await names_in(session, notes) == ["old"]


async def test_a_caller_who_was_deactivated(session: Session, notes: Table, caller: Caller) -> None:
    """A session that is still there is worth nothing to a user who is not active."""
    assert await session.all(notes.select(), Note, caller=caller) == []
    await session.execute(update(User).values(is_active=False))
    with pytest.raises(UnauthorizedError):
        await session.all(notes.select(), Note, caller=caller)


async def test_a_row_that_is_made_while_its_owner_is_deleted(
    session: Session, caller: Caller, settings: Settings
) -> None:
    """The check still sees the account, the insert waits, and then nobody is signed in."""
    owner = await asyncpg.connect(settings.database_url)
    try:
        async with owner.transaction():
            await owner.execute('DELETE FROM "user"')
            statement = insert(Tag).values(owner_id=caller.id, name="new", key=uuid4())
            made = asyncio.create_task(session.execute(statement, caller=caller))
            await wait_for_a_blocked_query(owner)
        with pytest.raises(UnauthorizedError):
            await made
    finally:
        await owner.close()


async def test_rows_inserted_at_once_cannot_be_guarded(
    session: Session, notes: Table, caller: Caller
) -> None:
    """What cannot be checked in one statement is refused, not let through."""
    rows = [{"name": name} for name in ("one", "two")]
    with pytest.raises(TypeError):
        await session.execute(insert(notes).values(rows), caller=caller)
    assert await session.execute(insert(notes).values(rows)) == 2


async def test_a_transaction_happens_whole_or_not_at_all(session: Session, notes: Table) -> None:
    """An error inside takes everything back, and the session goes on."""
    statement = insert(notes).values(name="same")

    async def insert_twice() -> None:
        async with session.transaction():
            await session.execute(statement)
            await session.execute(statement)

    with pytest.raises(ConflictError):
        await insert_twice()
    assert await names_in(session, notes) == []
    await session.execute(statement)
    assert await names_in(session, notes) == ["same"]


async def test_a_transaction_inside_another(session: Session, notes: Table) -> None:
    """The inner one can fail by itself."""
    statement = insert(notes).values(name="same")
    async with session.transaction():
        await session.execute(statement)
        with pytest.raises(ConflictError):
            async with session.transaction():
                await session.execute(statement)
    assert await names_in(session, notes) == ["same"]


async def test_all_connections_are_busy(settings: Settings) -> None:
    """Waiting for a connection ends in an error that asks to come again."""
    few = settings.model_copy(update={"database_pool_size": 1, "database_pool_timeout_seconds": 1})
    async with PostgresDatabase.open(settings.database_url, few) as database:
        session, other = Session(database), Session(database)
        async with session.transaction():
            await session.scalar(select(1))
            with pytest.raises(ServiceUnavailableError):
                await other.scalar(select(1))
        assert await other.scalar(select(1)) == 1


async def test_a_connection_that_was_not_used_for_long(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands between may have dropped it without a word, so it is not used again."""
    async with open_database(settings) as database:
        server = select(text("pg_backend_pid()"))
        first = await database.session().scalar(server)
        assert await database.session().scalar(server) == first
        monkeypatch.setattr("app.pool.LONGEST_IDLE", 0.0)
        assert await database.session().scalar(server) != first


async def test_a_connection_that_was_closed(settings: Settings) -> None:
    """It is not handed out again: no request has to fail for it."""
    async with open_database(settings) as database:
        server = select(text("pg_backend_pid()"))
        first = await database.session().scalar(server)
        owner = await asyncpg.connect(settings.database_url)
        assert await owner.fetchval("SELECT pg_terminate_backend($1, 10000)", first)
        await owner.close()
        assert await database.session().scalar(server) != first


async def test_a_database_that_comes_back(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What failed meanwhile has used up no connection."""

    async def refuse(**options: Any) -> None:
        raise ConnectionRefusedError

    one = settings.model_copy(update={"database_pool_size": 1})
    async with PostgresDatabase.open(settings.database_url, one, replica=True) as database:
        with monkeypatch.context() as away:
            away.setattr(asyncpg, "connect", refuse)
            for _ in range(3):
                with pytest.raises(ServiceUnavailableError):
                    await Session(database).scalar(select(1))
        assert await Session(database).scalar(select(1)) == 1


@pytest.mark.parametrize("most", [0, 256])
async def test_statements_are_prepared_where_that_is_allowed(settings: Settings, most: int) -> None:
    """A pooler in front of the database may not be able to do so."""
    allowed = settings.model_copy(update={"database_prepared_statements": most})
    async with open_database(allowed) as database:
        prepared = select(text("count(*) > 0 FROM pg_prepared_statements"))
        assert await database.session().scalar(prepared) is (most > 0)


@pytest.mark.parametrize("given_up_by", ["client", "timeout"])
async def test_a_request_that_is_given_up(settings: Settings, given_up_by: str) -> None:
    """Its connection is not handed to the next one, and its statement does not go on."""
    one = settings.model_copy(update={"database_pool_size": 1})
    if given_up_by == "timeout":
        one.database_timeout_seconds = 0.2
    async with PostgresDatabase.open(settings.database_url, one) as database:
        session = Session(database)
        with pytest.raises((TimeoutError, ServiceUnavailableError)):
            async with asyncio.timeout(0.2 if given_up_by == "client" else 10):
                await session.scalar(select(text("pg_sleep(100)")))
        assert await session.scalar(select(1)) == 1
        sleeping = text("count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(100)%'")
        deadline = time.monotonic() + 10
        while await session.scalar(select(sleeping)):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)


async def test_a_migration_may_replace_a_type(settings: Settings) -> None:
    """That costs one request, not a restart."""
    swings = Table("test_swing", MetaData(), Column("mood", Enum("good", "bad", name="test_mood")))
    statement = select(swings.c.mood).where(swings.c.mood == "good")
    migration = await asyncpg.connect(settings.database_url)
    await migration.execute(
        "CREATE TYPE test_mood AS ENUM ('good', 'bad'); CREATE TABLE test_swing (mood test_mood)"
    )
    try:
        async with open_database(settings) as database:
            session, other = database.session(), database.session()
            async with session.transaction():  # so that two connections know the statement
                assert await session.scalar(statement) is None
                assert await other.scalar(statement) is None
            await migration.execute(
                "ALTER TABLE test_swing ALTER mood TYPE text; DROP TYPE test_mood;"
                "CREATE TYPE test_mood AS ENUM ('good', 'fair', 'bad');"
                "ALTER TABLE test_swing ALTER mood TYPE test_mood USING mood::test_mood"
            )
            with pytest.raises(ServiceUnavailableError):
                await database.session().scalar(statement)
            assert await database.session().scalar(statement) is None
    finally:
        await migration.execute("DROP TABLE test_swing; DROP TYPE test_mood")
        await migration.close()


async def test_a_migration_may_change_a_table(settings: Settings) -> None:
    """Inside a transaction that costs one request as well."""
    swings = Table("test_swing", MetaData(), Column("name", String))
    migration = await asyncpg.connect(settings.database_url)
    await migration.execute("CREATE TABLE test_swing (name varchar(40))")
    try:
        async with open_database(settings) as database:

            async def insert_a_row() -> None:
                session = database.session()
                async with session.transaction():
                    await session.execute(insert(swings).values(name="a").returning(swings.c.name))

            await insert_a_row()
            await migration.execute("ALTER TABLE test_swing ALTER name TYPE text")
            with pytest.raises(ServiceUnavailableError):
                await insert_a_row()
            await insert_a_row()
    finally:
        await migration.execute("DROP TABLE test_swing")
        await migration.close()


@pytest.mark.parametrize("error", [TimeoutError, FileNotFoundError, OverflowError])
async def test_an_error_of_ours_in_a_transaction_is_ours(
    session: Session, error: type[Exception]
) -> None:
    """It is no failure of the database, whatever it is called."""
    with pytest.raises(error):
        async with session.transaction():
            raise error
    with pytest.raises(error):
        async with session.transaction(), session.transaction():
            raise error


@pytest.mark.parametrize("error", [asyncpg.DeadlockDetectedError, asyncpg.SerializationError])
def test_who_met_another_is_told_to_try_again(error: type[Exception]) -> None:
    """Two that wait for each other, or that changed the same, as in a mix of many writes."""
    with pytest.raises(ConflictError, match="try again"):
        raise_in_words(error("deadlock detected"), None)


async def test_a_value_that_only_the_database_refuses(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    """It may be a fault of a trigger as well, so the log has a line, without the value."""
    configure_logging()
    with pytest.raises(ValidationError):
        await session.scalar(select(text("1 / length('')")))
    with pytest.raises(ValidationError):
        await session.scalar(select(text("'hunter2'::int")))
    logged = capsys.readouterr().out
    assert "DivisionByZeroError" in logged
    assert "InvalidTextRepresentationError" in logged
    assert "hunter2" not in logged


async def test_a_database_that_is_away(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error asks to come again, and says nothing about the database; the log says why."""
    configure_logging()
    url = "postgresql://nobody:secret@127.0.0.1:1/nothing"
    async with PostgresDatabase.open(url, settings, replica=True) as database:
        with pytest.raises(ServiceUnavailableError) as error:
            await Session(database).scalar(select(1))
    assert error.value.message == "Database not available"
    logged = capsys.readouterr().out
    assert "ConnectionRefusedError" in logged
    assert "secret" not in logged


async def test_a_database_that_never_answers(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is cut off does not refuse: it takes a connection, or seems to, and says nothing."""
    impatient = settings.model_copy(update={"database_pool_timeout_seconds": 0.1})
    monkeypatch.setenv("PGPORT", "1")
    writers: list[asyncio.StreamWriter] = []
    with TemporaryDirectory() as folder:
        silent = await asyncio.start_unix_server(
            lambda _, writer: writers.append(writer), f"{folder}/.s.PGSQL.1"
        )
        url = f"postgresql://nobody@/nothing?host={folder}"
        async with PostgresDatabase.open(url, impatient, replica=True) as database:
            with pytest.raises(ServiceUnavailableError) as error:
                async with asyncio.timeout(5):
                    await Session(database).scalar(select(1))
        for writer in writers:
            writer.close()
        silent.close()
    assert len(writers) == 1
    assert isinstance(error.value.__cause__, TimeoutError)


async def test_a_readiness_that_takes_too_long(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log says that the time was over, not what was cancelled for that."""
    configure_logging()
    impatient = settings.model_copy(update={"readiness_seconds": 0.01})
    silent = SimpleNamespace(session=lambda: SimpleNamespace(scalar=lambda _: asyncio.sleep(5)))
    state = SimpleNamespace(settings=impatient, database=silent)
    request: Any = SimpleNamespace(app=SimpleNamespace(state=state))
    with pytest.raises(ServiceUnavailableError):
        await read_readiness(request)
    assert "TimeoutError()" in capsys.readouterr().out


@pytest.mark.parametrize("in_transaction", [False, True])
async def test_a_primary_that_has_become_a_replica(
    settings: Settings, in_transaction: bool
) -> None:
    """When another takes over, that costs a request: the next one is on a new connection."""

    async def write(session: Session) -> None:
        if not in_transaction:
            await session.execute(delete(Tag))
            return
        async with session.transaction():
            await session.execute(delete(Tag))

    owner = await asyncpg.connect(settings.database_url)
    name = await owner.fetchval("SELECT current_database()")
    read_only = f'ALTER DATABASE "{name}" SET default_transaction_read_only'
    await owner.execute(f"{read_only} = on")
    try:
        async with PostgresDatabase.open(settings.database_url, settings) as database:
            await owner.execute(f"{read_only} = off")
            with pytest.raises(ServiceUnavailableError):
                await write(Session(database))
            await write(Session(database))
    finally:
        await owner.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        await owner.close()


def test_long_names_of_constraints() -> None:
    """They are known by what PostgreSQL makes of them."""
    unique = UniqueConstraint("c" * 40)
    Table(
        "t" * 40,
        MetaData(naming_convention=SQLModel.metadata.naming_convention),
        Column("c" * 40),
        unique,
    )
    name, in_database = names_of(unique)
    assert len(name) > 63 >= len(in_database)
