"""Fixtures: one migrated database for all tests, emptied after each, and clients who use it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlmodel import SQLModel, delete

from app.config import Settings, get_settings
from app.database import Database, Session
from app.mail import get_mailer
from app.main import create_app
from app.rate_limit import get_rate_limiter
from tests.auth_helpers import Mailbox
from tests.database import provide_database
from tests.factories import sign_in

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Return the settings of the tests, with a database of their own."""
    with provide_database() as url, pytest.MonkeyPatch.context() as environment:
        environment.chdir(ROOT)
        environment.setenv("DATABASE_URL", url)
        environment.setenv("BCRYPT_COST", "4")
        environment.setenv("MAIL_DELAY_SECONDS", "0")
        environment.setenv("RATE_LIMIT_PER_ADDRESS", "1000000/minute")
        environment.setenv("RATE_LIMIT_PER_USER", "1000000/minute")
        get_settings.cache_clear()
        yield get_settings()
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def migrations(settings: Settings) -> Config:
    """Return the migrations, on the database of the settings."""
    assert settings is get_settings()
    return Config(ROOT / "alembic.ini")


@pytest.fixture(scope="session")
def migrated(migrations: Config) -> None:
    """Migrate the database."""
    command.upgrade(migrations, "head")


@pytest.fixture(scope="session")
async def app(settings: Settings, migrated: None) -> AsyncIterator[FastAPI]:
    """Return the application, started."""
    application = create_app()
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def session(app: FastAPI) -> AsyncIterator[Session]:
    """Return a session of the database; whatever the test leaves there is deleted."""
    database: Database = app.state.database
    yield database.session()
    for table in reversed(SQLModel.metadata.sorted_tables):
        await database.session().execute(delete(table))
    await get_rate_limiter().reset()


@pytest.fixture
async def client(app: FastAPI, session: Session) -> AsyncIterator[AsyncClient]:
    """Return a client who is not signed in."""
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client


@pytest.fixture
async def alice(app: FastAPI, session: Session) -> AsyncIterator[AsyncClient]:
    """Return a client who is signed in."""
    headers = await sign_in(session, "alice@example.com")
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


@pytest.fixture
async def bob(app: FastAPI, session: Session) -> AsyncIterator[AsyncClient]:
    """Return another client who is signed in."""
    headers = await sign_in(session, "bob@example.com")
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


# --- Authentication


@pytest.fixture
def mailbox(app: FastAPI) -> Iterator[Mailbox]:
    """Return a mailbox that all mail of the application goes to."""
    mailbox = Mailbox()
    app.dependency_overrides[get_mailer] = lambda: mailbox
    yield mailbox
    del app.dependency_overrides[get_mailer]
