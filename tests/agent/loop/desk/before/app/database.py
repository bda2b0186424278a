"""The database and its sessions."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlmodel import Session, SQLModel, create_engine

from app.config import DATABASE_URL

engine = create_engine(DATABASE_URL)


def create_tables() -> None:
    """Make the tables that are not there."""
    SQLModel.metadata.create_all(engine)


def get_session() -> Iterator[Session]:
    """Give a session."""
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]
