"""Logging in: the right password begins a session, and everything else is the same 401."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest
from httpx import AsyncClient
from sqlmodel import col, func, select, update

from app import hashing, passwords
from app.config import get_settings
from app.database import Session
from app.models import LoginSession
from app.services import auth_service
from tests.auth_helpers import (
    AUTH,
    CAROL,
    OTHER_PASSWORD,
    PASSWORD,
    Mailbox,
    assert_unauthorized,
    claims_of,
    error_of,
    log_in,
    read_me,
    register,
    set_user,
    sign_up,
    try_login,
    user_column,
    verify_email,
)


async def test_the_answer_is_that_of_oauth2(client: AsyncClient) -> None:
    """RFC 6749, section 5.1: the fields, and no caching."""
    await register(client)
    response = await try_login(client)
    assert set(response.json()) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert response.json()["token_type"] == "bearer"
    assert response.json()["expires_in"] == get_settings().access_token_minutes * 60
    assert response.headers["Cache-Control"] == "no-store"


async def test_the_access_token_opens_the_api(client: AsyncClient) -> None:
    """The reason for logging in."""
    assert (await read_me(client, await sign_up(client))).status_code == 200


async def test_a_login_is_no_change_of_the_account(client: AsyncClient, session: Session) -> None:
    """It is noted in a column of its own."""
    await register(client)
    before = await user_column(session, "updated_at")
    await log_in(client)
    assert await user_column(session, "updated_at") == before
    assert await user_column(session, "last_login_at") is not None


async def test_the_documentation_page_knows_where_to_log_in(client: AsyncClient) -> None:
    """Its Authorize button uses the password flow with this URL."""
    document = (await client.get("/openapi.json")).json()
    flows = [
        scheme["flows"]["password"]["tokenUrl"]
        for scheme in document["components"]["securitySchemes"].values()
        if scheme["type"] == "oauth2"
    ]
    assert [url.lstrip("/") for url in flows] == ["api/v1/auth/login"]


async def test_a_wrong_password_is_refused(client: AsyncClient) -> None:
    """401, with the scheme in the header."""
    await register(client)
    assert_unauthorized(await try_login(client, password=OTHER_PASSWORD))


async def test_an_unknown_address_is_refused_in_the_same_words(client: AsyncClient) -> None:
    """Body, status and header names tell nothing."""
    await register(client)
    wrong = await try_login(client, password=OTHER_PASSWORD)
    unknown = await try_login(client, "nobody@example.com")
    assert unknown.status_code == wrong.status_code
    assert unknown.content == wrong.content
    assert sorted(unknown.headers) == sorted(wrong.headers)


async def test_a_deactivated_user_is_refused_in_the_same_words(
    client: AsyncClient, session: Session
) -> None:
    """Even with the right password."""
    await register(client)
    wrong = await try_login(client, password=OTHER_PASSWORD)
    await set_user(session, is_active=False)
    deactivated = await try_login(client)
    assert_unauthorized(deactivated)
    assert deactivated.content == wrong.content


async def test_an_unconfirmed_address_is_refused_where_that_is_required(
    client: AsyncClient, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the words of a wrong password; the link in the mail opens the door."""
    monkeypatch.setattr(get_settings(), "require_verified_email", True)
    await register(client)
    wrong = await try_login(client, password=OTHER_PASSWORD)
    assert (await try_login(client)).content == wrong.content
    await verify_email(client, mailbox.token(CAROL, "verify-email"))
    assert (await try_login(client)).status_code == 200


@pytest.mark.parametrize(
    "username",
    ["carol", "carol@example.com' OR '1'='1", "ca\0rol@example.com", "c" * 10_000, "\ud7ff@x"],
    ids=["no address", "SQL", "NUL", "very long", "odd letter"],
)
async def test_what_cannot_be_an_address_is_refused_like_any_other(
    client: AsyncClient, username: str
) -> None:
    """No 500 and no other words."""
    response = await try_login(client, username)
    assert_unauthorized(response)
    assert error_of(response) == auth_service.WRONG_CREDENTIALS


async def test_an_empty_address_is_pointed_out(client: AsyncClient) -> None:
    """A form without it tells nothing about anybody."""
    assert (await try_login(client, "")).status_code == 422


async def test_a_form_in_an_odd_encoding_is_refused_like_any_other(client: AsyncClient) -> None:
    """Its fields can hold half of a surrogate pair, which has no bytes."""
    await register(client)
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("username", f"{CAROL}\\ud800"), ("password", "\\ud800"))
    ]
    headers = {"Content-Type": "multipart/form-data; boundary=x; charset=raw_unicode_escape"}
    body = "".join([*parts, "--x--\r\n"]).encode()
    assert_unauthorized(await client.post(f"{AUTH}/login", content=body, headers=headers))


@pytest.mark.parametrize("missing", ["username", "password"])
async def test_a_missing_field_is_pointed_out(client: AsyncClient, missing: str) -> None:
    """422, which names it."""
    form = {"username": CAROL, "password": PASSWORD}
    del form[missing]
    response = await client.post(f"{AUTH}/login", data=form)
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["body", missing]


