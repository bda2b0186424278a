"""The live proof of a limit: the staged application, asked once too often."""

from __future__ import annotations

import contextlib
import itertools
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx

from backwright.errors import BackwrightError
from backwright.host.redis import redis
from backwright.report.events import CheckEnded, StepStarted
from backwright.tasks.capability import with_variables
from backwright.tasks.change import Workplace
from backwright.tasks.rate_limit_request import parse_rate
from backwright.tasks.serving import running
from backwright.transfer.attach.rate_limit import LimitOptions
from backwright.values import Check, Verdict

NAME, SHARED = "rate limit", "shared limit"
_MOST = 400  # requests, and not more
_INSTEAD = "20/minute"
_ROUNDS = 3  # a window may end in between
_AT_START = 3  # requests that tell whether the server answers
_TIMEOUT = 20.0


def prove_limit(
    place: Workplace, options: LimitOptions, variables: Mapping[str, str], *, headers: bool = True
) -> list[Check]:
    """Serve the application and ask it until it refuses.

    Args:
        place: the staged project.
        options: the limit.
        variables: the variables of the settings `rate_limit` and `rate_limit_storage`.
        headers: whether each answer tells where a client stands.
    """
    rate, told = options.rate, {}
    variable = variables.get("rate_limit")
    if parse_rate(rate).amount > _MOST and options.route is None and variable:
        rate, told = _INSTEAD, {variable: _INSTEAD}
    if parse_rate(rate).amount > _MOST:
        detail = f"{rate} takes too many requests to be tried"
        return [_ended(place, NAME, time.monotonic(), "skipped", detail)]
    checks = [_tried(place, NAME, options, rate, 1, told, headers=headers)]
    if options.redis:
        checks.append(_shared(place, options, rate, told, variables.get("rate_limit_storage")))
    return checks


def _shared(
    place: Workplace,
    options: LimitOptions,
    rate: str,
    told: Mapping[str, str],
    variable: str | None,
) -> Check:
    """Ask two workers in turn that count in one Redis."""
    started = time.monotonic()
    with redis() as port:
        if port is None:
            why = "there is no redis-server on this machine"
            return _ended(place, SHARED, started, "skipped", why)
        if variable is None:
            why = "the setting of the storage was not found"
            return _ended(place, SHARED, started, "fail", why)
        more = {**told, variable: f"redis://127.0.0.1:{port}/0"}
        return _tried(_with_redis(place, port), SHARED, options, rate, 2, more)


def _with_redis(place: Workplace, port: int) -> Workplace:
    return replace(place, redis_port=port)


def _tried(
    place: Workplace, name: str, options: LimitOptions, rate: str, workers: int,
    told: Mapping[str, str], *, headers: bool = True,
) -> Check:  # fmt: skip
    place.listener(StepStarted(f"asking more often than {rate}"))
    started = time.monotonic()
    try:
        with contextlib.ExitStack() as stack:
            urls = [
                stack.enter_context(running(with_variables(place, told))).url
                for _ in range(workers)
            ]
            clients = [
                stack.enter_context(httpx.Client(base_url=url, timeout=_TIMEOUT, trust_env=False))
                for url in urls
            ]
            wrong = list(_wrong(clients, options, rate, headers=headers))
    except BackwrightError as error:
        return _ended(place, name, started, "skipped", error.message.splitlines()[0])
    what = " ".join(options.route) if options.route else "any path"
    by = f"two workers with one Redis count {what} together" if workers > 1 else f"{what}"
    good = f"{by}: after {parse_rate(rate).amount} requests 429 with Retry-After"
    if told and options.route is None and rate != options.rate:
        good += f" (tried with {rate} in the setting)"
    return _ended(place, name, started, "fail" if wrong else "pass", "; ".join(wrong) or good)


def _ended(place: Workplace, name: str, started: float, verdict: Verdict, detail: str) -> Check:
    check = Check(name, verdict, round(time.monotonic() - started, 3), detail)
    place.listener(CheckEnded(check))
    return check


def _wrong(
    clients: Sequence[httpx.Client], options: LimitOptions, rate: str, *, headers: bool
) -> Iterator[str]:
    """Yield what is not as promised when a limit is used up, with a wrong token each time."""
    amount = parse_rate(rate).amount
    method, path = options.route or ("GET", "/qz-no-such-path")
    asked = re.sub(r"\{[^}]*\}", "1", path)
    like = clients[0].get("/qz-another-path") if options.route else None
    before: httpx.Response | None = None
    for number, client in zip(
        range((amount + 1) * _ROUNDS), itertools.cycle(clients), strict=False
    ):
        given = {"Authorization": f"Bearer qz.{number}.qz", "X-API-Key": f"qz-{number}"}
        answer = client.request(method, asked, headers=given)
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS and not headers:
            if number < amount - _AT_START:
                yield f"request {number + 1} was refused, though {amount} are allowed"
            return
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            yield from _unlike(answer, before, like or before, amount)
            return
        if headers and "ratelimit-limit" not in answer.headers:
            yield f"{method} {asked} does not say its limit"
            return
        before = answer
    yield f"{method} {asked} was asked {(amount + 1) * _ROUNDS} times and never refused"


def _unlike(
    answer: httpx.Response,
    before: httpx.Response | None,
    like: httpx.Response | None,
    amount: int,
) -> Iterator[str]:
    """Yield what is wrong with a refusal, the answer before it, and its shape."""
    if before is None and amount > _AT_START:
        yield "the very first request was refused"
    if before is not None and before.headers["ratelimit-remaining"] != "0":
        yield f"it was refused with {before.headers['ratelimit-remaining']} left"
    if not answer.headers.get("retry-after", "").isdigit():
        yield "the refusal does not say when to come again"
    if answer.headers.get("ratelimit-limit") != str(amount):
        yield f"the refusal tells of a limit of {answer.headers.get('ratelimit-limit')}"
    if like is not None and _keys(answer) != _keys(like):
        yield f"the refusal has another shape than other errors: {answer.text[:80]}"


def _keys(answer: httpx.Response) -> Any:  # noqa: ANN401
    try:
        body = answer.json()
    except ValueError:
        return answer.headers.get("content-type")
    return sorted(body) if isinstance(body, dict) else type(body).__name__
