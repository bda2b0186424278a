from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from half.database import Base, get_db
from half.main import app


@pytest.fixture
def client() -> Iterator[TestClient]:
    engine = create_engine(
        "sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool
    )
    Base.metadata.create_all(engine)

    def db() -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    app.dependency_overrides[get_db] = db
    with TestClient(app) as client:
        client.post("/register", json={"email": "ann@example.com", "password": "kestrel-1"})
        answer = client.post(
            "/login", data={"username": "ann@example.com", "password": "kestrel-1"}
        )
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client
    app.dependency_overrides.clear()


def test_tasks(client: TestClient) -> None:
    task = client.post("/tasks", json={"title": "Water"}).json()
    assert client.get("/tasks").json() == [task]
    assert client.get(f"/tasks/{task['id']}").json() == task
    remark = client.post(f"/tasks/{task['id']}/remarks", json={"text": "Twice"}).json()
    assert client.get(f"/tasks/{task['id']}/remarks").json() == [remark]
    assert client.delete(f"/tasks/{task['id']}").status_code == 204


def test_posts(client: TestClient) -> None:
    post = client.post("/posts", json={"title": "Hello"}).json()
    changed = client.patch(f"/posts/{post['id']}", json={"title": "Hello again"})
    assert changed.json()["title"] == "Hello again"
    assert client.post("/labels", params={"name": "green"}).status_code == 201
