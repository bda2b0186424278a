"""What a CORS middleware that is there lacks, put where it gives the like."""

from __future__ import annotations

import ast
import time
from pathlib import Path

from backwright.doctor.cors.allowed import allowed, middleware_call
from backwright.doctor.cors.mending import listed, mended
from backwright.doctor.edits import rewritten, with_argument
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import Sources, keyword, last_name
from backwright.errors import UsageError
from backwright.project import read_project
from backwright.project.types import Cors
from backwright.report.doctor_types import Repair
from backwright.source.text import encode
from backwright.tasks.cors_request import Asked


def amend(folder: Path, asked: Asked, known: Cors, *, origins: bool = True) -> list[str]:
    """Add what was asked for to the middleware of a copy of a project; return the files.

    Args:
        folder: the copy.
        asked: what was asked for.
        known: the middleware as it was found, which the settings of a copy may not add.
        origins: whether origins are added, too.

    Raises:
        UsageError: the origins are given where they cannot be edited.
    """
    changed: list[str] = []
    for origin in asked.origins if origins else ():
        evidence, cors = _evidence(folder, known, origin)
        if origin not in cors.origins:
            found = allowed(evidence, cors)
            near = next(iter(found.origins), "")
            place, repairs = mended(evidence, cors, found, near, origin)
            if not repairs:
                raise UsageError(
                    f"the origins are given where they cannot be edited ({place})",
                    place=place,
                    remedy=f"add {origin} to {_variables(evidence, cors) or 'what is read there'}",
                )
            changed += _apply(folder, repairs)
    for name, words in (("allow_methods", asked.methods), ("allow_headers", asked.headers)):
        evidence, cors = _evidence(folder, known, None)
        there = cors.methods if name == "allow_methods" else cors.headers
        have = {one.lower() for one in there}
        missing = [one for one in words if one.lower() not in have and "*" not in have]
        if missing:
            changed += _apply(folder, listed(evidence, cors, name, missing))
    if asked.credentials is not None:
        changed += _credentials(folder, known, wanted=asked.credentials)
    return list(dict.fromkeys(changed))


def _variables(evidence: Evidence, cors: Cors) -> str:
    """Return the variables that a middleware's origins are read from."""
    call = middleware_call(evidence, cors)
    node = keyword(call, "allow_origins") if call is not None else None
    said = {last_name(one) for one in ast.walk(node)} if node is not None else set()
    found = [one.variables[0] for one in evidence.project.settings
             if one.name in said and one.variables]  # fmt: skip
    return " or ".join(dict.fromkeys(found))


def _credentials(folder: Path, known: Cors, *, wanted: bool) -> list[str]:
    evidence, cors = _evidence(folder, known, None)
    call = middleware_call(evidence, cors)
    if call is None or cors.credentials == wanted:
        return []
    given = keyword(call, "allow_credentials")
    if given is not None:
        return _apply(folder, rewritten(evidence, cors.file, [(given, str(wanted))]))
    text = f"allow_credentials={wanted}"
    return _apply(folder, with_argument(evidence, cors.file, call, text))


def _evidence(folder: Path, known: Cors, origin: str | None) -> tuple[Evidence, Cors]:
    project = read_project(folder)
    cors = project.cors or known
    return Evidence(project, Sources(folder), "", {}, None, origin, time.time()), cors


def _apply(folder: Path, repairs: tuple[Repair, ...]) -> list[str]:
    for one in repairs:
        file = folder / one.file
        mark = b"\xef\xbb\xbf" if file.read_bytes().startswith(b"\xef\xbb\xbf") else b""
        file.write_bytes(mark + encode(one.after))
    return [one.file for one in repairs]
