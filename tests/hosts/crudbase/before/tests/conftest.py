from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, SQLModel, create_engine
from sqlmodel.pool import StaticPool

from app.db import get_session
from app.main import app


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine(
        "sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool
    )
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        yield session


@pytest.fixture
def client(session: Session) -> Iterator[TestClient]:
    app.dependency_overrides[get_session] = lambda: session
    yield TestClient(app)
    app.dependency_overrides.clear()


def sign_in(client: TestClient, email: str) -> dict[str, str]:
    client.post("/api/signup", json={"email": email, "password": "correct horse"})
    form = {"username": email, "password": "correct horse"}
    token = client.post("/api/login", data=form).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def owner_headers(client: TestClient) -> dict[str, str]:
    return sign_in(client, "owner@example.com")


@pytest.fixture
def other_headers(client: TestClient) -> dict[str, str]:
    return sign_in(client, "other@example.com")
