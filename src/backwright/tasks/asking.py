"""Asking an application what a doctor wants to know: started for it, or running already."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import httpx

from backwright.doctor.evidence import Answer, Evidence, Rejected
from backwright.errors import MissingError
from backwright.host.payloads.refusals import MARK
from backwright.host.server import ServerFailedError
from backwright.probe.accounts import Accounts
from backwright.probe.config import read_config
from backwright.probe.session import Session
from backwright.project.types import Endpoint
from backwright.report.events import Listener, StepStarted
from backwright.tasks.change import workplace
from backwright.tasks.probe import probe_place
from backwright.values import Place

_SECONDS = 60.0
_TIMEOUT = 10.0
_MOST_REQUESTS = 100
_SHUT = re.compile(r"gives a token that opens nothing: (?P<told>.+)")


def started(evidence: Evidence, listener: Listener) -> tuple[Evidence, list[str]]:
    """Start the application on a throw-away database, and ask it all that it can be asked.

    Returns:
        The evidence with what it said and answered, and notes.
    """
    project = evidence.project
    if not project.apps:
        return evidence, ["no application was found, so that none could be started"]
    said: list[str] = []
    found = [evidence]

    def ask(session: Session, _: Accounts) -> None:
        with (
            contextlib.suppress(httpx.HTTPError),
            httpx.Client(base_url=session.client.base, timeout=_TIMEOUT, trust_env=False) as client,
        ):
            found[0] = _asked(client, evidence)

    try:
        with workplace(project.root, "doctor", listener) as place:
            listener(StepStarted("calling each endpoint"))
            watched = replace(place, variables={**place.variables, "BACKWRIGHT_REFUSALS": "1"})
            report = probe_place(
                watched, read_config(project.root), listener, ("endpoints",), _SECONDS,
                hear=said.append, afterwards=ask,
            )  # fmt: skip
    except MissingError as error:
        failed = error.__cause__
        if isinstance(failed, ServerFailedError):
            return replace(evidence, log=failed.message), ["the application does not start"]
        return evidence, [f"the application could not be started here: {error.message}"]
    log, rejections = _parted("".join(said))
    shut = next((match["told"] for one in report.notes if (match := _SHUT.search(one))), "")
    return replace(found[0], log=log, rejections=rejections, shut=shut), list(report.notes)


def _asked(client: httpx.Client, evidence: Evidence) -> Evidence:
    """Ask as a browser from the origin, and with the token."""
    preflight, simple = as_browser(client, evidence)
    guarded = None
    wanting = [one for one in plain(evidence.project.endpoints) if one.auth == "required"]
    if evidence.token and wanting:
        guarded = _answer(client.get(wanting[0].path, headers=bearing(evidence)))
    return replace(evidence, preflight=preflight, simple=simple, guarded=guarded)


def bearing(evidence: Evidence) -> dict[str, str]:
    """Return the header that carries the token; none without one."""
    if not evidence.token:
        return {}
    text = evidence.token.removeprefix("Authorization:").strip()
    return {"Authorization": text if " " in text else f"Bearer {text}"}


def as_browser(client: httpx.Client, evidence: Evidence) -> tuple[Answer | None, Answer | None]:
    """Return the answers to a preflight and to a plain request of a page from the origin."""
    if evidence.origin is None:
        return None, None
    path = next((one.path for one in plain(evidence.project.endpoints)), "/")
    asked = {
        "Origin": evidence.origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    preflight = client.options(path, headers=asked)
    simple = client.get(path, headers={"Origin": evidence.origin})
    return _answer(preflight), _answer(simple)


def _answer(reply: httpx.Response) -> Answer:
    headers = {name.lower(): value for name, value in reply.headers.items()}
    return Answer(reply.status_code, headers, reply.text)


def plain(endpoints: Sequence[Endpoint]) -> list[Endpoint]:
    """Return the endpoints that can be read by their path alone."""
    found = [one for one in endpoints if one.method == "GET" and not re.search("[{}]", one.path)]
    return found[:_MOST_REQUESTS]


def _parted(said: str) -> tuple[str, tuple[Rejected, ...]]:
    """Return what the application said by itself, and what it was seen to refuse."""
    lines = said.splitlines(keepends=True)
    told = tuple(_rejections(line for line in lines if line.startswith(MARK)))
    return "".join(line for line in lines if not line.startswith(MARK)), told


def _rejections(lines: Iterator[str]) -> Iterator[Rejected]:
    for line in lines:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            words = json.loads(line[len(MARK) :])
            places = tuple(Place(str(file), int(number)) for file, number in words["frames"])
            yield Rejected(
                int(words["status"]), str(words["detail"]), f"{words['method']} {words['path']}",
                bool(words["carries"]), places, tuple(words["because"]),
            )  # fmt: skip
