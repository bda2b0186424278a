"""Modules that cannot be imported: not installed, not found from here, or in a circle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from backwright.doctor.database.connecting import in_url
from backwright.doctor.edits import finished
from backwright.doctor.environment.circles import opened
from backwright.doctor.environment.libraries import DISTRIBUTIONS
from backwright.doctor.environment.shadowed import own_file
from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.registry import diagnosis
from backwright.doctor.requirements import is_required, required
from backwright.doctor.tracebacks import Frame
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_ASKED = (
    (r'Form data requires "python-multipart" to be installed', "python-multipart"),
    (r"email-validator is not installed", "email-validator"),
    (
        r"the greenlet library is required to use this function|the Python 'greenlet' library is installed",
        "greenlet",
    ),
    (r"itsdangerous must be installed", "itsdangerous"),
    (r"jinja2 must be installed", "jinja2"),
)
_START = "start the application again"


@diagnosis
def not_installed(evidence: Evidence) -> Iterator[Cause]:
    """Tell which distribution is missing, and add it to the requirements."""
    for ground, raised, match in evidence.raised(r"No module named '(?P<name>[\w.]+)'"):
        name = match["name"]
        if "Attempts made:" in raised.text or name == "tomllib":
            continue  # one of several ways: the diagnosis of what needs it says it
        if name == "psycopg" and is_required(evidence, "psycopg2") | is_required(
            evidence, "psycopg2-binary"
        ):
            yield _newer_default(evidence, ground)
            continue
        if _is_own(evidence, name):
            yield _elsewhere(evidence, ground, name)
        else:
            top = name.partition(".")[0]
            distribution = DISTRIBUTIONS.get(top, top.replace("_", "-"))
            yield _missing(evidence, distribution, ground, f"the module {name} is not installed")
    for pattern, distribution in _ASKED:
        grounds = [ground for ground, _, _ in evidence.raised(pattern)]
        if grounds or any(evidence.said(pattern)):
            text = f"the application needs {distribution}: it is not installed"
            yield _missing(evidence, distribution, next(iter(grounds), None), text)


def _newer_default(evidence: Evidence, ground: Ground) -> Cause:
    """Return the cause of a URL without a driver, for which SQLAlchemy 2.1 takes another than 2.0 did."""
    place = _url_line(evidence, ground)
    repairs = evidence.replaced(place, "postgresql://", "postgresql+psycopg2://") if place else ()
    return Cause(
        "environment", "driver-of-sqlalchemy-21",
        "the URL names no driver: SQLAlchemy 2.1 takes psycopg (3) for postgresql://, and the project has psycopg2",
        (ground.failure.last.text,), place or ground.place,
        "write postgresql+psycopg2://; or require sqlalchemy<2.1", _START,
        repairs=repairs or _below(evidence), failure=ground.number, count=ground.count,
    )  # fmt: skip


def _url_line(evidence: Evidence, ground: Ground) -> Place | None:
    """Return the line that gives the URL: of the environment, or a setting's default."""
    facts = evidence.project.database
    names = {one.name.upper() for one in facts.variables} if facts else set()
    defaults = [
        Place(one.file, one.line) for one in evidence.project.settings
        if names & {name.upper() for name in one.variables}
    ]  # fmt: skip
    found = [one for one in (in_url(evidence, ground), *defaults) if one is not None]
    return next(
        (one for one in found if "postgresql://" in evidence.sources.line(one)), None
    ) or next(iter(found), None)


def _below(evidence: Evidence) -> tuple[Repair, ...]:
    """Return the repair that requires an SQLAlchemy of before 2.1."""
    pattern = re.compile(
        r"(?im)^(?P<before>\s*[\"']?sqlalchemy(?:\[[\w,]+\])?(?:>=[\d.]+)?)(?:,\s*<[\d.]+)?(?P<after>[\"']?,?[ \t]*)$"
    )
    for file in evidence.sources.configuration:
        if file.rpartition("/")[2] in ("requirements.txt", "pyproject.toml"):
            text = evidence.sources.text(file)
            if found := pattern.search(text):
                bound = ",<2.1" if ">=" in found["before"] else "<2.1"
                made = f"{found['before']}{bound}{found['after']}"
                return finished(file, text, f"{text[: found.start()]}{made}{text[found.end() :]}")
    return ()


def _missing(evidence: Evidence, distribution: str, ground: Ground | None, text: str) -> Cause:
    known = is_required(evidence, distribution)
    return Cause(
        "environment", "module-missing",
        text + (", although the requirements name it" if known else ", and the requirements do not name it"),
        evidence=(ground.failure.last.text,) if ground else (),
        place=ground.place if ground else None,
        remedy=f"pip install '{distribution}'" + ("" if known else ", and add it to the requirements"),
        proof=_START, repairs=() if known else required(evidence, distribution),
        failure=ground.number if ground else None, count=ground.count if ground else 1,
    )  # fmt: skip


