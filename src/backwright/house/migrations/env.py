"""How Alembic reaches the database and the tables of the application."""

import asyncio
from typing import Literal

import asyncpg
from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import CreateTableOp, ExecuteSQLOp, MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, Enum, TypeDecorator, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

import app.models  # noqa: F401 - it declares the tables
from app.config import get_settings


def get_url() -> str:
    """Return the URL of the database, which is that of the application."""
    url = make_url(get_settings().database_url).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


async def connect() -> asyncpg.Connection:
    """Connect as the application does: SQLAlchemy does not know all that may stand in the URL."""
    return await asyncpg.connect(get_url())


def render_item(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write the column types of SQLModel as those of SQLAlchemy that they stand for."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def drop_enum_types(
    _context: MigrationContext, _revision: object, directives: list[MigrationScript]
) -> None:
    """Drop the types of enumerations with their tables: PostgreSQL keeps them otherwise."""
    for script in directives:
        for upgrade, downgrade in zip(
            script.upgrade_ops_list, script.downgrade_ops_list, strict=True
        ):
            kinds = {
                str(column.type.name)
                for operation in upgrade.ops
                if isinstance(operation, CreateTableOp)
                for column in operation.columns
                if isinstance(column, Column) and isinstance(column.type, Enum)
            }
            downgrade.ops += [ExecuteSQLOp(f"DROP TYPE {name}") for name in sorted(kinds)]


def run_migrations(connection: Connection | None = None) -> None:
    """Run the migrations on a connection, or print their SQL if there is none."""
    context.configure(
        connection=connection,
        url=None if connection else get_url(),
        target_metadata=SQLModel.metadata,
        compare_server_default=True,
        autogenerate_plugins=["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
        render_item=render_item,
        process_revision_directives=drop_enum_types,
        literal_binds=connection is None,
        # A step that leaves its transaction (CONCURRENTLY) must not take the others along.
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_online() -> None:
    """Connect and run the migrations."""
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run_migrations)
    await engine.dispose()


if context.is_offline_mode():
    run_migrations()
else:
    asyncio.run(run_online())
