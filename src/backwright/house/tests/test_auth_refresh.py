"""Refreshing: every refresh token is good once, and a copy ends the session for both holders."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest
from httpx import AsyncClient
from sqlmodel import col, delete, func, select, update

from app.config import get_settings
from app.database import Session
from app.models import LoginSession, User
from tests.auth_helpers import (
    AUTH,
    CAROL,
    Mailbox,
    Tokens,
    assert_unauthorized,
    claims_of,
    log_in,
    read_me,
    refresh,
    request_reset,
    set_user,
    sign,
    sign_up,
)


@pytest.fixture
async def tokens(client: AsyncClient) -> Tokens:
    """The tokens of a fresh user."""
    return await sign_up(client)


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """No grace for races: an older token ends the session at once."""
    monkeypatch.setattr(get_settings(), "refresh_reuse_grace_seconds", 0)


async def count_sessions(session: Session) -> int:
    """Return how many sessions there are."""
    count: int = await session.scalar(select(func.count()).select_from(LoginSession))
    return count


async def test_a_refresh_gives_a_new_pair(client: AsyncClient, tokens: Tokens) -> None:
    """Both tokens are new and work; the answer is not to be cached."""
    response = await refresh(client, tokens)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    renewed = response.json()
    assert renewed["access_token"] != tokens["access_token"]
    assert renewed["refresh_token"] != tokens["refresh_token"]
    assert (await read_me(client, renewed)).status_code == 200


async def test_a_refresh_stays_in_its_session(
    client: AsyncClient, session: Session, tokens: Tokens
) -> None:
    """No session more, and its end stays where it was: refreshing is not staying forever."""
    end = await session.scalar(select(LoginSession.expires_at))
    renewed = (await refresh(client, tokens)).json()
    old, new = claims_of(tokens["refresh_token"]), claims_of(renewed["refresh_token"])
    assert (new["sub"], new["sid"], new["exp"]) == (old["sub"], old["sid"], old["exp"])
    assert await session.scalar(select(LoginSession.expires_at)) == end
    assert await count_sessions(session) == 1


async def test_refreshing_many_times_in_a_row(
    client: AsyncClient, session: Session, tokens: Tokens
) -> None:
    """A month of use leaves one row behind."""
    for _ in range(20):
        response = await refresh(client, tokens)
        assert response.status_code == 200
        tokens = response.json()
    assert await count_sessions(session) == 1


async def test_the_use_is_noted(client: AsyncClient, session: Session, tokens: Tokens) -> None:
    """So that the list of sessions can say when a device was last seen."""
    before = datetime.now(UTC)
    await refresh(client, tokens)
    assert await session.scalar(select(LoginSession.last_used_at)) >= before


async def test_a_refresh_token_is_good_once(client: AsyncClient, tokens: Tokens) -> None:
    """The second exchange is refused."""
    assert (await refresh(client, tokens)).status_code == 200
    assert_unauthorized(await refresh(client, tokens))


@pytest.mark.usefixtures("strict")
async def test_reuse_ends_the_whole_family(client: AsyncClient, tokens: Tokens) -> None:
    """The thief's tokens and the owner's: all dead, the access tokens included."""
    renewed = (await refresh(client, tokens)).json()
    newest = (await refresh(client, renewed)).json()
    assert_unauthorized(await refresh(client, tokens))
    assert_unauthorized(await refresh(client, newest))
    for pair in (tokens, renewed, newest):
        assert_unauthorized(await read_me(client, pair))


async def test_reuse_of_a_token_long_gone_gets_no_grace(
    client: AsyncClient, tokens: Tokens
) -> None:
    """A race is about the token just exchanged; the one before it comes from a copy."""
    newest = (await refresh(client, (await refresh(client, tokens)).json())).json()
    assert_unauthorized(await refresh(client, tokens))
    assert_unauthorized(await read_me(client, newest))


async def test_reuse_after_the_grace_ends_the_family(
    client: AsyncClient, session: Session, tokens: Tokens
) -> None:
    """The same token that would have been a race is a theft a minute later."""
    newest = (await refresh(client, tokens)).json()
    past = datetime.now(UTC) - timedelta(minutes=1)
    await session.execute(update(LoginSession).values(last_used_at=past))
    assert_unauthorized(await refresh(client, tokens))
    assert_unauthorized(await read_me(client, newest))


async def test_reuse_ends_only_the_family(client: AsyncClient, tokens: Tokens) -> None:
    """The user's other devices stay logged in."""
    other = await log_in(client)
    await refresh(client, (await refresh(client, tokens)).json())
    assert_unauthorized(await refresh(client, tokens))
    assert (await read_me(client, other)).status_code == 200
    assert (await refresh(client, other)).status_code == 200


