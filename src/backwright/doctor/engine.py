"""All checks in the specialist's order, and what is likeliest the cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.explaining import explained
from backwright.doctor.masking import without_passwords
from backwright.doctor.registry import diagnoses
from backwright.report.doctor_types import (
    CHECKS,
    Cause,
    CheckName,
    CheckResult,
    DoctorReport,
    Seen,
)

_RANK: dict[Seen, int] = {"given": 0, "happened": 1, "source": 2}


def examine(evidence: Evidence, notes: Sequence[str] = ()) -> DoctorReport:
    """Return what is wrong, the likeliest cause first.

    What the user has brought (a token, an origin) leads, then what happened, then what the source
    says will happen. Of errors in the log those that no diagnosis explains are causes themselves.
    """
    causes = [cause for one in diagnoses() for cause in one.look(evidence)]
    known = {one.failure for one in causes}
    causes += [_unexplained(evidence, one) for one in evidence.grounds if one.number not in known]
    notes = [*notes, *(f"{one.text}: {one.remedy}" for one in causes if one.harmless)]
    causes = [_masked(one) for one in _each_once(causes) if not one.harmless]
    order = {check: number for number, check in enumerate(CHECKS)}
    causes.sort(key=lambda one: (_RANK[one.seen], -one.count, _number(one), order[one.check]))
    return DoctorReport(
        tuple(_results(evidence, causes)), tuple(causes), evidence.groups(), tuple(notes)
    )


def _masked(cause: Cause) -> Cause:
    """Return a cause without the passwords of URLs that errors have in their words."""
    shown = tuple(without_passwords(one) for one in cause.evidence)
    return replace(cause, text=without_passwords(cause.text), evidence=shown)


def _number(cause: Cause) -> int:
    return cause.failure if cause.failure is not None else 1_000


def _each_once(causes: Sequence[Cause]) -> list[Cause]:
    """Return causes without those that say the same, counting how often each was seen."""
    found: dict[tuple[object, ...], Cause] = {}
    for one in causes:
        key = (one.name, one.text, one.place)
        if key in found:
            kept = found[key]
            found[key] = replace(kept, count=kept.count + one.count)
        else:
            found[key] = one
    return list(found.values())


def _unexplained(evidence: Evidence, ground: Ground) -> Cause:
    """Return an error as its own cause: what it says and means, and the project's innermost line."""
    failure = ground.failure
    last = failure.last
    line = last.message.split("\n", 1)[0]
    where = f" at {ground.place}" if ground.place else ""
    request = f"{failure.request} failed: " if failure.request else ""
    meaning, step = explained(evidence, ground)
    return Cause(
        "logs",
        "exception",
        f"{request}{last.name}{f': {line}' if line else ''}{where}: {meaning}",
        evidence=tuple(_shown(ground)),
        place=ground.place,
        remedy=step,
        proof="repeat the request: it must not answer 500" if failure.request else "run it again",
        failure=ground.number,
        count=ground.count,
    )


def _shown(ground: Ground) -> Iterator[str]:
    for one in ground.failure.chain:
        yield one.text[:300]


def _results(evidence: Evidence, causes: Sequence[Cause]) -> Iterator[CheckResult]:
    for check in CHECKS:
        found = [one for one in causes if one.check == check]
        if found:
            yield CheckResult(check, "fail", found[0].text)
        else:
            yield _clean(check, evidence)


def _clean(check: CheckName, evidence: Evidence) -> CheckResult:
    """Return a check that found nothing: passed, or skipped for want of what it looks at."""
    missing = {
        "logs": ""
        if evidence.log.strip()
        else "no log was given, and the application was not started",
        "tokens": "" if evidence.token else "no token was given (--token)",
        "cors": ""
        if evidence.origin or evidence.project.cors
        else "no origin was given (--origin)",
        "endpoints": "" if evidence.project.endpoints else "no endpoint was found",
    }.get(check, "")
    if missing:
        return CheckResult(check, "skipped", missing)
    return CheckResult(check, "pass", "nothing was found")
