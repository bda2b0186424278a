"""Addresses: confirmed by a link, and moved by a link to the new one."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from httpx import AsyncClient, Response
from sqlmodel import col, delete, update

from app.config import get_settings
from app.database import Session
from app.models import OneTimeToken, User
from app.services import account_mail_service
from tests.auth_helpers import (
    AUTH,
    CAROL,
    PASSWORD,
    Mailbox,
    Tokens,
    bearer,
    error_of,
    read_me,
    register,
    request_reset,
    reset,
    set_user,
    sign_up,
    try_login,
    user_column,
    verify_email,
)

NEW = "carol@example.org"


async def request_verification(client: AsyncClient, email: str = CAROL) -> Response:
    """Ask for another link."""
    return await client.post(f"{AUTH}/request-email-verification", json={"email": email})


async def change_email(
    client: AsyncClient, tokens: Tokens, email: str = NEW, password: str = PASSWORD
) -> Response:
    """Ask to move the account."""
    body = {"email": email, "password": password}
    return await client.post(f"{AUTH}/change-email", json=body, headers=bearer(tokens))


async def test_the_link_confirms_the_address(
    client: AsyncClient, mailbox: Mailbox, session: Session
) -> None:
    """Nothing but the link does."""
    await register(client)
    assert await user_column(session, "email_verified_at") is None
    token = mailbox.token(CAROL, "verify-email")
    assert (await verify_email(client, token)).status_code == 204
    assert await user_column(session, "email_verified_at") is not None


async def test_me_shows_it(client: AsyncClient, mailbox: Mailbox) -> None:
    """So that a frontend can remind."""
    tokens = await sign_up(client)
    assert (await read_me(client, tokens)).json()["email_verified_at"] is None
    await verify_email(client, mailbox.token(CAROL, "verify-email"))
    assert (await read_me(client, tokens)).json()["email_verified_at"] is not None


async def test_a_link_is_good_once(client: AsyncClient, mailbox: Mailbox) -> None:
    """Even though confirming twice would do no harm."""
    await register(client)
    token = mailbox.token(CAROL, "verify-email")
    answers = await asyncio.gather(*(verify_email(client, token) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 400, 400, 400]


async def test_a_link_expires(client: AsyncClient, mailbox: Mailbox, session: Session) -> None:
    """After a day by default."""
    await register(client)
    past = datetime.now(UTC) - timedelta(seconds=1)
    await session.execute(update(OneTimeToken).values(expires_at=past))
    token = mailbox.token(CAROL, "verify-email")
    assert (await verify_email(client, token)).status_code == 400


async def test_a_reset_link_confirms_nothing(client: AsyncClient, mailbox: Mailbox) -> None:
    """And stays good for what it is for."""
    await register(client)
    token = await request_reset(client, mailbox)
    assert (await verify_email(client, token)).status_code == 400
    assert (await reset(client, token)).status_code == 204


@pytest.mark.parametrize("token", ["", "garbage", f"{'0' * 32}.{'A' * 43}", "x" * 129])
async def test_garbage(client: AsyncClient, token: str) -> None:
    """400, or 422 for what is too long to be one; never 500."""
    expected = 422 if len(token) > 128 else 400
    assert (await verify_email(client, token)).status_code == expected


async def test_the_link_of_a_user_who_is_gone(
    client: AsyncClient, mailbox: Mailbox, session: Session
) -> None:
    """The links went with the account."""
    await register(client)
    token = mailbox.token(CAROL, "verify-email")
    await session.execute(delete(User).where(col(User.email) == CAROL))
    assert (await verify_email(client, token)).status_code == 400


async def test_another_link_can_be_asked_for(client: AsyncClient, mailbox: Mailbox) -> None:
    """It replaces the first."""
    await register(client)
    first = mailbox.token(CAROL, "verify-email")
    assert (await request_verification(client)).status_code == 202
    second = mailbox.token(CAROL, "verify-email")
    assert (await verify_email(client, first)).status_code == 400
    assert (await verify_email(client, second)).status_code == 204


async def test_asking_for_a_link_tells_nothing(
    client: AsyncClient, mailbox: Mailbox, session: Session
) -> None:
    """Unknown, confirmed, deactivated, waiting: one answer, and mail to the waiting only."""
    for name in ("waiting", "confirmed", "deactivated"):
        await register(client, f"{name}@example.com")
    await set_user(session, "confirmed@example.com", email_verified_at=datetime.now(UTC))
    await set_user(session, "deactivated@example.com", is_active=False)
    mailbox.mails.clear()
    answers = [
        await request_verification(client, f"{name}@example.com")
        for name in ("waiting", "confirmed", "deactivated", "unknown")
    ]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert [mail.recipient for mail in mailbox.mails] == ["waiting@example.com"]


async def test_the_account_moves_when_the_new_address_is_confirmed(
    client: AsyncClient, mailbox: Mailbox
) -> None:
    """Not before; then one logs in with the new one, and the session goes on."""
    tokens = await sign_up(client)
    assert (await change_email(client, tokens)).status_code == 202
    assert (await read_me(client, tokens)).json()["email"] == CAROL
    assert (await verify_email(client, mailbox.token(NEW, "verify-email"))).status_code == 204
    me = (await read_me(client, tokens)).json()
    assert me["email"] == NEW
    assert me["email_verified_at"] is not None
    assert (await try_login(client, NEW)).status_code == 200
    assert (await try_login(client)).status_code == 401


async def test_a_move_needs_the_password(client: AsyncClient, mailbox: Mailbox) -> None:
    """A stolen access token does not take the account away."""
    tokens = await sign_up(client)
    mailbox.mails.clear()
    response = await change_email(client, tokens, password="not the password")
    assert response.status_code == 400
    assert error_of(response) == "Incorrect password"
    assert mailbox.mails == []


async def test_a_new_password_cancels_a_move_that_was_asked_for(
    client: AsyncClient, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even one whose link is not made yet: that happens in the background."""
    tokens = await sign_up(client)
    mailbox.mails.clear()
    delayed = account_mail_service._random_delay

    async def change_password_meanwhile() -> None:
        monkeypatch.setattr(account_mail_service, "_random_delay", delayed)
        changed = {"current_password": PASSWORD, "new_password": "another long password"}
        path = f"{AUTH}/change-password"
        response = await client.post(path, json=changed, headers=bearer(tokens))
        assert response.status_code == 200, response.text

    monkeypatch.setattr(account_mail_service, "_random_delay", change_password_meanwhile)
    assert (await change_email(client, tokens)).status_code == 202
    assert NEW not in [mail.recipient for mail in mailbox.mails]


