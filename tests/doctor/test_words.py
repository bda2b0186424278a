"""Errors that people paste without their project: the cause is told from the words and the frames."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.doctor.cases import CLINIC, Case

from backwright.doctor.engine import examine
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import Sources
from backwright.project import read_project

_ROUTE = '  File "/srv/app/app/routes/authors.py", line 15, in list_authors\n    result = await session\n'
_START = '  File "/srv/app/app/main.py", line 1, in <module>\n    from fastapi import FastAPI\n'


def _in(library: str) -> str:
    return (
        f'  File "/srv/venv/lib/python3.12/site-packages/{library}", line 9, in inner\n    raise\n'
    )


# With the cause, where it was pasted: each was told by its type alone before there was a diagnosis.
_PASTED = [
    (  # https://github.com/stevearc/pypicloud/issues/301
        _ROUTE + _in("passlib/context.py"),
        "passlib.exc.UnknownHashError: hash could not be identified", "hash-unknown",
    ),
    (  # https://github.com/jowilf/starlette-admin/issues/118
        _ROUTE + _in("sqlalchemy/orm/strategy_options.py"),
        "sqlalchemy.exc.ArgumentError: Strings are not accepted for attribute names in loader options; "
        "please use class-bound attributes directly.", "loader-by-name",
    ),
    (  # https://github.com/fastapi-users/fastapi-users/issues/581
        _START + _in("sqlalchemy/sql/schema.py"),
        "sqlalchemy.exc.NoReferencedTableError: Foreign key associated with column 'books.author_id' could "
        "not find table 'author' with which to generate a foreign key to target column 'id'",
        "foreign-key-table",
    ),
    (  # https://github.com/fastapi/fastapi/pull/6014
        _ROUTE + _in("sqlalchemy/orm/relationships.py"),
        "sqlalchemy.exc.InvalidRequestError: Can't compare a collection to an object or collection; use "
        "contains() to test for membership.", "collection-compared",
    ),
    (  # https://github.com/MervinPraison/PraisonAI/issues/55
        _in("starlette/staticfiles.py"),
        "RuntimeError: StaticFiles directory 'public' does not exist.", "folder-missing",
    ),
    (  # https://github.com/abi/screenshot-to-code/issues/161
        _START + _in("dotenv/parser.py"),
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
        "env-encoding",
    ),
    (  # https://github.com/Cinnamon/kotaemon/issues/633
        _START + _in("pydantic/_internal/_generate_schema.py"),
        "pydantic.errors.PydanticSchemaGenerationError: Unable to generate pydantic-core schema for "
        "<class 'starlette.requests.Request'>.", "type-unknown",
    ),
    (  # https://github.com/mongkok/fastapi-debug-toolbar/pull/64
        _in("debug_toolbar/panels/routes.py"),
        "AttributeError: '_IncludedRouter' object has no attribute 'path'", "routes-nested",
    ),
    (
        _ROUTE + _in("kombu/connection.py"),
        "kombu.exceptions.OperationalError: [Errno -2] Name or service not known",
        "broker-unreachable",
    ),
    (
        _START + _in("starlette/config.py"),
        "FileNotFoundError: Config file '/srv/app/src/../.env' not found.", "file-missing",
    ),
    (  # https://github.com/transientskp/tkp/issues/535
        "", "FAILED: Target database is not up to date.", "migrations-behind",
    ),
]  # fmt: skip


def test_what_is_only_logged_is_a_note(tmp_path: Path) -> None:
    """Passlib catches that it cannot read bcrypt's version, and goes on."""
    root = Case(CLINIC / "logs" / "none.toml", {"base": "sync"}).make(tmp_path / "project")
    trapped = "AttributeError: module 'bcrypt' has no attribute '__about__'"
    log = (
        f"(trapped) error reading bcrypt version\nTraceback (most recent call last):\n"
        f"{_in('passlib/handlers/bcrypt.py')}{trapped}\n"
        f"Traceback (most recent call last):\n{_START}KeyError: 'plan'\n"
    )
    report = examine(Evidence(read_project(root), Sources(root), log))
    assert [one.name for one in report.causes] == ["exception"]
    assert "passlib" in report.notes[0]


def test_redis_that_is_away_is_no_database_and_hides_none(tmp_path: Path) -> None:
    root = Case(CLINIC / "logs" / "none.toml", {"base": "async"}).make(tmp_path / "project")
    begun = "Traceback (most recent call last):\n"
    log = (
        f"{begun}{_ROUTE}{_in('redis/asyncio/connection.py')}"
        "ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 6379)\n"
    )
    alone = examine(Evidence(read_project(root), Sources(root), log)).causes
    assert [one.name for one in alone] == ["cache-refused"]
    said = 'connection to server at "127.0.0.1", port 5432 failed: Connection refused\n'
    other = (
        f"{begun}{_ROUTE}{_in('redis/connection.py')}redis.exceptions.ConnectionError: Error 111\n"
    )
    both = examine(Evidence(read_project(root), Sources(root), said + other)).causes
    assert "database-refused" in [one.name for one in both]


@pytest.mark.parametrize(("frames", "raised", "cause"), _PASTED, ids=[one[2] for one in _PASTED])
def test_a_pasted_error_is_told(frames: str, raised: str, cause: str, tmp_path: Path) -> None:
    root = Case(CLINIC / "logs" / "none.toml", {"base": "async"}).make(tmp_path / "project")
    begun = "Traceback (most recent call last):\n" if frames else ""
    log = f"{begun}{frames}{raised}\n"
    first = examine(Evidence(read_project(root), Sources(root), log)).causes[0]
    assert first.name == cause
    assert first.remedy
