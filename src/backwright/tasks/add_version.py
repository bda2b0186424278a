"""`add version`: a new version of an API beside the old one, which stays as it is and says how long."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from backwright.errors import UsageError, VerificationError
from backwright.project import read_project
from backwright.project.types import App, Endpoint, Project
from backwright.report.change import ChangeReport
from backwright.report.events import Listener
from backwright.tasks import capability
from backwright.tasks.by_example import convention
from backwright.tasks.capability import Order, Written
from backwright.tasks.capability_tests import (
    add_test_file,
    home_of_tests,
    in_reach,
    style_for,
)
from backwright.tasks.change import Workplace
from backwright.tasks.drafted import put
from backwright.tasks.habits import Habits, width_of
from backwright.tasks.habits import Written as Formatted
from backwright.tasks.version_proof import Promise, prove_versions
from backwright.transfer.attach.proofs import TestStyle
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import Sources
from backwright.transfer.versioning.middleware import (
    CHOOSING,
    Told,
    add_choice,
    add_deprecation,
    versions_test,
)
from backwright.transfer.versioning.sites import cut_off, has_version, in_version
from backwright.transfer.versioning.writer import Included, Versions
from backwright.transfer.versioning.writing import include_again
from backwright.values import Check, Note, Place

COMMAND = "add version"
WAYS = ("path", "header", "media-type")
_VERSION = re.compile(r"v[1-9]\d*")
_DOCUMENTS = ("/docs", "/redoc", "/openapi.json")


@dataclass(frozen=True, slots=True)
class AddVersion:
    """The request: which version, beside which, how clients name it, when the old one ends."""

    order: Order
    version: str
    old: str | None = None
    by: str = "path"
    sunset: str | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """What was made of the request."""

    app: App
    versions: Versions
    old_name: str
    by: str
    sunset: date | None
    endpoints: tuple[Endpoint, ...]


def add_version(request: AddVersion, listener: Listener) -> ChangeReport:
    """Serve a new version with the handlers of the old one; a second run changes nothing.

    Raises:
        UsageError: a word is no version, or nothing was found that could be served once more.
        QuestionError: it is not clear which application is meant, or not everything could be proved.
        VerificationError: the change did not verify; the project is as it was.
        MissingError: something that the proof needs is not there.
    """
    sunset = _checked(request)
    order = request.order
    project = read_project(order.root)
    app = capability.chosen_app(project, order.answers)
    mine = capability.of_app(project, app)
    there = [e for e in mine.endpoints if has_version(e.path, request.version)]
    if there:
        place = f"{there[0].path} ({there[0].file}:{there[0].line})"
        return capability.nothing_to_do(COMMAND, f"{request.version} is there already: {place}")
    plan = _plan(request, app, mine, sunset)
    command = f"{COMMAND} {request.version}"
    proof = partial(_prove, plan)
    return capability.carry_out(order, command, app, partial(write, plan), proof, listener)


def _checked(request: AddVersion) -> date | None:
    """Return the day on which the old version ends.

    Raises:
        UsageError: a word cannot be read.
    """
    for word in filter(None, (request.version, request.old)):
        if not _VERSION.fullmatch(word):
            raise UsageError(f"{word!r} is no version", remedy="write it like v2")
    if request.version == request.old:
        raise UsageError(f"{request.old} is the version that is there", remedy="name a new one")
    if request.by not in WAYS:
        raise UsageError(f"{request.by!r} is no way", remedy=f"one of: {', '.join(WAYS)}")
    if request.sunset is None:
        return None
    try:
        return date.fromisoformat(request.sunset)
    except ValueError as error:
        raise UsageError(
            f"{request.sunset!r} is no date", remedy="write it like 2027-06-30"
        ) from error


def _plan(request: AddVersion, app: App, project: Project, sunset: date | None) -> _Plan:
    """Find what the old version is: the newest that paths name, else all of the API."""
    named = {
        part for e in project.endpoints for part in e.path.split("/") if _VERSION.fullmatch(part)
    }
    newest = max(named, key=lambda one: int(one[1:]), default="")
    old = request.old or newest
    if old and old not in named and named:
        raise UsageError(
            f"no path of this application has {old}",
            place=Place(app.file, app.line),
            remedy=f"one of: {', '.join(sorted(named))}",
        )
    inside = old if old in named else ""
    endpoints = tuple(e for e in project.endpoints if has_version(e.path, inside) or not inside)
    if not endpoints:
        raise UsageError(
            "the application has no endpoint that could be served in a new version",
            place=Place(app.file, app.line),
            remedy="add a resource first",
        )
    versions = Versions(inside, request.version, hidden=request.by != "path")
    name = old or ("v1" if request.version != "v1" else "v0")
    return _Plan(app, versions, name, request.by, sunset, endpoints)


def write(plan: _Plan, folder: Path, project: Project) -> Written:
    """Write the new version into a copy of a project.

    Raises:
        UsageError: nothing can be included once more.
        VerificationError: an endpoint of the old version has none in the new one.
    """
    sources = Sources(Draft(folder), capability.of_app(project, plan.app))
    known = frozenset(sources.draft.files())
    included = include_again(sources, plan.app, plan.versions)
    put(folder, sources.draft)
    for path in included.copies:  # they look as what they are copies of
        _, after = sources.draft.changes()[path]
        (folder / path).write_bytes(after or b"")
    now = _read_again(plan, folder)
    pairs, apart = _pairs(plan, now)
    told = _told(plan, pairs, apart)
    sources = Sources(Draft(folder), now)
    around = add_deprecation(sources, now.apps[0], told)
    put(folder, sources.draft)
    if plan.by in CHOOSING:
        now = _read_again(plan, folder)  # lines have moved
        sources = Sources(Draft(folder), now)
        around += add_choice(sources, now.apps[0], told)
        put(folder, sources.draft)
    sources = Sources(Draft(folder), now)
    tests = _tests(plan, sources, now, pairs, told)
    put(folder, sources.draft)
    fresh = [path for path in (*around, *tests) if path not in known]
    _keep_habits(folder, plan.app, project, fresh)
    return Written(
        summary=_summary(plan, len({e.path for e in plan.endpoints if e.path in pairs})),
        steps=[("version", included.files), ("deprecation", around), ("tests", tests)],
        new_tests=tuple(tests[-1:]),
        notes=(*_notes(plan, included, apart), *([] if tests else [_untested(plan.app)])),
    )


def _keep_habits(folder: Path, app: App, project: Project, paths: Sequence[str]) -> None:
    """Let what is new be as the host's own settings want it, like the module of the application."""
    like = (folder / app.file).read_bytes()
    width = width_of(convention(project, "line_length"))
    Habits(folder, width).keep(Formatted(path, like, is_new=True, prunes=False) for path in paths)


