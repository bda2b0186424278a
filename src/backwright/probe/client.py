"""Sending requests: every one is numbered, counted, bounded, and can be repeated with curl."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import quote

import httpx

from backwright.errors import MissingError
from backwright.probe.operations import FORMS, Operation
from backwright.probe.schemas import Upload, Value, file_of

_LONGEST_WAIT = 3.0
_TIMEOUT = 10.0
_AT_ONCE = 4
_BATCH = 32
_SILENCES = 3  # so many requests without an answer in a row, and the server is taken for dead
NO_ANSWER = 599


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who calls: what their requests carry. `ANONYMOUS` carries nothing."""

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)

    def all_headers(self) -> dict[str, str]:
        """Return the headers, cookies among them."""
        crumbs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {**self.headers, **({"Cookie": crumbs} if crumbs else {})}


ANONYMOUS = Identity("anonymous")


@dataclass(frozen=True, slots=True)
class Call:
    """A request to an operation, still to be sent. `raw` takes the place of a body as it is."""

    operation: Operation
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Value = None
    raw: bytes | None = None
    media: str | None = None

    @property
    def target(self) -> str:
        """Return path and query as they are sent."""
        path = self.operation.path
        for name, value in self.path.items():
            path = path.replace(f"{{{name}}}", _encoded(value)).replace(
                f"{{{name}:path}}", _encoded(value)
            )
        pairs = [
            f"{quote(str(name))}={_encoded(one)}"
            for name, value in self.query.items()
            for one in (value if isinstance(value, list | tuple) else [value])
        ]
        return path + (f"?{'&'.join(pairs)}" if pairs else "")

    @property
    def content_type(self) -> str:
        """Return the content type of the body; empty without one."""
        if self.body is None and self.raw is None:
            return ""
        return self.media if self.media is not None else self.operation.media or "application/json"

    def content(self) -> tuple[bytes, str]:
        """Return the body's bytes and content type."""
        media = self.content_type
        if self.raw is not None:
            return self.raw, media
        if self.body is None:
            return b"", ""
        if media in FORMS and isinstance(self.body, Mapping):
            request = httpx.Request("POST", "http://x", **_form(self.body, media))
            return request.read(), request.headers.get("content-type", media)
        return json.dumps(self.body).encode(), media or "application/json"


def _form(body: Mapping[str, Any], media: str) -> dict[str, Any]:
    """Return what httpx makes a form of."""
    if media == FORMS[0]:
        return {"data": {k: _text(v) for k, v in body.items() if not isinstance(v, Upload)}}
    return {"files": [(name, part) for name, value in body.items() for part in _parts(name, value)]}


def _parts(name: str, value: Value) -> Iterator[tuple[str | None, Any, *tuple[str, ...]]]:
    """Yield the parts of a multipart body that say one field: a list says it once for each item."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, Upload):
            called, kind = file_of(name)
            yield called, one.encode(), kind
        else:
            yield None, _text(one)


def _text(value: Value) -> Value:
    if isinstance(value, list):
        return [_text(one) for one in value]
    return value if isinstance(value, str) else json.dumps(value)


def _encoded(value: Value) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@dataclass(frozen=True)
class Answer:
    """What came back; `NO_ANSWER` as status where nothing did."""

    status: int
    headers: Mapping[str, str]
    text: str
    seconds: float
    cookies: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether it says that all went well, in its status and in its words."""
        return 200 <= self.status < 300 and not self._says_failure

    @cached_property
    def _says_failure(self) -> bool:
        """Tell whether an answer with the status of success has a failure in its body."""
        value = self.json
        if not isinstance(value, dict):
            return False
        code = value.get("code", value.get("status_code"))
        failed = value.get("status") in ("fail", "failure", "failed", "error")
        refused = isinstance(code, int) and 400 <= code < 600
        return failed or refused or value.get("success") is False

    @cached_property
    def json(self) -> Value:
        """Return the body as a JSON value; None if it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that was sent, by whom, and its answer."""

    number: int
    who: Identity
    call: Call
    answer: Answer

    @property
    def status(self) -> int:
        """Return the answer's status."""
        return self.answer.status

    @property
    def ok(self) -> bool:
        """Tell whether the answer says that all went well."""
        return self.answer.ok


class Ear:
    """Is told of requests, to hear what the server says of them meanwhile; this one hears nothing."""

    def before(self) -> None:
        """Hear that a request is sent now."""

    def before_many(self) -> None:
        """Hear that several are sent now, at the same time."""

    def settle(self) -> None:
        """Wait until the server has said everything about what was sent."""

    def after(self, exchange: Exchange) -> None:
        """Hear what came of a request."""


