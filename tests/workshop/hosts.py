"""Small hosts to verify changes of: one on disk, and one made of a few lines for migrations."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from backwright.host.environment import Environment, find
from backwright.host.postgres import Cluster
from backwright.workshop import Bench, ChangeSet, FileEdit, prepare

REPOSITORY = Path(__file__).resolve().parents[2]
SHELF = REPOSITORY / "tests/fixtures/shelf"
VARIABLES = {"DATABASE_URL": "postgresql+asyncpg://{netloc}/{database}"}


def difference(before: Path, after: Path) -> ChangeSet:
    names = {
        path.relative_to(root).as_posix()
        for root in (before, after)
        for path in root.rglob("*")
        if path.is_file() and not {"__pycache__", ".mypy_cache", ".ruff_cache"} & set(path.parts)
    }
    return ChangeSet(
        tuple(FileEdit(name, read(before / name), read(after / name)) for name in sorted(names))
    )


def read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def environment() -> Environment:
    found = find(SHELF / "before")
    assert found is not None
    return found


@contextlib.contextmanager
def shelf(
    cluster: Cluster,
    tmp_path: Path,
    edits: Mapping[str, tuple[str, str]] = {},
    before: Path = SHELF / "before",
) -> Iterator[Bench]:
    """The bench of the shelf's change, with some of its text replaced by other text."""
    changes = difference(before, SHELF / "after")
    after = {edit.path: edit.after for edit in changes.edits}
    for path, (old, new) in edits.items():
        text = (after.get(path) or read(before / path) or b"").decode()
        assert old in text, f"{old!r} is not in {path}"
        after[path] = text.replace(old, new).encode()
    edited = ChangeSet(
        tuple(FileEdit(path, read(before / path), content) for path, content in after.items())
    )
    with prepare(before) as staging:
        staging.apply(edited)
        yield Bench(
            staging,
            edited,
            environment(),
            cluster,
            app="app.main:app",
            migrations_folder="migrations",
            test_folder="tests",
            database_variables=VARIABLES,
            new_tests=("tests/test_reviews.py",),
            expected_endpoints=(("GET", "/reviews"), ("GET", "/reviews/{review_id}")),
        )


ENV = """
import asyncio, os
from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from models import metadata

def migrate(connection):
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()

async def run(url):
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()

url = os.environ["DATABASE_URL"]
if url.startswith("sqlite"):
    with create_engine(url).begin() as connection:
        migrate(connection)
else:
    asyncio.run(run(url))
"""
MODELS = """
import sqlalchemy as sa
metadata = sa.MetaData()
person = sa.Table(
    "person", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
)
"""
FIRST = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "a1", None
def upgrade():
    op.create_table(
        "person",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
    )
def downgrade():
    op.drop_table("person")
"""
SECOND = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "b2", {down}
def upgrade():
{upgrade}
def downgrade():
{downgrade}
"""


def indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.strip().splitlines()) or "    pass"


@contextlib.contextmanager
def migrating(
    root: Path,
    cluster: Cluster | None,
    *,
    upgrade: str = "",
    downgrade: str = "",
    models: str = "",
    down: str = '"a1"',
    extra: Mapping[str, str] = {},
    variables: Mapping[str, str] = VARIABLES,
) -> Iterator[Bench]:
    """The bench of a change that brings one migration and lines at the end of the models."""
    files = {
        "models.py": MODELS,
        "alembic.ini": "[alembic]\nscript_location = migrations\nprepend_sys_path = .\n",
        "migrations/env.py": ENV,
        "migrations/script.py.mako": "",
        "migrations/versions/a1.py": FIRST,
        **extra,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    second = SECOND.format(down=down, upgrade=indented(upgrade), downgrade=indented(downgrade))
    changes = ChangeSet(
        (
            FileEdit("migrations/versions/b2.py", None, second.encode()),
            FileEdit("models.py", MODELS.encode(), (MODELS + models).encode()),
        )
    )
    with prepare(root) as staging:
        staging.apply(changes)
        yield Bench(
            staging,
            changes,
            environment(),
            cluster,
            migrations_folder="migrations",
            database_variables=variables,
        )
