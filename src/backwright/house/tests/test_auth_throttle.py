"""Guessing passwords: so many tries per account, and so many failures per address."""

import asyncio
import time

import pytest
from httpx import ASGITransport, AsyncClient

from app.config import get_settings
from tests.auth_helpers import (
    AUTH,
    CAROL,
    OTHER_PASSWORD,
    PASSWORD,
    Mailbox,
    bearer,
    change_password,
    log_in,
    read_me,
    register,
    request_reset,
    reset,
    sign_up,
    try_login,
)

ALLOWED = 3
WINDOW_SECONDS = 900


@pytest.fixture(autouse=True)
def few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three tries per account, six failures per address, and a window that does not end."""
    monkeypatch.setattr(get_settings(), "login_limit_per_account", f"{ALLOWED}/15 minutes")
    monkeypatch.setattr(get_settings(), "login_limit_per_address", f"{2 * ALLOWED}/15 minutes")
    begin = time.time() // WINDOW_SECONDS * WINDOW_SECONDS
    monkeypatch.setattr(time, "time", lambda: begin)


async def fail(client: AsyncClient, times: int, email: str = CAROL) -> list[int]:
    """Log in with a wrong password so many times; return the statuses."""
    return [(await try_login(client, email, OTHER_PASSWORD)).status_code for _ in range(times)]


def client_at(client: AsyncClient, address: str) -> AsyncClient:
    """Return a client of the same application that calls from another address."""
    transport = client._transport
    assert isinstance(transport, ASGITransport)
    elsewhere = ASGITransport(app=transport.app, client=(address, 5000))
    return AsyncClient(transport=elsewhere, base_url=client.base_url)


async def test_an_account_is_locked_after_too_many_failures(client: AsyncClient) -> None:
    """Even the right password is refused then, with the time to come again."""
    await register(client)
    assert await fail(client, ALLOWED) == [401] * ALLOWED
    locked = await try_login(client)
    assert locked.status_code == 429
    assert 0 < int(locked.headers["Retry-After"]) <= WINDOW_SECONDS


async def test_the_lock_ends_with_the_window(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to call anybody."""
    await register(client)
    await fail(client, ALLOWED)
    locked = await try_login(client)
    end = time.time() + int(locked.headers["Retry-After"]) + 1
    monkeypatch.setattr(time, "time", lambda: end)
    assert (await try_login(client)).status_code == 200


async def test_an_unknown_address_is_locked_just_the_same(client: AsyncClient) -> None:
    """The lock tells nothing about whether there is an account."""
    await register(client)
    known = [await try_login(client, CAROL, OTHER_PASSWORD) for _ in range(ALLOWED + 1)]
    elsewhere = client_at(client, "192.0.2.77")
    unknown = [
        await try_login(elsewhere, "nobody@example.com", OTHER_PASSWORD) for _ in range(ALLOWED + 1)
    ]
    assert [answer.status_code for answer in unknown] == [answer.status_code for answer in known]
    assert set(unknown[-1].json()["detail"]) == set(known[-1].json()["detail"])


async def test_other_accounts_are_not_locked(client: AsyncClient) -> None:
    """The lock is the account's."""
    await register(client)
    await register(client, "dave@example.com")
    await fail(client, ALLOWED)
    assert (await try_login(client, "dave@example.com")).status_code == 200


async def test_a_locked_account_is_locked_from_everywhere(client: AsyncClient) -> None:
    """Guesses spread over many addresses are counted together."""
    await register(client)
    for number in range(ALLOWED):
        await fail(client_at(client, f"192.0.2.{number}"), 1)
    assert (await try_login(client_at(client, "192.0.2.99"))).status_code == 429


async def test_spelling_the_address_differently_does_not_help(client: AsyncClient) -> None:
    """The count belongs to the account, not to the letters."""
    await register(client)
    await fail(client, 1, "carol@example.com")
    await fail(client, 1, "CAROL@example.com")
    await fail(client, 1, "Carol@Example.Com")
    assert (await try_login(client)).status_code == 429


async def test_a_success_forgives_earlier_failures(client: AsyncClient) -> None:
    """Somebody who mistypes now and then is never locked out."""
    await register(client)
    for _ in range(2):
        await fail(client, ALLOWED - 1)
        assert (await try_login(client)).status_code == 200


