"""What a browser would do with the project's answers to an origin, and why it refuses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import SplitResult, urlsplit

from backwright.doctor.cors.allowed import Allowed, allowed
from backwright.doctor.cors.mending import (
    listed,
    mended,
    star_pattern,
    uses_cookies,
    without_wildcard,
)
from backwright.doctor.edits import finished
from backwright.doctor.evidence import Evidence
from backwright.doctor.givens import setting_of
from backwright.doctor.registry import diagnosis
from backwright.doctor.settings_files import with_variable
from backwright.doctor.sources import last_name
from backwright.project.types import Cors
from backwright.report.doctor_types import Cause, Repair, Seen
from backwright.source.text import indent_by
from backwright.values import Place

_PREFLIGHT = (
    "curl -i -X OPTIONS -H 'Origin: {origin}' -H 'Access-Control-Request-Method: POST' "
    "-H 'Access-Control-Request-Headers: authorization' http://127.0.0.1:8000/"
)


@diagnosis
def origin(evidence: Evidence) -> Iterator[Cause]:
    """Tell why a page of the given origin may not read the answers."""
    given = evidence.origin
    if given is None:
        return
    parts = urlsplit(given)
    if not parts.scheme or not parts.netloc or parts.path not in ("", "/"):
        yield _cause(
            evidence, "cors-no-origin", f"{given} is no origin: a browser sends scheme, host and port alone",
            f"allow {_whole(given)}" if parts.netloc else "name it as https://example.com", None,
        )  # fmt: skip
        return
    origin_ = given.rstrip("/")
    cors = evidence.project.cors
    if cors is None:
        yield _missing(evidence, origin_)
        return
    found = allowed(evidence, cors)
    if found.known and not _allows(cors, found, origin_):
        yield _refused(evidence, cors, found, origin_)


def _whole(text: str) -> str:
    parts = urlsplit(text)
    return f"{parts.scheme}://{parts.netloc}"


def _allows(cors: Cors, found: Allowed, origin_: str) -> bool:
    if "*" in found.origins or origin_ in found.origins:
        return True
    return bool(cors.origin_regex and _matches(cors.origin_regex, origin_))


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return False


def _missing(evidence: Evidence, origin_: str) -> Cause:
    if (conditional := _under_condition(evidence, origin_)) is not None:
        return conditional
    apps = evidence.project.apps
    place = Place(apps[0].file, apps[0].line) if apps else None
    return _cause(
        evidence, "cors-missing",
        "the application has no CORSMiddleware: no answer allows any origin, and the browser keeps it "
        "from the page",
        "app.add_middleware(\n    CORSMiddleware,\n"
        f'    allow_origins=["{origin_}"],\n    allow_methods=["*"],\n    allow_headers=["*"],\n)',
        place, repairs=_added(evidence, origin_),
    )  # fmt: skip


def _under_condition(evidence: Evidence, origin_: str) -> Cause | None:
    """Return the cause of middleware that is only added where a setting has origins."""
    for file, call in evidence.sources.calls("add_middleware"):
        if not call.args or last_name(call.args[0]) != "CORSMiddleware":
            continue
        for branch in evidence.sources.nodes(file):
            if not isinstance(branch, ast.If) or not branch.lineno < call.lineno <= (
                branch.end_lineno or 0
            ):
                continue
            names = [last_name(one) for one in ast.walk(branch.test)]
            setting = next((one for name in names if (one := setting_of(evidence, name))), None)
            variable = setting.variables[0].upper() if setting and setting.variables else ""
            given_ = evidence.variables.get(variable)
            if not variable or (given_ is not None and given_.value.strip() not in ("", "[]")):
                continue
            return _cause(
                evidence, "cors-not-set",
                f"CORSMiddleware is only added where {variable} has origins, and it has none here: no answer allows any",
                f"set {variable} to {origin_} (or to a list of JSON, as its type is)",
                Place(file, branch.lineno), repairs=_set(evidence, variable, origin_),
            )  # fmt: skip
    return None


def _set(evidence: Evidence, name: str, origin_: str) -> tuple[Repair, ...]:
    """Return the repair that gives the variable an origin in the project's file of variables."""
    found = evidence.variables.get(name)
    if found is not None and found.place is not None:
        line = evidence.sources.line(found.place)
        return evidence.replaced(found.place, line, f'{name}=["{origin_}"]')
    return with_variable(evidence, name, f'["{origin_}"]') if found is None else ()


