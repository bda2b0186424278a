"""Making users: registered and logged in through the API, or put into the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from backwright.probe.activation import confirming
from backwright.probe.answers import find_refresh_token, find_token, find_value
from backwright.probe.client import ANONYMOUS, Answer, Call, Exchange, Identity
from backwright.probe.credentials import login_bodies, with_identity
from backwright.probe.database import Change, Row
from backwright.probe.doors import Doors
from backwright.probe.entrance import Entrance, bearer, carriers_of
from backwright.probe.objects import describe
from backwright.probe.operations import Api, Operation
from backwright.probe.people import KNOWN, Person
from backwright.probe.privileges import columns_of_power
from backwright.probe.repair import marks_in, mended
from backwright.probe.samples import PASSWORD
from backwright.probe.seeding import Seeder, accounts_table, insert_user
from backwright.probe.session import Session
from backwright.probe.tokens import resigned

_RESIGNED = (
    "the tokens that logins give have a number as subject, which their own libraries refuse "
    "(RFC 7519 wants a text): they were signed anew with the project's key"
)
_HALF_REGISTERED = "{} answers {}, but the account is in the database, and was used"
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
        keys: Texts that tokens may be signed with.
        numbered: Whether the tokens of logins open nothing, since their subject is a number.
        entrance: What opens, and to whom.
    """

    session: Session
    doors: Doors
    hashed: Hash = lambda _: None
    roles: tuple[str, ...] = ()
    register: Operation | None = None
    login: Operation | None = None
    failures: list[str] = field(default_factory=list)
    promoted: dict[str, Any] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    numbered: bool = False
    _letters: Iterator[str] = field(default_factory=lambda: iter("abcdefghijklmnopqrstuvw"))
    _prefix: str | None = None
    _hashes: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin at a closed door."""
        self.entrance = Entrance(self.session, self.doors.selves)
        self.session.renamed = self._log_in_anew

    @property
    def api(self) -> Api:
        """Return the operations."""
        return self.session.api

    @property
    def protected(self) -> Operation | None:
        """Return an operation that only answers those who are logged in."""
        return self.entrance.protected

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

    def _log_in_anew(self, person: Person, row: Row) -> None:
        """Log somebody in by their new name, where their token names the old one."""
        person.known |= {k: v for k, v in row.items() if k in KNOWN and v is not None}
        if self.protected is None or self.session.send(Call(self.protected), person).ok:
            return
        self.log_in(person, person.known)

    def next_letter(self) -> str:
        """Return the letter that the marks of the next user begin with."""
        return next(self._letters, "z")

    def adopt(self, person: Person) -> None:
        """Take a user who is logged in already."""
        if self.protected is None:
            self.entrance.opened(person.name, [person.identity.all_headers()])
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
            if exchange.status >= 500 and self._has_account(person, found):
                self.session.help(_HALF_REGISTERED.format(operation.key, exchange.status))
                self._learn_account(person, exchange.answer, found)
                return dict(call.body)
            better = mended(call, exchange.answer, sampler, person.letter)
            if better is None:
                break
            call = better
        self.failures.append(f"{operation.key} {describe(exchange)}, to a registration")
        return None

    def _has_account(self, person: Person, found: tuple[Change, ...]) -> bool:
        """Tell whether an account is there, though its registration failed after that."""
        created = [one for one in found if one.before is None and one.after is not None]
        table = accounts_table(self.session.oracle) if self.session.oracle else None
        return any(table and one.table == table.name and _names(one, person) for one in created)

    def _learn_account(self, person: Person, answer: Answer, found: tuple[Change, ...]) -> None:
        """Remember the account's row and identifiers, and make it active where it is not."""
        for name in KNOWN:
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
            person.known |= {k: v for k, v in (row.after or {}).items() if k in KNOWN}
            self._activate(row)

    def _activate(self, change: Change) -> None:
        """Set the flags that a confirmation by mail would set."""
        oracle = self.session.oracle
        if oracle is None or change.after is None:
            return
        values = confirming(oracle, change.table, change.after)
        self._set(change.table, change.after, values)
        for name in values:
            self.session.help("accounts were activated in the database", f"{change.table}.{name}")

    def _set(self, table: str, row: Row, values: Mapping[str, Any]) -> None:
        oracle = self.session.oracle
        if oracle is None or not values:
            return
        keys = oracle.tables[table].primary_key
        oracle.update(table, values, {k: str(row[k]) for k in keys})

    def _insert(self, person: Person) -> Mapping[str, Any] | None:
        """Put a user into the database, with the host's own hash of the password."""
        oracle = self.session.oracle
        if oracle is None or not self.doors.logins:
            return None
        hashed = self._hash_of(person.password)
        if hashed is None:
            self.failures.append("the project's way of hashing a password was not found")
        seeder = Seeder(oracle, self.session.sampler, self.roles)
        seeded = insert_user(seeder, person.letter, hashed or person.password)
        if isinstance(seeded, str):
            self.failures.append(seeded)
            return None
        person.row, row = seeded
        person.known |= {k: v for k, v in row.items() if k in KNOWN}
        self.session.remember(person.row, row, person)
        kept = "hashed by the project" if hashed else "as they are"
        self.session.help(
            f"users were put into the database, their passwords {kept}: {person.row[0]}"
        )
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
            column = f"{person.row[0]}.{name} = {value!r}"
            self.session.help("an administrator was made in the database", column)
        person.privileged = bool(self.promoted)
        return person.privileged

    def log_in(self, person: Person, body: Mapping[str, Any]) -> bool:
        """Log somebody in with what they registered with."""
        for operation in [self.login] if self.login else self.doors.logins:
            said = ""
            for attempt in login_bodies(self.api, operation, body, person):
                exchange = self.session.send(Call(operation, body=attempt), None)
                if exchange.ok and self._accept(person, exchange.answer, attempt):
                    self.login = operation
                    return True
                said = self._why_not(operation, exchange) if exchange.ok else said
                said = said or f"{operation.key} {describe(exchange)}, to a login"
            self.failures.append(said or f"{operation.key} takes no name to log in by")
        if person.token and not self.login:
            identity = self.entrance.opened(person.name, [bearer(person.token)])
            if identity is not None:
                person.identity = identity
                return True
        return False

    def _why_not(self, operation: Operation, exchange: Exchange) -> str:
        """Return why a login that was answered with success logged nobody in."""
        if not find_token(exchange.answer.json) and not exchange.answer.cookies:
            return f"{operation.key} answers a login with success, but with no token or cookie"
        return f"{operation.key} gives a token that opens nothing: {self.entrance.refusal}"

    def _accept(self, person: Person, answer: Answer, body: Mapping[str, Any]) -> bool:
        """Take the token or cookies of a login, in the form in which they open something."""
        person.login = body
        token = find_token(answer.json)
        crumbs = dict(_cookie(one) for one in answer.cookies)
        kept = next((v for k, v in crumbs.items() if "refresh" in k.lower()), None)
        person.refresh = find_refresh_token(answer.json) or kept
        person.crumbs = crumbs
        carriers = list(self._carriers(token)) if token else []
        if crumbs:
            carriers.append({"Cookie": "; ".join(f"{k}={v}" for k, v in crumbs.items())})
        found = self.entrance.opened(person.name, carriers)
        if found is None and token and (anew := resigned(token, self.keys)):
            found = self.entrance.opened(person.name, list(self._carriers(anew)))
            if found is not None:
                self.session.help(_RESIGNED)
                self.numbered = True
                token = anew
        if token:
            person.token = token
        if found is not None:
            person.identity = replace(found, cookies=crumbs if not token else {})
            self._prefix = self._prefix_in(found, token)
        return found is not None

    def _carriers(self, token: str) -> Iterable[Mapping[str, str]]:
        """Return the ways to carry a token: the one that is known, or all there are."""
        if self._prefix is not None:
            return [bearer(token, self._prefix)]
        return carriers_of(self.api, token)

    def _prefix_in(self, identity: Identity, token: str | None) -> str | None:
        """Return what stands before a token in the header by which it was accepted."""
        carried = identity.headers.get("Authorization")
        if carried is None or not token or self.entrance.protected is None:
            return self._prefix
        return str(carried.removesuffix(token))

    def _ask_who(self, person: Person) -> None:
        """Learn the account's identifiers from the operation that says who one is."""
        for one in self.doors.selves[:3]:
            answer = self.session.send(Call(one), person).answer
            if answer.ok:
                for name in KNOWN:
                    value = find_value(answer.json, name)
                    if value is not None:
                        person.known.setdefault(name, value)
        for name in ("email", "username"):
            if person.login.get(name):
                person.known.setdefault(name, person.login[name])
        self.session.remember_id(person.known.get("id"), person)


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
