"""How Alembic reaches the database and the tables of the application."""

import asyncio
from typing import Literal

import asyncpg
from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import AddColumnOp, DropColumnOp, MigrationScript, ModifyTableOps
from alembic.runtime.migration import MigrationContext
from alembic.util import msg
from sqlalchemy import Connection, Enum, TypeDecorator, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

import app.models  # noqa: F401 - it declares the tables
from app.config import get_settings
from migrations.enum_types import migrate_enum_types, render_enum

# A step that waits for a table makes all wait who come after it, readers too: it gives up, and can be
# run again. A migration that should wait differently says `SET LOCAL lock_timeout`.
LOCK_TIMEOUT = "5s"


def get_url() -> str:
    """Return the URL of the database, which is that of the application."""
    url = make_url(get_settings().database_url).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


async def connect() -> asyncpg.Connection:
    """Connect as the application does: SQLAlchemy does not know all that may stand in the URL."""
    return await asyncpg.connect(get_url(), server_settings={"lock_timeout": LOCK_TIMEOUT})


def render_item(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    """Write the column types of SQLModel as those of SQLAlchemy that they stand for."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    if kind == "type" and isinstance(item, Enum) and item.native_enum:
        return render_enum(item, autogen)
    return False


def complete(
    context: MigrationContext, _revision: object, directives: list[MigrationScript]
) -> None:
    """Attend to what Alembic leaves out of a migration that is being written."""
    warn_of_renames(directives)
    migrate_enum_types(context, directives)


def warn_of_renames(directives: list[MigrationScript]) -> None:
    """Say where a column goes and another comes: if that is a new name, its values would be lost."""
    changes = (
        change for script in directives for ops in script.upgrade_ops_list for change in ops.ops
    )
    for table in (change for change in changes if isinstance(change, ModifyTableOps)):
        added = [one.column.name for one in table.ops if isinstance(one, AddColumnOp)]
        lost = [one.column_name for one in table.ops if isinstance(one, DropColumnOp) if added]
        for name in lost:
            msg(
                f"{table.table_name}.{name} is dropped with its values. If it only got a new name "
                f"({' or '.join(added)}), write op.alter_column(…, new_column_name=…) instead, "
                "in both directions."
            )


def run_migrations(connection: Connection | None = None) -> None:
    """Run the migrations on a connection, or print their SQL if there is none."""
    context.configure(
        connection=connection,
        url=None if connection else get_url(),
        target_metadata=SQLModel.metadata,
        compare_server_default=True,
        autogenerate_plugins=["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
        render_item=render_item,
        process_revision_directives=complete,
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
