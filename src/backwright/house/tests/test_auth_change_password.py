"""Changing the password: proved by the old one, and nothing of the old times stays open."""

import asyncio

import pytest
from httpx import AsyncClient

from app import hashing, passwords
from app.config import get_settings
from app.database import Session
from app.services import user_service
from tests.auth_helpers import (
    AUTH,
    CAROL,
    OTHER_PASSWORD,
    PASSWORD,
    Mailbox,
    assert_unauthorized,
    bearer,
    change_password,
    error_of,
    log_in,
    read_me,
    refresh,
    register,
    request_reset,
    reset,
    set_user,
    sign_up,
    try_login,
    user_column,
    verify_email,
)


async def test_the_new_password_works_and_the_old_one_does_not(client: AsyncClient) -> None:
    """The point of it."""
    await change_password(client, await sign_up(client))
    assert (await try_login(client, password=OTHER_PASSWORD)).status_code == 200
    assert_unauthorized(await try_login(client))


async def test_every_session_ends(client: AsyncClient) -> None:
    """This one too: whoever copied its tokens is out."""
    tokens = await sign_up(client)
    other = await log_in(client)
    assert (await change_password(client, tokens)).status_code == 200
    for pair in (tokens, other):
        assert_unauthorized(await read_me(client, pair))
        assert_unauthorized(await refresh(client, pair))


async def test_the_answer_begins_a_new_session(client: AsyncClient) -> None:
    """The one who changed it need not log in again."""
    response = await change_password(client, await sign_up(client))
    assert response.headers["Cache-Control"] == "no-store"
    assert (await read_me(client, response.json())).status_code == 200
    assert (await refresh(client, response.json())).status_code == 200


async def test_a_wrong_old_password_changes_nothing(client: AsyncClient, session: Session) -> None:
    """400 and not 401: the token is good, and a client should not throw it away."""
    tokens = await sign_up(client)
    before = await user_column(session, "password_hash")
    response = await change_password(client, tokens, old="not the password")
    assert response.status_code == 400
    assert error_of(response) == "Incorrect password"
    assert await user_column(session, "password_hash") == before
    assert (await read_me(client, tokens)).status_code == 200


async def test_the_owner_is_told(client: AsyncClient, mailbox: Mailbox) -> None:
    """By mail, in case it was not them; the password is not in it."""
    await change_password(client, await sign_up(client))
    mail = mailbox.mails[-1]
    assert mail.recipient == CAROL
    assert "changed" in mail.subject
    assert OTHER_PASSWORD not in mail.text


async def test_links_from_before_are_dead(client: AsyncClient, mailbox: Mailbox) -> None:
    """A reset link that somebody else got hold of is no way back in."""
    tokens = await sign_up(client)
    token = await request_reset(client, mailbox)
    await change_password(client, tokens)
    assert (await reset(client, token, "a third password")).status_code == 400
    assert (await try_login(client, password=OTHER_PASSWORD)).status_code == 200


async def test_a_pending_move_of_the_address_is_cancelled(
    client: AsyncClient, mailbox: Mailbox
) -> None:
    """The mail that warns of the move says so."""
    tokens = await sign_up(client)
    body = {"email": "mallory@example.com", "password": PASSWORD}
    await client.post(f"{AUTH}/change-email", json=body, headers=bearer(tokens))
    await change_password(client, tokens)
    token = mailbox.token("mallory@example.com", "verify-email")
    assert (await verify_email(client, token)).status_code == 400


async def test_other_users_stay_logged_in(client: AsyncClient) -> None:
    """Only the caller's sessions end."""
    dave = await sign_up(client, "dave@example.com")
    await change_password(client, await sign_up(client))
    assert (await read_me(client, dave)).status_code == 200


@pytest.mark.parametrize("new", ["seven77", "a" * 129, "", None])
async def test_the_new_password_has_bounds(client: AsyncClient, new: str) -> None:
    """The same as at registration."""
    tokens = await sign_up(client)
    assert (await change_password(client, tokens, new=new)).status_code == 422
    assert (await try_login(client)).status_code == 200


async def test_of_two_changes_at_once_one_wins(client: AsyncClient) -> None:
    """And its password is the one that works."""
    first, second = await sign_up(client), await log_in(client)
    answers = await asyncio.gather(
        change_password(client, first, new="the first new one"),
        change_password(client, second, new="the second new one"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 401]
    winner = "first" if answers[0].status_code == 200 else "second"
    assert (await try_login(client, password=f"the {winner} new one")).status_code == 200


async def test_a_password_set_during_a_change_stays(
    client: AsyncClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever proves the old password must not overwrite the one that a reset has just set."""
    tokens = await sign_up(client)
    newer = hashing.compute_hash("set by a reset", 4)

    async def hash_slowly(password: str) -> str:
        await set_user(session, password_hash=newer)
        return await passwords.hash_password(password)

    monkeypatch.setattr(user_service, "hash_password", hash_slowly)
    assert_unauthorized(await change_password(client, tokens))
    assert await user_column(session, "password_hash") == newer


async def test_a_change_brings_the_hash_to_todays_cost(
    client: AsyncClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new hash is never an old one's cost."""
    tokens = await sign_up(client)
    monkeypatch.setattr(get_settings(), "bcrypt_cost", 5)
    await change_password(client, tokens)
    assert (await user_column(session, "password_hash")).startswith("$2b$05$")


async def test_a_login_and_a_change_at_once_leave_no_old_session(client: AsyncClient) -> None:
    """A login with the old password either fails or ends with the change."""
    await register(client)
    tokens = await log_in(client)
    login, changed = await asyncio.gather(try_login(client), change_password(client, tokens))
    assert changed.status_code == 200
    if login.status_code == 200:
        assert_unauthorized(await read_me(client, login.json()))
