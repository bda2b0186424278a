"""Access tokens: nothing but our own, fresh, complete and of the right type gets in."""

import asyncio
import base64
import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlmodel import col, delete

from app import auth
from app.config import DEVELOPMENT_SECRET_KEY, get_settings
from app.database import Session
from app.middleware import auth as auth_middleware
from app.models import LoginSession, User
from tests.auth_helpers import (
    AUTH,
    CAROL,
    Mailbox,
    Tokens,
    assert_unauthorized,
    bearer,
    claims_of,
    encode,
    log_in,
    read_me,
    register,
    request_reset,
    set_user,
    sign,
    sign_up,
)
from tests.stack_helpers import SECRET_KEY, make_settings

OPEN_PATHS = {
    "/register",
    "/login",
    "/refresh",
    "/request-password-reset",
    "/reset-password",
    "/request-email-verification",
    "/verify-email",
}


@pytest.fixture
async def tokens(client: AsyncClient) -> Tokens:
    """The tokens of a fresh user."""
    return await sign_up(client)


@pytest.fixture
def claims(tokens: Tokens) -> dict[str, Any]:
    """The claims of a good access token, to be spoilt."""
    return claims_of(tokens["access_token"])


async def test_the_helper_signs_what_is_accepted(
    client: AsyncClient, claims: dict[str, Any]
) -> None:
    """Or the refusals below would prove nothing."""
    assert (await read_me(client, sign(claims))).status_code == 200


async def test_a_token_says_who_what_and_until_when(tokens: Tokens, claims: dict[str, Any]) -> None:
    """The claims are there, and the life is as short as the settings say."""
    assert set(claims) == {"sub", "sid", "jti", "type", "iat", "exp"}
    assert claims["type"] == "access"
    assert claims["exp"] - claims["iat"] == get_settings().access_token_minutes * 60
    assert claims_of(tokens["refresh_token"])["type"] == "refresh"


async def test_every_token_has_an_id_of_its_own(client: AsyncClient, tokens: Tokens) -> None:
    """Also two of the same user in the same second."""
    other = await log_in(client)
    ids = {
        claims_of(pair[name])["jti"]
        for pair in (tokens, other)
        for name in ("access_token", "refresh_token")
    }
    assert len(ids) == 4


async def test_a_token_holds_nothing_personal(tokens: Tokens) -> None:
    """Anybody who sees it can read it."""
    payload = tokens["access_token"].split(".")[1]
    assert CAROL not in base64.urlsafe_b64decode(payload + "==").decode()


async def test_every_other_path_asks_for_a_token(client: AsyncClient) -> None:
    """Taken from the API's own description, so that a new path cannot be forgotten."""
    document = (await client.get("/openapi.json")).json()
    asked = 0
    for path, verbs in document["paths"].items():
        if not path.startswith(AUTH) or path.removeprefix(AUTH) in OPEN_PATHS:
            continue
        for verb in verbs:
            assert_unauthorized(
                await client.request(verb, path.replace("{session_id}", str(uuid4())), json={})
            )
            asked += 1
    assert asked >= 8


async def test_without_a_header(client: AsyncClient) -> None:
    """The plain stranger."""
    assert_unauthorized(await client.get(f"{AUTH}/me"))


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Bearer  ", "Token", "null"])
async def test_an_empty_header(client: AsyncClient, value: str) -> None:
    """Half a header is none."""
    assert_unauthorized(await client.get(f"{AUTH}/me", headers={"Authorization": value}))


@pytest.mark.parametrize("scheme", ["Basic", "Token", "JWT", "Digest"])
async def test_another_scheme(client: AsyncClient, tokens: Tokens, scheme: str) -> None:
    """A good token under the wrong name."""
    header = {"Authorization": f"{scheme} {tokens['access_token']}"}
    assert_unauthorized(await client.get(f"{AUTH}/me", headers=header))


