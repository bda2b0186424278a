"""A client for each test, on a database of its own."""

import os
from collections.abc import Callable, Iterator

os.environ["BCRYPT_ROUNDS"] = "4"
os.environ.setdefault("SECRET_KEY", "of-the-tests-and-long-enough-for-them")

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, SQLModel, create_engine
from sqlmodel.pool import StaticPool

from app.database import get_session
from app.main import app

Headers = dict[str, str]


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A client."""
    engine = create_engine(
        "sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool
    )
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        app.dependency_overrides[get_session] = lambda: session
        yield TestClient(app)
        app.dependency_overrides.clear()


@pytest.fixture
def signed_in(client: TestClient) -> Callable[[str], Headers]:
    """What signs somebody in."""

    def sign_in(email: str) -> Headers:
        account = {"email": email, "password": "correct horse"}
        client.post("/auth/register", json=account)
        form = {"username": email, "password": "correct horse"}
        token = client.post("/auth/token", data=form).json()["access_token"]
        return {"Authorization": f"Bearer {token}"}

    return sign_in
