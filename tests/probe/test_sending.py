"""Several requests at once: answers in their order, and failures asked for once more alone."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.probe.documents import TEXT, body, document, record

from backwright.probe.client import ANONYMOUS, NO_ANSWER, Answer, Call, Client, Exchange
from backwright.probe.findings import body_words
from backwright.probe.operations import Operation, read_api
from backwright.probe.samples import Sampler


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers 500 while others are under way, and 200 alone; sets a cookie each time."""

    protocol_version = "HTTP/1.1"
    under_way = 0
    cookies: list[str | None] = []  # noqa: RUF012 - shared on purpose
    lock = threading.Lock()

    def do_GET(self) -> None:
        kind = type(self)
        with self.lock:
            kind.under_way += 1
            kind.cookies.append(self.headers.get("Cookie"))
        threading.Event().wait(0.02)
        crowded = kind.under_way > 1 and "crowd" in self.path
        with self.lock:
            kind.under_way -= 1
        body = self.path.encode()
        self.send_response(500 if crowded or "broken" in self.path else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "who=somebody")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def client() -> Iterator[Client]:
    Handler.cookies = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made = Client(f"http://127.0.0.1:{server.server_port}")
    try:
        yield made
    finally:
        made.close()
        server.shutdown()
        server.server_close()


def calls(*names: str) -> list[Call]:
    return [Call(Operation("GET", f"/{name}")) for name in names]


def test_answers_come_in_the_order_of_the_calls() -> None:
    names = [f"n{number}" for number in range(50)]
    with client() as sender:
        exchanges = list(sender.send_all(calls(*names)))
    assert [one.answer.text for one in exchanges] == [f"/{name}" for name in names]
    assert [one.number for one in exchanges] == list(range(1, 51))


def test_what_fails_only_in_a_crowd_is_no_failure() -> None:
    with client() as sender:
        statuses = [one.status for one in sender.send_all(calls("crowd1", "crowd2", "broken"))]
    assert statuses == [200, 200, 500]


def test_at_the_same_time_means_that_a_crowd_counts() -> None:
    with client() as sender:
        (call,) = calls("crowd")
        statuses = {one.status for one in sender.send_at_once(call, ANONYMOUS, 4)}
    assert 500 in statuses


def test_no_cookie_goes_from_one_caller_to_the_next() -> None:
    with client() as sender:
        list(sender.send_all(calls("a", "b", "c")))
        sender.send(calls("d")[0])
    assert set(Handler.cookies) == {None}


def test_a_dead_server_is_not_asked_again_and_again() -> None:
    sender = Client("http://127.0.0.1:9")
    exchanges = list(sender.send_all(calls(*(f"n{number}" for number in range(20)))))
    sender.close()
    assert len(exchanges) == 3
    assert {one.status for one in exchanges} == {NO_ANSWER}
    assert "did not answer" in sender.spent


def test_a_file_is_sent_as_one_and_its_curl_sends_it_again() -> None:
    item = {"name": TEXT, "photo": {"type": "string", "format": "binary"}}
    schema = record("name", "photo", **item)
    api = read_api(document({"/pets": {"post": body(schema, "multipart/form-data")}}))
    sample = Sampler(api.schemas).value(api.operations[0].body or {}, "", "a")
    call = Call(api.operations[0], body=sample)
    content, media = call.content()
    assert media.startswith("multipart/form-data; boundary=")
    assert b'name="photo"; filename="photo.png"' in content
    assert b"Content-Type: image/png" in content
    assert b'name="name"\r\n' in content
    words = body_words(Exchange(1, ANONYMOUS, call, Answer(201, {}, "", 0)))
    assert words == ["-F", "name=qza00001x", "-F", "photo=qza00002x;filename=photo.png;type=image/png"]  # fmt: skip


def test_a_list_of_files_is_sent_file_by_file_and_so_by_its_curl() -> None:
    photo = {"type": "string", "format": "binary"}
    schema = record("photos", photos={"type": "array", "items": photo, "minItems": 2})
    api = read_api(document({"/pets": {"post": body(schema, "multipart/form-data")}}))
    sample = Sampler(api.schemas).value(api.operations[0].body or {}, "", "a")
    call = Call(api.operations[0], body=sample)
    content, _ = call.content()
    count = len(sample["photos"])
    assert content.count(b'name="photos"; filename=') == count > 0
    words = body_words(Exchange(1, ANONYMOUS, call, Answer(201, {}, "", 0)))
    assert words.count("-F") == count
