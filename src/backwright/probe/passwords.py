"""Passwords: how they are kept, which are taken, and what a login tells of who has an account."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from backwright.probe.accounts import Accounts
from backwright.probe.answers import find_value
from backwright.probe.causes import Log
from backwright.probe.client import Call, Exchange
from backwright.probe.database import Key, Row
from backwright.probe.doors import password_fields
from backwright.probe.findings import Places, check
from backwright.probe.forging import renewed
from backwright.probe.learner import Learner
from backwright.probe.operations import Operation
from backwright.probe.people import Person
from backwright.probe.samples import PASSWORD
from backwright.probe.schemas import Value
from backwright.report.probe_types import ProbeCheck

_PAIRS = 4
_TELLING, _ALIKE = 0.5, 0.8
_LEAST_DIFFERENCE = 0.03
_PLAIN_HASH = re.compile(
    r"^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$", re.IGNORECASE
)
_BCRYPT = re.compile(r"^\$2[abxy]\$(\d\d)\$")
_RECOVERY = re.compile(r"(?i)forgot|recover|reset-?_?request|request-?_?(password-?_?)?reset")


@dataclass(frozen=True, slots=True)
class Passwords:
    """Tries registrations and logins."""

    learner: Learner
    accounts: Accounts
    owner: Person
    known: Places
    base: str
    log: Log | None = None

    def checks(self) -> Iterator[ProbeCheck]:
        """Yield every check of passwords and of what can be found out with them."""
        login, register = self.accounts.login, self.accounts.register
        if login is not None and self.owner.login:
            yield from self._logins(login)
        if register is not None:
            yield from self._registrations(register)
        yield from self._kept(register or login)
        yield from self._recoveries()

    def _check(
        self, name: str, operation: Operation, *, bad: bool, why: str,
        exchange: Exchange | None = None, expected: str = "",
    ) -> ProbeCheck:  # fmt: skip
        return check(
            name, "auth", operation, "fail" if bad else "pass", why,
            known=self.known, base=self.base, exchange=exchange, expected=expected,
        )  # fmt: skip

    def _send(self, operation: Operation, body: Value) -> Exchange:
        return self.learner.session.send(Call(operation, body=body), None)

    # --- logging in

    def _logins(self, login: Operation) -> Iterator[ProbeCheck]:
        right = dict(self.owner.login)
        wrong = _with_password(right, "Qz7!another-Harbour")
        nobody = renewed(wrong, "qzz99998x")
        refused = self._send(login, wrong)
        yield self._check(
            "wrong-password", login, bad=refused.ok or refused.status >= 500,
            why=f"a wrong password is answered by {refused.status}", exchange=refused,
            expected="401",
        )  # fmt: skip
        unknown = self._send(login, nobody)
        yield self._check(
            "unknown-user", login, bad=unknown.ok or unknown.status >= 500,
            why=f"an unknown user is answered by {unknown.status}", exchange=unknown, expected="401",
        )  # fmt: skip
        if refused.status in (429, 599) or unknown.status in (429, 599):
            return
        same = _plain(refused, wrong) == _plain(unknown, nobody)
        yield self._check(
            "login-tells-who-exists", login, bad=not same,
            why="a wrong password and an unknown user get the same answer" if same else
            f"a wrong password answers {refused.status}, an unknown user {unknown.status} in other words",
            exchange=unknown, expected=f"{refused.status} {refused.answer.text[:120]}",
        )  # fmt: skip
        yield self._timing(login, (refused, unknown))
        yield from self._cookies(login)

    def _timing(self, login: Operation, first: tuple[Exchange, Exchange]) -> ProbeCheck:
        """Compare how long a wrong password and an unknown user take, in turns.

        What else the machine does only adds to a time, so the shortest ones are compared; and one
        pair of about the same length is proof enough.
        """
        wrong, nobody = (one.call.body for one in first)
        pairs = [(first[0].answer.seconds, first[1].answer.seconds)]
        while len(pairs) < _PAIRS and pairs[-1][1] < pairs[-1][0] * _ALIKE:
            known, unknown = self._send(login, wrong), self._send(login, nobody)
            pairs.append((known.answer.seconds, unknown.answer.seconds))
        least, short = min(one for one, _ in pairs), min(one for _, one in pairs)
        tells = short < least * _TELLING and least - short > _LEAST_DIFFERENCE
        why = f"a wrong password takes {least * 1000:.0f} ms, an unknown user {short * 1000:.0f} ms"
        return self._check(
            "login-time-tells-who-exists", login, bad=tells, why=why, expected="about as long"
        )

    def _cookies(self, login: Operation) -> Iterator[ProbeCheck]:
        """Yield whether a script could read the cookie that a login sets."""
        sent = self.learner.session.client.sent
        logins = (one for one in sent if one.call.operation is login and one.ok)
        exchange = next((one for one in logins if one.answer.cookies), None)
        if exchange is None:
            return
        open_ = [
            one.partition("=")[0]
            for one in exchange.answer.cookies
            if "httponly" not in one.lower() and not re.search(r"(?i)csrf|xsrf", one)
        ]
        yield self._check(
            "cookie-flags", login, bad=bool(open_), exchange=exchange, expected="HttpOnly",
            why=f"{', '.join(open_)} can be read by scripts" if open_ else "the cookie is HttpOnly",
        )  # fmt: skip

    # --- registering

    def _registrations(self, register: Operation) -> Iterator[ProbeCheck]:
        sent = [one for one in self.learner.session.client.sent
                if one.call.operation is register and one.ok]  # fmt: skip
        if not sent:
            return
        good = sent[0].call
        again = self.learner.session.send(good, None)
        yield self._check(
            "duplicate-registration", register, bad=again.status >= 500,
            why=f"a second registration is answered by {again.status}", exchange=again,
            expected="400, 409 or 422",
        )  # fmt: skip
        fields = password_fields(self.learner.session.api, register)
        yield from self._strange(register, good, fields)

    def _strange(
        self, register: Operation, good: Call, fields: tuple[str, ...]
    ) -> Iterator[ProbeCheck]:
        sampler = self.learner.session.sampler

        def attempt(password: str) -> tuple[Exchange, dict[str, Any]]:
            body = _set_all(renewed(good.body, sampler.mark("y").text), fields, password)
            return self.learner.session.watched(replace(good, body=body), None)[0], body

        short, _ = attempt("q")
        yield self._check(
            "weak-password", register, bad=short.ok or short.status >= 500,
            why=f"a password of one letter is answered by {short.status}", exchange=short,
            expected="400 or 422",
        )  # fmt: skip
        for name, password in (
            ("password-over-72-bytes", "Qz7!" + "x" * 72 + "tail"),
            ("password-over-72-bytes-in-few-letters", "Qz7!" + "ü" * 40 + "tail"),
        ):
            long, body = attempt(password)
            yield self._check(
                name, register, bad=long.status >= 500,
                why=f"a password of {len(password.encode())} bytes is answered by {long.status}",
                exchange=long, expected="success, or 422",
            )  # fmt: skip
            if long.ok:
                yield from self._truncated(register, body, password)

    def _truncated(
        self, register: Operation, body: Mapping[str, Any], password: str
    ) -> Iterator[ProbeCheck]:
        """Yield whether what lies behind the 72nd byte counts."""
        login = self.accounts.login
        if login is None or len(password) != len(password.encode()):
            return
        mine = next((m for m in re.findall(r"(?i)qzy\d{5}x", str(body))), "qzy00001x")
        attempt = renewed(_with_password(dict(self.owner.login), password[:-4] + "TAIL"), mine)
        exchange = self._send(login, attempt)
        yield self._check(
            "password-cut-at-72-bytes", register, bad=exchange.ok,
            why=f"another end of a long password is answered by {exchange.status}",
            exchange=exchange, expected="401",
        )  # fmt: skip

    # --- how they are kept

    def _kept(self, operation: Operation | None) -> Iterator[ProbeCheck]:
        oracle = self.learner.session.oracle
        if operation is None:
            return
        rows = oracle.rows() if oracle else {}
        plain = next((f"{key[0]}.{name}" for key, row in rows.items()
                      for name, value in row.items() if value == PASSWORD), "")  # fmt: skip
        if oracle is not None:
            yield self._check(
                "password-in-plain-text", operation, bad=bool(plain),
                why=f"{plain} holds the password itself" if plain else "no column holds a password",
                expected="only a slow hash",
            )  # fmt: skip
        key = self.owner.row
        hashes = hashes_of(key, rows.get(key, {})) if key else []
        if hashes:
            weak = _weakness(hashes[0])
            yield self._check(
                "password-hash", operation, bad=bool(weak),
                why=weak or f"kept as {hashes[0][:7]}…", expected="bcrypt (cost 10 and up), argon2 or scrypt",
            )  # fmt: skip
        yield from self._told(operation, hashes)
        if self.log is not None:
            there = PASSWORD in self.log.text()
            yield self._check(
                "password-in-log", operation, bad=there,
                why="the log has a password" if there else "the log has no password",
            )  # fmt: skip

    def _told(self, operation: Operation, hashes: list[str]) -> Iterator[ProbeCheck]:
        """Yield whether an answer of success holds a password or its hash."""
        told = next((one for one in self.learner.session.client.sent if one.ok
                     and (PASSWORD in one.answer.text or any(h in one.answer.text for h in hashes)
                          or _names_hash(one))), None)  # fmt: skip
        where = told.call.operation if told else operation
        yield self._check(
            "password-in-answer", where, bad=told is not None,
            why="the answer has a password or its hash" if told else "no answer has one",
            exchange=told, expected="neither password nor hash",
        )  # fmt: skip

    # --- recovering

    def _recoveries(self) -> Iterator[ProbeCheck]:
        """Yield whether asking for a new password tells who has an account."""
        email = self.owner.known.get("email")
        for operation in self.learner.session.api.operations:
            if (
                not operation.writes
                or operation.secured
                or not _RECOVERY.search(operation.path)
                or not email
            ):
                continue
            mine = self._recovery(operation, str(email))
            other = self._recovery(operation, "qzz99997x@example.com")
            if mine is None or other is None or mine.status >= 500:
                continue
            same = (mine.status, mine.answer.text.replace(str(email), "")) == (
                other.status, other.answer.text.replace("qzz99997x@example.com", ""),
            )  # fmt: skip
            yield self._check(
                "recovery-tells-who-exists", operation, bad=not same,
                why="known and unknown addresses get the same answer" if same else
                f"a known address answers {mine.status}, an unknown one {other.status}",
                exchange=other, expected=f"{mine.status} {mine.answer.text[:120]}",
            )  # fmt: skip

    def _recovery(self, operation: Operation, email: str) -> Exchange | None:
        call = self.learner.build(operation, self.owner)
        if not isinstance(call, Call):
            return None
        call = replace(
            call,
            path={k: email if "mail" in k else v for k, v in call.path.items()},
            query={k: email if "mail" in k else v for k, v in call.query.items()},
            body={k: email if "mail" in k else v for k, v in call.body.items()}
            if isinstance(call.body, dict) else call.body,
        )  # fmt: skip
        return self.learner.session.send(call, None)


def _is_hash(value: str) -> bool:
    return value.startswith(("$2", "$argon2", "$scrypt", "$pbkdf2", "pbkdf2", "scrypt")) or bool(
        _PLAIN_HASH.match(value)
    )


def hashes_of(key: Key, row: Row) -> list[str]:
    """Return what of a row may be the hash of a password; the digits of its own key are none.

    Args:
        key: what the row is found by.
        row: its columns.
    """
    own = json.loads(key[1])
    values = [one for one in row.values() if isinstance(one, str)]
    return [one for one in values if _is_hash(one) and one not in own]


def _weakness(value: str) -> str:
    """Return what is wrong with a hash; nothing if it is slow enough."""
    if _PLAIN_HASH.match(value):
        return f"a fast hash of {len(value) * 4} bits without salt"
    cost = _BCRYPT.match(value)
    return f"bcrypt at cost {int(cost[1])}" if cost and int(cost[1]) < 10 else ""


def _names_hash(exchange: Exchange) -> bool:
    """Tell whether an answer gives a hash under the name of one."""
    found = find_value(exchange.answer.json, "hashed_password", "password_hash", "password")
    return isinstance(found, str) and (_is_hash(found) or found == PASSWORD)


def _with_password(body: dict[str, Any], password: str) -> dict[str, Any]:
    """Return a login's body with another password."""
    return {
        k: _with_password(v, password) if isinstance(v, dict) else password if v == PASSWORD else v
        for k, v in body.items()
    }


def _set_all(body: dict[str, Any], fields: tuple[str, ...], password: str) -> dict[str, Any]:
    return {
        k: _set_all(v, fields, password) if isinstance(v, dict) else password if k in fields else v
        for k, v in body.items()
    }


def _plain(exchange: Exchange, body: Value) -> tuple[int, str]:
    """Return an answer without what was sent, to compare it with another."""
    text = exchange.answer.text
    for value in _texts(body):
        text = text.replace(value, "")
    return exchange.status, re.sub(r'"(request_id|trace_id|timestamp)":\s*"[^"]*"', "", text)


def _texts(value: Value) -> Iterator[str]:
    for one in value.values() if isinstance(value, dict) else ():
        if isinstance(one, dict):
            yield from _texts(one)
        elif isinstance(one, str) and len(one) > 3:
            yield one