async def test_the_scheme_has_no_case(client: AsyncClient, tokens: Tokens) -> None:
    """RFC 9110, section 11.1."""
    header = {"Authorization": f"bEARER {tokens['access_token']}"}
    assert (await client.get(f"{AUTH}/me", headers=header)).status_code == 200


@pytest.mark.parametrize(
    "token",
    [
        "garbage",
        "a.b.c",
        "..",
        "....",
        "a" * 100_000,
        "é.ü.ö",
        "eyJhbGciOiJIUzI1NiJ9..",
        "W10.W10.W10",
        "bnVsbA.bnVsbA.bnVsbA",
        base64.urlsafe_b64encode(b"[" * 750 + b"]" * 750).decode() + ".e30.e30",
    ],
    ids=["word", "dots", "empty", "five", "long", "accents", "cut", "lists", "nulls", "deep"],
)
async def test_garbage(client: AsyncClient, token: str) -> None:
    """Whatever is sent: 401, never 500."""
    header = {b"Authorization": f"Bearer {token}".encode()}
    assert_unauthorized(await client.get(f"{AUTH}/me", headers=header))


async def test_a_token_in_the_url_is_not_read(client: AsyncClient, tokens: Tokens) -> None:
    """It would end up in logs."""
    response = await client.get(f"{AUTH}/me", params={"access_token": tokens["access_token"]})
    assert_unauthorized(response)


async def test_a_flipped_signature(client: AsyncClient, tokens: Tokens) -> None:
    """One bit is enough."""
    head, payload, signature = tokens["access_token"].split(".")
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    assert_unauthorized(await read_me(client, f"{head}.{payload}.{flipped}"))


async def test_a_payload_of_somebody_else_under_the_same_signature(
    client: AsyncClient, tokens: Tokens
) -> None:
    """The signature covers the payload."""
    await sign_up(client, "dave@example.com")
    dave = await log_in(client, "dave@example.com")
    head, _, signature = tokens["access_token"].split(".")
    payload = dave["access_token"].split(".")[1]
    assert_unauthorized(await read_me(client, f"{head}.{payload}.{signature}"))


async def test_a_refused_token_is_not_remembered_as_good(
    client: AsyncClient, tokens: Tokens
) -> None:
    """A cache of signatures must not be fooled by a token that begins or ends the same."""
    good = tokens["access_token"]
    assert (await read_me(client, good)).status_code == 200
    assert_unauthorized(await read_me(client, good[:-4] + "AAAA"))
    assert_unauthorized(await read_me(client, good + "A"))
    assert (await read_me(client, good)).status_code == 200


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE"])
@pytest.mark.parametrize("signature", ["", "AAAA"])
async def test_no_algorithm(
    client: AsyncClient, claims: dict[str, Any], algorithm: str, signature: str
) -> None:
    """An unsigned token is nobody's (RFC 8725, section 3.1)."""
    token = f"{encode({'alg': algorithm, 'typ': 'JWT'})}.{encode(claims)}.{signature}"
    assert_unauthorized(await read_me(client, token))


async def test_an_empty_signature(client: AsyncClient, tokens: Tokens) -> None:
    """The right algorithm, and nothing signed by it."""
    assert_unauthorized(await read_me(client, tokens["access_token"].rpartition(".")[0] + "."))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
async def test_another_algorithm_with_our_key(
    client: AsyncClient, claims: dict[str, Any], algorithm: str
) -> None:
    """One algorithm is accepted, and it is not for the token to choose."""
    assert_unauthorized(await read_me(client, sign(claims, alg=algorithm)))


async def test_an_asymmetric_algorithm_in_the_header(client: AsyncClient, tokens: Tokens) -> None:
    """The confusion of RS256 and HS256."""
    _, payload, signature = tokens["access_token"].split(".")
    token = f"{encode({'alg': 'RS256', 'typ': 'JWT'})}.{payload}.{signature}"
    assert_unauthorized(await read_me(client, token))


