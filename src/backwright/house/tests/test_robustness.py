"""Nothing that a client sends gives a 500, and every refusal has the shape of errors.

The operations are read from the API's own description, so that each new one is tested too.
"""

import asyncio
import json

import pytest
from httpx import AsyncClient, Response
from sqlmodel import func, select

from app.database import Session
from app.exceptions import ValidationError
from tests.helpers import UNKNOWN_ID, read_all
from tests.openapi import Operation, read_operations

OPERATIONS = read_operations()
LISTS = [operation for operation in OPERATIONS if "limit" in operation.query]
WITH_ID = [operation for operation in OPERATIONS if "{" in operation.path]
WITH_BODY = [operation for operation in OPERATIONS if operation.body]
CREATES = [operation for operation in WITH_BODY if operation.creates]

JSON = {"Content-Type": "application/json"}
CANARY = "canary-5b1f7d"
HUGE = 10**20

# As they stand in a URL: NUL, half of a surrogate pair and broken UTF-8 among them.
HOSTILE_TEXTS = [
    "", "-1", "101", str(HUGE), "1e999", "NaN", "null", "a%00b", "%ED%A0%80", "%FF%FE", "a" * 3000,
    "'%20OR%201=1--", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00%2B23:59", "owner_id",
    "eyJhIjoxfQ==",
]  # fmt: skip

# NUL, which PostgreSQL cannot store; half of a surrogate pair, which UTF-8 cannot.
UNSTORABLE_TEXTS = ["\0", "a\0b", "\ud800", "a\udfffb"]

# As they stand in JSON, which can write what UTF-8 and Python's own encoder cannot.
HOSTILE_VALUES = [
    "null", "true", "-1", "0.5", str(HUGE), str(-HUGE), "1e308", "1e999", "NaN", "1" + "0" * 5000,
    '""', r'"a\u0000b"', r'"\ud800"', '"' + "a" * 200_000 + '"', '"' + "\U0001f600" * 300 + '"',
    '"Infinity"', '"1e999999"', '"9999-12-31T23:59:59-23:59"', '"0001-01-01T00:00:00+23:59"',
    "[null]", "{}", '{"a": 1e999}', r'{"\u0000": "\u0000"}', r'{"\ud800": "\ud800"}',
    '{"a":' * 500 + "1" + "}" * 500, f'"{UNKNOWN_ID}"', f'["{UNKNOWN_ID}"]', '"http://[::1"',
    '"https://\U0001f600.example/"',
]  # fmt: skip

HOSTILE_BODIES = [
    b"", b"{", b"null", b"1", b'"text"', b"[{}]", b"{}", b"\xff\xfe{}", b"\xef\xbb\xbf{}",
    b'{"a": 1} {"a": 2}', b'{"a": 1, "a": 2}', b'{"a":' * 100_000, b"1" * 10_000,
    b'{"\xed\xa0\x80": 1}',
]  # fmt: skip
# These are no mistakes where every field may be left out.
EMPTY_BODIES = (b"{}", b"\xef\xbb\xbf{}")


def check_refusal(response: Response) -> None:
    """Check that a refusal is one that a client can read, and no failure of ours."""
    assert 400 <= response.status_code < 500, response.text[:300]
    detail = response.json()["detail"]
    if response.status_code == 422:
        assert all(item.keys() == {"type", "loc", "msg"} for item in detail)
    else:
        assert detail.keys() == {"error"}
        assert detail["error"]


def check_answer(response: Response) -> None:
    """Check that an answer is a success, or a refusal that a client can read."""
    if not response.is_success:
        check_refusal(response)


@pytest.mark.parametrize("operation", LISTS, ids=str)
async def test_lists_refuse_what_no_column_can_hold(
    alice: AsyncClient, operation: Operation
) -> None:
    """In every parameter: out of bounds, not a number, not storable, too long."""
    for name in operation.query:
        for text in HOSTILE_TEXTS:
            check_answer(await alice.get(f"{operation.url()}?{name}={text}"))


