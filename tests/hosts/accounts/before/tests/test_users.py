from uuid import uuid4

from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def test_sign_in():
    account = {"email": f"{uuid4().hex}@example.com", "password": "correct horse"}
    assert client.post("/users/", json=account).status_code == 201
    form = {"username": account["email"], "password": account["password"]}
    token = client.post("/login", data=form).json()["access_token"]
    me = client.get("/users/me", headers={"Authorization": f"Bearer {token}"})
    assert me.json()["email"] == account["email"]
