"""Sessions: listed and ended by their user, and by nobody else."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlmodel import col, update

from app.database import Session
from app.models import LoginSession
from app.services import auth_service
from tests.auth_helpers import (
    AUTH,
    PASSWORD,
    Tokens,
    assert_unauthorized,
    bearer,
    claims_of,
    log_in,
    read_me,
    refresh,
    register,
    sign_up,
)


async def logout(client: AsyncClient, tokens: Tokens, path: str = "logout") -> int:
    """Log out and return the status."""
    return (await client.post(f"{AUTH}/{path}", headers=bearer(tokens))).status_code


async def list_sessions(client: AsyncClient, tokens: Tokens) -> list[dict[str, object]]:
    """Return the sessions that a user sees."""
    response = await client.get(f"{AUTH}/sessions", headers=bearer(tokens))
    assert response.status_code == 200, response.text
    sessions: list[dict[str, object]] = response.json()["items"]
    return sessions


async def end(client: AsyncClient, tokens: Tokens, session_id: object) -> int:
    """End a session by its id and return the status."""
    response = await client.delete(f"{AUTH}/sessions/{session_id}", headers=bearer(tokens))
    return response.status_code


async def test_logout_ends_the_access_token(client: AsyncClient) -> None:
    """At once, though its signature was verified a moment ago."""
    tokens = await sign_up(client)
    assert (await read_me(client, tokens)).status_code == 200
    assert await logout(client, tokens) == 204
    assert_unauthorized(await read_me(client, tokens))


async def test_logout_ends_the_refresh_token(client: AsyncClient) -> None:
    """Or the door would be open for another month."""
    tokens = await sign_up(client)
    await logout(client, tokens)
    assert_unauthorized(await refresh(client, tokens))


async def test_logout_ends_earlier_access_tokens_of_the_session(client: AsyncClient) -> None:
    """All that was ever issued in it."""
    tokens = await sign_up(client)
    renewed = (await refresh(client, tokens)).json()
    await logout(client, renewed)
    assert_unauthorized(await read_me(client, tokens))


async def test_logging_out_twice(client: AsyncClient) -> None:
    """The second time nobody is there any more."""
    tokens = await sign_up(client)
    assert await logout(client, tokens) == 204
    assert await logout(client, tokens) == 401


async def test_logout_ends_one_session_only(client: AsyncClient) -> None:
    """The other device stays logged in."""
    tokens = await sign_up(client)
    other = await log_in(client)
    await logout(client, tokens)
    assert (await read_me(client, other)).status_code == 200


async def test_logging_in_again_after_a_logout(client: AsyncClient) -> None:
    """A new session, in which the old tokens stay dead."""
    tokens = await sign_up(client)
    await logout(client, tokens)
    assert (await read_me(client, await log_in(client))).status_code == 200
    assert_unauthorized(await read_me(client, tokens))


async def test_logout_everywhere_ends_every_session(client: AsyncClient) -> None:
    """This one too; access and refresh tokens alike."""
    pairs = [await sign_up(client), await log_in(client), await log_in(client)]
    assert await logout(client, pairs[0], "logout-everywhere") == 204
    for pair in pairs:
        assert_unauthorized(await read_me(client, pair))
        assert_unauthorized(await refresh(client, pair))


async def test_logout_everywhere_leaves_other_users_alone(client: AsyncClient) -> None:
    """Everywhere is where I am."""
    dave = await sign_up(client, "dave@example.com")
    await logout(client, await sign_up(client), "logout-everywhere")
    assert (await read_me(client, dave)).status_code == 200


async def test_the_list_shows_where_one_is_logged_in(client: AsyncClient) -> None:
    """With the program that logged in, and which of them is asking."""
    await register(client)
    form = {"username": "carol@example.com", "password": PASSWORD}
    await client.post(f"{AUTH}/login", data=form, headers={"User-Agent": "Phone/1.0"})
    tokens = await log_in(client)
    sessions = await list_sessions(client, tokens)
    assert len(sessions) == 2
    assert [one["id"] for one in sessions if one["current"]] == [
        claims_of(tokens["access_token"])["sid"]
    ]
    assert "Phone/1.0" in [one["user_agent"] for one in sessions]


async def test_the_list_begins_with_the_session_used_last(client: AsyncClient) -> None:
    """Refreshing is using."""
    first = await sign_up(client)
    await log_in(client)
    renewed = (await refresh(client, first)).json()
    sessions = await list_sessions(client, renewed)
    assert sessions[0]["id"] == claims_of(first["access_token"])["sid"]


async def test_the_list_shows_no_secret(client: AsyncClient) -> None:
    """Neither tokens nor their ids."""
    tokens = await sign_up(client)
    response = await client.get(f"{AUTH}/sessions", headers=bearer(tokens))
    assert claims_of(tokens["refresh_token"])["jti"] not in response.text
    assert set(response.json()["items"][0]) == {
        "id",
        "created_at",
        "last_used_at",
        "expires_at",
        "user_agent",
        "current",
    }


async def test_the_list_leaves_out_what_has_expired(client: AsyncClient, session: Session) -> None:
    """It may lie around until the next login."""
    await sign_up(client)
    tokens = await log_in(client)
    current = claims_of(tokens["access_token"])["sid"]
    past = datetime.now(UTC) - timedelta(seconds=1)
    await session.execute(
        update(LoginSession).where(col(LoginSession.id) != UUID(current)).values(expires_at=past)
    )
    assert [one["id"] for one in await list_sessions(client, tokens)] == [current]


async def test_the_list_shows_nobody_else(client: AsyncClient) -> None:
    """One's own sessions only."""
    await sign_up(client, "dave@example.com")
    assert len(await list_sessions(client, await sign_up(client))) == 1


