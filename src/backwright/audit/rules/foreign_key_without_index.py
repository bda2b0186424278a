"""A foreign key has no index.

Why: PostgreSQL indexes primary keys and unique columns, not foreign keys. Lists by parent or owner read
the whole table, and so does each delete of a parent, while it holds a lock.

Bad:

    from sqlmodel import Field, SQLModel
    class User(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
    class Note(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        owner_id: int = Field(foreign_key="user.id")

Good:

    from sqlmodel import Field, SQLModel
    class User(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
    class Note(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        owner_id: int = Field(foreign_key="user.id", index=True)
    class Mark(SQLModel, table=True):
        note_id: int = Field(foreign_key="note.id", primary_key=True)

Good:

    # requirements.txt
    fastapi
    PyMySQL==1.1.1
    # main.py
    from sqlmodel import Field, SQLModel
    class User(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
    class Note(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        owner_id: int = Field(foreign_key="user.id")

Leave it: for tables of a few rows; on MySQL, which makes these indexes itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from backwright.audit.rule import Found, Judged, rule
from backwright.audit.subject import Subject
from backwright.project.tooling import read_tooling
from backwright.project.types import Column, Model
from backwright.values import Place

_MYSQL = frozenset({"pymysql", "mysqlclient", "aiomysql", "asyncmy", "mysql_connector_python"})
_OTHERS = frozenset({"psycopg2", "psycopg2_binary", "psycopg", "asyncpg"})


@rule(item=None, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Look for foreign keys that begin no index."""
    if _makes_indexes_itself(subject):
        return
    for model in subject.project.models:
        for column in model.columns:
            if column.foreign_key is None or not column.line or _is_indexed(model, column):
                continue
            yield Found(
                Place(column.file or model.file, column.line),
                f"{model.name}.{column.name} refers to {column.foreign_key} and has no index",
                "index=True, and a migration that makes it CONCURRENTLY",
            )


def _makes_indexes_itself(subject: Subject) -> bool:
    """Tell whether the database is MySQL: by the URL, else by the drivers that are installed."""
    database = subject.project.database
    if database is not None and database.driver:
        return database.driver.startswith(("mysql", "mariadb"))
    libraries = read_tooling(subject.tree).libraries
    return bool(libraries & _MYSQL) and not libraries & _OTHERS


def _is_indexed(model: Model, column: Column) -> bool:
    """Tell whether an index, a unique constraint or the primary key begins with a column."""
    if column.index or column.unique:
        return True
    keys = [one.name for one in model.columns if one.primary_key]
    led = [
        one.columns[0]
        for one in model.constraints
        if one.columns and one.kind in {"index", "unique", "primary-key"}
    ]
    return column.name in {*keys[:1], *led}
