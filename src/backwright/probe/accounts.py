"""Making users: registered and logged in through the API, or put into the database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from backwright.probe.answers import find_refresh_token, find_token, find_value
from backwright.probe.client import ANONYMOUS, Answer, Call, Identity
from backwright.probe.credentials import login_bodies, with_identity
from backwright.probe.database import Change, Row
from backwright.probe.doors import Doors
from backwright.probe.operations import Api, Operation
from backwright.probe.people import Person
from backwright.probe.privileges import columns_of_power
from backwright.probe.repair import marks_in, mended
from backwright.probe.samples import PASSWORD
from backwright.probe.session import Session

_KNOWN = ("id", "uuid", "user_id", "username", "email", "pk", "slug", "name")
_ACTIVE = re.compile(r"(?i)^(is_?)?(active|enabled|verified|confirmed|approved|activated|"
                     r"email_?verified|email_?confirmed|verified_?email)$")  # fmt: skip
_VERIFIED_AT = re.compile(r"(?i)(verified|confirmed|activated|approved)_?(at|on)$")
_BLOCKED = re.compile(r"(?i)^(is_?)?(disabled|blocked|banned|locked|suspended|pending)$")
_ATTEMPTS = 4
Hash = Callable[[str], str | None]


@dataclass
class Accounts:
    """Makes persons in one API, and knows how it was done the first time.

    Attributes:
        session: The state of the probe.
        doors: The ways in.
        hashed: Makes the host's hash of a password, for users put into the database.
        roles: Words that the source compares roles with.
        register: The registration that worked.
        login: The login that worked.
        failures: Why the ways that were tried did not work.
        promoted: The columns that made a user privileged, with their values.
        protected: An operation that only answers those who are logged in.
    """

    session: Session
    doors: Doors
    hashed: Hash = lambda _: None
    roles: tuple[str, ...] = ()
    register: Operation | None = None
    login: Operation | None = None
    failures: list[str] = field(default_factory=list)
    promoted: dict[str, Any] = field(default_factory=dict)
    protected: Operation | None = None
    _letters: Iterator[str] = field(default_factory=lambda: iter("abcdefghijklmnopqrstuvw"))
    _prefix: str | None = None
    _hashes: dict[str, str | None] = field(default_factory=dict)

    @property
    def api(self) -> Api:
        """Return the operations."""
        return self.session.api

    def alive(self, person: Person) -> Person:
        """Return somebody who is logged in: the person, again or still, else somebody new.

        Where nobody has an account, that is nobody in particular.
        """
        if person.identity is ANONYMOUS or self.protected is None:
            return person
        if self.session.send(Call(self.protected), person).ok:
            return person
        if self.log_in(person, person.known):
            return person
        return self.make(f"guest-{len(self.session.people)}") or person

    def next_letter(self) -> str:
        """Return the letter that the marks of the next user begin with."""
        return next(self._letters, "z")

    def adopt(self, person: Person) -> None:
        """Take a user who is logged in already."""
        if self.protected is None:
            self._identity_that_works(person, [dict(person.identity.headers)])
        self._ask_who(person)
        self.session.people[person.name] = person

    def make(self, name: str, *, privileged: bool = False) -> Person | None:
        """Make a user and log them in; None if no way worked, which `failures` explains."""
        person = Person(name, self.next_letter(), password=PASSWORD)
        body = self._register(person) or self._insert(person)
        if body is None:
            return None
        if privileged and not self.promote(person):
            return None
        if not self.log_in(person, body):
            return None
        self._ask_who(person)
        self.session.people[name] = person
        return person

    def _register(self, person: Person) -> Mapping[str, Any] | None:
        """Register somebody; return what was sent."""
        for operation in [self.register] if self.register else self.doors.registrations:
            body = self._try_registration(operation, person)
            if body is not None:
                self.register = operation
                return body
        return None

    def _try_registration(self, operation: Operation, person: Person) -> Mapping[str, Any] | None:
        sampler = self.session.sampler
        sample = sampler.object(operation.body or {}, person.letter)
        call = Call(operation, body=with_identity(self.api, operation, sample, person, sampler))
        for _ in range(_ATTEMPTS):
            exchange, found = self.session.watched(call, None)
            if exchange.ok:
                self._learn_account(person, exchange.answer, found)
                return dict(call.body)
            better = mended(call, exchange.answer, sampler, person.letter)
            if better is None:
                break
            call = better
        self.failures.append(f"{operation.key} answers {exchange.status} to a registration")
        return None

    def _learn_account(self, person: Person, answer: Answer, found: tuple[Change, ...]) -> None:
        """Remember the account's row and identifiers, and make it active where it is not."""
        for name in _KNOWN:
            value = find_value(answer.json, name)
            if value is not None:
                person.known.setdefault(name, value)
        person.token = find_token(answer.json)
        created = [one for one in found if one.before is None and one.after is not None]
        for one in created:
            self.session.remember(one.key, one.after or {}, person)
        row = _account_row([one for one in created if _names(one, person)])
        if row is not None:
            person.row = row.key
            person.known |= {k: v for k, v in (row.after or {}).items() if k in _KNOWN}
            self._activate(row)

    def _activate(self, change: Change) -> None:
        """Set the flags that a confirmation by mail would set."""
        row = change.after or {}
        values: dict[str, Any] = {}
        for name, value in row.items():
            if _ACTIVE.match(name) and value in (False, 0):
                values[name] = True if value is False else 1
            elif _BLOCKED.match(name) and value is True:
                values[name] = False
            elif _VERIFIED_AT.search(name) and value is None:
                values[name] = "2024-01-01T00:00:00Z"
        self._set(change.table, row, values)

    def _set(self, table: str, row: Row, values: Mapping[str, Any]) -> None:
        oracle = self.session.oracle
        if oracle is None or not values:
            return
        keys = oracle.tables[table].primary_key
        oracle.update(table, values, {k: str(row[k]) for k in keys})

    def _insert(self, person: Person) -> Mapping[str, Any] | None:
        """Put a user into the database, with the host's own hash of the password."""
        from backwright.probe.seeding import insert_user

        oracle = self.session.oracle
        if oracle is None or not self.doors.logins:
            return None
        hashed = self._hash_of(person.password)
        if hashed is None:
            self.failures.append("the project's way of hashing a password was not found")
            return None
        seeded = insert_user(oracle, self.session.sampler.mark(person.letter), hashed)
        if isinstance(seeded, str):
            self.failures.append(seeded)
            return None
        person.row, row = seeded
        person.known |= {k: v for k, v in row.items() if k in _KNOWN}
        self.session.remember(person.row, row, person)
        return {k: v for k, v in row.items() if isinstance(v, str)}

    def _hash_of(self, password: str) -> str | None:
        """Return the host's hash of a password; made once, since all have the same."""
        if password not in self._hashes:
            self._hashes[password] = self.hashed(password)
        return self._hashes[password]

    def has_roles(self, person: Person) -> bool:
        """Tell whether an account has anything that could make it privileged."""
        return bool(self._privileges(person))

    def _privileges(self, person: Person) -> dict[str, Any]:
        """Return columns of an account that make it privileged, with the value that does."""
        oracle = self.session.oracle
        row = oracle.rows().get(person.row) if oracle and person.row else None
        if row is None or person.row is None:
            return {}
        return dict(columns_of_power(person.row[0], row, self.session, self.roles))

    def promote(self, person: Person) -> bool:
        """Give somebody the rights of an administrator in the database, if there are roles."""
        oracle = self.session.oracle
        if oracle is None or person.row is None:
            return False
        row = oracle.rows().get(person.row)
        if row is None:
            return False
        values = self._privileges(person)
        for name, value in values.items():
            try:
                self._set(person.row[0], row, {name: value})
            except Exception as error:
                self.session.note(f"{person.row[0]}.{name} cannot be set to {value!r}: {error}")
                continue
            self.promoted[name] = value
        person.privileged = bool(self.promoted)
        return person.privileged

    def log_in(self, person: Person, body: Mapping[str, Any]) -> bool:
        """Log somebody in with what they registered with."""
        for operation in [self.login] if self.login else self.doors.logins:
            for attempt in login_bodies(self.api, operation, body, person):
                exchange = self.session.send(Call(operation, body=attempt), None)
                if exchange.ok and self._accept(person, exchange.answer, attempt):
                    self.login = operation
                    return True
            self.failures.append(f"{operation.key} answers {exchange.status} to a login")
        if person.token and not self.login:
            identity = self._identity_that_works(person, [_bearer(person.token)])
            if identity is not None:
                person.identity = identity
                return True
        return False

    def _accept(self, person: Person, answer: Answer, body: Mapping[str, Any]) -> bool:
        """Take the token or cookies of a login, in the form in which they open something."""
        person.login = body
        token = find_token(answer.json)
        crumbs = dict(_cookie(one) for one in answer.cookies)
        kept = next((v for k, v in crumbs.items() if "refresh" in k.lower()), None)
        person.refresh = find_refresh_token(answer.json) or kept
        candidates = []
        if token:
            person.token = token
            if self._prefix is not None:
                candidates = [_bearer(token, self._prefix)]
            else:
                candidates = [_bearer(token), *self._named_headers(token)]
        if crumbs:
            candidates.append({"Cookie": "; ".join(f"{k}={v}" for k, v in crumbs.items())})
        found = self._identity_that_works(person, candidates)
        if found is not None:
            person.identity = replace(found, cookies=crumbs if not token else {})
        return found is not None

    def _named_headers(self, token: str) -> Iterator[dict[str, str]]:
        """Yield other headers that a token may be carried in."""
        yield _bearer(token, "Token ")
        yield _bearer(token, "JWT ")
        yield _bearer(token, "")
        for scheme in self.api.security.values():
            if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
                yield {str(scheme.get("name")): token}
                yield {str(scheme.get("name")): f"Bearer {token}"}

    def _identity_that_works(
        self, person: Person, candidates: list[dict[str, str]]
    ) -> Identity | None:
        """Return the first way to carry a token that a protected operation accepts."""
        tested = self._tested()
        if tested is None:
            for headers in candidates[:1]:
                return _identity(person, headers)
            return None
        for headers in candidates:
            identity = _identity(person, headers)
            if self.session.client.send(Call(tested), identity).ok:
                prefix = headers.get("Authorization", "").removesuffix(person.token or "")
                self._prefix = prefix if "Authorization" in headers else self._prefix
                self.protected = tested
                return identity
        return _identity(person, candidates[0]) if candidates and self._unclear() else None

    def _unclear(self) -> bool:
        """Tell whether the tested operation refused for another reason than who was asking."""
        return self.session.client.sent[-1].status not in (401, 403)

    def _tested(self) -> Operation | None:
        """Return an operation that refuses the unknown: one that says who one is, if it can be."""
        if self.protected is not None:
            return self.protected
        others = [
            one
            for one in self.api.operations
            if one.method == "GET" and not one.path_names
            and not any(parameter.required for parameter in one.parameters)
        ]  # fmt: skip
        others.sort(key=lambda one: not one.secured)
        closed: Operation | None = None
        for one in [*self.doors.selves, *others][:12]:
            exchange = self.session.client.send(Call(one), ANONYMOUS)
            if exchange.status in (401, 403):
                return one
            if closed is None and not exchange.ok and one.secured:
                closed = one  # it refuses, though by an error
        return closed

    def _ask_who(self, person: Person) -> None:
        """Learn the account's identifiers from the operation that says who one is."""
        for one in self.doors.selves[:3]:
            answer = self.session.send(Call(one), person).answer
            if answer.ok:
                for name in _KNOWN:
                    value = find_value(answer.json, name)
                    if value is not None:
                        person.known.setdefault(name, value)
        for name in ("email", "username"):
            if person.login.get(name):
                person.known.setdefault(name, person.login[name])
        self.session.remember_id(person.known.get("id"), person)


def _identity(person: Person, headers: Mapping[str, str]) -> Identity:
    cookies = headers.get("Cookie")
    if cookies:
        pairs = dict(one.split("=", 1) for one in cookies.split("; "))
        return Identity(person.name, {}, pairs)
    return Identity(person.name, dict(headers))


def _bearer(token: str, prefix: str = "Bearer ") -> dict[str, str]:
    """Return the header that carries a token; one that names its scheme is taken as it is."""
    return {"Authorization": token if token.startswith("Bearer ") else f"{prefix}{token}"}


def _cookie(header: str) -> tuple[str, str]:
    name, _, value = header.partition(";")[0].partition("=")
    return name.strip(), value.strip()


def _names(change: Change, person: Person) -> bool:
    """Tell whether a new row has a mark of somebody, as the row of their account does."""
    return any(mark[2] == person.letter for mark in marks_in(str(change.after)))


def _account_row(created: list[Change]) -> Change | None:
    """Return the row of an account: the one that holds a hash, else an address or name."""

    def weight(change: Change) -> int:
        names = " ".join(change.after or {}).lower()
        return 4 * ("pass" in names or "hash" in names) + 2 * ("email" in names) + ("user" in names)

    return max(created, key=weight, default=None) if created else None
