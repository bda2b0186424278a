"""Registering: one account per address, and no word about which addresses have one."""

import asyncio

import pytest
from httpx import AsyncClient
from sqlmodel import func, select, update

from app.database import Session
from app.exceptions import ValidationError
from app.models import User
from tests.auth_helpers import (
    AUTH,
    CAROL,
    OTHER_PASSWORD,
    PASSWORD,
    Mailbox,
    assert_unauthorized,
    log_in,
    read_me,
    register,
    try_login,
    user_column,
)


async def test_a_registered_user_can_log_in(client: AsyncClient) -> None:
    """The way in."""
    assert (await register(client)).status_code == 202
    me = (await read_me(client, await log_in(client))).json()
    assert me["email"] == CAROL


async def test_the_name_is_kept(client: AsyncClient) -> None:
    """What is optional is stored when given."""
    body = {"email": CAROL, "password": PASSWORD, "full_name": "Carol Müller"}
    await client.post(f"{AUTH}/register", json=body)
    assert (await read_me(client, await log_in(client))).json()["full_name"] == "Carol Müller"


async def test_the_password_is_stored_as_bcrypt_only(client: AsyncClient, session: Session) -> None:
    """The row holds a hash of the cost in the settings."""
    await register(client)
    password_hash = await user_column(session, "password_hash")
    assert password_hash.startswith("$2b$04$")
    assert PASSWORD not in password_hash


async def test_a_new_user_gets_a_link_to_confirm_the_address(
    client: AsyncClient, mailbox: Mailbox
) -> None:
    """One mail, to the address given."""
    await register(client)
    assert [mail.recipient for mail in mailbox.mails] == [CAROL]
    assert mailbox.token(CAROL, "verify-email")


async def test_a_known_address_leaves_the_account_as_it_is(
    client: AsyncClient, session: Session
) -> None:
    """Or a stranger could move the time at which it was last changed."""
    await register(client)
    before = await user_column(session, "updated_at")
    await register(client, password=OTHER_PASSWORD)
    assert await user_column(session, "updated_at") == before


async def test_a_known_address_gets_the_same_answer(client: AsyncClient) -> None:
    """Status, body and headers but for the request's own."""
    first, second = await register(client), await register(client, password=OTHER_PASSWORD)
    assert first.status_code == second.status_code
    assert first.content == second.content
    assert sorted(first.headers) == sorted(second.headers)


async def test_a_known_address_keeps_its_password(client: AsyncClient) -> None:
    """Registering again is no way to take over an account."""
    await register(client)
    await register(client, password=OTHER_PASSWORD)
    assert (await try_login(client)).status_code == 200
    assert (await try_login(client, password=OTHER_PASSWORD)).status_code == 401


async def test_the_owner_of_a_known_address_is_told(client: AsyncClient, mailbox: Mailbox) -> None:
    """By mail, which only the owner reads, and without a token."""
    await register(client)
    await register(client)
    assert "already have" in mailbox.mails[-1].subject
    assert "token" not in mailbox.mails[-1].text


@pytest.mark.parametrize("email", ["CAROL@EXAMPLE.COM", "Carol@Example.com", "carol@EXAMPLE.com"])
async def test_addresses_have_no_case(client: AsyncClient, session: Session, email: str) -> None:
    """Two spellings are one account, written in lower case."""
    await register(client)
    await register(client, email)
    assert await session.scalar(select(func.count()).select_from(User)) == 1
    assert (await try_login(client, email)).status_code == 200


async def test_accents_have_one_spelling(client: AsyncClient) -> None:
    """A composed and a decomposed letter are the same address."""
    await register(client, "ren\u00e9@example.com")
    assert (await try_login(client, "rene\u0301@example.com")).status_code == 200


async def test_the_database_itself_refuses_a_second_spelling(
    client: AsyncClient, session: Session
) -> None:
    """A script that forgets to normalize an address is stopped."""
    await register(client)
    with pytest.raises(ValidationError):
        await session.execute(update(User).values(email="Carol@example.com"))


async def test_one_account_comes_of_many_at_once(client: AsyncClient, session: Session) -> None:
    """The race for an address has one winner, and every answer is the same."""
    answers = await asyncio.gather(*(register(client) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert await session.scalar(select(func.count()).select_from(User)) == 1


async def test_privileges_are_not_taken_from_the_body(client: AsyncClient) -> None:
    """Mass assignment: what is not asked for is not stored."""
    forged = {
        "email": CAROL,
        "password": PASSWORD,
        "id": "00000000-0000-0000-0000-000000000001",
        "is_active": False,
        "email_verified_at": "2020-01-01T00:00:00Z",
        "password_hash": "x",
    }
    response = await client.post(f"{AUTH}/register", json=forged)
    assert response.status_code == 422, response.text
    assert_unauthorized(await try_login(client))


@pytest.mark.parametrize(
    "email",
    [
        "carol",
        "carol@",
        "@example.com",
        "carol@example",
        "carol@exam ple.com",
        "carol@example.com\n",
        "carol@example.com, mallory@example.com",
        "Carol <carol@example.com>",
        "a@" + ".".join(["b" * 60] * 5) + ".com",
        "ca\0rol@example.com",
        "",
        None,
        7,
        ["carol@example.com"],
    ],
)
async def test_what_is_no_address_is_refused(
    client: AsyncClient, mailbox: Mailbox, email: object
) -> None:
    """With 422, and without a mail to anybody."""
    response = await client.post(f"{AUTH}/register", json={"email": email, "password": PASSWORD})
    assert response.status_code == 422
    assert mailbox.mails == []


@pytest.mark.parametrize("password", ["", "seven77", "a" * 129, None, 12345678])
async def test_a_password_out_of_bounds_is_refused(client: AsyncClient, password: object) -> None:
    """Eight letters at least, 128 at most, and a string."""
    response = await client.post(f"{AUTH}/register", json={"email": CAROL, "password": password})
    assert response.status_code == 422


@pytest.mark.parametrize("password", ["eight888", "ü" * 128, "🔑" * 128, "a" * 128, " " * 8])
async def test_a_password_at_the_bounds_works_whole(client: AsyncClient, password: str) -> None:
    """Letters are counted, not bytes; the last letter counts too."""
    assert (await register(client, password=password)).status_code == 202
    assert (await try_login(client, password=password)).status_code == 200
    assert (await try_login(client, password=password[:-1])).status_code == 401


async def test_a_lone_surrogate_is_refused(client: AsyncClient) -> None:
    """It cannot be encoded, so it cannot be hashed."""
    body = b'{"email": "carol@example.com", "password": "abcdefgh\\ud800"}'
    headers = {"Content-Type": "application/json"}
    response = await client.post(f"{AUTH}/register", content=body, headers=headers)
    assert response.status_code == 422


async def test_a_refused_password_is_not_repeated(client: AsyncClient) -> None:
    """A 422 says what is wrong, not what was sent: neither the value nor its body."""
    short = await client.post(f"{AUTH}/register", json={"email": CAROL, "password": "s3cr3t!"})
    no_email = await client.post(f"{AUTH}/register", json={"password": "s3cr3t! but long"})
    assert short.status_code == no_email.status_code == 422
    assert "s3cr3t" not in short.text + no_email.text
