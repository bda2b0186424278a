"""Notes are their owner's."""

import pytest


@pytest.fixture
def ann(signed_in):
    return signed_in("ann@example.org")


@pytest.fixture
def bob(signed_in):
    return signed_in("bob@example.org")


@pytest.fixture
def note(client, ann):
    return client.post("/notes", json={"title": "milk", "body": "two"}, headers=ann).json()


def test_create(client, ann):
    answer = client.post("/notes", json={"title": "milk"}, headers=ann)
    assert answer.status_code == 201
    assert answer.json() == {"id": 1, "title": "milk", "body": ""}


def test_list_is_ones_own(client, ann, bob, note):
    assert [one["id"] for one in client.get("/notes", headers=ann).json()] == [note["id"]]
    assert client.get("/notes", headers=bob).json() == []


def test_read(client, ann, note):
    assert client.get(f"/notes/{note['id']}", headers=ann).json() == note


def test_update(client, ann, note):
    answer = client.patch(f"/notes/{note['id']}", json={"title": "bread"}, headers=ann)
    assert answer.json() == {**note, "title": "bread"}


def test_delete(client, ann, note):
    assert client.delete(f"/notes/{note['id']}", headers=ann).status_code == 204
    assert client.get(f"/notes/{note['id']}", headers=ann).status_code == 404


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_of_others_is_not_found(client, bob, note, method):
    body = {"json": {"title": "mine"}} if method == "patch" else {}
    answer = getattr(client, method)(f"/notes/{note['id']}", headers=bob, **body)
    assert answer.status_code == 404
    assert answer.json() == {"detail": "Note not found"}


@pytest.mark.parametrize("title", ["", "x" * 101])
def test_titles_have_bounds(client, ann, title):
    assert client.post("/notes", json={"title": title}, headers=ann).status_code == 422


def test_nobody_is_refused(client):
    answer = client.get("/notes")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
