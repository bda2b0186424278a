"""What the running application answers to a browser, and what in the project does so."""

from __future__ import annotations

from collections.abc import Iterator

from backwright.doctor.cors.allowed import allowed
from backwright.doctor.edits import rewritten, segment
from backwright.doctor.evidence import Answer, Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import last_name
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_PROOF = "curl -i -X OPTIONS -H 'Origin: {origin}' -H 'Access-Control-Request-Method: POST' …: 200"


@diagnosis
def of_urls(evidence: Evidence) -> Iterator[Cause]:
    """Tell of origins that are Pydantic's URLs: compared with the browser's text, none is equal."""
    cors = evidence.project.cors
    found = allowed(evidence, cors) if cors and evidence.origin else None
    if cors is None or found is None or found.objects is None or not found.origins:
        return
    if found.origins == ("*",):
        return
    written = segment(evidence, cors.file, found.objects)
    new = f'[str(one).rstrip("/") for one in {written}]'
    yield Cause(
        "cors", "cors-origin-url",
        f"the items of {written} are URL objects of Pydantic, and CORSMiddleware compares texts: no origin is "
        "equal to any", (written,), Place(cors.file, found.objects.lineno), f"allow_origins={new}",
        _PROOF.format(origin=evidence.origin), "given",
        rewritten(evidence, cors.file, [(found.objects, new)]),
    )  # fmt: skip


@diagnosis
def redirecting(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a middleware that redirects a preflight, or refuses its host: a browser gives up."""
    preflight = evidence.preflight
    if evidence.origin is None or preflight is None:
        return
    if 300 <= preflight.status < 400:
        place = _added(evidence, "HTTPSRedirectMiddleware")
        by = "HTTPSRedirectMiddleware" if place else "the application"
        yield _cause(
            evidence, "cors-redirect",
            f"{by} answers a preflight by {preflight.status} to {preflight.headers.get('location', '?')}: a browser "
            "does not follow a redirect of a preflight", place,
            "call the API by the address that it redirects to; leave the redirect to the proxy in front, or add the "
            "middleware before CORSMiddleware, which then stands around it", _behind_cors(evidence, place),
        )  # fmt: skip
    elif preflight.status == 400 and "Invalid host header" in preflight.text:
        yield _cause(
            evidence, "host-not-allowed", "TrustedHostMiddleware refuses the host of the request (Invalid host "
            "header) before CORSMiddleware is asked", _added(evidence, "TrustedHostMiddleware"),
            "name the host in allowed_hosts",
        )  # fmt: skip


@diagnosis
def live(evidence: Evidence) -> Iterator[Cause]:
    """Tell what the running server answered to a preflight, and to a plain request."""
    preflight, simple, cors = evidence.preflight, evidence.simple, evidence.project.cors
    if evidence.origin is None or (preflight is not None and 300 <= preflight.status < 400):
        return
    place = Place(cors.file, cors.line) if cors else None
    if preflight is not None and preflight.status >= 400 and "Invalid host" not in preflight.text:
        words = preflight.text.strip()[:120] or "no text"
        yield _cause(
            evidence, "cors-preflight-live", f"the running server answers a preflight from {evidence.origin} by "
            f"{preflight.status}: {words}", place, "see the causes from the source beside it",
        )  # fmt: skip
    elif simple is not None and _is_unreadable(simple):
        yield _cause(
            evidence, "cors-header-missing", f"the running server's answer ({simple.status}) to {evidence.origin} has "
            "no Access-Control-Allow-Origin", place, "allow the origin in CORSMiddleware",
        )  # fmt: skip


def _cause(
    evidence: Evidence, name: str, text: str, place: Place | None, remedy: str,
    repairs: tuple[Repair, ...] = (),
) -> Cause:  # fmt: skip
    proof = _PROOF.format(origin=evidence.origin)
    return Cause("cors", name, text, (), place, remedy, proof, "given", repairs)


def _added(evidence: Evidence, name: str) -> Place | None:
    """Return where the project adds a middleware."""
    for file, call in evidence.sources.calls("add_middleware"):
        if call.args and last_name(call.args[0]) == name:
            return Place(file, call.lineno)
    return None


def _behind_cors(evidence: Evidence, place: Place | None) -> tuple[Repair, ...]:
    """Return the repair that adds a middleware before CORSMiddleware, in one module and its own line."""
    cors = evidence.project.cors
    if cors is None or place is None or place.file != cors.file or place.line <= cors.line:
        return ()
    text = evidence.sources.text(place.file)
    lines = text.splitlines(keepends=True)
    moved = lines.pop(place.line - 1)
    if not moved.rstrip().endswith(")") or moved.count("(") != moved.count(")"):
        return ()
    lines.insert(cors.line - 1, moved)
    return (Repair(place.file, text, "".join(lines)),)


def _is_unreadable(answer: Answer) -> bool:
    return answer.status < 500 and "access-control-allow-origin" not in answer.headers
