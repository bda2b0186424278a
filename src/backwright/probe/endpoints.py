"""Every operation called with success once, and its answer compared with what it declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from backwright.probe.accounts import Accounts
from backwright.probe.causes import Watcher
from backwright.probe.client import ANONYMOUS, Exchange
from backwright.probe.findings import Places, check
from backwright.probe.learner import Learner
from backwright.probe.objects import Refusal
from backwright.probe.operations import Operation, Parameter
from backwright.probe.people import Person
from backwright.probe.purposes import Purpose
from backwright.probe.schemas import Schema, Schemas, Value, is_array, is_object
from backwright.report.probe_types import ProbeCheck

_DEEPEST = 8
_ANY = Parameter("", "path", required=True, schema={})
_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


@dataclass(slots=True)
class Endpoints:
    """Calls every operation, and looks at the answers."""

    learner: Learner
    accounts: Accounts
    owner: Person
    purposes: Mapping[str, Purpose]
    known: Places
    base: str
    watcher: Watcher

    def checks(self) -> Iterator[ProbeCheck]:
        """Yield a check for each operation: answered as declared, or why it was not reached."""
        operations = self.learner.session.api.operations
        unused = [one for one in operations if one.key not in self.learner.used]
        for operation in sorted(unused, key=self._ends_account):
            self._learn(operation, self._caller(operation))
        failed: dict[str, list[ProbeCheck]] = {}
        for operation in operations:
            found = self._check(operation)
            if isinstance(found, ProbeCheck):
                yield found
            else:
                failed.setdefault(found[0], []).append(found[1])
        for key, group in failed.items():
            self.watcher.told.add(key)
            also = tuple(f"{one.method} {one.path}" for one in group[1:])
            why = group[0].why + (f"; at {', '.join(also)}, too" if also else "")
            yield replace(group[0], also=also, why=why)

    def _ends_account(self, operation: Operation) -> bool:
        return self.purposes.get(operation.key) == "account"

    def _caller(self, operation: Operation) -> Person:
        """Return who calls an operation: what ends an account is for somebody made for it."""
        if not self._ends_account(operation) or self._is_shut(operation):
            return self.owner
        return self.accounts.make(f"guest-{len(self.learner.session.people)}") or self.owner

    def _learn(self, operation: Operation, who: Person) -> Refusal | None:
        """Call an operation that has not yet been called with success."""
        if self.purposes.get(operation.key) == "machinery" or self._is_shut(operation):
            return None
        privileged = next(
            (one for one in self.learner.session.people.values() if one.privileged), None
        )
        ordinary = self.learner.perform(operation, who)
        if _is_unknown(ordinary) and (again := self.accounts.alive(who)) is not who:
            self.owner = again if who is self.owner else self.owner
            ordinary = self.learner.perform(operation, again)
        if isinstance(ordinary, Refusal) and privileged is not None:
            status = ordinary.exchange.status if ordinary.exchange else 0
            if status in (401, 403, 404):
                self.learner.perform(operation, privileged)
        return ordinary if isinstance(ordinary, Refusal) else None

    def _is_shut(self, operation: Operation) -> bool:
        """Tell whether an operation wants a login that nobody has."""
        return operation.secured and self.owner.identity is ANONYMOUS

    def _check(self, operation: Operation) -> ProbeCheck | tuple[str, ProbeCheck]:
        """Return a check of an operation; of one that fails with the key of its root."""
        exchange = self.learner.used.get(operation.key) or self._success(operation)
        if exchange is None:
            why, last = self._reason(operation)
            if last is not None and last.status >= 500:
                return self._failed(operation, self._first_failure(operation) or last)
            return check(
                "answers", "endpoints", operation, "skipped", why,
                known=self.known, base=self.base, exchange=last,
            )  # fmt: skip
        wrong = mismatch(self.learner.session.api.schemas, operation, exchange)
        declared = str(exchange.status) in operation.responses
        said = f"{exchange.status} as declared" if declared else f"{exchange.status}, undeclared"
        why = wrong or f"{said}, in {exchange.answer.seconds * 1000:.0f} ms"
        return check(
            "answers", "endpoints", operation, "fail" if wrong else "pass", why,
            known=self.known, base=self.base, exchange=exchange, expected="what it declares",
        )  # fmt: skip

    def _failed(self, operation: Operation, exchange: Exchange) -> tuple[str, ProbeCheck]:
        """Return that a valid request was answered with a server error, and why: one of each root."""
        made_up = self._made_up(exchange)
        what = f"a request with a made-up {made_up}" if made_up else "a valid request"
        cause = self.watcher.cause(exchange, what)
        if cause.absent:
            why = f"it asks a service that is not here: {cause.text}"
            return cause.key, check(
                "answers", "endpoints", operation, "skipped", why,
                known=self.known, base=self.base, exchange=exchange,
            )  # fmt: skip
        found = check(
            "server-error", "endpoints", operation, "fail", f"{what}: {cause.text}",
            known=self.known, base=self.base, exchange=exchange,
            expected="a refusal" if made_up else "success",
        )  # fmt: skip
        found = replace(found, file=cause.file, line=cause.line) if cause.file else found
        return cause.key, found

    def _first_failure(self, operation: Operation) -> Exchange | None:
        """Return the first server error of an operation; later requests may be odder ones."""
        sent = self.learner.session.client.sent
        return next(
            (one for one in sent if one.call.operation is operation and one.status >= 500), None
        )

    def _made_up(self, exchange: Exchange) -> str:
        """Return the parts of a path that no object gave a value; they may well be refused."""
        operation = exchange.call.operation
        named = {slot.name for slot in self.learner.path_slots(operation)}
        free = [
            name
            for name in operation.path_names
            if name not in named
            and not (operation.parameter(name, "path") or _ANY).schema.get("enum")
        ]
        return " and ".join(free)

    def _success(self, operation: Operation) -> Exchange | None:
        sent = self.learner.session.client.sent
        return next((one for one in sent if one.call.operation is operation and one.ok), None)

    def _reason(self, operation: Operation) -> tuple[str, Exchange | None]:
        """Return why an operation was never answered with success."""
        if self.purposes.get(operation.key) == "machinery":
            return "it resets or stops the server, so it was left alone", None
        if self._is_shut(operation):
            return "nobody could be logged in", None
        sent = [
            one
            for one in self.learner.session.client.sent
            if one.call.operation is operation and (one.who.headers or not operation.secured)
        ]
        if sent:
            text = " ".join(sent[-1].answer.text.split())[:160]
            return f"it never succeeded: {sent[-1].status} {text}", sent[-1]
        built = self.learner.build(operation, self.owner)
        if isinstance(built, Refusal):
            return built.why, built.exchange
        exchange = self.learner.session.send(built, self.owner)
        if exchange.ok:
            self.learner.used.setdefault(operation.key, exchange)
        return f"it answers {exchange.status} {exchange.answer.text[:120]}", exchange


def _is_unknown(done: object) -> bool:
    """Tell whether a caller was refused as one who is not known, or known no more."""
    return isinstance(done, Refusal) and done.exchange is not None and done.exchange.status == 401


def mismatch(schemas: Schemas, operation: Operation, exchange: Exchange) -> str:
    """Return how an answer differs from what the operation declares; nothing if it does not."""
    responses = operation.responses
    status = str(exchange.status)
    keys = [key for key in (status, f"{status[0]}XX", "default") if key in responses]
    if not keys:
        return ""
    schema = responses[keys[0]]
    if schema is None or not schema:
        return ""
    if exchange.status == 204 or not exchange.answer.text:
        return ""
    media = exchange.answer.headers.get("content-type", "")
    if "json" not in media:
        return f"the content type is {media or 'missing'}, not JSON as declared"
    return _differs(schemas, schema, exchange.answer.json, "the answer", 0)


def _differs(schemas: Schemas, schema: Value, value: Value, where: str, depth: int) -> str:
    """Return how a value differs from a schema, as far as types and required keys go."""
    found = schemas.resolve(schema)
    if depth > _DEEPEST or found.get("oneOf") or len(found.get("anyOf", ())) > 2:
        return ""
    whole = schemas.whole(schema)
    if value is None:
        nullable = whole.get("nullable") or whole.get("type") in (None, "null")
        return "" if nullable else f"{where} is null"
    if is_object(whole):
        return _object_differs(schemas, whole, value, where, depth)
    if is_array(whole):
        return _array_differs(schemas, whole, value, where, depth)
    kinds = _KINDS.get(str(whole.get("type")))
    wrong = kinds is not None and (
        not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)
    )
    if wrong:
        return f"{where} is {type(value).__name__}, not {whole['type']}"
    return ""


def _object_differs(schemas: Schemas, whole: Schema, value: Value, where: str, depth: int) -> str:
    if not isinstance(value, Mapping):
        return f"{where} is no object"
    required = whole.get("required", ())
    missing = [name for name in required if name not in value]
    if missing:
        return f"{where} lacks {', '.join(missing)}"
    # OpenAPI 3.0, as FastAPI writes it with Pydantic 1, has no word for "or null": what is not
    # required may be null.
    inner = (
        _differs(schemas, one, value[name], f"{where}.{name}", depth + 1)
        for name, one in schemas.properties(whole).items()
        if name in value and (value[name] is not None or name in required)
    )
    return next((one for one in inner if one), "")


def _array_differs(schemas: Schemas, whole: Schema, value: Value, where: str, depth: int) -> str:
    if not isinstance(value, list):
        return f"{where} is no list"
    kind = whole.get("items", {})
    items = (_differs(schemas, kind, one, f"{where}[]", depth + 1) for one in value[:5])
    return next((one for one in items if one), "")