def _is_own(evidence: Evidence, name: str) -> bool:
    top = name.partition(".")[0]
    return any(
        one == f"{top}.py" or one.startswith(f"{top}/") or f"/{top}/" in one
        or one.endswith(f"/{top}.py")
        for one in evidence.sources.python
    )  # fmt: skip


def _elsewhere(evidence: Evidence, ground: Ground, name: str) -> Cause:
    """Return the cause where a module of the project is not found from the folder of the start."""
    path = name.replace(".", "/")
    files = [one for one in evidence.sources.python
             if f"/{one}".endswith((f"/{path}.py", f"/{path}/__init__.py"))]  # fmt: skip
    top = name.partition(".")[0]
    holders = sorted(
        {one.partition(f"{top}/")[0] for one in evidence.sources.python if f"{top}/" in one}
    )
    if not files:
        text = f"{name} is imported, and the project has no such module: only {top} is there"
        remedy = "mend the name, or write the module"
    else:
        folder = files[0][: len(files[0]) - len(path) - 3].rstrip("/") or "."
        folder = holders[0].rstrip("/") or "." if holders else folder
        target = evidence.project.apps[0].object if evidence.project.apps else "main:app"
        text = f"{name} is a module of the project ({files[0]}), and not found from where it was started"
        where = "the project's root folder" if folder == "." else f"the folder {folder}"
        remedy = f"start it in {where}: uvicorn {target}"
    return Cause(
        "environment", "working-directory" if files else "module-unknown", text,
        evidence=(ground.failure.last.text,), place=ground.place, remedy=remedy, proof=_START,
        failure=ground.number, count=ground.count,
    )  # fmt: skip


@diagnosis
def circular(evidence: Evidence) -> Iterator[Cause]:
    """Tell which modules import each other."""
    pattern = (
        r"cannot import name '(?P<name>\w+)' from partially initialized module '(?P<module>[\w.]+)'|"
        r"partially initialized module '(?P<other>[\w.]+)' (?:from '[^']+' )?has no attribute"
    )
    for ground, raised, match in evidence.raised(pattern):
        if own_file(evidence, match["module"] or match["other"]):
            continue  # the diagnosis of names of libraries says it
        circle = _circle(evidence, raised.frames, match["module"] or match["other"])
        way = " → ".join(circle)
        yield Cause(
            "environment", "circular-import",
            f"modules import each other in a circle: {way or match['module'] or match['other']}",
            evidence=(raised.text,), place=ground.place,
            remedy="move what both need into a module of its own; for types alone, import under "
            "`if TYPE_CHECKING:` and write the annotation in quotes",
            proof=_START, repairs=opened(evidence, ground.place), failure=ground.number, count=ground.count,
        )  # fmt: skip


def _circle(evidence: Evidence, frames: tuple[Frame, ...], module: str) -> list[str]:
    """Return the project's files of an import, from the first one that comes again."""
    files = [found for one in frames if (found := evidence.sources.locate(one.file))]
    if not files:
        return []
    path = module.replace(".", "/")
    ends = (f"/{path}.py", f"/{path}/__init__.py")
    again = next((n for n, one in enumerate(files) if f"/{one}".endswith(ends)), 0)
    return [*files[again:], files[again]]


@diagnosis
def name_missing(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a name that a module of the project does not have."""
    pattern = r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)' \((?P<file>[^)]+)\)"
    for ground, raised, match in evidence.raised(pattern):
        file = evidence.sources.locate(match["file"])
        if file is None:
            continue
        near = _nearest(evidence, file, match["name"])
        yield Cause(
            "environment", "name-missing",
            f"{match['module']} ({file}) has no {match['name']}"
            + (f"; it has {near}" if near else ""),
            evidence=(raised.text,), place=ground.place,
            remedy=f"import {near}" if near else f"mend the name, or define it in {file}",
            proof=_START, failure=ground.number, count=ground.count,
            repairs=_renamed(evidence, ground, match["name"], near) if near else (),
        )  # fmt: skip


def _nearest(evidence: Evidence, file: str, name: str) -> str | None:
    """Return the name of a module's top level that is nearly the one that is asked for."""
    tree = evidence.sources.syntax(file)
    defined = [
        found for node in (tree.body if tree else ())
        for found in (getattr(node, "name", None), *(getattr(t, "id", None)
                      for t in getattr(node, "targets", (getattr(node, "target", None),))))
        if isinstance(found, str)
    ]  # fmt: skip
    return next(iter(get_close_matches(name, defined, 1, 0.8)), None)


def _renamed(evidence: Evidence, ground: Ground, old: str, new: str) -> tuple[Repair, ...]:
    """Return the repair that imports a name by the one that it has, and uses it so."""
    if ground.place is None:
        return ()
    text = evidence.sources.text(ground.place.file)
    return finished(ground.place.file, text, re.sub(rf"\b{re.escape(old)}\b", new, text))
