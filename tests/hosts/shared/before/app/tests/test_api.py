import pytest
from fastapi.testclient import TestClient

from app.main import app


@pytest.fixture()
def client():
    return TestClient(app)


@pytest.fixture()
def headers(client):
    response = client.post("/api/v1/token", data={"username": "admin", "password": "admin"})
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


def create_driver(client, headers, name="Ann"):
    response = client.post("/api/v1/drivers", json={"name": name}, headers=headers)
    assert response.status_code == 201
    return response.json()


def test_create_and_delete_trip(client, headers):
    driver = create_driver(client, headers, name="Bob")

    payload = {"place": "Rome", "price": 99.5, "driver_id": driver["id"]}

    response = client.post("/api/v1/trips", json=payload, headers=headers)
    assert response.status_code == 201
    trip = response.json()
    assert trip["place"] == payload["place"]

    response = client.delete(f"/api/v1/trips/{trip['id']}", headers=headers)
    assert response.status_code == 204
    response = client.get(f"/api/v1/trips/{trip['id']}", headers=headers)
    assert response.status_code == 404
