"""Answers of 500 whose traceback is not in what was given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.report.doctor_types import Cause
from backwright.values import Place


@diagnosis
def server_errors(evidence: Evidence) -> Iterator[Cause]:
    """Tell which requests failed without a word of why, and where their handlers stand."""
    told = {str(one.request) for ground in evidence.grounds for one in ground.all if one.request}
    failed = Counter(
        (one.method, one.path.partition("?")[0])
        for one in evidence.requests
        if one.status >= 500 and str(one) not in told
    )
    for (method, path), count in failed.items():
        handler = next(
            (one for one in evidence.project.endpoints if (one.method, one.path) == (method, path)),
            None,
        )
        yield Cause(
            "endpoints",
            "server-error",
            f"{method} {path} answers 500, and why is not in what was given",
            place=Place(handler.file, handler.line) if handler else None,
            remedy="give what the server logs: backwright doctor --log FILE",
            proof=f"curl -i -X {method} http://127.0.0.1:8000{path}",
            count=count,
        )
