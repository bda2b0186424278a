"""One line for each request, with its id, and no secret in any line."""

import json
import logging
import re
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from app.logs import REDACTED, configure_logging, get_logger, redact
from app.middleware.unhandled_errors import UnhandledErrorMiddleware
from tests.stack_helpers import CANARY, make_client, make_settings

TOKEN = f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.{CANARY}"
HASH = "$2b$12$" + "a" * 53

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _fresh_logging() -> None:
    """Log as the application does, whatever another test has changed."""
    configure_logging()


def read_lines(capsys: Capture) -> list[dict[str, Any]]:
    """The lines that were written."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def test_a_request_writes_one_line(capsys: Capture) -> None:
    """With all that is needed to find it again."""
    async with make_client(make_settings()) as client:
        response = await client.get("/works?page=1")
    (line,) = read_lines(capsys)
    assert line["message"] == "request"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/works", 200)
    assert line["request_id"] == response.headers["x-request-id"]
    assert line["client"] == "127.0.0.1"
    assert line["level"] == "info"
    assert line["duration_ms"] >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", line["timestamp"])


async def test_requests_have_ids_of_their_own() -> None:
    """So that their lines can be told apart."""
    async with make_client(make_settings()) as client:
        ids = {(await client.get("/works")).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3


async def test_a_plain_id_of_the_client_is_kept() -> None:
    """It follows a request through several services."""
    async with make_client(make_settings()) as client:
        response = await client.get("/works", headers={"x-request-id": "from-gateway.42"})
    assert response.headers["x-request-id"] == "from-gateway.42"


@pytest.mark.parametrize("bad", ["two words", 'quote"', "x" * 65, "a\tb"])
async def test_any_other_id_is_replaced(bad: str) -> None:
    """Nobody writes into our logs, or our headers, what they like."""
    async with make_client(make_settings()) as client:
        response = await client.get("/works", headers={"x-request-id": bad})
    assert re.fullmatch("[0-9a-f]{32}", response.headers["x-request-id"])


async def test_an_unexpected_error_is_written_with_its_trace_and_id(capsys: Capture) -> None:
    """The client hears nothing, the log says where it was, and neither repeats the secret."""
    async with make_client(make_settings()) as client:
        response = await client.get("/breaks")
    output = capsys.readouterr().out
    error, request = [json.loads(line) for line in output.splitlines()]
    assert error["message"] == "unhandled error"
    assert "RuntimeError: could not sign in" in error["exception"]
    assert error["request_id"] == request["request_id"] == response.headers["x-request-id"]
    assert (request["status"], request["level"]) == (500, "error")
    assert CANARY not in output


async def test_an_error_after_the_beginning_of_an_answer_ends_the_connection() -> None:
    """A second answer cannot begin, and half of the first must not pass for the whole."""
    sent: list[Message] = []

    async def broken(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/"}
    with pytest.raises(RuntimeError):
        await UnhandledErrorMiddleware(broken)(scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start"]


async def test_secrets_of_a_request_are_not_written(capsys: Capture) -> None:
    """Not from the query, the headers or the body."""
    headers = {"authorization": f"Bearer {TOKEN}", "cookie": f"session={CANARY}"}
    async with make_client(make_settings()) as client:
        await client.post(f"/echo?token={CANARY}", json={"password": CANARY}, headers=headers)
    output = capsys.readouterr().out
    assert '"path": "/echo"' in output
    assert CANARY not in output


@pytest.mark.parametrize(
    "name",
    ["password", "new_password", "passwd", "secret_key", "access_token", "Authorization", "cookie"],
)
def test_values_with_telling_names_are_masked_at_any_depth(capsys: Capture, name: str) -> None:
    """Whoever logs a body or headers by mistake."""
    get_logger("test").info("event", **{name: CANARY}, body={"list": [{name: CANARY}]})
    (line,) = read_lines(capsys)
    assert line[name] == REDACTED
    assert line["body"] == {"list": [{name: REDACTED}]}


@pytest.mark.parametrize(
    "text",
    [
        f"token {TOKEN} refused",
        f"Authorization: Bearer {CANARY}",
        f"authorization: Basic {CANARY.replace('-', 'A')}",
        f"cannot connect to postgresql://app:{CANARY}@db:5432/app",
        f"cannot connect to redis://:{CANARY}@cache:6379/0",
        f'body was {{"password": "{CANARY}"}}',
        f"reset_token={CANARY}&next=1",
        f"new_password: '{CANARY} with spaces'",
        f"duplicate key\nDETAIL:  Key (email)=({CANARY}) already exists.",
        f"[SQL: INSERT]\n[parameters: ('{CANARY}',)]",
        f"Input should be a valid string [type=string_type, input_value='{CANARY}']",
    ],
)
def test_secrets_inside_texts_are_masked(capsys: Capture, text: str) -> None:
    """In the messages of libraries and in the texts of exceptions."""
    get_logger("test").info(text)
    logging.getLogger("library").warning("it said: %s", text)
    try:
        raise ValueError(text)
    except ValueError:
        logging.getLogger("library").exception("failed")
    output = capsys.readouterr().out
    assert len(output.splitlines()) == 3
    assert CANARY not in output
    assert CANARY.replace("-", "A") not in output


def test_what_json_cannot_express_is_written_all_the_same(capsys: Capture) -> None:
    """A log line must never be the reason why a request fails."""
    get_logger("test").info("event", values={("a", 1): {CANARY}, None: object}, half="\ud800")
    (line,) = read_lines(capsys)
    assert line["values"] == {"('a', 1)": [CANARY], "None": "<class 'object'>"}
    assert line["half"] == "\ud800"


def test_password_hashes_are_masked() -> None:
    """They can be guessed at."""
    assert redact({"row": ("alice", HASH)}) == {"row": ["alice", REDACTED]}
    assert redact(ValueError(HASH)) == f"ValueError: {REDACTED}"
    assert redact(HASH.encode()) == REDACTED


@pytest.mark.parametrize(
    "text", ["/api/v1/tasks/0193a1c2", "task created: 3 of 4 done", "a = b", "14:30 in Rome"]
)
def test_ordinary_texts_stay_as_they_are(text: str) -> None:
    """A log without content helps nobody."""
    assert redact(text) == text


def test_lines_of_libraries_are_structured_too(capsys: Capture) -> None:
    """One format for all, with what they carry as extra."""
    logging.getLogger("sqlalchemy").warning("slow %s", "query", extra={"seconds": 3})
    (line,) = read_lines(capsys)
    assert (line["message"], line["level"], line["seconds"]) == ("slow query", "warning", 3)


def test_access_lines_of_the_server_are_dropped(capsys: Capture) -> None:
    """They hold query strings, and the request log has them already."""
    logging.getLogger("uvicorn.access").info("GET /?token=%s", CANARY)
    assert capsys.readouterr().out == ""


def test_lines_below_the_level_are_not_written(capsys: Capture) -> None:
    """Neither ours nor the server's."""
    configure_logging("WARNING")
    get_logger("test").info("quiet")
    logging.getLogger("uvicorn.error").info("quiet")
    assert capsys.readouterr().out == ""


def test_libraries_are_heard_from_warnings_on(capsys: Capture) -> None:
    """Some write whole URLs for every call; the server may say that it has started."""
    configure_logging("INFO")
    logging.getLogger("httpx").info("GET https://example.com/?key=%s", CANARY)
    logging.getLogger("uvicorn.error").info("started")
    assert [line["message"] for line in read_lines(capsys)] == ["started"]


def test_console_lines_are_for_people(capsys: Capture) -> None:
    """While developing."""
    configure_logging(log_format="console")
    get_logger("test").info("hello", password=CANARY)
    output = capsys.readouterr().out
    assert "hello" in output
    assert not output.startswith("{")
    assert CANARY not in output
