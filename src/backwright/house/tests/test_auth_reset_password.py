"""Resetting the password: a link by mail, good once and not for long."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from httpx import AsyncClient
from sqlmodel import func, select, update

from app.config import get_settings
from app.database import Session
from app.models import OneTimeToken
from app.services import auth_tokens
from tests.auth_helpers import (
    AUTH,
    CAROL,
    OTHER_PASSWORD,
    Mailbox,
    assert_unauthorized,
    error_of,
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


async def test_the_link_sets_a_new_password(client: AsyncClient, mailbox: Mailbox) -> None:
    """The way back in."""
    await register(client)
    assert (await reset(client, await request_reset(client, mailbox))).status_code == 204
    assert (await try_login(client, password=OTHER_PASSWORD)).status_code == 200
    assert_unauthorized(await try_login(client))


async def test_asking_alone_changes_nothing(client: AsyncClient, mailbox: Mailbox) -> None:
    """Anybody can ask for anybody: sessions and password stay as they are."""
    tokens = await sign_up(client)
    await request_reset(client, mailbox)
    assert (await read_me(client, tokens)).status_code == 200
    assert (await try_login(client)).status_code == 200


async def test_a_token_is_good_once(client: AsyncClient, mailbox: Mailbox) -> None:
    """A link in an old mail is no key."""
    await register(client)
    token = await request_reset(client, mailbox)
    await reset(client, token)
    again = await reset(client, token, "a third password")
    assert again.status_code == 400
    assert error_of(again) == auth_tokens.INVALID_LINK
    assert_unauthorized(await try_login(client, password="a third password"))


async def test_of_two_at_once_one_wins(client: AsyncClient, mailbox: Mailbox) -> None:
    """Single use holds for parallel requests too."""
    await register(client)
    token = await request_reset(client, mailbox)
    passwords = [f"new password {number}" for number in range(5)]
    answers = await asyncio.gather(*(reset(client, token, password) for password in passwords))
    assert sorted(answer.status_code for answer in answers) == [204, 400, 400, 400, 400]
    logins = [(await try_login(client, password=password)).status_code for password in passwords]
    assert [status == 200 for status in logins] == [answer.status_code == 204 for answer in answers]


async def test_a_token_expires(client: AsyncClient, mailbox: Mailbox, session: Session) -> None:
    """Within half an hour by default."""
    await register(client)
    token = await request_reset(client, mailbox)
    left = await session.scalar(
        select(OneTimeToken.expires_at).where(OneTimeToken.purpose == "reset_password")
    ) - datetime.now(UTC)
    assert timedelta() < left <= timedelta(minutes=get_settings().reset_token_minutes)
    past = datetime.now(UTC) - timedelta(seconds=1)
    await session.execute(update(OneTimeToken).values(expires_at=past))
    assert (await reset(client, token)).status_code == 400


async def test_a_newer_link_replaces_the_older(client: AsyncClient, mailbox: Mailbox) -> None:
    """One open door at a time."""
    await register(client)
    older = await request_reset(client, mailbox)
    newer = await request_reset(client, mailbox)
    assert older != newer
    assert (await reset(client, older)).status_code == 400
    assert (await reset(client, newer)).status_code == 204


async def test_every_session_ends(client: AsyncClient, mailbox: Mailbox) -> None:
    """Whoever knew the old password is out; the one who resets logs in again."""
    tokens = await sign_up(client)
    await reset(client, await request_reset(client, mailbox))
    assert_unauthorized(await read_me(client, tokens))
    assert_unauthorized(await refresh(client, tokens))


async def test_the_token_is_stored_as_a_hash_only(
    client: AsyncClient, mailbox: Mailbox, session: Session
) -> None:
    """A copy of the database opens no account."""
    await register(client)
    token = await request_reset(client, mailbox)
    stored = await session.scalar(
        select(OneTimeToken.token_hash).where(OneTimeToken.purpose == "reset_password")
    )
    secret = token.partition(".")[2]
    assert len(secret) >= 43  # 256 bits in base64
    assert secret not in stored
    assert (await reset(client, token.replace(secret, stored))).status_code == 400


async def test_a_used_token_leaves_no_row(
    client: AsyncClient, mailbox: Mailbox, session: Session
) -> None:
    """The table holds open links only."""
    await register(client)
    await reset(client, await request_reset(client, mailbox))
    assert await session.scalar(select(func.count()).select_from(OneTimeToken)) == 0


async def test_the_token_of_another_purpose(client: AsyncClient, mailbox: Mailbox) -> None:
    """The link that confirms an address sets no password."""
    await register(client)
    token = mailbox.token(CAROL, "verify-email")
    assert (await reset(client, token)).status_code == 400
    assert (await verify_email(client, token)).status_code == 204


async def test_the_secret_of_one_user_with_the_name_of_another(
    client: AsyncClient, mailbox: Mailbox, session: Session
) -> None:
    """The two halves of a token belong together."""
    await register(client)
    await register(client, "dave@example.com")
    secret = (await request_reset(client, mailbox, "dave@example.com")).partition(".")[2]
    await request_reset(client, mailbox)
    carol = (await user_column(session, "id")).hex
    assert (await reset(client, f"{carol}.{secret}")).status_code == 400


@pytest.mark.parametrize(
    "token", ["", ".", "garbage", "x.y", f"{'0' * 32}.", f"{'0' * 32}.{'A' * 43}", "a\0b.c", "é.😀"]
)
async def test_garbage(client: AsyncClient, token: str) -> None:
    """400 in the same words, never 500."""
    response = await reset(client, token)
    assert response.status_code == 400
    assert error_of(response) == auth_tokens.INVALID_LINK


async def test_a_refused_new_password_leaves_the_link_good(
    client: AsyncClient, mailbox: Mailbox
) -> None:
    """Mistyping does not cost another mail."""
    await register(client)
    token = await request_reset(client, mailbox)
    assert (await reset(client, token, "short")).status_code == 422
    assert (await reset(client, token)).status_code == 204


async def test_a_bad_token_costs_no_hash(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Strangers cannot keep the processors busy with links they made up."""
    monkeypatch.setattr("app.services.user_service.hash_password", None)
    assert (await reset(client, f"{'0' * 32}.{'A' * 43}")).status_code == 400