def _added(evidence: Evidence, origin_: str) -> tuple[Repair, ...]:
    """Return the repair that adds the middleware behind the application."""
    for app in evidence.project.apps[:1]:
        text = evidence.sources.text(app.file)
        for one in evidence.sources.nodes(app.file):
            is_made = isinstance(one, ast.Assign) and one.lineno <= app.line <= (
                one.end_lineno or 0
            )
            if isinstance(one, ast.Assign) and is_made:
                name = ast.unparse(one.targets[0])
                block = (
                    f"\n{name}.add_middleware(\n    CORSMiddleware,\n"
                    f'    allow_origins=["{origin_}"],\n    allow_methods=["*"],\n'
                    '    allow_headers=["*"],\n)\n'
                )
                lines = text.splitlines(keepends=True)
                lines.insert(one.end_lineno or one.lineno, indent_by(block, " " * one.col_offset))
                known = re.search(r"(?m)^from \S+ import .*\bCORSMiddleware\b", text)
                imports = {} if known else {"fastapi.middleware.cors": {"CORSMiddleware"}}
                return finished(app.file, text, "".join(lines), imports)
    return ()


def _refused(evidence: Evidence, cors: Cors, found: Allowed, origin_: str) -> Cause:
    near = max(found.origins, key=lambda one: _likeness(one, origin_), default="")
    reason = _difference(near, origin_) if near else None
    if near == "" and cors.origin_regex:
        reason = ("cors-origin-regex", "the pattern must match all of an origin, not a part of it")
    listed = ", ".join(found.origins) or cors.origin_regex or "none"
    text = f"{origin_} is not among the origins that are allowed ({listed})"
    place, repairs = mended(evidence, cors, found, near, origin_)
    return _cause(
        evidence, reason[0] if reason else "cors-origin", f"{text}: {reason[1]}" if reason else text,
        f"allow exactly {origin_}: no slash at the end, no path", place, repairs=repairs,
    )  # fmt: skip


def _likeness(one: str, other: str) -> int:
    if one.count("://") > 1:
        return 3 if other in one else 0
    first, second = urlsplit(one if "://" in one else f"//{one}"), urlsplit(other)
    if "*" in one:
        return 3 if re.fullmatch(star_pattern(one), other) else 0
    return (
        (first.hostname == second.hostname) * 3
        + (_port(first) == _port(second))
        + (first.scheme == second.scheme)
    )


def _port(parts: SplitResult) -> int | None:
    """Return the port; None where there is none, or what stands there is no number."""
    try:
        return parts.port
    except ValueError:
        return None


def _difference(allowed: str, asked: str) -> tuple[str, str] | None:
    """Return the kind and the words of what keeps an allowed origin from being the one asked for."""
    if (misread := _misread(allowed, asked)) is not None:
        return misread
    if allowed.rstrip("/") == asked:
        return "cors-origin-slash", f"{allowed} ends with a slash, and a browser sends none"
    if "*" in allowed:
        return "cors-origin-star", (
            f"the star in {allowed} is compared as it is; patterns belong into allow_origin_regex"
        )
    first, second = urlsplit(allowed), urlsplit(asked)
    if first.path not in ("", "/") and f"{first.scheme}://{first.netloc}" == asked:
        return "cors-origin-path", f"{allowed} has a path, and an origin has none"
    if not first.scheme or not first.netloc:
        if allowed in (second.netloc, second.hostname):
            return "cors-origin-scheme", f"{allowed} has no scheme"
        return None
    same_host = first.hostname == second.hostname
    if same_host and first.scheme != second.scheme and _port(first) == _port(second):
        return "cors-origin-scheme", f"{allowed} has another scheme"
    if same_host and first.scheme == second.scheme:
        return "cors-origin-port", f"{allowed} has another port"
    local = {"localhost", "127.0.0.1", "[::1]", "::1", "0.0.0.0"}  # noqa: S104 - a word to compare
    if {first.hostname, second.hostname} <= local and _port(first) == _port(second):
        return "cors-origin-host", f"{allowed} and {asked} are different origins to a browser"
    return None