class Client:
    """Sends requests to one server, within a number of requests and seconds."""

    def __init__(self, base: str, *, requests: int = 40_000, seconds: float = 600.0) -> None:
        """Open connections to `base` as they are needed."""
        self.base = base.rstrip("/")
        self.sent: list[Exchange] = []
        self._most = requests
        self._until = time.monotonic() + seconds
        # A jar that takes nothing: who sends which cookie is for the identities to say.
        jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._http = httpx.Client(
            timeout=_TIMEOUT, follow_redirects=False, trust_env=False, cookies=jar
        )
        self._pool = ThreadPoolExecutor(_AT_ONCE)
        self._silent = False
        self.ear = Ear()

    def close(self) -> None:
        """Close the connections."""
        self._pool.shutdown()
        self._http.close()

    @property
    def spent(self) -> str:
        """Say which bound has been reached; nothing while there is room."""
        silent = [one for one in self.sent[-_SILENCES:] if one.status == NO_ANSWER]
        if len(silent) == _SILENCES:
            return f"the server did not answer {_SILENCES} requests in a row"
        if len(self.sent) >= self._most:
            return f"the limit of {self._most} requests was reached"
        return "the time limit was reached" if time.monotonic() > self._until else ""

    def send(self, call: Call, who: Identity = ANONYMOUS) -> Exchange:
        """Send a request and keep what came back; one that is refused for haste is sent again."""
        self.ear.before()
        answer = self._answer(call, who)
        wait = _patience(answer)
        if wait is not None:
            time.sleep(wait)
            answer = self._answer(call, who)
        exchange = self._keep(call, who, answer)
        self.ear.after(exchange)
        return exchange

    def _keep(self, call: Call, who: Identity, answer: Answer) -> Exchange:
        exchange = Exchange(len(self.sent) + 1, who, call, answer)
        self.sent.append(exchange)
        return exchange

    def send_at_once(self, call: Call, who: Identity, times: int) -> list[Exchange]:
        """Send the same request several times at the same time."""
        self.ear.before()
        answers = list(self._pool.map(lambda _: self._answer(call, who), range(times)))
        exchanges = [self._keep(call, who, answer) for answer in answers]
        for exchange in exchanges:
            self.ear.after(exchange)
        return exchanges

    def send_all(self, calls: Sequence[Call], who: Identity = ANONYMOUS) -> Iterator[Exchange]:
        """Send requests of which none depends on another, several at a time; yield in their order.

        What was refused for haste or failed is sent once more by itself: no verdict rests on what
        else was under way, and what the log then says is of this request. Ends early where a bound
        is reached.
        """
        for start in range(0, len(calls), _BATCH):
            if self.spent:
                return
            batch = calls[start : start + _BATCH]
            self.ear.before_many()
            self._silent = False
            answers = list(self._pool.map(lambda one: self._one_of_many(one, who), batch))
            if any(one is None or one.status >= 500 for one in answers):
                self.ear.settle()
            for call, answer in zip(batch, answers, strict=True):
                if answer is not None and answer.status < 500 and answer.status != 429:
                    yield self._keep(call, who, answer)
                elif self.spent:
                    return
                else:
                    yield self.send(call, who)

    def _one_of_many(self, call: Call, who: Identity) -> Answer | None:
        """Send one of several requests; None where another was not answered meanwhile."""
        if self._silent:
            return None
        answer = self._answer(call, who)
        self._silent = self._silent or answer.status == NO_ANSWER
        return answer

    def _answer(self, call: Call, who: Identity) -> Answer:
        content, media = call.content()
        headers = {**who.all_headers(), **call.headers}
        if media:
            headers.setdefault("Content-Type", media)
        started = time.monotonic()
        try:
            reply = self._on_a_live_connection(call, headers, content)
        except httpx.HTTPError as error:
            return Answer(NO_ANSWER, {}, f"{type(error).__name__}: {error}", _since(started))
        return Answer(
            reply.status_code,
            {k.lower(): v for k, v in reply.headers.items()},
            reply.text,
            _since(started),
            tuple(reply.headers.get_list("set-cookie")),
        )

    def _on_a_live_connection(
        self, call: Call, headers: Mapping[str, str], content: bytes
    ) -> httpx.Response:
        """Send it; once more where the server had closed the connection after the answer before."""
        try:
            return self._request(call, headers, content)
        except (httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError):
            return self._request(call, headers, content)

    def _request(self, call: Call, headers: Mapping[str, str], content: bytes) -> httpx.Response:
        """Send it, following a redirection that only adds or takes a slash."""
        encoded = {k: v.encode("utf-8", "surrogatepass") for k, v in headers.items()}
        url = self.base + call.target
        method = call.operation.method
        reply = self._http.request(method, url, headers=encoded, content=content)  # type: ignore[arg-type]
        place = reply.headers.get("location", "")
        if reply.status_code in (307, 308) and place:
            moved = httpx.URL(url).join(place)
            if (moved.host, moved.port) == (httpx.URL(url).host, httpx.URL(url).port):
                reply = self._http.request(method, moved, headers=encoded, content=content)  # type: ignore[arg-type]
        return reply


def fetch_json(url: str) -> Value:
    """Return the JSON value at an address.

    Raises:
        MissingError: nobody answers there, or not with JSON.
    """
    try:
        reply = httpx.get(url, timeout=_TIMEOUT, follow_redirects=True, trust_env=False)
        return reply.raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise MissingError(
            f"{url} gives no JSON: {error}",
            remedy="start the server, or name another address",
        ) from error


def _since(started: float) -> float:
    return time.monotonic() - started


def _patience(answer: Answer) -> float | None:
    """Return how long to wait before asking again; None if asking again is of no use."""
    if answer.status != 429:
        return None
    try:
        wait = float(answer.headers.get("retry-after", "1"))
    except ValueError:
        return None
    return wait if wait <= _LONGEST_WAIT else None