async def test_an_unknown_address_gets_the_same_answer_and_no_mail(
    client: AsyncClient, mailbox: Mailbox
) -> None:
    """Nothing to learn, and nobody to bother."""
    await register(client)
    mailbox.mails.clear()
    answers = [
        await client.post(f"{AUTH}/request-password-reset", json={"email": email})
        for email in (CAROL, "nobody@example.com")
    ]
    assert answers[0].status_code == answers[1].status_code == 202
    assert answers[0].content == answers[1].content
    assert [mail.recipient for mail in mailbox.mails] == [CAROL]


async def test_mail_goes_to_the_stored_address(client: AsyncClient, mailbox: Mailbox) -> None:
    """Not to the spelling that was typed, which may be somebody else's mailbox."""
    await register(client)
    mailbox.mails.clear()
    await client.post(f"{AUTH}/request-password-reset", json={"email": "CAROL@Example.com"})
    assert [mail.recipient for mail in mailbox.mails] == [CAROL]


async def test_a_deactivated_user_gets_no_link(
    client: AsyncClient, mailbox: Mailbox, session: Session
) -> None:
    """Resetting is not activating."""
    await register(client)
    mailbox.mails.clear()
    await set_user(session, is_active=False)
    await client.post(f"{AUTH}/request-password-reset", json={"email": CAROL})
    assert mailbox.mails == []


async def test_a_user_deactivated_meanwhile_cannot_use_the_link(
    client: AsyncClient, mailbox: Mailbox, session: Session
) -> None:
    """And the link is not used up by trying."""
    await register(client)
    token = await request_reset(client, mailbox)
    await set_user(session, is_active=False)
    assert (await reset(client, token)).status_code == 400
    await set_user(session, is_active=True)
    assert (await reset(client, token)).status_code == 204


async def test_a_link_to_an_address_left_behind_is_dead(
    client: AsyncClient, mailbox: Mailbox, session: Session
) -> None:
    """Whoever owns the old mailbox now does not own the account."""
    await register(client)
    token = await request_reset(client, mailbox)
    await set_user(session, email="carol@example.org")
    assert (await reset(client, token)).status_code == 400


async def test_a_reset_confirms_the_address(
    client: AsyncClient, mailbox: Mailbox, session: Session
) -> None:
    """The link came by mail. And whoever registered somebody else's address is out by it."""
    await register(client)
    await reset(client, await request_reset(client, mailbox))
    assert await user_column(session, "email_verified_at") is not None


async def test_an_address_stays_confirmed_since_when_it_was(
    client: AsyncClient, mailbox: Mailbox, session: Session
) -> None:
    """A reset proves it again, but not for the first time."""
    await register(client)
    earlier = datetime(2020, 1, 1, tzinfo=UTC)
    await set_user(session, email_verified_at=earlier)
    assert (await reset(client, await request_reset(client, mailbox))).status_code == 204
    assert await user_column(session, "email_verified_at") == earlier


async def test_the_owner_is_told(client: AsyncClient, mailbox: Mailbox) -> None:
    """By one more mail, in case it was not them."""
    await register(client)
    await reset(client, await request_reset(client, mailbox))
    assert "changed" in mailbox.to(CAROL)[-1].subject


async def test_nobody_is_flooded_with_mail(
    client: AsyncClient, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the limit the answer stays the same, mails stop, and the last link stays good."""
    monkeypatch.setattr(get_settings(), "mail_limit_per_recipient", "2/hour")
    await register(client)
    mailbox.mails.clear()
    answers = [
        await client.post(f"{AUTH}/request-password-reset", json={"email": CAROL}) for _ in range(5)
    ]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert len(mailbox.mails) == 2
    assert (await reset(client, mailbox.token(CAROL, "reset-password"))).status_code == 204


async def test_two_requests_at_once_leave_one_good_link(
    client: AsyncClient, mailbox: Mailbox
) -> None:
    """No request fails, and of the links that were mailed exactly one works."""
    await register(client)
    body = {"email": CAROL}
    answers = await asyncio.gather(
        *(client.post(f"{AUTH}/request-password-reset", json=body) for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {202}
    tokens = {
        mail.text.partition("#token=")[2].split()[0]
        for mail in mailbox.to(CAROL)
        if "reset-password#" in mail.text
    }
    statuses = [(await reset(client, token)).status_code for token in tokens]
    assert statuses.count(204) == 1
