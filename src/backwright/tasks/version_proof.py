"""The proof of `add version`: the old version as it was, and the new one with the same answers."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from backwright.errors import BackwrightError
from backwright.probe.accounts import Accounts
from backwright.probe.client import Call, Exchange, Identity
from backwright.probe.config import read_config
from backwright.probe.session import Session
from backwright.report.events import CheckEnded, StepStarted, silence
from backwright.tasks.change import Workplace
from backwright.tasks.probe import probe_place
from backwright.values import Check, Verdict
from backwright.workshop import ChangeSet, Run, hands
from backwright.workshop.bench import last_first

_SECONDS = 150.0
_MOST = 40
_ENDS = re.compile(r"(?i)log_?-?out|sign_?-?out|revoke|refresh|deactivate")
_DOCUMENT = """
import importlib, json, sys
module, _, name = sys.argv[1].partition(":")
found = importlib.import_module(module)
for part in name.removesuffix("()").split("."):
    found = getattr(found, part)
found = found() if name.endswith("()") else found
print("\\n" + json.dumps(found.openapi(), sort_keys=True))
"""


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised.

    Attributes:
        pairs: The path of the new version for each of the old one.
        asked: The headers by which a request names the new version; none where its path does.
        has_sunset: Whether the old version says when it ends.
    """

    pairs: Mapping[str, str]
    asked: Mapping[str, str] = field(default_factory=dict)
    has_sunset: bool = False


def prove_versions(place: Workplace, promise: Promise) -> tuple[Check, ...]:
    """Compare the documents of before and after, and the answers of both versions over HTTP."""
    return (_document(place), _answers(place, promise))


def _document(place: Workplace) -> Check:
    """The OpenAPI document says the same of the old paths as without the change."""
    place.listener(StepStarted("comparing the OpenAPI documents of before and after"))
    started = time.monotonic()
    run = hands(place.bench(ChangeSet()))
    try:
        before, after = (
            _documented(run, place.facts.app or "", changed=changed) for changed in (False, True)
        )
        wrong = _differences(before, after)
        verdict: Verdict = "fail" if wrong else "pass"
        count = len(before.get("paths", {}))
        detail = "; ".join(wrong) or f"the same for all {count} paths that were there"
    except (BackwrightError, ValueError, IndexError) as error:
        verdict, detail = "skipped", str(error).splitlines()[0] if str(error) else "no document"
    return _check(place, "document", verdict, started, detail)


def _documented(run: Run, app: str, *, changed: bool) -> dict[str, Any]:
    folder = run.folder if changed else run.unchanged()
    database = run.databases.empty("document")
    done = run.python("-c", _DOCUMENT, app, database=database, folder=folder)
    if not done.ok:
        raise ValueError(f"the document cannot be made: {last_first(done.output)}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Say what of a document is not as it was."""
    wrong = []
    for path, item in before.get("paths", {}).items():
        if after.get("paths", {}).get(path) != item:
            wrong.append(f"{path} is described otherwise")
    schemas = after.get("components", {}).get("schemas", {})
    for name, schema in before.get("components", {}).get("schemas", {}).items():
        if schemas.get(name) != schema:
            wrong.append(f"the schema {name} is another")
    return wrong


def _answers(place: Workplace, promise: Promise) -> Check:
    place.listener(StepStarted("asking both versions over HTTP"))
    started = time.monotonic()
    trial = _Trial(promise)
    try:
        config = read_config(place.root)
        probe_place(place, config, silence, ("endpoints",), _SECONDS, afterwards=trial.run)
    except BackwrightError as error:
        trial.detail = error.message.splitlines()[0]
    return _check(place, "versions", trial.verdict, started, trial.detail)


def _check(place: Workplace, name: str, verdict: Verdict, started: float, detail: str) -> Check:
    check = Check(name, verdict, round(time.monotonic() - started, 3), detail)
    place.listener(CheckEnded(check))
    return check


@dataclass
class _Trial:
    """Asks both versions for everything that was read with success."""

    promise: Promise
    verdict: Verdict = "skipped"
    detail: str = "nothing was read with success, so there was nothing to compare"

    def run(self, session: Session, accounts: Accounts) -> None:
        """Ask for each path in both versions, as whom it was answered to."""
        calls: dict[str, Exchange] = {}
        for one in session.client.sent:
            operation = one.call.operation
            if one.ok and operation.method == "GET" and operation.path in self.promise.pairs:
                calls[operation.path] = one
        somebody: Identity | None = None
        wrong: list[str] = []
        alike = 0
        for path, known in sorted(calls.items(), key=lambda one: bool(_ENDS.search(one[0])))[
            :_MOST
        ]:
            who = known.who
            old = session.client.send(known.call, who)
            if old.status in (401, 403):
                if somebody is None:
                    person = accounts.make("erin")
                    somebody = person.identity if person else who
                who, old = somebody, session.client.send(known.call, somebody)
            new = session.client.send(self._next(known.call, path), who)
            problem = self._unlike(session, known.call, who, old, new)
            wrong += [f"{path}: {problem}"] if problem else []
            alike += problem == ""
        if wrong:
            self.verdict, self.detail = "fail", "; ".join(wrong[:5])
        elif alike:
            until = " and when it ends" if self.promise.has_sunset else ""
            self.verdict = "pass"
            self.detail = (
                f"{alike} paths answer alike in both versions; the old one says that it is "
                f"deprecated{until}"
            )

    def _next(self, call: Call, path: str) -> Call:
        """Return the same request to the new version."""
        if self.promise.asked:
            return replace(call, headers={**call.headers, **self.promise.asked})
        return replace(call, operation=replace(call.operation, path=self.promise.pairs[path]))

    def _unlike(
        self, session: Session, call: Call, who: Identity, old: Exchange, new: Exchange
    ) -> str | None:
        """Say in what two answers differ that should not; None where asking changes the answer."""
        headers = {name.lower() for name in old.answer.headers}
        if "deprecation" not in headers or (self.promise.has_sunset and "sunset" not in headers):
            return "the old version does not say that it is deprecated"
        if "deprecation" in {name.lower() for name in new.answer.headers}:
            return "the new version says that it is deprecated"
        if (new.status, new.answer.text) == (old.status, old.answer.text):
            return ""
        again = session.client.send(call, who)
        if (again.status, again.answer.text) != (old.status, old.answer.text):
            return None
        if new.status != old.status:
            return f"answered {old.status} by the old version, {new.status} by the new one"
        return "the new version gives another answer"
