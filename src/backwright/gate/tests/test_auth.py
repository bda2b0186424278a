"""Accounts and tokens over HTTP."""

from datetime import datetime, timedelta, timezone

import jwt
import pytest
from httpx import AsyncClient

from app import security
from app.routes import auth as routes
from tests.signing_in import EMAIL, signed_in

pytestmark = pytest.mark.anyio
GIVEN = {"email": "Alice@example.com", "password": "correct horse"}
LOGIN = {"username": GIVEN["email"], "password": GIVEN["password"]}


def bearing(token: str) -> dict[str, str]:
    """Return the header that bears a token."""
    return {"Authorization": f"Bearer {token}"}


async def test_register_log_in_and_be_known(client: AsyncClient) -> None:
    """An account is made, lets its owner in, and its token tells who it is."""
    made = await client.post("/auth/register", json=GIVEN)
    assert made.status_code == 201
    assert made.json()["email"] == "alice@example.com"
    token = (await client.post("/auth/login", data=LOGIN)).json()["access_token"]
    answer = await client.get("/auth/me", headers=bearing(token))
    assert answer.json() == made.json()
    assert (await client.post("/auth/register", json=GIVEN)).status_code == 409


@pytest.mark.parametrize("password", ["short", "ä" * 37, "with\0nothing"])
async def test_passwords_that_are_not_taken(client: AsyncClient, password: str) -> None:
    """What bcrypt would not look at in part only, or what is too short."""
    answer = await client.post("/auth/register", json={**GIVEN, "password": password})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "wrong", [{"username": "bob@example.com"}, {"username": "a\0"}, {"password": "wrong one"}]
)
async def test_wrong_credentials(client: AsyncClient, wrong: dict[str, str]) -> None:
    """Nobody is let in by half the truth."""
    await client.post("/auth/register", json=GIVEN)
    assert (await client.post("/auth/login", data={**LOGIN, **wrong})).status_code == 401


async def test_tokens_that_are_not_taken(client: AsyncClient) -> None:
    """A token is ours, in time, says enough, and its account is there."""
    now = datetime.now(timezone.utc)
    claims = {
        "sub": "00000000-0000-0000-0000-000000000000",
        "iat": now,
        "kind": security.ACCESS,
    }
    soon, past = now + timedelta(minutes=1), now - timedelta(minutes=1)
    key = security.SIGNING_KEY
    tokens = [
        "nonsense",
        jwt.encode({**claims, "exp": soon}, "another key of thirty-two bytes.", "HS256"),
        jwt.encode({**claims, "exp": past}, key, "HS256"),
        jwt.encode(claims, key, "HS256"),
        jwt.encode({**claims, "exp": soon}, key, "HS256"),
        jwt.encode({**claims, "exp": soon}, key, "HS512"),
    ]
    for token in tokens:
        assert (await client.get("/auth/me", headers=bearing(token))).status_code == 401
    assert (await client.get("/auth/me")).status_code == 401


async def signed_up(client: AsyncClient) -> dict[str, str]:
    """Return the tokens of a new account."""
    await client.post("/auth/register", json=GIVEN)
    tokens: dict[str, str] = (await client.post("/auth/login", data=LOGIN)).json()
    return tokens


async def test_refresh(client: AsyncClient) -> None:
    """A token of one kind is not taken for one of another."""
    tokens = await signed_up(client)
    access, renewing = tokens["access_token"], tokens["refresh_token"]
    answer = await client.post("/auth/refresh", json={"refresh_token": renewing})
    header = bearing(answer.json()["access_token"])
    assert "refresh_token" not in answer.json()  # the one that there is does not live any longer
    assert (await client.get("/auth/me", headers=header)).status_code == 200
    assert (await client.get("/auth/me", headers=bearing(renewing))).status_code == 401
    answer = await client.post("/auth/refresh", json={"refresh_token": access})
    assert answer.status_code == 401


async def test_a_token_of_what_is_no_key(client: AsyncClient) -> None:
    """A token that is signed, and names what cannot be an account, is none."""
    header = bearing(security.create_token("nobody", 0))
    assert (await client.get("/auth/me", headers=header)).status_code == 401


async def test_log_out(client: AsyncClient) -> None:
    """Every token ends, that for renewing, too."""
    tokens = await signed_up(client)
    header = bearing(tokens["access_token"])
    assert (await client.post("/auth/logout", headers=header)).status_code == 200
    assert (await client.get("/auth/me", headers=header)).status_code == 401
    given = {"refresh_token": tokens["refresh_token"]}
    assert (await client.post("/auth/refresh", json=given)).status_code == 401


async def test_change_password(client: AsyncClient) -> None:
    """The old password is asked for, and ends with its tokens."""
    header = bearing((await signed_up(client))["access_token"])
    given = {"current_password": "not it", "new_password": "another password"}
    for wrong in (given, {**given, "current_password": GIVEN["password"], "new_password": "x"}):
        answer = await client.post("/auth/change-password", json=wrong, headers=header)
        assert answer.status_code in (400, 422)
    given["current_password"] = GIVEN["password"]
    answer = await client.post("/auth/change-password", json=given, headers=header)
    assert (await client.get("/auth/me", headers=header)).status_code == 401
    header = bearing(answer.json()["access_token"])
    assert (await client.get("/auth/me", headers=header)).status_code == 200
    assert (await client.post("/auth/login", data=LOGIN)).status_code == 401
    again = {**LOGIN, "password": "another password"}
    assert (await client.post("/auth/login", data=again)).status_code == 200


async def test_reset_password(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent sets a password once; whether there is an account is not told."""
    header = bearing((await signed_up(client))["access_token"])
    sent: list[str] = []
    monkeypatch.setattr(routes, "send_reset_token", lambda _, token: sent.append(token))
    path = "/auth/request-password-reset"
    known = await client.post(path, json={"email": GIVEN["email"]})
    unknown = await client.post(path, json={"email": "nobody@example.com"})
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    given = {"token": sent[0], "new_password": "another password"}
    assert (await client.post("/auth/reset-password", json=given)).status_code == 200
    assert (await client.post("/auth/reset-password", json=given)).status_code == 400
    assert (await client.get("/auth/me", headers=header)).status_code == 401
    again = {**LOGIN, "password": "another password"}
    assert (await client.post("/auth/login", data=again)).status_code == 200
    assert len(sent) == 1


def test_weak_secrets_are_refused() -> None:
    """A secret that could be guessed does not start."""
    with pytest.raises(RuntimeError, match="32 bytes"):
        security._signing_key("secret")


async def test_clients_that_sign_in(client: AsyncClient) -> None:
    """A client of the tests has an account without having asked for one."""
    assert (await signed_in(client).get("/auth/me")).json()["email"] == EMAIL
