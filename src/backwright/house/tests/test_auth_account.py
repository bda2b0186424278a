"""One's own account: read, changed, deleted; and nobody else's."""

import pytest
from httpx import AsyncClient, Response
from sqlmodel import SQLModel, func, select

from app.database import Session
from app.models import LoginSession, OneTimeToken, User
from tests import factories
from tests.auth_helpers import (
    AUTH,
    CAROL,
    PASSWORD,
    Mailbox,
    Tokens,
    assert_unauthorized,
    bearer,
    claims_of,
    read_me,
    refresh,
    request_reset,
    reset,
    sign_up,
    try_login,
    user_column,
)


async def update_me(client: AsyncClient, tokens: Tokens, body: object) -> Response:
    """Change one's account, whatever comes of it."""
    return await client.patch(f"{AUTH}/me", json=body, headers=bearer(tokens))


async def delete_account(client: AsyncClient, tokens: Tokens, password: str = PASSWORD) -> Response:
    """Delete one's account, whatever comes of it."""
    body = {"password": password}
    return await client.post(f"{AUTH}/delete-account", json=body, headers=bearer(tokens))


async def test_me_is_who_logged_in(client: AsyncClient) -> None:
    """Two users, two answers."""
    carol, dave = await sign_up(client), await sign_up(client, "dave@example.com")
    assert (await read_me(client, carol)).json()["email"] == CAROL
    assert (await read_me(client, dave)).json()["email"] == "dave@example.com"
    assert (await read_me(client, carol)).json()["id"] == claims_of(carol["access_token"])["sub"]


async def test_me_shows_no_secret(client: AsyncClient) -> None:
    """The fields are named one by one, and the hash is not among them."""
    me = (await read_me(client, await sign_up(client))).json()
    assert set(me) == {"id", "email", "full_name", "email_verified_at", "created_at", "updated_at"}


async def test_the_name_can_be_changed(client: AsyncClient) -> None:
    """And taken away again."""
    tokens = await sign_up(client)
    changed = await update_me(client, tokens, {"full_name": "Carol"})
    assert changed.status_code == 200
    assert changed.json()["full_name"] == "Carol"
    assert changed.json()["updated_at"] > changed.json()["created_at"]
    assert (await read_me(client, tokens)).json() == changed.json()
    assert (await update_me(client, tokens, {"full_name": None})).json()["full_name"] is None


async def test_an_empty_change_changes_nothing(client: AsyncClient) -> None:
    """Not even the time of the last change."""
    tokens = await sign_up(client)
    me = (await read_me(client, tokens)).json()
    assert (await update_me(client, tokens, {})).json() == me


async def test_what_is_left_out_stays(client: AsyncClient) -> None:
    """A partial update."""
    tokens = await sign_up(client)
    await update_me(client, tokens, {"full_name": "Carol"})
    assert (await update_me(client, tokens, {})).json()["full_name"] == "Carol"


@pytest.mark.parametrize(
    "forged",
    [
        {"id": "00000000-0000-0000-0000-000000000001"},
        {"email": "mallory@example.com"},
        {"email_verified_at": "2020-01-01T00:00:00Z"},
        {"is_active": False},
        {"password_hash": "x"},
        {"password": "a new password"},
    ],
    ids=lambda forged: next(iter(forged)),
)
async def test_what_is_not_ones_to_change(
    client: AsyncClient, session: Session, forged: dict[str, object]
) -> None:
    """Refused by name, and unchanged."""
    tokens = await sign_up(client)
    before = (await read_me(client, tokens)).json()
    hash_before = await user_column(session, "password_hash")
    assert (await update_me(client, tokens, forged)).status_code == 422
    assert (await read_me(client, tokens)).json() == before
    assert await user_column(session, "password_hash") == hash_before


@pytest.mark.parametrize("name", ["x" * 201, "a\0b", 7, ["x"]])
async def test_a_name_has_bounds(client: AsyncClient, name: object) -> None:
    """422, never 500."""
    assert (await update_me(client, await sign_up(client), {"full_name": name})).status_code == 422


async def test_a_change_touches_nobody_else(client: AsyncClient) -> None:
    """The caller's row only."""
    dave = await sign_up(client, "dave@example.com")
    await update_me(client, await sign_up(client), {"full_name": "Carol"})
    assert (await read_me(client, dave)).json()["full_name"] is None


async def test_a_deleted_account_is_gone(client: AsyncClient, session: Session) -> None:
    """The user, the sessions, the links; and the tokens open nothing any more."""
    tokens = await sign_up(client)
    assert (await delete_account(client, tokens)).status_code == 204
    for table in (User, LoginSession, OneTimeToken):
        assert await session.scalar(select(func.count()).select_from(table)) == 0
    assert_unauthorized(await read_me(client, tokens))
    assert_unauthorized(await refresh(client, tokens))
    assert_unauthorized(await try_login(client))


async def test_deleting_needs_the_password(client: AsyncClient) -> None:
    """A stolen access token destroys nothing."""
    tokens = await sign_up(client)
    assert (await delete_account(client, tokens, "not the password")).status_code == 400
    assert (await read_me(client, tokens)).status_code == 200


async def test_deleting_touches_nobody_else(client: AsyncClient) -> None:
    """The caller's account only."""
    dave = await sign_up(client, "dave@example.com")
    await delete_account(client, await sign_up(client))
    assert (await read_me(client, dave)).status_code == 200
    assert (await refresh(client, dave)).status_code == 200


async def test_a_link_from_before_the_deletion_is_dead(
    client: AsyncClient, mailbox: Mailbox
) -> None:
    """It does not bring the account back."""
    tokens = await sign_up(client)
    token = await request_reset(client, mailbox)
    await delete_account(client, tokens)
    assert (await reset(client, token)).status_code == 400


async def test_the_address_is_free_again(client: AsyncClient) -> None:
    """A new account with it is a new account."""
    old = await sign_up(client)
    await delete_account(client, old)
    new = await sign_up(client)
    assert claims_of(new["access_token"])["sub"] != claims_of(old["access_token"])["sub"]
    assert_unauthorized(await read_me(client, old))


async def test_everything_one_owns_goes_along(client: AsyncClient, session: Session) -> None:
    """One row of every resource, some referring to others: nothing stays, and nothing refuses."""
    tokens = await sign_up(client)
    client.headers.update(bearer(tokens))
    makers = [make for name, make in vars(factories).items() if name.startswith("make_")]
    for make in makers:
        await make(client)
    assert (await delete_account(client, tokens)).status_code == 204
    for table in SQLModel.metadata.sorted_tables:
        if "owner_id" in table.columns:
            assert await session.scalar(select(func.count()).select_from(table)) == 0


def test_every_table_that_names_a_user_lets_them_go() -> None:
    """What refers to a user goes with them, so that no table can keep an account from leaving."""
    referring = [
        key
        for table in SQLModel.metadata.tables.values()
        for key in table.foreign_keys
        if key.target_fullname == "user.id"
    ]
    assert referring
    assert [key for key in referring if key.ondelete != "CASCADE"] == []


def test_no_reference_is_restricted_at_once() -> None:
    """RESTRICT would stop the deletion of a user halfway; NO ACTION waits for the end of it."""
    actions = {
        key.ondelete for table in SQLModel.metadata.tables.values() for key in table.foreign_keys
    }
    assert "RESTRICT" not in actions