def _read_again(plan: _Plan, folder: Path) -> Project:
    """Return what is known of the application as it is in a copy by now."""
    project = read_project(folder)
    app = next((one for one in project.apps if one.object == plan.app.object), plan.app)
    return capability.of_app(project, app)


def _summary(plan: _Plan, count: int) -> str:
    ways = {
        "path": "by path",
        "header": f"by the header API-Version: {plan.versions.new}",
        "media-type": f"by Accept: application/vnd.api.{plan.versions.new}+json",
    }
    until = f", and ends on {plan.sunset}" if plan.sunset else ""
    return (
        f"{plan.versions.new} serves {count} paths {ways[plan.by]}, with the handlers of "
        f"{plan.old_name}, which says that it is deprecated{until}"
    )


def _pairs(plan: _Plan, now: Project) -> tuple[dict[str, str], list[str]]:
    """Return the path of each old one in the new version, and the paths that have none.

    Raises:
        VerificationError: a path of the old version is not served in the new one.
    """
    old, new = plan.versions.old, plan.versions.new
    known = {(e.method, e.path) for e in now.endpoints}
    pairs: dict[str, str] = {}
    apart: list[str] = []
    for one in plan.endpoints:
        wanted = [in_version(one.path, old, new)] if old else []
        if not old:
            wanted = [f"/{new}{one.path}", f"/{new}{one.path}".rstrip("/")]
            if one.path.startswith("/api/"):
                wanted.insert(0, f"/api/{new}{one.path.removeprefix('/api')}")
        found = next((path for path in wanted if (one.method, path) in known), None)
        if found is not None:
            pairs[one.path] = found
        else:
            apart.append(one.path)
    missing = [path for path in dict.fromkeys(apart) if old]
    if missing or not pairs:
        raise VerificationError(
            f"{new} would lack {', '.join(missing) or 'every path'}",
            [],
            remedy="say the version in the prefix of an included router",
        )
    return pairs, list(dict.fromkeys(apart))