async def test_the_old_address_is_warned(client: AsyncClient, mailbox: Mailbox) -> None:
    """While there is still time, and without the link."""
    tokens = await sign_up(client)
    mailbox.mails.clear()
    await change_email(client, tokens)
    [warning] = mailbox.to(CAROL)
    assert "about to change" in warning.subject
    assert "token" not in warning.text


async def test_moving_to_a_known_address_tells_nothing(
    client: AsyncClient, mailbox: Mailbox
) -> None:
    """The same answer; its owner gets mail that somebody tried, and no link."""
    await register(client, "dave@example.com")
    tokens = await sign_up(client)
    mailbox.mails.clear()
    taken = await change_email(client, tokens, "dave@example.com")
    free = await change_email(client, tokens)
    assert taken.status_code == free.status_code == 202
    assert taken.content == free.content
    assert ["already have" in mail.subject for mail in mailbox.to("dave@example.com")] == [True]


async def test_an_address_taken_meanwhile(
    client: AsyncClient, mailbox: Mailbox, session: Session
) -> None:
    """Only the owner of the mailbox can learn of it; both accounts stay as they are."""
    tokens = await sign_up(client)
    await change_email(client, tokens)
    token = mailbox.token(NEW, "verify-email")
    await register(client, NEW)
    assert (await verify_email(client, token)).status_code == 409
    assert (await read_me(client, tokens)).json()["email"] == CAROL
    assert await user_column(session, "email_verified_at", NEW) is None


async def test_the_new_address_has_no_case(client: AsyncClient, mailbox: Mailbox) -> None:
    """It is stored like any other."""
    tokens = await sign_up(client)
    await change_email(client, tokens, NEW.upper())
    await verify_email(client, mailbox.token(NEW, "verify-email"))
    assert (await read_me(client, tokens)).json()["email"] == NEW


async def test_nobody_is_flooded_with_mail(
    client: AsyncClient, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Registering an address again and again sends its owner a few mails, not more."""
    monkeypatch.setattr(get_settings(), "mail_limit_per_recipient", "2/hour")
    for _ in range(6):
        assert (await register(client)).status_code == 202
    assert len(mailbox.to(CAROL)) == 3  # the link, and two hints


async def test_one_account_writes_to_few_strangers(
    client: AsyncClient, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each new address would get a mail otherwise, and nobody has asked those who have it."""
    tokens = await sign_up(client)
    mailbox.mails.clear()
    monkeypatch.setattr(get_settings(), "mail_limit_per_recipient", "2/hour")
    for number in range(4):
        response = await change_email(client, tokens, email=f"stranger{number}@example.com")
        assert response.status_code == 202
    assert len(mailbox.to(CAROL)) == 2
    assert len(mailbox.mails) == 4
