"""Bad input: one place of a request at a time is given what it should refuse."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from backwright.probe.client import Call, Exchange
from backwright.probe.doors import identifier_fields, password_fields
from backwright.probe.learner import Learner
from backwright.probe.nouns import is_user
from backwright.probe.objects import Refusal
from backwright.probe.operations import FORMS, Operation
from backwright.probe.people import Person
from backwright.probe.pooling import Fault, Pool, first_of_kind, pools, refused_alike
from backwright.probe.purposes import Purpose, is_about_caller

HUGE = 10**20
_NUL, _SURROGATE = "a\x00b", "a\ud800b"
_LONG = "q" * 20_000
_LIKE_IN_NUMBERS = {
    "NUL character": "bad id",
    "over-long text": "bad id",
    "64-bit overflow": "huge number",
}
_FEW_BODIES = 3  # broken in the ways that a handler reads by itself, if it does
_ROUNDS = 3  # of creating the same twice: whether two meet in the middle is a matter of luck


@dataclass(frozen=True, slots=True)
class Outcome:
    """A fault and its answer."""

    fault: Fault
    exchange: Exchange


_WRONG_NUMBERS: Mapping[str, Any] = {
    "negative number": -1,
    "huge number": HUGE,
    "64-bit overflow": 2**63,
    "32-bit overflow": 2**31,
    "no number": "abc",
    "NaN": "NaN",
}
_WRONG_TEXTS: Mapping[str, Any] = {
    "NUL character": _NUL,
    "lone surrogate": _SURROGATE,
    "over-long text": _LONG,
    "empty text": "",
}


@dataclass
class Breaker:
    """Sends bad input to every operation that has been called with success.

    Attributes:
        learner: Knows a good call of each operation.
        purposes: What each operation is for.
        owner: Who calls.
        renew: Gives a caller who is still logged in: bad input may have ended the account.
    """

    learner: Learner
    purposes: Mapping[str, Purpose]
    owner: Person
    renew: Callable[[Person], Person] = lambda person: person
    outcomes: list[Outcome] = field(default_factory=list)
    _broken: set[str] = field(default_factory=set)

    def run(self) -> list[Outcome]:
        """Send everything, and return all answers."""
        operations = self.learner.session.api.operations
        last = ("entry", "account")
        for operation in sorted(operations, key=lambda one: self.purposes.get(one.key) in last):
            if self.purposes.get(operation.key) == "machinery" or self.learner.session.client.spent:
                continue
            if self.purposes.get(operation.key) in last:
                self.owner = self.renew(self.owner)
            good = None if self._always_fails(operation) else self._good(operation)
            if good is None:
                continue
            self._send(good, list(self._faults(operation, good)))
            if operation.method == "POST" and self.purposes.get(operation.key) == "plain":
                self._at_once(operation)
        return self.outcomes

    def _always_fails(self, operation: Operation) -> bool:
        """Tell whether even valid requests give a server error, so that bad ones show nothing."""
        sent = self.learner.session.client.sent
        mine = [one for one in sent if one.call.operation is operation]
        return operation.key not in self.learner.used and any(one.status >= 500 for one in mine)

    def _good(self, operation: Operation) -> Call | None:
        """Return a call that would succeed, on objects that may be spoilt."""
        built = self.learner.build(operation, self.owner, full=operation.writes)
        return built if isinstance(built, Call) else None

    def _send(self, good: Call, faults: list[Fault]) -> None:
        """Send faults: first several together, then alone what no refusal has named."""
        together = pools(good, faults)
        firsts = first_of_kind(faults)
        calls = [*(one.call for one in together), *(one.call for one in firsts)]
        answers = list(self._answers(calls))
        settled: dict[Fault, Exchange] = {}
        for pool, exchange in zip(together, answers, strict=False):
            settled |= dict.fromkeys(pool.refused(exchange), exchange)
        for first, exchange in zip(firsts, answers[len(together) :], strict=False):
            settled |= dict.fromkeys((first, *refused_alike(first, exchange, faults)), exchange)
        alone = [one for one in faults if one not in settled]
        sent = self._answers(one.call for one in alone)
        outcomes = [Outcome(fault, one) for fault, one in zip(alone, sent, strict=False)]
        self.outcomes += [Outcome(fault, one) for fault, one in settled.items()]
        self.outcomes += outcomes
        self._only_together(zip(together, answers, strict=False), outcomes)

    def _answers(self, calls: Iterable[Call]) -> Iterator[Exchange]:
        client = self.learner.session.client
        yield from client.send_all(list(calls), self.owner.identity)

    def _only_together(
        self, answered: Iterable[tuple[Pool, Exchange]], alone: Sequence[Outcome]
    ) -> None:
        """Keep a server error that several wrong values give and none of them by itself."""
        if any(one.exchange.status >= 500 for one in alone):
            return
        for pool, exchange in answered:
            if exchange.status >= 500:
                fault = Fault(f"{pool.faults[0].name} in several places", "body", pool.call)
                self.outcomes.append(Outcome(fault, exchange))

    # --- the faults

    def _faults(self, operation: Operation, good: Call) -> Iterator[Fault]:
        for parameter in operation.parameters:
            if parameter.location == "query":
                yield from self._in_query(good, parameter.name, parameter.schema)
            elif parameter.location == "path":
                yield from self._in_path(good, parameter.name, parameter.schema)
        if isinstance(good.body, dict):
            yield from self._in_body(operation, good)
        if good.content_type and good.content_type not in FORMS:
            kind = self.learner.resource(operation)
            bodies = _broken_bodies(good)
            yield from bodies if kind not in self._broken else itertools.islice(bodies, _FEW_BODIES)
            self._broken.add(kind)
        yield from self._methods(operation, good)

    def _in_query(self, good: Call, name: str, schema: Mapping[str, Any]) -> Iterator[Fault]:
        for what, value in self._wrong(schema).items():
            if what == "lone surrogate":
                continue  # a URL cannot carry it
            query = {**good.query, name: value if isinstance(value, str) else json.dumps(value)}
            yield Fault(what, f"query {name}", replace(good, query=query))

    def _in_path(self, good: Call, name: str, schema: Mapping[str, Any]) -> Iterator[Fault]:
        values = {"bad id": "not-an-id", "NUL character": _NUL, "huge number": str(HUGE),
                  "negative number": "-1", "over-long text": "q" * 2_000}  # fmt: skip
        if schema.get("type") == "integer":
            values["64-bit overflow"] = str(2**63)
            values["32-bit overflow"] = str(2**31)
        for what, value in values.items():
            call = replace(good, path={**good.path, name: value})
            yield Fault(what, f"path {name}", call, _like(what, schema))

    def _in_body(self, operation: Operation, good: Call) -> Iterator[Fault]:
        api = self.learner.session.api
        read = {*identifier_fields(api, operation), *password_fields(api, operation)}
        for name, schema in api.schemas.properties(operation.body or {}).items():
            plain = not (schema.get("pattern") or schema.get("enum"))
            idle = good.content_type in FORMS and bool(read) and name not in read and plain
            for what, value in self._wrong(schema).items():
                if what == "lone surrogate" and good.content_type in FORMS:
                    continue  # a form cannot carry it
                body = {**good.body, name: value}
                yield Fault(what, f"body {name}", replace(good, body=body), idle=idle)
            if good.content_type in FORMS:
                continue
            for what, value in (
                ("null", None),
                ("object for a value", {"a": 1}),
                ("list for a value", [[]]),
            ):
                yield Fault(what, f"body {name}", replace(good, body={**good.body, name: value}))
            if name in good.body and name in (operation.body or {}).get("required", ()):
                less = {k: v for k, v in good.body.items() if k != name}
                yield Fault("missing field", f"body {name}", replace(good, body=less))
            taken = self._taken(operation, name)
            if taken is not None and taken != good.body.get(name):
                body = {**good.body, name: taken}
                yield Fault("a value that another has", f"body {name}", replace(good, body=body))
        extra = {**good.body, "qz_unknown": {"a": [1]}}
        yield Fault("extra field", "body", replace(good, body=extra))

    def _taken(self, operation: Operation, name: str) -> str | None:
        """Return what another object or user has under a name: a unique value must not clash."""
        learner = self.learner
        kind = learner.resource(operation)
        people = [one for one in learner.session.people.values() if one is not self.owner]
        spoken = (
            is_user(kind)
            or is_about_caller(operation)
            or password_fields(learner.session.api, operation)
        )
        found = [one.known.get(name) for one in people] if spoken else []
        found += [
            one.get(name) for (noun, _), made in learner.objects.items() if noun == kind
            for one in made[:1]
        ]  # fmt: skip
        return next((one for one in found if isinstance(one, str) and one), None)

    def _wrong(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Return wrong values for a schema; a form of its own gets one of no form."""
        kind = schema.get("type")
        if schema.get("enum"):
            return {"unknown choice": "qz-no-such-choice", "NUL character": _NUL}
        if kind in ("integer", "number"):
            return dict(_WRONG_NUMBERS)
        if kind == "boolean":
            return {"no boolean": "maybe"}
        if kind == "array":
            return {"text for a list": "abc"}
        if kind in ("string", None):
            formed = schema.get("format") not in (None, "password")
            form = {"bad form": "not-of-this-form"} if formed else {}
            return {**_WRONG_TEXTS, **form}
        return {}

    def _methods(self, operation: Operation, good: Call) -> Iterator[Fault]:
        """Yield one method that the path does not have."""
        same = [one for one in self.learner.session.api.operations if one.path == operation.path]
        if operation is not same[0]:
            return  # asked for the operation before
        taken = {one.method for one in same}
        other = next((one for one in ("PATCH", "PUT", "DELETE", "POST") if one not in taken), None)
        if other:
            wrong = replace(operation, method=other)
            yield Fault(f"method {other}", "method", replace(good, operation=wrong, body=None))

    def _at_once(self, operation: Operation) -> None:
        """Send creations twice at the same time: a unique value must not clash as a 500."""
        client = self.learner.session.client
        for _ in range(_ROUNDS):
            new = self.learner.build(operation, self.owner, fresh=True, renewed=True, full=True)
            if client.spent or isinstance(new, Refusal):
                return
            for exchange in client.send_at_once(new, self.owner.identity, 2):
                self.outcomes.append(Outcome(Fault("twice at once", "body", new), exchange))


