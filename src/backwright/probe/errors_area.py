"""Error handling: nothing that is sent may give a server error, or tell of the server's inside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from backwright.probe.accounts import Accounts
from backwright.probe.causes import Cause, Watcher
from backwright.probe.faults import Breaker, Outcome, leak_in
from backwright.probe.findings import Places, curl_of
from backwright.probe.learner import Learner
from backwright.probe.operations import Operation
from backwright.probe.people import Person
from backwright.probe.pooling import Fault
from backwright.probe.purposes import Purpose
from backwright.report.probe_types import ProbeCheck

_MOST_LISTED = 6
_MET = "met"  # a server error before bad input was sent on purpose
# Faults that have one root where no log tells them apart.
_FAMILIES = {
    "huge number": "too large a number",
    "64-bit overflow": "too large a number",
    "32-bit overflow": "too large a number",
    "object for a value": "another kind of value",
    "list for a value": "another kind of value",
    "list for an object": "another kind of value",
    "text for an object": "another kind of value",
    "null for an object": "another kind of value",
}


@dataclass(frozen=True, slots=True)
class Errors:
    """Sends bad input, and makes one finding of each root cause."""

    learner: Learner
    accounts: Accounts
    purposes: Mapping[str, Purpose]
    owner: Person
    known: Places
    base: str
    watcher: Watcher
    doing: Callable[[int], str] = lambda _: "probing"

    def checks(self) -> Iterator[ProbeCheck]:
        """Yield a failure for each root cause, and a pass for each operation without any."""
        met = self._met()
        outcomes = Breaker(self.learner, self.purposes, self.owner, self.accounts.alive).run()
        outcomes = [*met, *outcomes]
        causes: dict[str, list[tuple[Cause, Outcome]]] = defaultdict(list)
        leaks: dict[str, list[tuple[str, Outcome]]] = defaultdict(list)
        for one in outcomes:
            if one.exchange.status >= 500:
                name = _FAMILIES.get(one.fault.name, one.fault.name)
                where = one.fault.place.split()[0]
                what = name if _is_met(one.fault) else f"{name} in the {where}"
                cause = self.watcher.cause(one.exchange, what)
                if not cause.absent:
                    causes[cause.key].append((cause, one))
            told = leak_in(one.exchange)
            if told:
                leaks[f"{told.partition(':')[0]}|{one.exchange.call.operation.key}"].append(
                    (told, one)
                )
        for key, group in causes.items():
            if key not in self.watcher.told:
                yield self._failure(group)
        for shown in leaks.values():
            yield self._leak(shown)
        yield from self._passes(outcomes)

    def _met(self) -> list[Outcome]:
        """Return the server errors that other areas have met before."""
        return [
            Outcome(Fault(_MET, f"while {self.doing(one.number)}", one.call), one)
            for one in self.learner.session.client.sent
            if one.status >= 500
        ]

    def _failure(self, group: list[tuple[Cause, Outcome]]) -> ProbeCheck:
        """Return one finding for everything that has the same root."""
        cause, first = group[0]
        operation = self._declared(first)
        where = dict.fromkeys(
            f"{one.exchange.call.operation.key} ({one.fault.place})" for _, one in group
        )
        listed = list(where)
        more = f" and {len(listed) - _MOST_LISTED} more" if len(listed) > _MOST_LISTED else ""
        why = f"{_sent(first.fault)}: {cause.text}; at {', '.join(listed[:_MOST_LISTED])}{more}"
        place = self.known.of(operation)
        file, line = (cause.file, cause.line) if cause.file else (
            (place.file, place.line) if place else (None, None)
        )  # fmt: skip
        status = first.exchange.status
        return ProbeCheck(
            "server-error", "errors", operation.method, operation.path, "fail", why,
            curl_of(first.exchange, self.base), "400, 404 or 422",
            f"{status if status != 599 else 'no answer'} {first.exchange.answer.text[:200]}".strip(),
            file, line,
            tuple(key for key in dict.fromkeys(one.exchange.call.operation.key for _, one in group)
                  if key != operation.key),
        )  # fmt: skip

    def _leak(self, shown: list[tuple[str, Outcome]]) -> ProbeCheck:
        told, first = shown[0]
        operation = self._declared(first)
        place = self.known.of(operation)
        return ProbeCheck(
            "leaks-internals", "errors", operation.method, operation.path, "fail",
            f"{_sent(first.fault)}: the answer tells {told}",
            curl_of(first.exchange, self.base), "an error without the server's inside",
            f"{first.exchange.status} {first.exchange.answer.text[:200]}",
            place.file if place else None, place.line if place else None,
        )  # fmt: skip

    def _declared(self, outcome: Outcome) -> Operation:
        """Return the operation that a request was made from; one with a wrong method is its own."""
        return outcome.exchange.call.operation

    def _passes(self, outcomes: list[Outcome]) -> Iterator[ProbeCheck]:
        """Yield a check for each operation that took everything well, or was not reached."""
        tried: dict[str, int] = defaultdict(int)
        bad: set[str] = set()
        for one in outcomes:
            key = f"{one.exchange.call.operation.path}"
            tried[key] += 1
            if one.exchange.status >= 500 or leak_in(one.exchange):
                bad.add(key)
        for operation in self.learner.session.api.operations:
            place = self.known.of(operation)
            count = tried.get(operation.path, 0)
            if operation.path in bad:
                continue
            spent = self.learner.session.client.spent
            why = f"{count} bad inputs answered without a server error"
            yield ProbeCheck(
                "bad-input", "errors", operation.method, operation.path,
                "pass" if count else "skipped",
                why if count else spent or "no good request was known to spoil", "", "", "",
                place.file if place else None, place.line if place else None,
            )  # fmt: skip


def _is_met(fault: Fault) -> bool:
    return fault.name == _MET


def _sent(fault: Fault) -> str:
    """Return what was wrong where, in words: `NUL character in body title`."""
    return f"{fault.name} {fault.place}" if _is_met(fault) else f"{fault.name} in {fault.place}"
