from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session, sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))
engine = create_async_engine("sqlite+aiosqlite://")


def get_db():
    db = SessionLocal()
    yield db
    db.close()


async def get_session():
    session = AsyncSession(engine)
    yield session


def session() -> Session:
    return Session(create_engine("sqlite://"))