def _misread(allowed: str, asked: str) -> tuple[str, str] | None:
    """Return the kind and the words of a text that is not the one that its author has meant."""
    if allowed.count("://") > 1:
        return "cors-origins-joined", (
            f"{allowed} is one text, since no comma stands between its parts: Python puts texts that follow "
            "each other together"
        )
    if allowed != allowed.strip() and allowed.strip().rstrip("/") == asked:
        return "cors-origin-blank", (
            "a blank stands before or behind it: the setting is split at its commas, and blanks stay"
        )
    return None


def _cause(
    evidence: Evidence, name: str, text: str, remedy: str, place: Place | None,
    repairs: tuple[Repair, ...] = (), seen: Seen = "given",
) -> Cause:  # fmt: skip
    proof = _PREFLIGHT.format(origin=(evidence.origin or "https://example.com").rstrip("/"))
    return Cause("cors", name, text, (), place, remedy, proof, seen, repairs)


@diagnosis
def wildcard(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a wildcard with credentials, which no browser accepts."""
    cors = evidence.project.cors
    if evidence.origin is None or cors is None or not cors.credentials:
        return  # whether that harms somebody is the audit's to say
    if "*" in allowed(evidence, cors).origins:
        found = _cause(
            evidence, "cors-wildcard-credentials",
            "every origin is allowed (*) together with credentials: a browser refuses `*` where a request "
            "carries cookies, and where the origin is given back instead any page may act as the user",
            "list the origins: allow_origins=[\"https://app.example.com\"]",
            Place(cors.file, cors.line),
            repairs=without_wildcard(evidence, cors),
        )  # fmt: skip
        # Tokens in a header need no credentials: nothing fails for it.
        yield replace(found, harmless=not uses_cookies(evidence))


@diagnosis
def refused_words(evidence: Evidence) -> Iterator[Cause]:
    """Tell which method or header of an ordinary request is not allowed."""
    cors = evidence.project.cors
    if cors is None or evidence.origin is None:
        return
    guarded = any(one.auth == "required" for one in evidence.project.endpoints)
    headers = {one.lower() for one in cors.headers}
    if guarded and "*" not in headers and "authorization" not in headers:
        yield _cause(
            evidence, "cors-headers",
            "the Authorization header is not allowed, and the endpoints want it: the preflight is refused",
            'allow_headers=["Authorization", "Content-Type"]', Place(cors.file, cors.line),
            repairs=listed(evidence, cors, "allow_headers", ["Authorization"]),
        )  # fmt: skip
    methods = {one.upper() for one in cors.methods} or {"GET"}
    used = {one.method for one in evidence.project.endpoints} - {"HEAD", "OPTIONS"}
    lacking = sorted(used - methods - {"GET", "POST"} if not cors.methods else used - methods)
    if "*" not in methods and lacking:
        yield _cause(
            evidence, "cors-methods",
            f"{', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not among the methods that CORSMiddleware "
            f"allows ({', '.join(sorted(methods))}), and endpoints answer to {'it' if len(lacking) == 1 else 'them'}",
            f"allow_methods=[{', '.join(f'{chr(34)}{one}{chr(34)}' for one in sorted(used | methods))}]", Place(cors.file, cors.line),
            repairs=listed(evidence, cors, "allow_methods", lacking if cors.methods != ("GET",) else sorted(used)),
        )  # fmt: skip
