"""Accounts and tokens over HTTP."""

from datetime import datetime, timedelta, timezone

import jwt
import pytest
from httpx import AsyncClient

from app import security
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
    claims = {"sub": "00000000-0000-0000-0000-000000000000", "iat": now}
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


def test_weak_secrets_are_refused() -> None:
    """A secret that could be guessed does not start."""
    with pytest.raises(RuntimeError, match="32 bytes"):
        security._signing_key("secret")


async def test_clients_that_sign_in(client: AsyncClient) -> None:
    """A client of the tests has an account without having asked for one."""
    assert (await signed_in(client).get("/auth/me")).json()["email"] == EMAIL
