"""Statements and sessions that are not used as SQLAlchemy wants them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from backwright.doctor.database.query_mending import first_of_several, keyword_of_column, selected
from backwright.doctor.database.row_mending import by_foreign_key, made_of_schema
from backwright.doctor.edits import operand, rewritten, segment, with_argument
from backwright.doctor.evidence import Evidence
from backwright.doctor.known import Known, recognised
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import called
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_REPEAT = "repeat the request"
_SESSIONS = re.compile(r"(?:Async)?Session(?:Local|Factory)?$")
_ENDS = ("all", "first", "one", "one_or_none", "scalar_one", "scalar_one_or_none", "scalar")


def _unique(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that makes a result's rows unique before they are taken."""
    scalars = evidence.sources.call_at(place, "scalars")
    if scalars is not None and not scalars.args:
        written = segment(evidence, place.file, scalars)
        return rewritten(evidence, place.file, [(scalars, f"{written}.unique()")])
    call = evidence.sources.call_at(place, *_ENDS)
    if call is None or not isinstance(call.func, ast.Attribute):
        return ()
    written = segment(evidence, place.file, call.func)
    made = f"{written.removesuffix(call.func.attr)}unique().{call.func.attr}"
    return rewritten(evidence, place.file, [(call.func, made)])


def _without_cache(evidence: Evidence, _: Place) -> tuple[Repair, ...]:
    """Return the repair that keeps asyncpg from preparing statements, which a pooler cannot keep."""
    for file, call in evidence.sources.calls("create_async_engine"):
        if not any(one.arg == "connect_args" for one in call.keywords):
            words = 'connect_args={"statement_cache_size": 0, "prepared_statement_cache_size": 0}'
            return with_argument(evidence, file, call, words)
    return ()


def _pinged(evidence: Evidence, _: Place) -> tuple[Repair, ...]:
    """Return the repair that asks a connection whether it still lives before it is used."""
    for file, call in evidence.sources.calls("create_async_engine", "create_engine"):
        if not any(one.arg in ("pool_pre_ping", "poolclass", None) for one in call.keywords):
            return with_argument(evidence, file, call, "pool_pre_ping=True")
    return ()


def _across_threads(evidence: Evidence, _: Place) -> tuple[Repair, ...]:
    """Return the repair that lets other threads use a connection, where connections are made."""
    for file, call in evidence.sources.calls("connect"):
        if ast.unparse(call.func) == "sqlite3.connect":
            return with_argument(evidence, file, call, "check_same_thread=False")
    database = evidence.project.database
    if database and database.driver and not database.driver.startswith("sqlite"):
        return ()
    for file, call in evidence.sources.calls("create_engine"):
        if not any(one.arg in ("connect_args", None) for one in call.keywords):
            words = 'connect_args={"check_same_thread": False}'
            return with_argument(evidence, file, call, words)
    return ()


def _of_sqlmodel(evidence: Evidence, _: Place) -> tuple[Repair, ...]:
    """Return the repairs that take the session that has `exec`, wherever SQLAlchemy's is imported."""
    found: list[Repair] = []
    for file in evidence.sources.own:
        text = evidence.sources.text(file)
        after = re.sub(r"(?m)^from sqlalchemy\.ext\.asyncio import AsyncSession$",
                       "from sqlmodel.ext.asyncio.session import AsyncSession", text)  # fmt: skip
        after = re.sub(
            r"(?m)^from sqlalchemy\.orm import Session$", "from sqlmodel import Session", after
        )
        if after != text:
            found.append(Repair(file, text, after))
    return tuple(found)


