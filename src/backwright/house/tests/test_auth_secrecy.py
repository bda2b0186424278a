"""Secrets: in no column, no log line and no error, whatever is done with them."""

import pytest
from httpx import AsyncClient
from pydantic import BaseModel
from sqlalchemy import select
from sqlmodel import SQLModel

from app.auth_schemas import PasswordChange, PasswordReset, TokenRefresh, UserCreate
from app.database import Session
from app.logs import configure_logging
from tests.auth_helpers import (
    AUTH,
    CAROL,
    Mailbox,
    bearer,
    change_password,
    refresh,
    register,
    request_reset,
    reset,
    sign_up,
    try_login,
)

CANARY = "canary-password-one"
SECOND_CANARY = "canary-password-two"
WRONG_CANARY = "canary-password-wrong"


async def whole_database(session: Session) -> str:
    """Return every value of every table as one text."""
    rows = [
        dict(row)
        for table in SQLModel.metadata.sorted_tables
        for row in await session._connection.fetch(select(table), None)
    ]
    assert rows
    return str(rows)


async def live_a_life(client: AsyncClient, mailbox: Mailbox) -> list[str]:
    """Use every form that takes a secret, rightly and wrongly; return all secrets."""
    tokens = await sign_up(client, CAROL, CANARY)
    await register(client, CAROL, SECOND_CANARY)
    await try_login(client, CAROL, WRONG_CANARY)
    await client.post(f"{AUTH}/login", json={"username": CAROL, "password": WRONG_CANARY})
    await client.post(f"{AUTH}/register", json={"email": "x", "password": CANARY})
    await client.post(f"{AUTH}/register", content=f'{{"password": "{CANARY}", '.encode())
    renewed = (await refresh(client, tokens)).json()
    changed = (await change_password(client, renewed, CANARY, SECOND_CANARY)).json()
    await change_password(client, changed, WRONG_CANARY, "short")
    token = await request_reset(client, mailbox)
    await reset(client, token, CANARY)
    await client.post(
        f"{AUTH}/delete-account", json={"password": WRONG_CANARY}, headers=bearer(changed)
    )
    pairs = (tokens, renewed, changed)
    kinds = ("access_token", "refresh_token")
    confirmation = mailbox.token(CAROL, "verify-email")
    return [
        CANARY,
        SECOND_CANARY,
        WRONG_CANARY,
        token,
        token.partition(".")[2],
        confirmation,
        *(pair[kind] for pair in pairs for kind in kinds),
    ]


async def test_no_column_holds_a_secret(
    client: AsyncClient, mailbox: Mailbox, session: Session
) -> None:
    """Passwords as bcrypt, one-time tokens as hashes, and JSON Web Tokens not at all."""
    secrets = await live_a_life(client, mailbox)
    await request_reset(client, mailbox)
    stored = await whole_database(session)
    assert "$2b$" in stored
    assert [secret for secret in secrets if secret in stored] == []


async def test_no_log_line_holds_a_secret(
    client: AsyncClient, mailbox: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even at the most talkative level."""
    configure_logging("DEBUG", "json")
    capsys.readouterr()
    secrets = await live_a_life(client, mailbox)
    written = "".join(capsys.readouterr())
    assert "/api/v1/auth/login" in written
    assert [secret for secret in secrets if secret in written] == []
    assert "$2b$" not in written


@pytest.mark.parametrize(
    "path",
    ["register", "change-password", "reset-password", "refresh", "change-email", "delete-account"],
)
async def test_no_error_repeats_what_was_sent(client: AsyncClient, path: str) -> None:
    """A field too long, one too many, one missing: the value comes back in no message."""
    headers = bearer(await sign_up(client))
    fields = ("password", "new_password", "current_password", "token", "refresh_token", "surplus")
    body = dict.fromkeys(fields, CANARY * 300) | {"email": CAROL}
    response = await client.post(f"{AUTH}/{path}", json=body, headers=headers)
    assert response.status_code == 422
    assert CANARY not in response.text


async def test_a_broken_body_is_not_repeated(client: AsyncClient) -> None:
    """A quote too few, and the parser shows what it was reading: not to anybody."""
    headers = {"Content-Type": "application/json"}
    body = f'{{"email": "{CAROL}", "password": "{CANARY}'.encode()
    response = await client.post(f"{AUTH}/register", content=body, headers=headers)
    assert response.status_code == 422
    assert CANARY not in response.text


@pytest.mark.parametrize(
    "data",
    [
        UserCreate.model_validate({"email": CAROL, "password": CANARY}),
        PasswordChange.model_validate({"current_password": CANARY, "new_password": CANARY}),
        PasswordReset.model_validate({"token": CANARY, "new_password": CANARY}),
        TokenRefresh.model_validate({"refresh_token": CANARY}),
    ],
    ids=lambda data: type(data).__name__,
)
def test_no_schema_shows_a_secret(data: BaseModel) -> None:
    """A traceback with local variables, or a careless log line, shows stars."""
    assert CANARY not in repr(data) + str(data) + data.model_dump_json()
    assert "**" in repr(data)
