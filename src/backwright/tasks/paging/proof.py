"""The proof of `add pagination`: pages asked for over HTTP are the list, cut, and wrong ones refused."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from backwright.errors import BackwrightError
from backwright.probe.accounts import Accounts
from backwright.probe.client import Call, Exchange, Identity
from backwright.probe.config import read_config
from backwright.probe.schemas import Value
from backwright.probe.session import Session
from backwright.report.events import CheckEnded, StepStarted, silence
from backwright.tasks.change import Workplace
from backwright.tasks.probe import probe_place
from backwright.transfer.paging.wording import Wording
from backwright.values import Check, Verdict

NAME = "pages"
_SECONDS = 120.0
_ROWS = 3
_TOTAL = re.compile(r"(?i)total\w*|\w*count|\w*_total")


def _listed(answer: Value) -> list[Value] | None:
    """Return the rows of an answer: a list, or the only list of an envelope."""
    if isinstance(answer, list):
        return answer
    lists = (
        [one for one in answer.values() if isinstance(one, list)]
        if isinstance(answer, Mapping)
        else []
    )
    return lists[0] if len(lists) == 1 else None


@dataclass
class _Trial:
    """Asks for the pages of one list."""

    path: str
    wording: Wording
    keyset: str
    verdict: Verdict = "skipped"
    detail: str = "the list was not answered with success, so no page was asked for"
    problems: list[str] = field(default_factory=list)

    def run(self, session: Session, accounts: Accounts) -> None:
        """Ask for the list and for its pages, as whom it was answered to, or as somebody new."""
        known = self._answered(session, "GET")
        if known is None:
            return
        if _listed(known.answer.json) is None:
            self.detail = f"the answer holds no list, or several: {known.answer.text[:80]}"
            return
        ask = _Asking(session, known.call, known.who)
        if ask.status({}) in (401, 403):  # the probe has tried what ends an account, too
            somebody = accounts.make("erin")
            ask = replace(ask, who=somebody.identity if somebody else known.who)
        self._more_rows(session, ask)
        rows = ask.rows({})
        if rows is None:
            self.detail = f"asked again, the list is answered with {ask.status({})}"
            return
        self._refusals(ask)
        self._pages(ask, rows)
        if self.problems:
            self.verdict, self.detail = "fail", "; ".join(self.problems)
        elif len(rows) < 2:
            self.detail = f"wrong bounds are refused; only {len(rows)} rows were there to be cut"
        else:
            self.verdict = "pass"
            self.detail = f"{len(rows)} pages of one row are the list; wrong bounds are refused"

    def _answered(self, session: Session, method: str) -> Exchange | None:
        wanted = _plain(self.path)
        found = [
            one
            for one in session.client.sent
            if one.ok
            and one.call.operation.method == method
            and _plain(one.call.operation.path) == wanted
        ]
        return found[-1] if found else None

    def _more_rows(self, session: Session, ask: _Asking) -> None:
        """Make rows as the probe has made one."""
        made = self._answered(session, "POST")
        there = len(ask.rows({}) or ())
        for number in range(there, _ROWS) if made is not None else ():
            assert made is not None  # noqa: S101 - else there is no round
            body = _another(made.call.body, number)
            session.client.send(replace(made.call, body=body), ask.who)

    def _refusals(self, ask: _Asking) -> None:
        wording = self.wording
        wrong: list[tuple[str, int]] = [(wording.count, 0), (wording.count, wording.most + 1)]
        if not self.keyset:
            wrong.append((wording.first, -1))
        for name, value in wrong:
            status = ask.status({name: value})
            if status not in (400, 422):
                self.problems.append(f"{name}={value} is answered with {status}")

    def _pages(self, ask: _Asking, rows: list[Value]) -> None:
        wording = self.wording
        if len(rows) > wording.default:
            self.problems.append(f"{len(rows)} rows come without being asked for that many")
        whole = ask.total({})
        if whole is not None and (part := ask.total({wording.count: 1})) != whole:
            self.problems.append(f"the total is {whole}, and {part} where one row is asked for")
        pages: list[Value] = []
        last: Value = None
        for number in range(len(rows)):
            query: dict[str, Value] = {wording.count: 1}
            if self.keyset:
                query |= {"after": last} if last is not None else {}
            else:
                query[wording.first] = number + 1 if wording.is_numbered else number
            page = ask.rows(query)
            if page is None or len(page) > 1:
                self.problems.append(f"{query} gives {'no list' if page is None else len(page)}")
                return
            pages += page
            if self.keyset and page and isinstance(page[0], Mapping):
                last = page[0].get(self.keyset)
        if sorted(map(repr, pages)) != sorted(map(repr, rows)):
            self.problems.append(f"the pages hold {len(pages)} rows, not the {len(rows)} listed")
        elif pages != rows:
            self.problems.append("the pages are in another order than the list")


@dataclass(frozen=True, slots=True)
class _Asking:
    """Sends one request again, with another query."""

    session: Session
    call: Call
    who: Identity

    def rows(self, query: Mapping[str, Value]) -> list[Value] | None:
        """Return the rows that come; nothing where no list comes."""
        found = self._sent(query)
        return _listed(found.answer.json) if found.ok else None

    def total(self, query: Mapping[str, Value]) -> Value:
        """Return the total that an envelope gives beside its rows; nothing where it gives none."""
        found = self._sent(query).answer.json
        totals = [
            value for name, value in (found.items() if isinstance(found, Mapping) else ())
            if isinstance(value, int) and _TOTAL.fullmatch(name)
        ]  # fmt: skip
        return totals[0] if len(totals) == 1 else None

    def status(self, query: Mapping[str, Value]) -> int:
        """Return the status of the answer."""
        return self._sent(query).status

    def _sent(self, query: Mapping[str, Value]) -> Exchange:
        return self.session.client.send(replace(self.call, query=dict(query)), self.who)


def _plain(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")


def _another(body: Value, number: int) -> Value:
    """Return a body like another, with other texts."""
    if not isinstance(body, Mapping):
        return body
    changed = dict(body)
    for name, value in body.items():
        if isinstance(value, str) and "@" in value:
            changed[name] = f"p{number}{value}"
        elif isinstance(value, str) and re.fullmatch(r"[\w ]*[a-zA-Z][\w ]*", value):
            changed[name] = f"{value[:-1]}{number}" if len(value) > 1 else value
    return changed


def prove_pages(place: Workplace, path: str, wording: Wording, keyset: str = "") -> Check:
    """Serve the staged application, fill a list, and ask for it whole and page by page.

    Args:
        place: the staging copy.
        path: the list.
        wording: how pages are asked for.
        keyset: the key that pages go on after; empty where rows are counted off.
    """
    place.listener(StepStarted("asking for pages over HTTP"))
    started = time.monotonic()
    trial = _Trial(path, wording, keyset)
    try:
        config = read_config(place.root)
        probe_place(place, config, silence, ("endpoints",), _SECONDS, afterwards=trial.run)
    except BackwrightError as error:
        trial.detail = error.message.splitlines()[0]
    seconds = round(time.monotonic() - started, 3)
    check = Check(NAME, trial.verdict, seconds, trial.detail)
    place.listener(CheckEnded(check))
    return check
