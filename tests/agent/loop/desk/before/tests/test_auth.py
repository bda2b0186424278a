"""Signing up and in."""

ACCOUNT = {"email": "ann@example.org", "password": "correct horse"}


def test_register_and_me(client, signed_in):
    headers = signed_in("ann@example.org")
    assert client.get("/auth/me", headers=headers).json() == {"id": 1, "email": ACCOUNT["email"]}


def test_an_address_is_taken_once(client):
    client.post("/auth/register", json=ACCOUNT)
    assert client.post("/auth/register", json=ACCOUNT).status_code == 409


def test_a_wrong_password_is_refused(client):
    client.post("/auth/register", json=ACCOUNT)
    form = {"username": ACCOUNT["email"], "password": "wrong"}
    assert client.post("/auth/token", data=form).status_code == 401


def test_a_token_of_others_is_refused(client):
    headers = {"Authorization": "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.AAAA"}
    assert client.get("/auth/me", headers=headers).status_code == 401