@pytest.mark.parametrize("operation", WITH_ID, ids=str)
async def test_bad_ids_are_refused(alice: AsyncClient, operation: Operation) -> None:
    """As not valid, or as not found."""
    for text in HOSTILE_TEXTS:
        url = operation.url(text or "%20")
        response = await alice.request(operation.method, url, content=b"{}", headers=JSON)
        check_refusal(response)
        assert response.status_code in (404, 422), response.text


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
async def test_bodies_that_are_no_object_are_refused(
    alice: AsyncClient, operation: Operation
) -> None:
    """Cut off, nested too deep, of another kind, in another encoding."""
    for body in HOSTILE_BODIES:
        response = await alice.request(
            operation.method, operation.url(), content=body, headers=JSON
        )
        if body in EMPTY_BODIES:
            check_answer(response)
        else:
            check_refusal(response)


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
async def test_bodies_of_another_type_are_refused(alice: AsyncClient, operation: Operation) -> None:
    """What is not announced as JSON is not read as JSON."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "?", ""):
        headers = {"Content-Type": kind}
        check_refusal(
            await alice.request(operation.method, operation.url(), content=b"{}", headers=headers)
        )


@pytest.mark.parametrize("operation", CREATES, ids=str)
async def test_hostile_values_leave_rows_that_can_be_read(
    alice: AsyncClient, operation: Operation
) -> None:
    """Whatever a field is created with or changed to, the row and its list stay readable."""
    valid = await operation.valid_fields(alice)
    made = await alice.post(operation.url(), json=valid)
    row = f"{operation.url()}/{made.json()['id']}"
    for name, old in valid.items():
        for value in HOSTILE_VALUES:
            change = f'{{"{name}": {value}}}'
            check_answer(await alice.patch(row, content=change, headers=JSON))
            body = json.dumps(valid | {name: "@"}).replace('"@"', value)
            check_answer(await alice.post(operation.url(), content=body, headers=JSON))
        assert (await alice.get(row)).status_code == 200, name
        assert (await alice.patch(row, json={name: old})).status_code == 200, name
    assert await read_all(alice, operation.url(), limit=100)


@pytest.mark.parametrize("operation", CREATES, ids=str)
async def test_text_that_cannot_be_stored_is_refused(
    alice: AsyncClient, operation: Operation
) -> None:
    """Wherever a text may stand."""
    valid = await operation.valid_fields(alice)
    for name in [name for name, value in valid.items() if isinstance(value, str)]:
        for text in UNSTORABLE_TEXTS:
            body = json.dumps(valid | {name: text})
            response = await alice.post(operation.url(), content=body, headers=JSON)
            assert response.status_code == 422, (name, text)


@pytest.mark.parametrize("operation", CREATES, ids=str)
async def test_a_text_that_is_too_long_is_told_so_in_characters(
    alice: AsyncClient, operation: Operation
) -> None:
    """Not in items, as if it were a list."""
    valid = await operation.valid_fields(alice)
    for name in valid:
        body = valid | {name: "n" * 200_000}
        response = await alice.post(operation.url(), json=body)
        assert response.status_code == 422, response.text
        assert [item["type"] for item in response.json()["detail"]] != ["too_long"], name


@pytest.mark.parametrize("operation", CREATES, ids=str)
async def test_equal_rows_at_the_same_time(alice: AsyncClient, operation: Operation) -> None:
    """One of them is first; if a value must be unique, the others hear of the clash."""
    valid = await operation.valid_fields(alice)
    answers = await asyncio.gather(*(alice.post(operation.url(), json=valid) for _ in range(8)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses in ([201] * 8, [201] + [409] * 7)
    for answer in answers:
        check_answer(answer)


@pytest.mark.parametrize("operation", CREATES, ids=str)
async def test_refusals_never_repeat_the_input(alice: AsyncClient, operation: Operation) -> None:
    """It may be a secret, put into the wrong field."""
    response = await alice.post(operation.url(), json={"password": CANARY, "id": [CANARY]})
    check_refusal(response)
    assert CANARY not in response.text


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
async def test_hostile_tokens_are_refused(client: AsyncClient, operation: Operation) -> None:
    """Of bytes that no token has, and of any length."""
    for token in (b"\xff\xfe", b"a.b.c", b"a" * 10_000, b""):
        headers = {b"Authorization": b"Bearer " + token}
        check_answer(await client.request(operation.method, operation.url(), headers=headers))


async def test_unknown_paths_and_methods_are_refused(client: AsyncClient) -> None:
    """In the shape of errors as well."""
    for method, path, status in (
        ("GET", "/", 404),
        ("GET", "/api/v1/nothing", 404),
        ("TRACE", "/api/v1/nothing", 404),
        ("PUT", "/health/live", 405),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", 404),
        ("GET", "/api/v1/%FF%00", 404),
    ):
        response = await client.request(method, path)
        check_refusal(response)
        assert response.status_code == status, path


@pytest.mark.parametrize("path", sorted({operation.path for operation in OPERATIONS}))
async def test_a_method_that_is_not_there_is_told_which_are(client: AsyncClient, path: str) -> None:
    """All of the path, not those of the first route only."""
    methods = [operation.method for operation in OPERATIONS if operation.path == path]
    url = path.replace("{", "").replace("}", "")
    response = await client.options(url)
    assert response.status_code == 405
    assert response.headers["Allow"] == ", ".join(sorted(methods))


async def test_a_statement_that_the_database_finds_too_large_is_refused(session: Session) -> None:
    """As out of range, like any other value that it cannot hold."""
    with pytest.raises(ValidationError):
        await session.scalar(select(func.length(func.repeat("a", 2_000_000_000))))


# --- Authentication

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LOGIN = "/api/v1/auth/login"


@pytest.mark.parametrize("body", [*HOSTILE_BODIES, b"username=%00&password=%00", b"username=a"])
async def test_login_refuses_what_is_no_form(client: AsyncClient, body: bytes) -> None:
    """Login reads a form, not JSON."""
    for kind in (FORM["Content-Type"], "multipart/form-data; boundary=x", "text/plain"):
        check_refusal(await client.post(LOGIN, content=body, headers={"Content-Type": kind}))


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
async def test_login_refuses_hostile_names_and_passwords(client: AsyncClient, text: str) -> None:
    """As wrong, not as broken."""
    body = f"username={text}&password={text}"
    check_refusal(await client.post(LOGIN, content=body, headers=FORM))


@pytest.mark.parametrize("operation", CREATES, ids=str)
async def test_a_slash_too_many_leads_nowhere(alice: AsyncClient, operation: Operation) -> None:
    """A redirect would lead to whichever host the request names."""
    headers = {"Host": "elsewhere.example"}
    response = await alice.get(f"{operation.url()}/", headers=headers)
    assert response.status_code == 404, response.text
    assert "Location" not in response.headers