async def test_a_burst_gets_no_further_than_the_same_guesses_in_a_row(client: AsyncClient) -> None:
    """Attempts are counted before the password is looked at."""
    await register(client)
    answers = await asyncio.gather(
        *(try_login(client, CAROL, OTHER_PASSWORD) for _ in range(4 * ALLOWED))
    )
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) == ALLOWED
    assert statuses.count(429) == 3 * ALLOWED


async def test_one_address_may_not_try_many_accounts(client: AsyncClient) -> None:
    """Password spraying: one guess at each of many accounts."""
    for number in range(2 * ALLOWED):
        assert await fail(client, 1, f"user{number}@example.com") == [401]
    assert await fail(client, 1, "another@example.com") == [429]


async def test_a_blocked_address_blocks_nobody_else(client: AsyncClient) -> None:
    """The account that it tried last is open from elsewhere."""
    await register(client)
    for number in range(2 * ALLOWED):
        await fail(client, 1, f"user{number}@example.com")
    assert (await try_login(client)).status_code == 429
    assert (await try_login(client_at(client, "192.0.2.99"))).status_code == 200


async def test_a_blocked_address_cannot_lock_accounts(client: AsyncClient) -> None:
    """What is refused for the address is not counted at the account."""
    await register(client)
    for number in range(2 * ALLOWED):
        await fail(client, 1, f"user{number}@example.com")
    assert await fail(client, 2 * ALLOWED) == [429] * 2 * ALLOWED
    assert (await try_login(client_at(client, "192.0.2.99"))).status_code == 200


async def test_successes_are_not_counted_against_an_address(client: AsyncClient) -> None:
    """An office behind one address may log in as often as it likes."""
    await register(client)
    for _ in range(3 * ALLOWED):
        assert (await try_login(client)).status_code == 200


async def test_one_address_may_not_register_without_end(
    client: AsyncClient, mailbox: Mailbox
) -> None:
    """Each registration costs a hash and a mail; logging in is not touched by the limit."""
    statuses = [
        (await register(client, f"user{number}@example.com")).status_code
        for number in range(2 * ALLOWED + 2)
    ]
    assert statuses == [202] * 2 * ALLOWED + [429] * 2
    assert len(mailbox.mails) == 2 * ALLOWED
    assert (await try_login(client, "user0@example.com")).status_code == 200


async def test_a_password_reset_opens_a_locked_account(
    client: AsyncClient, mailbox: Mailbox
) -> None:
    """Its owner does not have to sit out what somebody else did."""
    await register(client)
    await fail(client, ALLOWED + 1)
    await reset(client, await request_reset(client, mailbox))
    assert (await try_login(client, password=OTHER_PASSWORD)).status_code == 200


async def test_a_lock_does_not_end_sessions(client: AsyncClient) -> None:
    """Guessing cannot throw anybody out."""
    tokens = await sign_up(client)
    await fail(client, ALLOWED + 1)
    assert (await read_me(client, tokens)).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("change-password", {"current_password": "a guess", "new_password": OTHER_PASSWORD}),
        ("delete-account", {"password": "a guess"}),
        ("change-email", {"password": "a guess", "email": "dave@example.com"}),
    ],
)
async def test_a_stolen_access_token_does_not_allow_guessing_either(
    client: AsyncClient, path: str, body: dict[str, str]
) -> None:
    """Wherever a password is asked for, guesses are counted together with those of logins."""
    tokens = await sign_up(client)
    statuses = [
        (await client.post(f"{AUTH}/{path}", json=body, headers=bearer(tokens))).status_code
        for _ in range(ALLOWED + 1)
    ]
    assert statuses == [400] * ALLOWED + [429]
    assert (await try_login(client)).status_code == 429
    # The address was charged as well: half of its failures are used up, and half are left.
    assert await fail(client, ALLOWED, "dave@example.com") == [401] * ALLOWED
    assert await fail(client, 1, "erin@example.com") == [429]


async def test_a_change_of_password_by_its_owner_is_never_a_guess(client: AsyncClient) -> None:
    """Changing it back and forth does not lock the account."""
    tokens = await sign_up(client)
    old, new = PASSWORD, OTHER_PASSWORD
    for _ in range(2 * ALLOWED):
        tokens = (await change_password(client, tokens, old, new)).json()
        old, new = new, old
    assert (await log_in(client, password=old))["access_token"]
