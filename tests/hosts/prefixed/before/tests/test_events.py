import pytest
from fastapi.testclient import TestClient
from planner.db import Base, session
from planner.main import app
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool


@pytest.fixture
def client():
    engine = create_engine(
        "sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool
    )
    Base.metadata.create_all(engine)
    with Session(engine) as db:
        app.dependency_overrides[session] = lambda: db
        yield TestClient(app)
    app.dependency_overrides.clear()


def an_event(client):
    new = {"name": "Retreat", "kind": "meeting", "agenda": "Rest"}
    return client.post("/events", json=new)


def test_add_event(client):
    answer = an_event(client)
    assert answer.status_code == 201
    assert answer.json()["id"].startswith("event_")
    assert answer.json()["name"] == "Retreat"
    assert answer.json()["kind"] == "meeting"


def test_one_event(client):
    event = an_event(client).json()
    assert client.get(f"/events/{event['id']}").json() == event
    assert client.get("/events").json() == [event]


def test_no_event(client):
    assert client.get("/events/event_0").status_code == 404


def test_change_event(client):
    event = an_event(client).json()
    answer = client.patch(f"/events/{event['id']}", json={"name": "Party"})
    assert answer.json()["name"] == "Party"
    assert answer.json()["kind"] == "meeting"


def test_remove_event(client):
    event = an_event(client).json()
    assert client.delete(f"/events/{event['id']}").status_code == 204
    assert client.get(f"/events/{event['id']}").status_code == 404
