"""Browsers on allowed origins may read every answer, those on others none."""

import pytest
from pydantic import ValidationError

from tests.stack_helpers import CANARY, ORIGIN, make_client, make_settings

ALLOWED = make_settings(cors_origins=ORIGIN, max_body_bytes=10)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/works", 200),
        ("GET", "/fails", 404),
        ("GET", "/unknown", 404),
        ("DELETE", "/works", 405),
        ("POST", "/echo", 413),
        ("GET", "/breaks", 500),
    ],
)
async def test_every_answer_may_be_read_by_an_allowed_origin(
    method: str, path: str, status: int
) -> None:
    """Without the headers on errors, a browser shows a CORS error in place of the real one."""
    content = b"more than ten" if method == "POST" else None
    async with make_client(ALLOWED, origin=ORIGIN) as client:
        response = await client.request(method, path, content=content)
    assert response.status_code == status
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert "Origin" in response.headers["vary"]
    assert "X-Request-ID" in response.headers["access-control-expose-headers"]


async def test_refusal_by_the_rate_limit_may_be_read() -> None:
    """The middleware that answers by itself stands inside CORS."""
    settings = make_settings(cors_origins=ORIGIN, rate_limit_per_address="1/day")
    async with make_client(settings, origin=ORIGIN) as client:
        statuses = [(await client.get("/works")).status_code for _ in range(2)]
        response = await client.get("/works")
    assert statuses[-1] == response.status_code == 429
    assert response.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://app.example.com",
        "https://app.example.com.evil.test",
        "https://evil-app.example.com",
        "https://evil.app.example.com",
        "https://appxexample.com",
        "https://app.example.com:8443",
        "https://APP.example.com",
    ],
)
async def test_other_origins_may_read_nothing(origin: str) -> None:
    """Neither look-alikes nor parts of an allowed origin are allowed."""
    async with make_client(ALLOWED, origin=origin) as client:
        response = await client.get("/works")
        preflight = await client.options("/works", headers={"access-control-request-method": "GET"})
    assert "access-control-allow-origin" not in response.headers
    assert "access-control-allow-origin" not in preflight.headers
    assert (response.headers["vary"], preflight.status_code) == ("Origin", 400)


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
async def test_preflight_allows_the_methods_of_the_api(method: str) -> None:
    """And the header in which tokens come."""
    headers = {
        "access-control-request-method": method,
        "access-control-request-headers": "authorization, content-type",
    }
    async with make_client(ALLOWED, origin=ORIGIN) as client:
        response = await client.options("/works", headers=headers)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert method in response.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("method", ["PUT", "TRACE", "CONNECT"])
async def test_preflight_refuses_methods_that_the_api_does_not_have(method: str) -> None:
    """Only what was declared."""
    headers = {"access-control-request-method": method}
    async with make_client(ALLOWED, origin=ORIGIN) as client:
        assert (await client.options("/works", headers=headers)).status_code == 400


async def test_credentials_are_allowed_by_a_setting_only() -> None:
    """For front ends that use cookies."""
    settings = make_settings(cors_origins=ORIGIN, cors_allow_credentials=True)
    async with make_client(settings, origin=ORIGIN) as client:
        response = await client.get("/works")
    assert response.headers["access-control-allow-credentials"] == "true"
    assert response.headers["access-control-allow-origin"] == ORIGIN


async def test_wildcard_is_sent_as_such() -> None:
    """A public API may be read from everywhere, without credentials."""
    async with make_client(make_settings(cors_origins="*"), origin=ORIGIN) as client:
        response = await client.get("/works")
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers


def test_wildcard_with_credentials_is_refused_at_start() -> None:
    """Every site could act with the cookies of its visitors."""
    with pytest.raises(ValidationError, match="CORS_ORIGINS"):
        make_settings(cors_origins="*", cors_allow_credentials=True)


@pytest.mark.parametrize(
    "origin",
    ["app.example.com", "https://app.example.com/", "https://*.example.com", "null", "ftp://a.b"],
)
def test_what_no_browser_sends_is_refused_at_start(origin: str) -> None:
    """Such a setting would silently allow nothing."""
    with pytest.raises(ValidationError, match="is not an origin"):
        make_settings(cors_origins=f"https://a.example.com, {origin}")


def test_several_origins_are_separated_by_commas() -> None:
    """As one writes them in an environment."""
    settings = make_settings(cors_origins="https://a.example.com, http://localhost:3000,")
    assert settings.cors_origins == ("https://a.example.com", "http://localhost:3000")


def test_production_allows_no_origin_unless_set() -> None:
    """The defaults are for development."""
    production = make_settings(environment="production", require_verified_email=False)
    assert production.cors_origins == ()


async def test_unexpected_error_tells_nothing_about_its_cause() -> None:
    """One shape of errors, also for those that nobody thought of."""
    async with make_client(ALLOWED, origin=ORIGIN) as client:
        response = await client.get("/breaks")
    assert response.json() == {"detail": {"error": "Internal server error"}}
    assert CANARY not in response.text
