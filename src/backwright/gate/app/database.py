"""The database: its engine, and a session for each request."""

import os
import re
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

DATABASE_URL = os.environ.get(
    "DATABASE_URL", "postgresql://postgres:postgres@localhost:5432/postgres"
)

# Which driver a bare postgresql:// means depends on SQLAlchemy's version.
engine = create_async_engine(
    re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", DATABASE_URL),
    pool_pre_ping=True,
)


async def get_session() -> AsyncIterator[AsyncSession]:
    """Give a session, which is closed when the request is answered."""
    async with AsyncSession(engine) as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]


async def create_tables() -> None:
    """Create the tables that are not there yet; the others stay as they are."""
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
