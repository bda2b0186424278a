"""The database: its engine, its sessions, the base of its tables."""

import os
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import Session, declarative_base, sessionmaker

DATABASE_URL = os.getenv("DATABASE_URL", "sqlite:///./stock.db")

engine = create_engine(DATABASE_URL)
SessionLocal = sessionmaker(bind=engine, autoflush=False)
Base = declarative_base()


def get_db() -> Iterator[Session]:
    """Give a session for one request."""
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()
