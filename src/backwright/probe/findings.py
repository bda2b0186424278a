"""Verdicts as checks: what was tried, what came of it, how to repeat it, where it stands."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from backwright.probe.client import Exchange
from backwright.probe.judge import Judged
from backwright.probe.operations import FORMS, Operation
from backwright.probe.schemas import Upload, file_of
from backwright.probe.sights import Kind
from backwright.report.probe_types import Area, ProbeCheck
from backwright.values import Place, Verdict

_LONGEST = 300
NAMES: Mapping[Kind, str] = {
    "reads": "other-reads",
    "lists": "other-lists",
    "searches": "other-searches",
    "counts": "other-counts",
    "changes": "other-changes",
    "removes": "other-deletes",
    "acts": "other-acts",
    "creates": "other-creates",
    "creates-under": "creates-under-foreign-parent",
    "links": "links-foreign-object",
    "bulk": "bulk-over-foreign-objects",
    "forges-owner": "owner-from-body",
    "gives-away": "owner-changed-by-update",
    "assigns-role": "role-by-mass-assignment",
    "finds-out": "existence-oracle",
    "mismatches-parent": "child-of-another-parent",
    "sees-deleted": "deleted-still-visible",
    "touches-others": "touches-other-owners",
    "calls": "other-calls",
}


_ANONYMOUS: Mapping[Kind, str] = {
    "creates-under": "anonymous-creates",
    "bulk": "anonymous-bulk",
}


@dataclass(frozen=True, slots=True)
class Places:
    """Where the handlers of operations stand."""

    by_key: Mapping[str, Place]

    def of(self, operation: Operation) -> Place | None:
        """Return the place of an operation's handler; None if it is not known."""
        key = f"{operation.method} {_plain(operation.path)}"
        return self.by_key.get(key)


def places(endpoints: Iterable[tuple[str, str, Place]]) -> Places:
    """Return places by method and path; the names of parameters make no difference."""
    return Places({f"{method} {_plain(path)}": place for method, path, place in endpoints})


def _plain(path: str) -> str:
    parts = ("{}" if part.startswith("{") else part for part in path.rstrip("/").split("/"))
    return "/".join(parts)


def check(
    name: str,
    area: Area,
    operation: Operation,
    verdict: Verdict,
    why: str,
    *,
    known: Places,
    base: str = "",
    exchange: Exchange | None = None,
    expected: str = "",
) -> ProbeCheck:
    """Return a check of an operation, with the request that shows it."""
    place = known.of(operation)
    return ProbeCheck(
        name, area, operation.method, operation.path, verdict, why,
        curl_of(exchange, base) if exchange else "",
        expected,
        _got(exchange) if exchange and verdict == "fail" else "",
        place.file if place else None,
        place.line if place else None,
    )  # fmt: skip


def merged(checks: Iterable[ProbeCheck]) -> list[ProbeCheck]:
    """Return one check where one operation was tried several times in the same way.

    A failure goes before a pass; of several failures the first is shown, with all reasons.
    """
    found: dict[tuple[str, str, str, str], list[ProbeCheck]] = {}
    for one in checks:
        kind = one.why if one.check in ("server-error", "leaks-internals") else ""
        found.setdefault((one.check, one.method, one.path, kind), []).append(one)
    return [_worst(group) for group in found.values()]


def _worst(group: list[ProbeCheck]) -> ProbeCheck:
    for verdict in ("fail", "pass", "skipped"):
        alike = [one for one in group if one.verdict == verdict]
        if alike:
            reasons = dict.fromkeys(one.why for one in alike)
            return replace(alike[0], why="; ".join(list(reasons)[:4]))
    return group[0]


def isolation_checks(judged: Iterable[Judged], known: Places, base: str) -> Iterator[ProbeCheck]:
    """Yield a check for each trial with somebody else's objects."""
    for one in judged:
        sight = one.sight
        if sight.actor == "owner" and one.cell != "leak":
            continue
        if sight.actor == "privileged" or (sight.actor == "owner" and sight.open is None):
            continue
        verdict: Verdict = "pass"
        if one.cell == "leak":
            verdict = "fail"
        elif one.cell == "not-proven":
            verdict = "skipped"
        yield check(
            _name(one), "isolation", sight.operation, verdict, one.why,
            known=known, base=base, exchange=sight.exchange, expected=sight.expected,
        )  # fmt: skip


def _name(one: Judged) -> str:
    name = NAMES[one.sight.kind]
    if one.cell == "leak" and "though it was refused" in one.sight.why:
        return "write-before-check"
    if one.sight.actor == "anonymous":
        return _ANONYMOUS.get(one.sight.kind, name.replace("other-", "anonymous-"))
    if one.sight.detail.get("admin") or "administrators" in one.why:
        return "administrators-function"
    return name


def _got(exchange: Exchange) -> str:
    text = " ".join(exchange.answer.text.split())
    return f"{exchange.status} {text[:_LONGEST]}".strip()


def curl_of(exchange: Exchange, base: str) -> str:
    """Return a command that sends a request again."""
    call = exchange.call
    words = ["curl", "-sS", "-i", "-X", call.operation.method, base + call.target]
    for name, value in {**exchange.who.all_headers(), **call.headers}.items():
        words += ["-H", f"{name}: {value}"]
    words += body_words(exchange)
    return " ".join(shlex.quote(word) for word in words)


def body_words(exchange: Exchange) -> list[str]:
    """Return the words that carry a body: option and value in turn; a form field by field."""
    call = exchange.call
    media = call.content_type
    if media in FORMS and isinstance(call.body, Mapping):
        flag = "--data-urlencode" if media == FORMS[0] else "-F"
        said = [
            (k, one) for k, v in call.body.items() for one in (v if isinstance(v, list) else [v])
        ]
        return [word for k, v in said for word in (flag, f"{k}={_text(k, v)}")]
    content, kind = call.content()
    if not content and not kind:
        return []
    text = content[:4000].decode("utf-8", "replace")
    return ["-H", f"Content-Type: {kind}", "--data-binary", text]


def _text(name: str, value: object) -> str:
    if isinstance(value, Upload):
        return "{};filename={};type={}".format(value, *file_of(name))
    return value if isinstance(value, str) else json.dumps(value)