async def test_json_is_not_the_login_form(client: AsyncClient) -> None:
    """The password form of OAuth 2.0 is a form."""
    await register(client)
    response = await client.post(f"{AUTH}/login", json={"username": CAROL, "password": PASSWORD})
    assert response.status_code == 422
    assert PASSWORD not in response.text


async def test_credentials_in_the_url_are_not_read(client: AsyncClient) -> None:
    """They would end up in logs."""
    await register(client)
    response = await client.post(f"{AUTH}/login", params={"username": CAROL, "password": PASSWORD})
    assert response.status_code == 422


@pytest.mark.parametrize("variant", [PASSWORD.upper(), PASSWORD + " ", " " + PASSWORD])
async def test_every_letter_of_a_password_counts(client: AsyncClient, variant: str) -> None:
    """Case and spaces too: nothing is trimmed."""
    await register(client)
    assert_unauthorized(await try_login(client, password=variant))


async def test_the_beginning_of_a_long_password_is_not_enough(client: AsyncClient) -> None:
    """Nothing is cut off at bcrypt's 72 bytes."""
    password = "a" * 72 + "different"
    await register(client, password=password)
    assert (await try_login(client, password=password)).status_code == 200
    assert_unauthorized(await try_login(client, password="a" * 72))
    assert_unauthorized(await try_login(client, password="a" * 72 + "indifferent"))


async def test_a_password_that_is_too_long_for_any_is_not_compared(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused in the same words, without the work."""
    monkeypatch.setattr("app.services.auth_service.verify_password", None)
    assert_unauthorized(await try_login(client, password="x" * 1025))


async def test_the_time_of_the_login_is_noted(client: AsyncClient, session: Session) -> None:
    """So that unused accounts can be found."""
    before = datetime.now(UTC)
    await register(client)
    assert await user_column(session, "last_login_at") is None
    await log_in(client)
    assert before <= await user_column(session, "last_login_at") <= datetime.now(UTC)


async def test_a_hash_of_a_lower_cost_is_renewed(
    client: AsyncClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the cost rises, the next login brings the hash up to it, and only once."""
    await register(client)
    monkeypatch.setattr(get_settings(), "bcrypt_cost", 5)
    await log_in(client)
    renewed = await user_column(session, "password_hash")
    assert renewed.startswith("$2b$05$")
    await log_in(client)
    assert await user_column(session, "password_hash") == renewed


async def test_a_wrong_password_renews_nothing(
    client: AsyncClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a guess would become the password."""
    await register(client)
    before = await user_column(session, "password_hash")
    monkeypatch.setattr(get_settings(), "bcrypt_cost", 5)
    await try_login(client, password=OTHER_PASSWORD)
    assert await user_column(session, "password_hash") == before


async def test_a_password_changed_during_a_login_ends_it(
    client: AsyncClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session begun with the old password must not outlive the change by a few milliseconds."""
    await register(client)
    newer = hashing.compute_hash(OTHER_PASSWORD, 4)

    async def verify_slowly(password: str, password_hash: str | None) -> bool:
        verdict = await passwords.verify_password(password, password_hash)
        await set_user(session, password_hash=newer)
        return verdict

    monkeypatch.setattr(auth_service, "verify_password", verify_slowly)
    assert_unauthorized(await try_login(client))
    assert await user_column(session, "password_hash") == newer
    assert await session.scalar(select(func.count()).select_from(LoginSession)) == 0


async def test_a_user_deactivated_during_a_login_stays_out(
    client: AsyncClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state is asked again when the session is made."""
    await register(client)

    async def verify_slowly(password: str, password_hash: str | None) -> bool:
        verdict = await passwords.verify_password(password, password_hash)
        await set_user(session, is_active=False)
        return verdict

    monkeypatch.setattr(auth_service, "verify_password", verify_slowly)
    assert_unauthorized(await try_login(client))


async def test_every_login_is_a_session_of_its_own(client: AsyncClient) -> None:
    """Two devices share nothing that one could end for the other."""
    await register(client)
    first, second = await asyncio.gather(log_in(client), log_in(client))
    assert claims_of(first["access_token"])["sid"] != claims_of(second["access_token"])["sid"]


async def test_a_login_clears_expired_sessions_away(client: AsyncClient, session: Session) -> None:
    """The table does not grow with every login there ever was."""
    await sign_up(client)
    past = datetime.now(UTC) - timedelta(seconds=1)
    await session.execute(update(LoginSession).values(expires_at=past))
    await log_in(client)
    expired = select(func.count()).where(col(LoginSession.expires_at) == past)
    assert await session.scalar(expired) == 0


async def test_a_full_hashing_pool_is_answered_with_503(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, with the time to come again, and without counting it as a guess."""
    await register(client)
    monkeypatch.setattr(get_settings(), "login_limit_per_account", "2/15 minutes")
    pool = passwords.HashingPool(workers=1, queue=0, niceness=0)
    monkeypatch.setattr(passwords, "hashing_pool", lambda: pool)
    release = threading.Event()
    blocker = asyncio.create_task(pool.run(release.wait, 10))
    await asyncio.sleep(0)
    for _ in range(5):
        response = await try_login(client)
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
    release.set()
    await blocker
    assert (await try_login(client)).status_code == 200