async def test_reuse_is_logged_without_the_token(
    client: AsyncClient, tokens: Tokens, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever watches the logs learns whose session it was."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    await refresh(client, (await refresh(client, tokens)).json())
    capsys.readouterr()
    await refresh(client, tokens)
    written = capsys.readouterr().out
    assert "reused" in written
    assert claims_of(tokens["refresh_token"])["sid"] in written
    assert tokens["refresh_token"] not in written


async def test_of_two_at_once_one_wins_and_nobody_is_thrown_out(
    client: AsyncClient, session: Session, tokens: Tokens
) -> None:
    """Two tabs of a browser refresh at once: that is no theft."""
    answers = await asyncio.gather(*(refresh(client, tokens) for _ in range(6)))
    winners = [answer.json() for answer in answers if answer.status_code == 200]
    assert [answer.status_code for answer in answers].count(401) == 5
    assert len(winners) == 1
    assert await count_sessions(session) == 1
    assert (await read_me(client, winners[0])).status_code == 200
    assert (await refresh(client, winners[0])).status_code == 200


@pytest.mark.usefixtures("strict")
async def test_without_grace_a_race_ends_the_session(
    client: AsyncClient, session: Session, tokens: Tokens
) -> None:
    """For those who would rather be thrown out: the setting is real."""
    await asyncio.gather(*(refresh(client, tokens) for _ in range(3)))
    assert await count_sessions(session) == 0


async def test_an_expired_session_cannot_be_refreshed(
    client: AsyncClient, session: Session, tokens: Tokens
) -> None:
    """Whatever the token says: the row decides."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    await session.execute(update(LoginSession).values(expires_at=past))
    assert_unauthorized(await refresh(client, tokens))


async def test_an_expired_refresh_token(client: AsyncClient, tokens: Tokens) -> None:
    """Whatever the row says: the token decides."""
    claims = claims_of(tokens["refresh_token"]) | {"exp": 1}
    assert_unauthorized(await refresh(client, sign(claims)))


async def test_a_forged_refresh_token(client: AsyncClient, tokens: Tokens) -> None:
    """With another key; and it does not end the session that it names."""
    claims = claims_of(tokens["refresh_token"]) | {"jti": claims_of(tokens["access_token"])["jti"]}
    forged = sign(claims, "another-key-of-a-decent-length-0123456789")
    assert_unauthorized(await refresh(client, forged))
    assert (await refresh(client, tokens)).status_code == 200


async def test_an_access_token_is_no_refresh_token(client: AsyncClient, tokens: Tokens) -> None:
    """Refused, and the session goes on."""
    assert_unauthorized(await refresh(client, tokens["access_token"]))
    assert (await refresh(client, tokens)).status_code == 200


async def test_a_reset_token_is_no_refresh_token(
    client: AsyncClient, mailbox: Mailbox, tokens: Tokens
) -> None:
    """What came by mail opens one form only."""
    assert tokens
    assert_unauthorized(await refresh(client, await request_reset(client, mailbox)))


@pytest.mark.parametrize("token", ["", "garbage", "a.b.c", "x" * 4096, "\ud7ff.é.😀", "a\0b"])
async def test_garbage(client: AsyncClient, token: str) -> None:
    """401, never 500."""
    assert_unauthorized(await refresh(client, token))


@pytest.mark.parametrize(
    "body", [{}, {"refresh_token": None}, {"refresh_token": 7}, {"refresh_token": "x" * 5000}, []]
)
async def test_what_is_no_request(client: AsyncClient, body: object) -> None:
    """422."""
    assert (await client.post(f"{AUTH}/refresh", json=body)).status_code == 422


async def test_a_deactivated_user_cannot_refresh(
    client: AsyncClient, session: Session, tokens: Tokens
) -> None:
    """Nor is the session ended by trying: the account may be activated again."""
    tokens = (await refresh(client, tokens)).json()
    await set_user(session, is_active=False)
    assert_unauthorized(await refresh(client, tokens))
    await set_user(session, is_active=True)
    assert (await refresh(client, tokens)).status_code == 200


async def test_a_deleted_user_cannot_refresh(
    client: AsyncClient, session: Session, tokens: Tokens
) -> None:
    """The session went with the user."""
    await session.execute(delete(User).where(col(User.email) == CAROL))
    assert_unauthorized(await refresh(client, tokens))


async def test_a_refresh_token_of_one_user_with_the_session_of_another(
    client: AsyncClient, tokens: Tokens
) -> None:
    """Even signed by us, it opens nothing and ends nothing."""
    dave = await sign_up(client, "dave@example.com")
    mixed = claims_of(tokens["refresh_token"]) | {"sid": claims_of(dave["refresh_token"])["sid"]}
    assert_unauthorized(await refresh(client, sign(mixed)))
    assert (await refresh(client, dave)).status_code == 200
    assert (await refresh(client, tokens)).status_code == 200
