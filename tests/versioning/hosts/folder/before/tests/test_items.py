from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def test_items():
    assert client.get("/api/v1/items").json() == ["one"]
