"""What a probe did as a pytest file of the project's own: who is kept from whose rows.

It needs nothing of ours: users register and log in through the API as the probe's did, objects are
made in the order of what needs what, and each refusal that was proved is asked for again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from backwright.probe.accounts import Accounts
from backwright.probe.answers import walk
from backwright.probe.client import Call, Exchange
from backwright.probe.judge import Judged
from backwright.probe.learner import Learner
from backwright.probe.naming import Names, path_to, path_to_id, value_at, variable_of
from backwright.probe.objects import Slot
from backwright.probe.operations import FORMS, Operation
from backwright.probe.people import Person
from backwright.probe.relatives import joining
from backwright.probe.repair import marks_in
from backwright.probe.schemas import Value

_DEEPEST = 4
_KINDS = ("reads", "lists", "changes", "removes")


@dataclass(frozen=True, slots=True)
class Style:
    """How a project tests.

    Attributes:
        client: The fixture that gives a client; empty where the file must make its own.
        is_async: Whether the client is asynchronous.
        marker: What stands above an asynchronous test.
        app: The application as `module:name`, for a client of the file's own.
    """

    client: str = "client"
    is_async: bool = False
    marker: str = ""
    app: str = ""


@dataclass
class TestFile:
    """Writes the file from what was sent and judged.

    Attributes:
        learner: Knows what refers to what.
        accounts: Knows how users are made.
        style: How the project tests.
        owner: Whose objects were tried.
    """

    learner: Learner
    accounts: Accounts
    style: Style
    owner: Person
    _sent: list[Exchange] = field(default_factory=list)

    def text(self, judged: Iterable[Judged]) -> str:
        """Return the file; nothing where users cannot register and log in through the API."""
        self._sent = self.learner.session.client.sent
        signing_in = self._signing_in()
        if not signing_in:
            return ""
        tests = list(self._tests(judged))
        if not tests:
            return ""
        head = [self._head(), *self._own_client(), signing_in]
        return "\n\n\n".join([*head, *tests]) + "\n"

    # --- the file's head

    def _head(self) -> str:
        lines = [
            '"""Users are kept from the rows of others: what `backwright probe` found, as tests."""'
        ]
        lines += ["", "from uuid import uuid4", ""]
        lines += ["import pytest"] if self.style.marker or self.style.app else []
        if self.style.app:
            module, _, name = self.style.app.partition(":")
            imported = f"{name} as app" if name != "app" else "app"
            lines += [
                "from fastapi.testclient import TestClient",
                "",
                f"from {module} import {imported}",
            ]
        return "\n".join(lines).rstrip()

    def _own_client(self) -> Iterator[str]:
        if self.style.app:
            yield (
                "@pytest.fixture\ndef client():\n"
                '    """Give a client of the application."""\n'
                "    with TestClient(app) as made:\n        yield made"
            )

    def _signing_in(self) -> str:
        """Return the helper that makes a user; nothing if it could not be one of the API alone."""
        register, login = self.accounts.register, self.accounts.login
        registered = self._last(register, self.owner) if register else None
        logged_in = self._last(login, self.owner) if login else None
        if register is None or registered is None or logged_in is None:
            return ""
        carried = self._carried(logged_in)
        if not carried:
            return ""
        names = Names(self.owner)
        marks = sorted(marks_in(json.dumps(registered.call.body)))
        for mark in marks:
            names.words[mark] = "{name}"
        verb = "async def" if self.style.is_async else "def"
        lines = [
            f"{verb} sign_in(client):",
            '    """Register somebody new; return the headers of their requests."""',
            '    name = f"u{uuid4().hex[:12]}"',
            f"    made = {self._request(registered.call, names, fixture='client')}",
            f"    assert made.status_code == {registered.status}, made.text",
            f"    answer = {self._request(logged_in.call, names, fixture='client')}",
            f"    assert answer.status_code == {logged_in.status}, answer.text",
            *carried,
        ]
        return "\n".join(lines)

    def _names_the_owner(self, call: Call) -> bool:
        """Tell whether a request says what the owner registered as."""
        register = self.accounts.register
        registered = self._last(register, self.owner) if register else None
        said = marks_in(json.dumps([call.path, call.body], default=str))
        return bool(registered and marks_in(json.dumps(registered.call.body)) & said)

    def _last(self, operation: Operation, person: Person) -> Exchange | None:
        """Return the request by which somebody registered or logged in."""
        return next(
            (
                one for one in self._sent
                if one.call.operation is operation and one.ok
                and any(mark[2] == person.letter for mark in marks_in(json.dumps(one.call.body)))
            ),
            None,
        )  # fmt: skip

    def _carried(self, logged_in: Exchange) -> list[str]:
        """Return the lines that make headers of a login's answer."""
        token = self.owner.token
        if token and self.owner.identity.headers:
            key = next((k for k, v in walk(logged_in.answer.json) if v == token), None)
            path = path_to(logged_in.answer.json, token)
            name, value = next((n, v) for n, v in self.owner.identity.headers.items() if token in v)
            if key is None or path is None:
                return []
            text = value.replace(token, "{token}").replace('"', '\\"')
            return [f"    token = answer.json(){path}", f'    return {{"{name}": f"{text}"}}']
        if self.owner.identity.cookies:
            return [
                '    crumbs = "; ".join(f"{k}={v}" for k, v in answer.cookies.items())',
                "    client.cookies.clear()",
                '    return {"Cookie": crumbs}',
            ]
        return []

    # --- the tests

    def _tests(self, judged: Iterable[Judged]) -> Iterator[str]:
        by_operation: dict[str, list[Judged]] = {}
        for one in judged:
            if one.sight.kind in _KINDS and one.sight.actor in ("other", "anonymous"):
                by_operation.setdefault(one.sight.operation.key, []).append(one)
        for group in by_operation.values():
            kept: dict[str, Exchange] = {
                one.sight.actor: one.sight.exchange
                for one in group
                if one.cell == "isolated" and one.sight.exchange is not None
            }
            if "other" in kept:
                text = self._test(group[0].sight.operation, group[0].sight.kind, kept)
                if text:
                    yield text

    def _test(self, operation: Operation, kind: str, kept: Mapping[str, Exchange]) -> str:
        """Return one test: others are refused, and the owner is not."""
        names = Names(self.owner)
        made = self._made(kept["other"].call, names, 0)
        joined = self._joined(kept["other"].call, names) if made is not None else []
        own = self.learner.used.get(operation.key)
        listed = self._listed(own, names) if own and kind == "lists" else None
        if made is None or own is None or (kind == "lists" and listed is None):
            return ""
        if self._names_the_owner(own.call) or self._names_the_owner(kept["other"].call):
            return ""  # a test's users have other names
        word, more = listed or ("", [])
        users = f"{self._await}sign_in({self._fixture})"
        own_call = own.call if kind == "lists" else kept["other"].call
        lines = [
            *self._opening(operation),
            f"    owner, other = {users}, {users}",
            *made,
            *joined,
            *more,
            *self._refusals(own_call, kept, names, word),
            f"    own = {self._request(own_call, names, 'owner')}",
            f"    assert own.status_code == {own.status}, own.text",
        ]
        return "\n".join([*lines, *([f"    assert {word} in own.text"] if word else [])])

    def _refusals(
        self, call: Call, kept: Mapping[str, Exchange], names: Names, word: str
    ) -> list[str]:
        lines = [f"    foreign = {self._request(call, names, 'other')}"]
        if word and kept["other"].ok:
            lines.append(f"    assert {word} not in foreign.text")
        else:
            lines.append(f"    assert foreign.status_code == {kept['other'].status}, foreign.text")
        if "anonymous" in kept and not kept["anonymous"].ok:
            lines.append(f"    unknown = {self._request(call, names)}")
            lines.append(
                f"    assert unknown.status_code == {kept['anonymous'].status}, unknown.text"
            )
        return lines

    def _opening(self, operation: Operation) -> list[str]:
        words = re.sub(r"\W+", "_", operation.path).strip("_").lower() or "root"
        verb = "async def" if self.style.is_async else "def"
        lines = [f"@{self.style.marker}"] if self.style.is_async and self.style.marker else []
        return [
            *lines,
            f"{verb} test_{operation.method.lower()}_{words}_is_kept_from_others({self._fixture}):",
        ]

    # --- objects, made first

    def _made(self, call: Call, names: Names, depth: int) -> list[str] | None:
        """Return the lines that make what a call names; None if it is not known how."""
        lines: list[str] = []
        for slot in self.learner.slots(call.operation):
            value = value_at(call, slot)
            known = names.variable(value, slot.noun)
            if value is None or isinstance(value, list) or known:
                continue
            source = self._source(slot, value)
            if source is None or depth > _DEEPEST:
                return None
            made = self._creation(source, names, depth)
            path = path_to_id(source.answer.json, value, slot)
            if made is None or path is None:
                return None
            name = variable_of(slot.noun, names)
            lines += [*made, f"    {name} = made.json(){path}"]
            names.variables[slot.noun, value] = name
        return lines

    def _joined(self, call: Call, names: Names) -> list[str]:
        """Return the lines that join the objects of a path, where its operation needs that."""
        if not self.learner.joined.get(call.operation.key):
            return []
        learner = self.learner
        wanted = {(one.noun, call.path[one.name]) for one in learner.path_slots(call.operation)}
        operations = list(joining(learner, call.operation))
        for one in reversed(self._sent):
            mine = one.ok and one.who.name == self.owner.name and one.call.operation in operations
            if mine and wanted <= set(self._named(one.call)):
                return self._creation(one, names, 0) or []
        return []

    def _named(self, call: Call) -> Iterator[tuple[str, Value]]:
        """Yield what a call names: of which kind, by which key."""
        for slot in self.learner.slots(call.operation):
            value = value_at(call, slot)
            if not isinstance(value, list | dict):
                yield slot.noun, value

    def _creation(self, source: Exchange, names: Names, depth: int) -> list[str] | None:
        """Return the lines that repeat a request of the owner's, with what it needs made first."""
        lines = self._made(source.call, names, depth + 1)
        if lines is None:
            return None
        for mark in sorted(marks_in(json.dumps(source.call.body))):
            if mark not in names.words:
                names.words[mark] = f"{{word_{len(names.words) + 1}}}"
                lines.append(f'    {names.words[mark][1:-1]} = f"w{{uuid4().hex[:9]}}"')
        lines.append(f"    made = {self._request(source.call, names, 'owner')}")
        lines.append(f"    assert made.status_code == {source.status}, made.text")
        return lines

    def _listed(self, own: Exchange, names: Names) -> tuple[str, list[str]] | None:
        """Return a word of an object that the owner's list has, and the lines that make one."""
        shown = marks_in(own.answer.text)
        creators = self.learner.creators(self.learner.resource(own.call.operation))
        for one in reversed(self._sent):
            mine = one.ok and one.who.name == self.owner.name and one.call.operation in creators
            marks = sorted(marks_in(json.dumps(one.call.body)) & shown) if mine else []
            made = self._creation(one, names, 0) if marks else None
            if made is not None:
                return names.words[marks[0]][1:-1], made
        return None

    def _source(self, slot: Slot, value: Value) -> Exchange | None:
        """Return the request of the owner that made an object."""
        return next(
            (
                one for one in reversed(self._sent)
                if one.ok and one.who.name == self.owner.name and one.call.operation.method in ("POST", "PUT")
                and self.learner.resource(one.call.operation) == slot.noun
                and path_to_id(one.answer.json, value, slot) is not None
                and one.call.operation in self.learner.creators(slot.noun)
                and (slot.noun, value) not in self._named(one.call)  # it was there before
            ),
            None,
        )  # fmt: skip

    # --- one request

    @property
    def _await(self) -> str:
        return "await " if self.style.is_async else ""

    @property
    def _fixture(self) -> str:
        return "client" if self.style.app else self.style.client

    def _request(self, call: Call, names: Names, who: str = "", fixture: str = "") -> str:
        """Return the expression that sends a call."""
        place = call.operation.path
        nouns = {(one.place, one.name): one.noun for one in self.learner.slots(call.operation)}
        for name, value in call.path.items():
            noun = nouns.get(("path", name), "")
            place = place.replace(f"{{{name}}}", names.within(value, noun))
        query = names.fields(call.query, {k: v for (at, k), v in nouns.items() if at == "query"})
        target = f"f{place!r}" if "{" in place else repr(place)
        words = [target, *([f"params={query}"] if call.query else [])]
        if call.body is not None:
            how = "data" if call.content_type in FORMS else "json"
            named = {k: v for (at, k), v in nouns.items() if at == "body"}
            body = call.body
            said = names.fields(body, named) if isinstance(body, dict) else names.literal(body)
            words.append(f"{how}={said}")
        words += [f"headers={who}"] if who else []
        verb = call.operation.method.lower()
        if call.body is not None and verb not in ("post", "put", "patch"):
            verb, words = "request", [repr(call.operation.method), *words]
        return f"{self._await}{fixture or self._fixture}.{verb}({', '.join(words)})"