@pytest.mark.parametrize("key", ["", "secret", "another-key-of-a-decent-length-0123456789"])
async def test_another_key(client: AsyncClient, claims: dict[str, Any], key: str) -> None:
    """Only our signature counts; an empty key is a key as well."""
    assert_unauthorized(await read_me(client, sign(claims, key)))


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "../../../../dev/null"},
        {"kid": "' UNION SELECT ''; --"},
        {"jwk": {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"}},
        {"jku": "http://127.0.0.1:9/keys"},
        {"x5u": "http://127.0.0.1:9/keys"},
    ],
    ids=["kid path", "kid SQL", "jwk", "jku", "x5u"],
)
async def test_a_key_named_by_the_token(
    client: AsyncClient, claims: dict[str, Any], header: dict[str, Any]
) -> None:
    """A token does not bring its own key."""
    token = sign(claims, "secret-secret-secret-secret-secret", **header)
    assert_unauthorized(await read_me(client, token))


async def test_an_extension_that_we_do_not_know(
    client: AsyncClient, claims: dict[str, Any]
) -> None:
    """`crit` says: refuse if you do not understand (RFC 7515, section 4.1.11)."""
    assert_unauthorized(await read_me(client, sign(claims, crit=["x"], x=True)))


@pytest.mark.parametrize("missing", ["exp", "iat", "sub", "jti", "type", "sid"])
async def test_a_missing_claim(client: AsyncClient, claims: dict[str, Any], missing: str) -> None:
    """Every claim is needed; above all, no token lives forever."""
    del claims[missing]
    assert_unauthorized(await read_me(client, sign(claims)))


@pytest.mark.parametrize(
    "spoilt",
    [
        {"exp": 0},
        {"exp": "soon"},
        {"exp": None},
        {"exp": -1e300},
        {"nbf": 9_999_999_999},
        {"sub": ""},
        {"sub": "carol@example.com"},
        {"sub": None},
        {"sub": ["x"]},
        {"sid": "1"},
        {"sid": 7},
        {"type": "refresh"},
        {"type": "ACCESS"},
        {"type": None},
        {"aud": "another application"},
    ],
    ids=str,
)
async def test_a_claim_that_does_not_hold(
    client: AsyncClient, claims: dict[str, Any], spoilt: dict[str, Any]
) -> None:
    """Signed by us, and yet: 401, never 403 or 500."""
    assert_unauthorized(await read_me(client, sign(claims | spoilt)))


async def test_a_token_of_a_machine_whose_clock_is_ahead(
    client: AsyncClient, claims: dict[str, Any]
) -> None:
    """It is good at once, everywhere."""
    claims["iat"] += 5
    assert (await read_me(client, sign(claims))).status_code == 200


async def test_a_token_that_expires_while_it_is_used(
    client: AsyncClient, claims: dict[str, Any]
) -> None:
    """Having been verified once does not lengthen its life."""
    claims["exp"] = int(time.time()) + 2
    token = sign(claims)
    assert (await read_me(client, token)).status_code == 200
    await asyncio.sleep(claims["exp"] + 0.1 - time.time())
    assert_unauthorized(await read_me(client, token))


