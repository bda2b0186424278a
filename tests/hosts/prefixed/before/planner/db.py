import os
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Session

engine = create_engine(os.environ.get("DATABASE_URL", "sqlite:///planner.db"))


class Base(DeclarativeBase):
    pass


def session() -> Iterator[Session]:
    with Session(engine) as db:
        yield db


Db = Annotated[Session, Depends(session)]
