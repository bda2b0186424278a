"""What a model says of its work, held against what was seen: an invention is no report."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.agent.loop.evidence import Evidence
from backwright.values import Check

_ENDPOINT = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\s+`?(/[\w{}/.:-]*)")
_KIND = r"(?:(?:unit|integration|existing|isolation|api)\s+)?tests?\b"
_TESTS = re.compile(rf"(?<![\d.])(\d+)\s+(?:(new|more|added|further)\s+)?{_KIND}", re.IGNORECASE)
_ADDED = re.compile(rf"\b(?:added|wrote|created)\s+(\d+)\s+{_KIND}", re.IGNORECASE)
_PASSED = re.compile(r"(?<![\d.])(\d+)\s+(?:of\s+\d+\s+)?passed\b", re.IGNORECASE)
_FILE = re.compile(r"(?<![\w/.-])((?:[\w-]+/)*[\w-]+\.py)\b")
_PARAMETER = re.compile(r"{[^}]*}")


def claims(text: str, evidence: Evidence) -> Check:
    """Tell whether endpoints, files and numbers of tests in a text are what was seen."""
    wrong = [*_endpoints(text, evidence), *_files(text, evidence), *_counts(text, evidence)]
    if wrong:
        return Check(
            "claims", "fail", 0.0, f"the report says what was not seen: {'; '.join(wrong)}"
        )
    return Check("claims", "pass", 0.0, "the report names nothing that was not seen")


def _endpoints(text: str, evidence: Evidence) -> Iterator[str]:
    """Give the endpoints that are in no application; a prefix may be left out."""
    known = {(method, _shape(path)) for method, path in evidence.endpoints}
    for method, path in dict.fromkeys(_ENDPOINT.findall(text)):
        shape = _shape(path.rstrip(".:"))
        if not any(m == method and (p == shape or p.endswith(shape)) for m, p in known):
            yield f"there is no {method} {path}"


def _shape(path: str) -> str:
    return _PARAMETER.sub("{}", path).rstrip("/") or "/"


def _files(text: str, evidence: Evidence) -> Iterator[str]:
    known = {f"/{file}" for file in evidence.files}
    for file in dict.fromkeys(_FILE.findall(text)):
        if not any(one.endswith(f"/{file}") for one in known):
            yield f"there is no {file}"


def _counts(text: str, evidence: Evidence) -> Iterator[str]:
    """Give the numbers of tests that are more than ran."""
    said = [int(number) for number, _ in _TESTS.findall(text)]
    said += [int(number) for number in _PASSED.findall(text)]
    new = [int(number) for number, word in _TESTS.findall(text) if word]
    new += [int(number) for number in _ADDED.findall(text)]
    if most := max((n for n in said if n > evidence.passed), default=0):
        yield f"{evidence.passed} tests passed, not {most}"
    if most := max((n for n in new if n > evidence.added), default=0):
        yield f"{evidence.added} tests are new, not {most}"
