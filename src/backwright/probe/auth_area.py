"""The authentication flow: tokens, logins, passwords, sessions."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from backwright.probe.accounts import Accounts
from backwright.probe.client import ANONYMOUS, Call, Exchange, Identity
from backwright.probe.findings import Places, check
from backwright.probe.learner import Learner
from backwright.probe.objects import Refusal
from backwright.probe.operations import Operation
from backwright.probe.people import Person
from backwright.probe.purposes import Purpose
from backwright.probe.refreshing import Refreshing
from backwright.probe.tokens import COMMON_KEYS, Forged, Token, find_key, forged, read_token, spoilt
from backwright.report.probe_types import ProbeCheck


@dataclass
class Auth:
    """Tries the ways in, and what tokens open.

    Attributes:
        learner: Knows how to call the operations.
        accounts: Makes users.
        owner: A user.
        purposes: What each operation is for.
        known: Where the handlers stand.
        base: The server's address.
        keys: Texts that tokens may be signed with: settings given, literals of the source.
        literals: Those of them that stand in the source and cannot be set from outside.
    """

    learner: Learner
    accounts: Accounts
    owner: Person
    purposes: Mapping[str, Purpose]
    known: Places
    base: str
    keys: tuple[str, ...] = ()
    literals: frozenset[str] = frozenset()
    _dead: list[str] = field(default_factory=list)

    def checks(self) -> Iterator[ProbeCheck]:
        """Yield every check of tokens, protected operations and sessions."""
        tested = self.accounts.protected
        if tested is None:
            first = self.learner.session.api.operations[0]
            why = "no operation was found that refuses who is not logged in"
            yield check("token-missing", "auth", first, "skipped", why, known=self.known)
            return
        yield from self._numbered(tested)
        yield from self._schemes(tested)
        token = read_token(self.owner.token)
        if token is not None and self.owner.token:
            yield from self._tokens(tested, token)
        yield from self._refresh_as_access(tested)
        yield from self._protected(tested)
        yield from self._lifecycle(tested)

    def _numbered(self, tested: Operation) -> Iterator[ProbeCheck]:
        """Yield that logins give tokens which open nothing, where they do."""
        if self.accounts.numbered:
            why = f"its token opens nothing, {tested.key} for one: its sub is a number, not a text"
            yield check(
                "token-opens-nothing", "auth", self.accounts.login or tested, "fail", why,
                known=self.known, expected="a token that is accepted",
            )  # fmt: skip

    # --- one token at one operation

    def _ask(self, operation: Operation, headers: Mapping[str, str]) -> Exchange:
        return self.learner.session.client.send(Call(operation, headers=dict(headers)), ANONYMOUS)

    def _carrying(self, text: str) -> dict[str, str]:
        """Return the headers of the owner with another token in them."""
        old = self.owner.token or ""
        return {k: v.replace(old, text) for k, v in self.owner.identity.all_headers().items()}

    def _verdict(self, name: str, operation: Operation, why: str, exchange: Exchange) -> ProbeCheck:
        """Judge an answer that had to be a refusal."""
        bad = exchange.ok or exchange.status >= 500
        said = "was accepted" if exchange.ok else f"answers {exchange.status}"
        if exchange.status == 403:
            self.learner.session.note("a bad token is answered by 403; 401 would say what is wrong")
        return check(
            name, "auth", operation, "fail" if bad else "pass", f"{why}: it {said}",
            known=self.known, base=self.base, exchange=exchange, expected="401",
        )  # fmt: skip

    def _schemes(self, tested: Operation) -> Iterator[ProbeCheck]:
        """Yield the answers to no token, and to ones that are none."""
        headers = self.owner.identity.headers
        name = next(iter(headers), "Authorization")
        token = self.owner.token or "qz"
        odd = {
            "token-missing": ("no token", {}),
            "token-empty": ("an empty token", {name: "Bearer"}),
            "token-garbage": ("a token that is none", {name: "Bearer qz.qz.qz"}),
            "token-wrong-scheme": ("another scheme", {name: f"Basic {token}"}),
            "token-odd-bytes": ("a token of odd letters", {name: "Bearer \xff\xfe"}),
        }
        for check_name, (why, sent) in odd.items():
            yield self._verdict(check_name, tested, why, self._ask(tested, sent))

    def _tokens(self, tested: Operation, token: Token) -> Iterator[ProbeCheck]:
        for one in spoilt(token):
            yield self._token(tested, one)
        expires = "exp" in token.claims
        yield check(
            "token-expires", "auth", self.accounts.login or tested, "pass" if expires else "fail",
            "tokens expire" if expires else "its tokens never expire: they have no exp",
            known=self.known, expected="a claim exp",
        )  # fmt: skip
        yield from self._weak_key(tested, token)
        key = find_key(token, self.keys)
        if key is None:
            why = "the key is not known, so no other token could be signed"
            yield check("token-expired", "auth", tested, "skipped", why, known=self.known)
            return
        for one in forged(token, key, time.time()):
            yield self._token(tested, one)

    def _token(self, tested: Operation, one: Forged) -> ProbeCheck:
        return self._verdict(one.name, tested, one.why, self._ask(tested, self._carrying(one.text)))

    def _weak_key(self, tested: Operation, token: Token) -> Iterator[ProbeCheck]:
        weak = find_key(token, COMMON_KEYS)
        literal = None if weak else find_key(token, self.literals)
        why = "no common key"
        if weak is not None:
            why = f"tokens are signed with {weak!r}, which is in every list of keys"
        elif literal is not None:
            why = f"tokens are signed with a text of the source: {literal[:6]}…"
        yield check(
            "signing-key", "auth", self.accounts.login or tested,
            "fail" if weak is not None or literal is not None else "pass", why,
            known=self.known, expected="a secret that only the server knows",
        )  # fmt: skip

    def _refresh_as_access(self, tested: Operation) -> Iterator[ProbeCheck]:
        if self.owner.refresh and self.owner.refresh != self.owner.token:
            exchange = self._ask(tested, self._carrying(self.owner.refresh))
            yield self._verdict("refresh-token-as-access", tested, "a refresh token", exchange)

    # --- every protected operation

    def _protected(self, tested: Operation) -> Iterator[ProbeCheck]:
        """Yield whether each operation that a login is needed for refuses a token that is none."""
        for operation in self.learner.session.api.operations:
            good = self.learner.recipe(operation)
            if not operation.secured or good is None or operation is tested:
                continue
            call = replace(good, headers={**good.headers, **self._carrying("qz.qz.qz")})
            exchange = self.learner.session.client.send(call, ANONYMOUS)
            if exchange.ok or exchange.status >= 500:
                yield self._verdict("protected", operation, "a token that is none", exchange)
            else:
                why = f"a token that is none is refused with {exchange.status}"
                yield check(
                    "protected", "auth", operation, "pass", why,
                    known=self.known, base=self.base, exchange=exchange,
                )  # fmt: skip

    # --- what ends a token

    def _lifecycle(self, tested: Operation) -> Iterator[ProbeCheck]:
        """Yield what is left of tokens after each thing that ends them, all with one user.

        Hashing a password is what costs most here, so that nobody registers or logs in twice
        where once will do.
        """
        person = self.accounts.make(f"guest-{len(self.learner.session.people)}")
        if person is None:
            return
        refreshing = Refreshing(self.learner, self.accounts, self.known, self.base)
        leaving = self._leaving()
        if self.owner.refresh and refreshing.operation():
            yield from refreshing.checks(person)
            if leaving is not None:  # the refresh token that is tried next must be a new one
                self.accounts.log_in(person, person.known)
        if leaving is not None and self._logged_in(person):
            yield from self._after_logout(tested, leaving, person, refreshing)
        if self._logged_in(person):
            yield from self._deactivated(tested, person)
        if self._logged_in(person):
            yield from self._deleted(tested, person)

    def _logged_in(self, person: Person) -> bool:
        """Tell whether somebody is logged in, again or still."""
        if self._still(self.accounts.protected, person.identity).ok:
            return True
        return self.accounts.log_in(person, person.known)

    def _still(self, tested: Operation | None, identity: Identity) -> Exchange:
        operation = tested or self.learner.session.api.operations[0]
        return self.learner.session.client.send(Call(operation), identity)

    def _after_logout(
        self, tested: Operation, leaving: Operation, person: Person, refreshing: Refreshing
    ) -> Iterator[ProbeCheck]:
        """Yield whether the tokens of somebody are worthless after they have logged out."""
        if isinstance(self.learner.perform(leaving, person), Refusal):
            return
        exchange = self._still(tested, person.identity)
        yield self._verdict("token-after-logout", leaving, "a token after logging out", exchange)
        yield from refreshing.after_logout(person)

    def _leaving(self) -> Operation | None:
        """Return the operation that logs out."""
        operations = self.learner.session.api.operations
        return next((one for one in operations if one.writes and _is_logout(one.path)), None)

    def _deactivated(self, tested: Operation, person: Person) -> Iterator[ProbeCheck]:
        """Yield whether a token opens anything for a user who was deactivated; activate them again."""
        oracle = self.learner.session.oracle
        row = oracle.rows().get(person.row) if oracle and person.row else None
        flag = next((name for name in row or {} if name.lower() in _ACTIVE), None)
        if oracle is None or person.row is None or row is None or flag is None:
            return
        where = {k: str(row[k]) for k in oracle.tables[person.row[0]].primary_key}
        value = False if isinstance(row[flag], bool) else 0
        oracle.update(person.row[0], {flag: value}, where)
        exchange = self._still(tested, person.identity)
        oracle.update(person.row[0], {flag: row[flag]}, where)
        yield self._verdict(
            "token-of-deactivated-user", tested, f"a token of a user without {flag}", exchange
        )

    def _deleted(self, tested: Operation, person: Person) -> Iterator[ProbeCheck]:
        """Yield whether a token opens anything for a user who is gone."""
        oracle = self.learner.session.oracle
        if oracle is None or person.row is None:
            return
        try:
            oracle.delete(person.row)
        except Exception as error:
            why = f"the user could not be deleted: {str(error).splitlines()[0]}"
            yield check("token-of-deleted-user", "auth", tested, "skipped", why, known=self.known)
            return
        if person.row in oracle.rows():
            return
        exchange = self._still(tested, person.identity)
        yield self._verdict(
            "token-of-deleted-user", tested, "a token of a user who is gone", exchange
        )


_ACTIVE = ("is_active", "active", "enabled", "is_enabled")


def _is_logout(path: str) -> bool:
    last = path.rstrip("/").rpartition("/")[2].lower().replace("-", "").replace("_", "")
    return last in ("logout", "signout", "revoke")
