"""The live proof of CORS: the staged application, asked as browsers ask it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx

from backwright.errors import BackwrightError
from backwright.report.events import CheckEnded, StepStarted
from backwright.tasks.capability import with_variables
from backwright.tasks.change import Workplace
from backwright.tasks.serving import running
from backwright.transfer.attach.cors import CorsOptions
from backwright.values import Check, Verdict

NAME = "cors"
_STRANGER = "https://stranger.example"
_BY_SETTING = "https://by-setting.example"
_TIMEOUT = 10.0


def prove_cors(
    place: Workplace, options: CorsOptions, variable: str | None, *, is_json: bool
) -> tuple[Check, ...]:
    """Serve the application with one origin more in its setting, and ask it from each origin.

    Args:
        place: the staged project.
        options: what browsers may do.
        variable: the variable of the allowed origins, None where none gives them.
        is_json: whether it holds JSON.
    """
    place.listener(StepStarted("asking as browsers from allowed and foreign origins"))
    started = time.monotonic()
    told = {}
    if variable is not None and "*" not in options.origins:
        options = replace(options, origins=(*options.origins, _BY_SETTING))
        told = {variable: json.dumps(options.origins) if is_json else ",".join(options.origins)}
    try:
        with running(with_variables(place, told)) as app:
            wrong = list(_wrong(app.url, options))
    except BackwrightError as error:
        return (_check(place, started, "skipped", error.message.splitlines()[0]),)
    good = (
        f"preflight from {options.origins[0]} allowed, its answers and errors may be read; "
        + (f"{variable} allows another; " if told else "")
        + f"{_STRANGER} is refused"
    )
    if "*" in options.origins:
        good = "preflight from any origin allowed, answers and errors may be read, no cookies"
    return (_check(place, started, "fail" if wrong else "pass", "; ".join(wrong) or good),)


def _check(place: Workplace, started: float, verdict: Verdict, detail: str) -> Check:
    check = Check(NAME, verdict, round(time.monotonic() - started, 3), detail)
    place.listener(CheckEnded(check))
    return check


def _wrong(url: str, options: CorsOptions) -> Iterator[str]:
    """Yield what a browser would not get, or get though it must not."""
    with httpx.Client(base_url=url, timeout=_TIMEOUT, trust_env=False) as client:
        allowed = [one for one in options.origins if one != "*"] or [_STRANGER]
        expected = "*" if "*" in options.origins else None
        for origin in allowed:
            yield from _refused(client, options, origin, expected or origin)
        if expected is None:
            yield from _let_in(client, options)


def _refused(
    client: httpx.Client, options: CorsOptions, origin: str, expected: str
) -> Iterator[str]:
    for method in options.methods:
        asked = {"Origin": origin, "Access-Control-Request-Method": method.replace("*", "GET")}
        if "*" not in options.headers:
            asked["Access-Control-Request-Headers"] = ", ".join(options.headers).lower()
        answer = client.options("/", headers=asked)
        if answer.status_code != httpx.codes.OK:
            yield f"a preflight of {method} from {origin} is answered {answer.status_code}"
        yield from _unlike(answer, f"the preflight of {method}", options, expected)
    error = client.get("/qz-no-such-path", headers={"Origin": origin})
    yield from _unlike(error, f"the answer {error.status_code}", options, expected)


def _unlike(
    answer: httpx.Response, what: str, options: CorsOptions, expected: str
) -> Iterator[str]:
    given = answer.headers.get("access-control-allow-origin", "nothing")
    if given != expected:
        yield f"{what} allows {given}, not {expected}"
    if (answer.headers.get("access-control-allow-credentials") == "true") != options.credentials:
        yield f"{what} {'forbids' if options.credentials else 'allows'} credentials"


def _let_in(client: httpx.Client, options: CorsOptions) -> Iterator[str]:
    headers = {"Origin": _STRANGER, "Access-Control-Request-Method": options.methods[0]}
    for answer in (client.options("/", headers=headers), client.get("/", headers=headers)):
        given = answer.headers.get("access-control-allow-origin")
        if given is not None:
            yield f"{_STRANGER} may read an answer: it is allowed {given}"
