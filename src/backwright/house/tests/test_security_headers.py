"""Every answer tells browsers to be careful with it."""

import pytest

from tests.stack_helpers import make_client, make_settings

SETTINGS = make_settings()


@pytest.mark.parametrize("path", ["/works", "/fails", "/unknown", "/breaks"])
async def test_every_answer_has_the_security_headers(path: str) -> None:
    """Errors too."""
    async with make_client(SETTINGS) as client:
        headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["cache-control"] == "no-store"


async def test_documentation_page_may_load_what_it_needs() -> None:
    """But may not be framed either."""
    async with make_client(SETTINGS) as client:
        policy = (await client.get("/docs")).headers["content-security-policy"]
    assert "script-src 'unsafe-inline' https://cdn.jsdelivr.net;" in policy
    assert "frame-ancestors 'none'" in policy


async def test_https_is_demanded_over_https_only() -> None:
    """RFC 6797, 7.2: the field must not be sent over plain HTTP."""
    async with make_client(SETTINGS) as client:
        plain = await client.get("/works")
        secure = await client.get("https://test/works")
    assert "strict-transport-security" not in plain.headers
    assert secure.headers["strict-transport-security"].startswith("max-age=31536000")


async def test_a_trusted_proxy_tells_that_the_client_used_https() -> None:
    """As in production, where the proxy ends TLS."""
    headers = {"x-forwarded-proto": "https"}
    async with make_client(make_settings(trusted_proxies="127.0.0.0/8")) as client:
        trusted = await client.get("/works", headers=headers)
    async with make_client(SETTINGS) as client:
        other = await client.get("/works", headers=headers)
    assert "strict-transport-security" in trusted.headers
    assert "strict-transport-security" not in other.headers