def _without_brackets(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that selects what a list names."""
    call = evidence.sources.call_at(place, "select")
    if call is None or len(call.args) != 1 or not isinstance(call.args[0], ast.List):
        return ()
    written = segment(evidence, place.file, call.args[0])[1:-1].strip().rstrip(",")
    return rewritten(evidence, place.file, [(call.args[0], written)])


def _of_scalars(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that takes the models out of the rows, where a function takes its first."""
    function = evidence.sources.function_at(place)
    found = [
        one.func for one in (nodes(*function.body) if function else ())
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)
        and one.func.attr in ("first", "all", "one", "one_or_none", "fetchone", "fetchall")
        and "scalars" not in ast.unparse(one.func) and one.lineno <= place.line
    ]  # fmt: skip
    if len(found) != 1:
        return ()
    result = operand(evidence, place.file, found[0].value)
    end = found[0].attr.replace("fetchone", "first").replace("fetchall", "all")
    return rewritten(evidence, place.file, [(found[0], f"{result}.scalars().{end}")])


def _run_sync(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that makes tables over an asynchronous connection."""
    call = evidence.sources.call_at(place, "create_all", "drop_all")
    function = evidence.sources.function_at(place)
    statement = next((one for one in (function.body if function else ()) if isinstance(one, ast.Expr)
                      and one.value is call), None)  # fmt: skip
    if call is None or statement is None or not isinstance(function, ast.AsyncFunctionDef):
        return ()
    engine = segment(evidence, place.file, call.args[0] if call.args else call.keywords[0].value)
    indent = " " * statement.col_offset
    made = ast.get_source_segment(evidence.sources.text(place.file), call.func)
    words = (
        f"async with {engine}.begin() as connection:\n{indent}    await connection.run_sync({made})"
    )
    return rewritten(evidence, place.file, [(call, words)])


_KNOWN = (
    Known(
        "joined-collection",
        r"The unique\(\) method must be invoked on this Result",
        "a collection is loaded by a join, which repeats each row, and nobody makes the rows unique",
        "call .unique() on the result before its rows are taken; or load the collection by selectinload",
        _REPEAT, _unique,
    ),
    Known(
        "pooler-and-prepared",
        r"prepared statement \"?(?P<name>[\w-]+)\"? (?:already exists|does not exist)|DuplicatePreparedStatementError"
        r"|InvalidSQLStatementNameError",
        "statements are prepared on a connection that a pooler (PgBouncer, Supabase, Neon) gives to somebody "
        "else in between",
        "asyncpg: connect_args={{\"statement_cache_size\": 0}}; psycopg: prepare_threshold=None; or the pooler's "
        "port for sessions", _REPEAT, _without_cache,
    ),
    Known(
        "cached-plan",
        r"cached statement plan is invalid due to a database schema|cached plan must not change result type",
        "the tables were changed while the application was running, and its prepared statements are of before",
        "restart the application after migrations", _REPEAT,
    ),
    Known(
        "connection-lost",
        r"server closed the connection unexpectedly|connection (?:was|is) closed(?: in the middle)?|"
        r"SSL connection has been closed unexpectedly|SSL SYSCALL error|terminating connection due to|"
        r"MySQL server has gone away|Lost connection to MySQL",
        "a connection of the pool had been closed by the server or something in between, and was used again",
        "create_engine(…, pool_pre_ping=True), and pool_recycle below the time after which it is closed",
        _REPEAT, _pinged,
    ),
    Known(
        "deadlock",
        r"deadlock detected",
        "two transactions wait for each other's rows: they lock the same rows in another order",
        "lock rows in one order (sort ids before updating), keep transactions short, and try again",
        _REPEAT,
    ),
    Known(
        "lock-timeout",
        r"canceling statement due to (?P<what>lock timeout|statement timeout)|database is locked|Lock wait timeout exceeded",
        "a statement waited too long ({what}): another transaction holds what it wants, or it is slow",
        "backwright doctor --database-url … shows who blocks whom; commit before calling others; SQLite takes "
        "one writer at a time", _REPEAT,
    ),
    Known(
        "sqlite-threads",
        r"SQLite objects created in a thread can only be used in that same thread",
        "a connection of SQLite is used in another thread than it was made in",
        'sqlite3.connect(…, check_same_thread=False), or create_engine(…, connect_args={{"check_same_thread": '
        "False}}); better a connection for each request", _REPEAT, _across_threads,
    ),
    Known(
        "sqlite-folder",
        r"unable to open database file",
        "SQLite cannot make its file: the folder is not there, may not be written, or another one is meant",
        "make the folder, or name the file by its whole path", "start the application again",
    ),
    Known(
        "two-sessions",
        r"Object '<(?P<name>\w+) .*?is already attached to session",
        "a {name} that one session has loaded is added to another one",
        "use one session a request: take it by Depends(…) everywhere, or session.merge(…) it", _REPEAT,
    ),
    Known(
        "session-begun-twice",
        r"A transaction is already begun on this Session|Can't operate on closed transaction inside context manager",
        "a transaction is begun where one is open, or goes on after a commit within its `with`",
        "leave begin() out: a session begins by itself; or begin_nested() within one", _REPEAT,
    ),
    Known(
        "async-engine-made-sync",
        r"'AsyncEngine' object has no attribute '_run_ddl_visitor'|AsyncEngine.*has no attribute 'connect'",
        "tables are made on an asynchronous engine as if it were a synchronous one",
        "async with engine.begin() as connection: await connection.run_sync(Base.metadata.create_all)",
        "start the application again", _run_sync,
    ),
    Known(
        "schema-not-table",
        r"columns clause element expected, got <class '(?P<name>[\w.]+)'>|Class '(?P<other>[\w.]+)' is not mapped",
        "{name}{other} is no table: a schema is used where the model is meant",
        "make the model of it: Model(**data.model_dump()), and select(Model)", _REPEAT, made_of_schema,
    ),
    Known(
        "select-of-list",
        r"columns clause element expected, got \[.+\]\. Did you mean to say select\(",
        "select() is given a list, as SQLAlchemy 1 took it",
        "name what is selected without the brackets: select(Model), select(Model.id, Model.name)", _REPEAT,
        _without_brackets,
    ),
    Known(
        "loader-by-name",
        r"Strings are not accepted for attribute names in loader options",
        "what is to be loaded along is named by a text, as SQLAlchemy 1 took it",
        "name the attribute itself: joinedload(Model.rows), selectinload(Model.rows)", _REPEAT,
    ),
    Known(
        "collection-compared",
        r"Can't compare a collection to an object or collection; use contains",
        "a relationship to many rows is compared with one of them by ==",
        "Model.rows.contains(row), or Model.rows.any(Other.id == …)", _REPEAT,
    ),
    Known(
        "relationship-value",
        r"AttributeError: '(?P<type>\w+)' object has no attribute '_sa_instance_state'",
        "a relationship is given a {type}, and takes objects of the other model",
        "load or make those objects first, or set the column of the foreign key instead", _REPEAT,
        by_foreign_key,
    ),
    Known(
        "async-without-query",
        r"'AsyncSession' object has no attribute 'query'",
        "an asynchronous session has no query()",
        "result = await session.execute(select(Model)); result.scalars().all()", _REPEAT, selected,
    ),
    Known(
        "session-without-exec",
        r"'(?P<type>AsyncSession|Session)' object has no attribute 'exec'",
        "SQLAlchemy's {type} has no exec(), which is SQLModel's",
        "import it from sqlmodel (sqlmodel.ext.asyncio.session), also where sessions are made", _REPEAT,
        _of_sqlmodel,
    ),
    Known(
        "result-not-taken",
        r"'(?:\w*Result|Select|SelectOfScalar|Query)' object has no attribute '(?P<name>\w+)'",
        "a result (or a statement that was not executed) is read as if it were a row: .{name}",
        "take the row out of it: .scalar_one_or_none(), .scalars().all()", _REPEAT,
    ),
    Known(
        "row-not-model",
        r"Could not locate column in row for column '(?P<name>\w+)'|'Row' object has no attribute '(?P<other>\w+)'"
        r"|^AttributeError: (?P<bare>[A-Za-z_]\w*)$",
        "a row holds the model, and is read as if it were the model: {name}{other}{bare}",
        "take the model out of it: .scalars().first() instead of .first()", _REPEAT, _of_scalars,
    ),
    Known(
        "type-not-adapted",
        r"(?:can't adapt type|cannot adapt type) '(?P<type>\w+)'",
        "the driver does not know how to store a {type}",
        "store its text: str(…) (model_dump(mode=\"json\") makes one of URLs), or declare the column as JSON",
        _REPEAT,
    ),
    Known(
        "model-keyword",
        r"'(?P<name>\w+)' is an invalid keyword argument for (?P<model>\w+)",
        "{model} has no {name}: a schema with more fields is given to it",
        "leave it out: data.model_dump(exclude={{\"{name}\"}}), or add the column", _REPEAT, keyword_of_column,
    ),
    Known(
        "none-found",
        r"NoResultFound|No row was found when one was required",
        ".one() found nothing, and nobody answers that",
        "take .one_or_none() (scalar_one_or_none()), and answer 404 where it is None", "repeat the request: it must answer 404",
    ),
    Known(
        "several-found",
        r"MultipleResultsFound|Multiple rows were found when (?:exactly )?one",
        "a query for one row found several: what it filters by is not unique",
        "make the column unique, or take .first() of an order that is certain", _REPEAT, first_of_several,
    ),
)  # fmt: skip


@diagnosis
def queries(evidence: Evidence) -> Iterator[Cause]:
    """Tell which statement or session is used in a way that SQLAlchemy refuses."""
    yield from recognised(evidence, "database", _KNOWN)


@diagnosis
def shared(evidence: Evidence) -> Iterator[Cause]:
    """Tell of one session that several tasks use at once."""
    pattern = (
        r"concurrent operations are not permitted|IllegalStateChangeError|another operation is in progress|"
        r"Session is already flushing"
    )
    for ground, raised, _ in evidence.raised(pattern):
        found = _gathered(evidence)
        single = _of_module(evidence) if found is None else None
        place = Place(found[0], found[1].lineno) if found else single or ground.place
        yield Cause(
            "database", "session-shared",
            "one session is used by several tasks at once" + (
                ": asyncio.gather runs its statements side by side" if found else
                f": it is made at {single}, for all requests" if single else ""),
            (raised.text.split("\n", 1)[0][:200],), place,
            "await one statement after the other, or give each task a session of its own",
            _REPEAT, repairs=_one_by_one(evidence, *found) if found else (),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _gathered(evidence: Evidence) -> tuple[str, ast.Call] | None:
    """Return a gather whose tasks use a session."""
    for file, call in evidence.sources.calls("gather"):
        if re.search(r"\b(?:\w*session|db|conn\w*)\b", ast.unparse(call)):
            return file, call
    return None


def _one_by_one(evidence: Evidence, file: str, call: ast.Call) -> tuple[Repair, ...]:
    """Return the repair that awaits what is gathered one by one."""
    awaited = next((one for one in evidence.sources.nodes(file)
                    if isinstance(one, ast.Await) and one.value is call), None)  # fmt: skip
    if awaited is None or not call.args or not all(isinstance(one, ast.Call) for one in call.args):
        return ()
    words = ", ".join(f"await {segment(evidence, file, one)}" for one in call.args)
    made = rewritten(
        evidence, file, [(awaited, f"({words})" if len(call.args) > 1 else f"({words},)")]
    )
    return tuple(replace(one, after=_without_unused(one.after)) for one in made)


def _without_unused(text: str) -> str:
    """Return a module without an import of asyncio that nothing uses any more."""
    plain = re.sub(r"(?m)^import asyncio\n", "", text)
    return (
        text
        if re.search(r"\basyncio\.(?!ext)", plain.replace("ext.asyncio", ""))
        else plain.lstrip("\n")
    )


def _of_module(evidence: Evidence) -> Place | None:
    """Return where a module makes a session for all that import it."""
    for file in evidence.sources.own:
        tree = evidence.sources.syntax(file)
        for node in tree.body if tree else ():
            value = node.value if isinstance(node, ast.Assign) else None
            if isinstance(value, ast.Call) and _SESSIONS.match(called(value)):
                return Place(file, node.lineno)
    return None
