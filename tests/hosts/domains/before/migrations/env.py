import asyncio

from alembic import context
from sqlalchemy import Connection

from app.core.db import Base, engine
from app.notes.models import Note  # noqa: F401
from app.users.models import User  # noqa: F401


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


asyncio.run(main())