def _told(plan: _Plan, pairs: dict[str, str], apart: Sequence[str]) -> Told:
    old, new = plan.versions.old, plan.versions.new
    prefixes: dict[str, str] = {}
    for path, other in pairs.items():
        if old:
            head = (
                path.partition(f"/{old}/")[0]
                if f"/{old}/" in path
                else path.removesuffix(f"/{old}")
            )
            prefixes[f"{head}/{old}"] = f"{head}/{new}"
        elif other.startswith(f"/api/{new}"):
            prefixes["/api"] = f"/api/{new}"
        else:
            prefixes[""] = f"/{new}"
    aside = tuple(dict.fromkeys((*_DOCUMENTS, *(p for p in apart if p != "/")))) if not old else ()
    return Told(prefixes, (plan.old_name, new), date.today(), plan.sunset, aside, plan.by)


def _tests(
    plan: _Plan, sources: Sources, now: Project, pairs: dict[str, str], told: Told
) -> list[str]:
    """Write tests as the host tests; return the files, the tests last."""
    style = _style(sources, now, plan.app)
    if not style.client and not all(map(str.isidentifier, style.app_import[0].split("."))):
        return []
    test = in_reach(sources, home_of_tests(sources, "api_versions"), style.client)
    path, is_safe = _tested(plan, pairs)
    method = "GET" if is_safe or style.client else "TRACE"  # none of its handlers, so no database
    code = versions_test(style, path, pairs[path], told, method)
    root, _ = cut_off(sources, plan.app.file)
    code = code.replace("f'<{NEXT}>", f"f'<{root}{{NEXT}}>")
    return add_test_file(sources, test, code)


def _untested(app: App) -> Note:
    text = "no tests were written: no test can import a module of this name"
    return Note(app.file, app.line, text)


def _style(sources: Sources, project: Project, app: App) -> TestStyle:
    """Return how the host tests an application; a client of an application made anew is no help."""
    style = style_for(project, app)
    draft = sources.draft
    anew = any(
        path.endswith("conftest.py")
        and re.search(rf"def {style.client}\(", draft.text(path))
        and re.search(r"\bFastAPI\(", draft.text(path))
        for path in draft.modules()
    )
    return TestStyle("", is_async=False, marker="", app=style.app) if anew else style


def _tested(plan: _Plan, pairs: dict[str, str]) -> tuple[str, bool]:
    """Return a path for the tests, and whether it refuses who has no account before all else."""
    reads = [
        e for e in plan.endpoints if e.method == "GET" and e.path in pairs and "{" not in e.path
    ]
    reads.sort(key=lambda e: e.auth != "required")
    return (reads[0].path, reads[0].auth == "required") if reads else (next(iter(pairs)), False)


def _notes(plan: _Plan, included: Included, apart: Sequence[str]) -> list[Note]:
    notes = [Note(*one) for one in included.notes]
    if apart:
        text = f"in no version stay: {', '.join(apart)}"
        notes.append(Note(plan.app.file, plan.app.line, text))
    if plan.by != "path":
        text = f"{plan.versions.new} is served at paths of its own too, which no document names"
        notes.append(Note(plan.app.file, plan.app.line, text))
    return notes


def _prove(plan: _Plan, place: Workplace) -> Sequence[Check]:
    pairs, _ = _pairs(plan, _read_again(plan, place.folder))
    asked = {
        "header": {"API-Version": plan.versions.new},
        "media-type": {"Accept": f"application/vnd.api.{plan.versions.new}+json"},
    }.get(plan.by, {})
    promise = Promise(pairs, asked, plan.sunset is not None)
    return prove_versions(place, promise)
