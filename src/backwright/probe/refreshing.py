"""Refresh tokens: one that was exchanged for another, or whose login has ended, must open nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.probe.accounts import Accounts
from backwright.probe.answers import find_refresh_token, find_token
from backwright.probe.client import ANONYMOUS, Call, Exchange
from backwright.probe.findings import Places, check
from backwright.probe.learner import Learner
from backwright.probe.operations import Operation
from backwright.probe.people import Person
from backwright.report.probe_types import ProbeCheck

_REFRESH = re.compile(r"(?i)(^|[/_-])(refresh|renew)([/_-]|$)")
_TOKEN = re.compile(r"(?i)refresh|^token$")


@dataclass(frozen=True, slots=True)
class Refreshing:
    """Exchanges refresh tokens, in each way that an API may want them."""

    learner: Learner
    accounts: Accounts
    known: Places
    base: str

    def checks(self, person: Person) -> Iterator[ProbeCheck]:
        """Yield what an exchanged token of somebody opens; nothing where there is none.

        Their login may end by it.
        """
        operation = self.operation()
        old = person.refresh
        if operation is None or not old:
            return
        way = next((call for call in self._calls(operation, old) if self._works(call)), None)
        if way is None:
            why = "no way to exchange a refresh token was found"
            yield self._check("refresh-token-reuse", operation, None, why)
            return
        first = self.learner.session.client.sent[-1]
        new = self._refresh_in(first)
        if new is None or new == old:
            why = "refresh tokens are not exchanged, and so may be used again"
            yield self._check("refresh-token-reuse", operation, None, why)
        else:
            again = self._send(way)
            why = f"a refresh token that was exchanged already answers {again.status}"
            yield self._check("refresh-token-reuse", operation, again, why)

    def operation(self) -> Operation | None:
        """Return the operation that exchanges refresh tokens."""
        found = (
            one
            for one in self.learner.session.api.operations
            if one.method in ("POST", "PUT", "GET") and _REFRESH.search(one.path)
            and not one.path_names
        )  # fmt: skip
        return next(found, None)

    def after_logout(self, person: Person) -> Iterator[ProbeCheck]:
        """Yield what the refresh token of somebody who has logged out opens."""
        operation = self.operation()
        if operation is None or not person.refresh:
            return
        for call in self._calls(operation, person.refresh):
            exchange = self._send(call)
            if exchange.ok or exchange.status in (400, 401, 403):
                why = f"the refresh token of a login that has ended answers {exchange.status}"
                yield self._check("refresh-token-after-logout", operation, exchange, why)
                return

    def _calls(self, operation: Operation, token: str) -> Iterator[Call]:
        """Yield calls that carry a token: in the body, the query, a cookie, the header."""
        fields = self.learner.session.api.schemas.properties(operation.body or {})
        named = [name for name in fields if _TOKEN.search(name)]
        if named:
            yield Call(operation, body={named[0]: token})
        for one in operation.parameters:
            if one.location == "query" and _TOKEN.search(one.name):
                yield Call(operation, query={one.name: token})
            if one.location == "cookie" and _TOKEN.search(one.name):
                yield Call(operation, headers={"Cookie": f"{one.name}={token}"})
        yield Call(operation, headers={"Authorization": f"Bearer {token}"})
        yield Call(operation, headers={"Cookie": f"refresh_token={token}"})

    def _works(self, call: Call) -> bool:
        """Tell whether a token is exchanged so."""
        exchange = self._send(call)
        return exchange.ok and bool(find_token(exchange.answer.json) or exchange.answer.cookies)

    def _send(self, call: Call) -> Exchange:
        return self.learner.session.client.send(call, ANONYMOUS)

    def _refresh_in(self, exchange: Exchange) -> str | None:
        """Return the refresh token that an answer gives, in its body or as a cookie."""
        crumbs = dict(one.partition(";")[0].split("=", 1) for one in exchange.answer.cookies)
        cookie = next((v for k, v in crumbs.items() if "refresh" in k.lower()), None)
        return find_refresh_token(exchange.answer.json) or cookie

    def _check(
        self, name: str, operation: Operation, exchange: Exchange | None, why: str
    ) -> ProbeCheck:
        bad = exchange is not None and (exchange.ok or exchange.status >= 500)
        return check(
            name, "auth", operation,
            "skipped" if exchange is None else "fail" if bad else "pass", why,
            known=self.known, base=self.base, exchange=exchange, expected="401",
        )  # fmt: skip
