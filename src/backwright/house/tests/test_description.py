"""The description of the API, from which its pages and its clients are made."""

import re

import pytest
from httpx import ASGITransport, AsyncClient

from app import main
from app.main import create_app
from tests.stack_helpers import make_settings

PATHS = create_app().openapi()["paths"]
OPERATIONS = [operation for methods in PATHS.values() for operation in methods.values()]


def test_operations_have_names_of_their_own() -> None:
    """Short ones: in a generated client they are the names of methods."""
    names = [operation["operationId"] for operation in OPERATIONS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9-]+-[a-z0-9_]+", name) for name in names), names


def test_operations_say_what_they_do() -> None:
    """And under which heading they belong."""
    for operation in OPERATIONS:
        assert operation["description"]
        assert len(operation["tags"]) == 1


def test_pages_have_twenty_rows_unless_somebody_asks_for_another_number() -> None:
    """Clients rely on it, in every list."""
    parameters = [item for operation in OPERATIONS for item in operation.get("parameters", [])]
    limits = [item["schema"] for item in parameters if item["name"] == "limit"]
    assert limits
    assert all((limit["default"], limit["maximum"]) == (20, 100) for limit in limits), limits


def test_parameters_of_lists_say_what_they_mean() -> None:
    """Above all where one would guess wrong: whether bounds count, and several ids."""
    for methods in PATHS.values():
        for item in methods.get("get", {}).get("parameters", []):
            if item["in"] != "query":
                continue
            meaning = item["description"]
            if item["name"].endswith("_ids"):
                assert "all of them" in meaning
            if item["name"].endswith("_min"):
                assert meaning == "At least this, which is included."


def test_health_promises_none_of_the_errors_of_the_api() -> None:
    """Nothing of the API stands before it."""
    assert PATHS["/health/live"]["get"]["responses"].keys() == {"200"}
    assert PATHS["/health/ready"]["get"]["responses"].keys() == {"200", "503"}


def test_operations_promise_401_if_they_ask_who_is_calling() -> None:
    """And logging in or on, which can fail."""
    refusing = {item["operationId"] for item in OPERATIONS if "401" in item["responses"]}
    asking = {item["operationId"] for item in OPERATIONS if "security" in item}
    assert refusing == asking | {"auth-login", "auth-refresh"}


def test_operations_promise_404_if_they_name_a_row() -> None:
    """In their path, or by what they send."""
    for path, methods in PATHS.items():
        for method, operation in methods.items():
            if "{" in path:
                assert "404" in operation["responses"], f"{method} {path}"


@pytest.mark.parametrize(
    ("environment", "api_docs", "status"),
    [("development", None, 200), ("production", None, 404), ("production", True, 200)],
)
async def test_production_describes_itself_only_if_told_to(
    environment: str, api_docs: bool | None, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages stand on the description."""
    settings = make_settings(
        environment=environment,
        api_docs=api_docs,
        secret_key="0123456789abcdef" * 4,
        require_verified_email=False,
    )
    monkeypatch.setattr(main, "get_settings", lambda: settings)
    transport = ASGITransport(create_app())
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        for path in ("/openapi.json", "/docs", "/redoc"):
            assert (await client.get(path)).status_code == status
