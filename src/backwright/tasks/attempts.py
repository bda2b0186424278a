"""Learning from the best exemplar that can be carried over: where one cannot, the next is tried."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import UsageError
from backwright.project import read_project
from backwright.project.types import Project
from backwright.tasks.by_example import Lesson, write
from backwright.tasks.closing import Closed, close_holes
from backwright.tasks.undefined import undefined_names
from backwright.tasks.unset_links import unset_links
from backwright.transfer.dialect import python_of
from backwright.transfer.example.choose import missing_verbs
from backwright.transfer.example.clearing import verbs
from backwright.transfer.example.scoping import holes
from backwright.transfer.example.transfer import Transferred, new_endpoints
from backwright.transfer.paths import verb_of
from backwright.values import Note

Endpoints = tuple[tuple[str, str], ...]
_MOST = 3  # exemplars that are tried
_SHOWN = 160
_LEAST = 3  # of the five verbs: with less, a resource is better grown


@dataclass(frozen=True)
class Attempt:
    """What was written into a copy: by which lesson, which files, which endpoints it has got."""

    made: Lesson
    done: Transferred
    files: list[str]
    endpoints: Endpoints


@dataclass(frozen=True)
class Failed:
    """Why no exemplar could be carried over, one reason for each."""

    reasons: tuple[Note, ...]


def first_that_fits(
    folder: Path, original: Path, lessons: Sequence[Lesson], installed: Mapping[str, str]
) -> Attempt | Failed:
    """Write the new resource into a copy of the project, by the first exemplar that carries over.

    What an earlier one has left in the copy is taken back.

    Args:
        folder: the copy.
        original: the project as it was.
        lessons: the exemplars, the best first.
        installed: the distributions in the host's environment.

    Raises:
        UsageError: the request does not fit the project, by any exemplar.
    """
    reasons: list[Note] = []
    refused: UsageError | None = None
    for made in lessons[:_MOST]:
        try:
            done, files = write(folder, made, installed)
        except UsageError as error:
            refused = refused or error
            continue
        closed = close_holes(folder, made.project, installed) if made.closes else Closed()
        files = list(dict.fromkeys([*files, *closed.files]))
        project = read_project(folder)
        endpoints, problem = compare(made.project, project, made, done)
        problem = problem or closed.problem
        python = python_of(made.project, installed)
        if problem is None and (lacking := undefined_names(folder, files, original, python)):
            problem = f"what was carried over lacks {', '.join(lacking)}"
        if problem is None and (called := _procedures(folder, files, made)):
            problem = f"its rows are kept by what is written in the database: {', '.join(called)}"
        if problem is None and (dropped := unset_links(folder, files, made.spec.fields)):
            problem = f"in its code there is no place to set {', '.join(dropped)}"
        if problem is None:
            done.notes += [*_lacking(made, project, endpoints), *_open_there(made), *reasons]
            return Attempt(made, done, files, endpoints)
        _take_back(folder, original, files)
        model = made.choice.chain.model
        reasons.append(Note(model.file, model.line, f"{model.name} is no example: {problem}"))
    if refused and not reasons:
        raise refused
    return Failed(tuple(reasons))


def likes_of(attempt: Attempt) -> dict[tuple[str, str], tuple[str, str]]:
    """Return by each new endpoint the exemplar's that does the same."""
    known = verbs(attempt.made.choice.chain.endpoints)
    said = {one: known.get(verb_of(*one) or "") for one in attempt.endpoints}
    return {one: (like.method, like.path) for one, like in said.items() if like}


def _lacking(made: Lesson, after: Project, fresh: Endpoints) -> list[Note]:
    """Say what the exemplar has not got and the new resource has not, either."""
    there = verbs(e for e in after.endpoints if (e.method, e.path) in fresh)
    missing = [verb for verb in missing_verbs(made.choice.chain) if verb not in there]
    if not missing:
        return []
    model = made.choice.chain.model
    text = f"{model.name} has no endpoint to {', '.join(missing)}; nor has {made.spec.names.pascal}"
    return [Note(model.file, model.line, text)]


def _open_there(made: Lesson) -> list[Note]:
    """Say what of the exemplar forgets whose a row is, and stays so."""
    found = holes(made.choice.chain) if made.closes else ()
    text = "does not look whose the row is; what is made like it does (`add auth` mends it here)"
    return [Note(e.file, e.line, f"{e.method} {e.path} {text}") for e in found]


def compare(
    before: Project, after: Project, made: Lesson, done: Transferred
) -> tuple[Endpoints, str | None]:
    """Return the endpoints that a change has added, and what is wrong with it, if anything is.

    It must lose no endpoint and no table, must have endpoints to make rows and to read them, and
    must do nearly all that is done with the exemplar's.
    """
    left = {(e.method, e.path) for e in before.endpoints} - {
        (e.method, e.path) for e in after.endpoints
    }
    tables = {m.table for m in before.models} - {m.table for m in after.models}
    fresh = new_endpoints(before, after)
    if left or tables:
        gone = ", ".join([*(f"{m} {p}" for m, p in sorted(left)), *sorted(tables)])
        return fresh, f"it would lose {gone}"
    if _is_whole(made, after, fresh):
        return fresh, None
    routes = {p.path for p in made.choice.chain.parts if p.role == "routes"}
    why = "; ".join(f"{n.file}:{n.line} {n.text}" for n in done.notes if n.file in routes)
    shown = why if len(why) <= _SHOWN else f"{why[:_SHOWN]}…"
    return fresh, f"too little of it could be carried over ({shown or 'no endpoint'})"


def _is_whole(made: Lesson, after: Project, fresh: Endpoints) -> bool:
    there = verbs(e for e in after.endpoints if (e.method, e.path) in fresh)
    wanted = verbs(made.choice.chain.endpoints)
    is_used = "create" in there and bool({"list", "get"} & set(there))
    return is_used and len(there) >= max(len(wanted) - 1, _LEAST)


def _procedures(folder: Path, paths: Sequence[str], made: Lesson) -> list[str]:
    """Return the procedures and functions of the database that new code calls and nobody wrote."""
    nouns = f"{made.spec.names.snake}|{made.spec.names.plural_snake}"
    calls = re.compile(rf"\bCALL\s+(\w+)\s*\(|\bfunc\.(\w*(?:{nouns})\w*)\(")
    codes = ((folder / path).read_text("utf-8", "replace") for path in paths)
    return sorted({next(filter(None, one)) for code in codes for one in calls.findall(code)})


def _take_back(folder: Path, original: Path, files: Sequence[str]) -> None:
    for path in files:
        before = original / path
        if before.is_file():
            (folder / path).write_bytes(before.read_bytes())
        else:
            (folder / path).unlink(missing_ok=True)