async def test_no_more_tokens_are_remembered_than_there_is_room_for(
    claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest is forgotten, and verified again when it comes again."""
    monkeypatch.setattr(auth, "CACHED_TOKENS", 2)
    verifier = auth.TokenVerifier(get_settings().secret_key.get_secret_value())
    tokens = [sign(claims | {"jti": str(uuid4())}) for _ in range(3)]
    callers = {verifier.verify(token) for token in tokens}
    assert list(verifier._verified) == tokens[1:]
    assert {verifier.verify(tokens[0])} == callers


async def test_an_unknown_user(client: AsyncClient, claims: dict[str, Any]) -> None:
    """A user that never was."""
    assert_unauthorized(await read_me(client, sign(claims | {"sub": str(uuid4())})))


async def test_an_unknown_session(client: AsyncClient, claims: dict[str, Any]) -> None:
    """A session that never was."""
    assert_unauthorized(await read_me(client, sign(claims | {"sid": str(uuid4())})))


async def test_the_session_of_somebody_else(client: AsyncClient, claims: dict[str, Any]) -> None:
    """User and session must belong together."""
    dave = claims_of((await sign_up(client, "dave@example.com"))["access_token"])
    assert_unauthorized(await read_me(client, sign(claims | {"sid": dave["sid"]})))


async def test_a_deleted_user(client: AsyncClient, session: Session, tokens: Tokens) -> None:
    """The next request after the deletion already."""
    assert (await read_me(client, tokens)).status_code == 200
    await session.execute(delete(User).where(col(User.email) == CAROL))
    assert_unauthorized(await read_me(client, tokens))


async def test_a_deactivated_user(client: AsyncClient, session: Session, tokens: Tokens) -> None:
    """Out at once, and in again with the same token once active."""
    await set_user(session, is_active=False)
    assert_unauthorized(await read_me(client, tokens))
    await set_user(session, is_active=True)
    assert (await read_me(client, tokens)).status_code == 200


async def test_a_deleted_session(client: AsyncClient, session: Session, tokens: Tokens) -> None:
    """A verified signature never outlives the session."""
    assert (await read_me(client, tokens)).status_code == 200
    await session.execute(delete(LoginSession))
    assert_unauthorized(await read_me(client, tokens))


async def test_a_refresh_token_is_no_access_token(client: AsyncClient, tokens: Tokens) -> None:
    """It lives longer, so it opens nothing but the exchange."""
    assert_unauthorized(await read_me(client, tokens["refresh_token"]))


async def test_a_reset_token_is_no_access_token(client: AsyncClient, mailbox: Mailbox) -> None:
    """What came by mail opens one form only."""
    await register(client)
    assert_unauthorized(await read_me(client, await request_reset(client, mailbox)))


async def test_a_token_never_outlives_its_session(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where sessions are shorter than access tokens, they cut them."""
    monkeypatch.setattr(get_settings(), "access_token_minutes", 3 * 24 * 60)
    monkeypatch.setattr(get_settings(), "session_days", 1)
    tokens = await sign_up(client)
    claims = claims_of(tokens["access_token"])
    assert claims["exp"] - claims["iat"] <= timedelta(days=1).total_seconds()
    assert tokens["expires_in"] <= timedelta(days=1).total_seconds()


async def test_all_strangers_get_the_same_answer(
    client: AsyncClient, claims: dict[str, Any], tokens: Tokens
) -> None:
    """Why a token was refused is nobody's business: forged, expired, unknown read the same."""
    answers = [
        await read_me(client, token)
        for token in (
            "garbage",
            sign(claims | {"exp": 1}),
            sign(claims | {"sub": str(uuid4())}),
            tokens["refresh_token"],
            bearer(tokens)["Authorization"],
        )
    ]
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("place", [{"environment": "production"}, {"host": "0.0.0.0"}], ids=str)
@pytest.mark.parametrize("key", [DEVELOPMENT_SECRET_KEY, "short", "a" * 64])
def test_a_key_that_others_could_know_is_refused(place: dict[str, str], key: str) -> None:
    """Wherever others can come; on this machine alone it is convenient."""
    with pytest.raises(ValueError, match="SECRET_KEY must be set"):
        make_settings(**place, secret_key=key)
    assert make_settings(secret_key=key).host == "127.0.0.1"


def test_the_key_of_development_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy on the same machine may let others in: nobody should overlook it."""
    warnings: list[str] = []
    monkeypatch.setattr(auth_middleware, "logger", SimpleNamespace(warning=warnings.append))
    auth_middleware.user_reader(SECRET_KEY)
    assert warnings == []
    auth_middleware.user_reader(DEVELOPMENT_SECRET_KEY)
    assert len(warnings) == 1