async def test_the_list_has_an_end(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever logs in all day long still gets an answer, with the sessions used last."""
    monkeypatch.setattr(auth_service, "LISTED_SESSIONS", 2)
    await sign_up(client)
    for _ in range(2):
        tokens = await log_in(client)
    sessions = await list_sessions(client, tokens)
    assert [item["current"] for item in sessions] == [True, False]


async def test_a_very_long_user_agent_is_cut(client: AsyncClient) -> None:
    """It is there to be recognized, not to fill the table."""
    await register(client)
    form = {"username": "carol@example.com", "password": PASSWORD}
    long = {"User-Agent": "x" * 5000}
    tokens = (await client.post(f"{AUTH}/login", data=form, headers=long)).json()
    [only] = await list_sessions(client, tokens)
    assert only["user_agent"] == "x" * 200


async def test_ending_another_session_of_mine(client: AsyncClient) -> None:
    """The lost phone."""
    lost, tokens = await sign_up(client), await log_in(client)
    assert await end(client, tokens, claims_of(lost["access_token"])["sid"]) == 204
    assert_unauthorized(await read_me(client, lost))
    assert_unauthorized(await refresh(client, lost))
    assert (await read_me(client, tokens)).status_code == 200


async def test_the_session_of_somebody_else_is_not_found(client: AsyncClient) -> None:
    """The same answer as for a session that never was, and it goes on."""
    dave = await sign_up(client, "dave@example.com")
    tokens = await sign_up(client)
    foreign = claims_of(dave["access_token"])["sid"]
    headers = bearer(tokens)
    theirs = await client.delete(f"{AUTH}/sessions/{foreign}", headers=headers)
    nobodys = await client.delete(f"{AUTH}/sessions/{uuid4()}", headers=headers)
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.content == nobodys.content
    assert (await read_me(client, dave)).status_code == 200


async def test_what_is_no_id_is_refused(client: AsyncClient) -> None:
    """422, not 500."""
    assert await end(client, await sign_up(client), "not-an-id") == 422