def _like(what: str, schema: Mapping[str, Any]) -> str:
    """Return the fault of a path that another is refused like, by the form that is declared."""
    if schema.get("format") == "uuid" and what != "bad id":
        return "bad id"
    if schema.get("type") != "integer":
        return ""
    return _LIKE_IN_NUMBERS.get(what, "")


def _broken_bodies(good: Call) -> Iterator[Fault]:
    """Yield bodies that are no JSON, or none that anybody should accept.

    What reads them comes before the operation, so that few are sent where its neighbours got all.
    """
    content, _ = good.content()
    cut = content[: max(1, len(content) // 2)]
    bodies = {
        "no JSON": b"{{{",
        "empty body": b"",
        "list for an object": b"[]",
        "cut JSON": cut,
        "bytes that are no text": b"\xff\xfe\x00",
        "deep nesting": b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
        "text for an object": b'"a"',
        "null for an object": b"null",
    }
    for what, raw in bodies.items():
        yield Fault(what, "body", replace(good, body=None, raw=raw, media="application/json"))
    yield Fault(
        "wrong content type", "body", replace(good, body=None, raw=content, media="text/plain")
    )
    if isinstance(good.body, dict) and good.body:
        first = next(iter(good.body))
        twice = content[:-1] + f", {json.dumps(first)}: null}}".encode()
        yield Fault(
            "duplicate key", "body",
            replace(good, body=None, raw=twice, media="application/json"),
        )  # fmt: skip


_TRACE = re.compile(r'Traceback \(most recent call last\)|File "/[^"]+\.py", line \d+|'
                    r"\bat [\w.$]+\([\w.]+:\d+\)")  # fmt: skip
_SQL = re.compile(
    r"(?i)\b(SELECT\s.+\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s)|psycopg2?\.|"
    r"asyncpg\.|sqlalchemy\.exc|sqlite3\.|DETAIL:\s+(Key|Failing)"
)
_PATH = re.compile(r"(?:/(?:home|usr|app|srv|opt|var|root|tmp)/[\w./-]+\.py)\b")


def leak_in(exchange: Exchange) -> str:
    """Return what an answer tells of the server's inside: a stack trace, SQL or a path."""
    if "html" in exchange.answer.headers.get("content-type", "") and exchange.ok:
        return ""
    text = exchange.answer.text
    for what, pattern in (
        ("a stack trace", _TRACE),
        ("SQL", _SQL),
        ("a path of the server", _PATH),
    ):
        found = pattern.search(text)
        if found and found[0] not in exchange.call.target:
            return f"{what}: {found[0][:120]}"
    return ""
