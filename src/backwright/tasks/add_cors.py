"""`add cors`: browsers on other origins may read a project's answers, those that its settings name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from backwright.project import read_project
from backwright.project.types import App, Cors, Project
from backwright.report.change import ChangeReport
from backwright.report.events import Listener
from backwright.tasks import capability
from backwright.tasks.capability import Order, Written
from backwright.tasks.capability_settings import name_in_examples, variable_of
from backwright.tasks.capability_tests import add_test_file, home_of_tests, style_for
from backwright.tasks.change import Workplace
from backwright.tasks.cors_amending import amend
from backwright.tasks.cors_proof import prove_cors
from backwright.tasks.cors_request import Asked, existing_question, kept_origins, missing_words
from backwright.tasks.cors_there import Found, cors_of, credentials_for
from backwright.tasks.drafted import put
from backwright.transfer.attach import cors as attached
from backwright.transfer.attach.cors import HEADERS, LOCAL, METHODS, CorsOptions
from backwright.transfer.attach.cors_test import cors_test
from backwright.transfer.attach.settings import Reader
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import Sources
from backwright.values import Check, Note

COMMAND = "add cors"
_SAID = "Origins of pages in browsers that may read the answers"


def add_cors(order: Order, asked: Asked, listener: Listener) -> ChangeReport:
    """Let browsers on other origins read a project's answers.

    Raises:
        UsageError: there is no application, or no place for it.
        QuestionError: the project has CORS already, or it is not clear what is meant.
        VerificationError: the change did not verify; the project is as it was.
        MissingError: something that the proof needs is not there.
    """
    project = read_project(order.root)
    app = capability.chosen_app(project, order.answers)
    sources = Sources(Draft(order.root), capability.of_app(project, app))
    found = cors_of(project, app, sources)
    if found is not None:
        return _there(order, asked, app, found, listener)
    keys = attached.key_headers(sources)
    options = CorsOptions(
        origins=asked.origins or LOCAL,
        credentials=credentials_for(sources, asked, order.answers),
        methods=asked.methods or METHODS,
        headers=asked.headers or tuple(dict.fromkeys((*HEADERS, *keys))),
    )
    write = partial(_write, app, options, by_default=not asked.origins)
    proof = partial(_prove, options)
    return capability.carry_out(order, COMMAND, app, write, proof, listener)


def _there(order: Order, asked: Asked, app: App, found: Found, listener: Listener) -> ChangeReport:
    """Change what is there as it is answered, or say that there is nothing to do."""
    place = f"{found.cors.file}:{found.cors.line}"
    missing = missing_words(asked, found.cors)
    if not missing and (asked.says_anything or not found.in_source):
        only = "" if found.is_certain else ", where a setting gives origins"
        return capability.nothing_to_do(COMMAND, f"CORS is there already ({place}){only}")
    question = existing_question(asked, found.cors, missing, in_source=found.in_source)
    answer = order.answers.to(question)
    if answer == "keep":
        return capability.nothing_to_do(COMMAND, f"CORS is left as it is ({place})")
    kept = kept_origins(asked, found.cors) if answer == "settings" else None
    write = partial(_rewrite, app, asked, found, kept)
    proof = partial(_prove, None)
    return capability.carry_out(order, COMMAND, app, write, proof, listener)


def _write(
    app: App, options: CorsOptions, folder: Path, project: Project, *, by_default: bool
) -> Written:
    """Add the middleware, its setting and its tests to a copy of a project."""
    sources = Sources(Draft(folder), capability.of_app(project, app))
    quotes = next((one.value for one in project.conventions if one.name == "quotes"), "")
    reader, file = attached.add_cors(sources, app, options, "'" if quotes == "single" else '"')
    steps, test, variable = _beside(folder, sources, app, options, reader)
    notes = [_about_server_errors(file)]
    if by_default:
        notes.append(_about_origins(sources.draft, reader, options, variable))
    cookies = ", with cookies" if options.credentials else ""
    return Written(
        summary=f"pages of {', '.join(options.origins)} may read the answers{cookies}; "
        f"{variable} says which",
        steps=[("settings", [reader.file]), ("CORS", [file]), *steps],
        new_tests=(test,),
        notes=tuple(notes),
        next_steps=_next(reader, variable),
    )


def _rewrite(
    app: App,
    asked: Asked,
    found: Found,
    kept: tuple[str, ...] | None,
    folder: Path,
    project: Project,
) -> Written:
    """Change the middleware of a copy of a project: its origins to a setting, or what it lacks."""
    files = amend(folder, asked, found.cors, origins=kept is None)
    project = read_project(folder)
    cors = project.cors or found.cors
    if kept is None:
        allowed = ", ".join(cors.origins)
        return Written(f"CORS allows {allowed or 'what its setting gives'}", [("CORS", files)])
    sources = Sources(Draft(folder), capability.of_app(project, app))
    now = cors_of(project, app, sources)
    assert now is not None and now.there is not None  # noqa: S101, PT018 - as it was asked
    reader, moved = attached.read_from_settings(sources, now.there, kept)
    options = options_of(cors, kept)
    steps, test, variable = _beside(folder, sources, app, options, reader)
    return Written(
        summary=f"CORS allows {', '.join(kept)}, unless {variable} says otherwise",
        steps=[("settings", [reader.file]), ("CORS", [*files, *moved]), *steps],
        new_tests=(test,),
        next_steps=_next(reader, variable),
    )


def options_of(cors: Cors, origins: tuple[str, ...]) -> CorsOptions:
    """Return what the middleware of a project allows, with what it allows where it says nothing."""
    methods, headers = cors.methods or ("GET",), cors.headers or ("Content-Type",)
    return CorsOptions(origins, cors.credentials, methods, headers)


def _beside(
    folder: Path, sources: Sources, app: App, options: CorsOptions, reader: Reader
) -> tuple[list[tuple[str, list[str]]], str, str]:
    """Write all, with the tests and the setting's example; return steps, tests and variable."""
    test = home_of_tests(sources, "cors")
    code = cors_test(
        reader, options, style_for(sources.project, app, test), _path(sources.project, app)
    )
    tests = add_test_file(sources, test, code)
    put(folder, sources.draft)
    value = json.dumps(list(options.origins)) if reader.is_json else ",".join(options.origins)
    example = name_in_examples(folder, app.file, [(reader, value, _SAID)])
    variable = variable_of(read_project(folder), reader)
    return [("settings", example), ("tests", tests)], test, variable


def _prove(options: CorsOptions | None, place: Workplace) -> Sequence[Check]:
    """Ask the running application as browsers do."""
    project = read_project(place.folder)
    cors = project.cors
    if options is None and cors is not None and cors.origins:
        options = options_of(cors, cors.origins)
    if options is None:
        return ()
    setting = next((s for s in project.settings if s.name.lower() == attached.SETTING), None)
    variable = setting.variables[0] if setting and setting.variables else None
    return prove_cors(place, options, variable, is_json=bool(setting and setting.owner))


def _path(project: Project, app: App) -> str:
    """Return a path that a preflight asks for: of something that is written, if anything is."""
    mine = [one for one in project.endpoints if one.app == app.object and "{" not in one.path]
    mine.sort(key=lambda one: (one.method != "POST", one.method != "GET"))
    return mine[0].path if mine else "/"


def _about_origins(draft: Draft, reader: Reader, options: CorsOptions, variable: str) -> Note:
    lines = draft.text(reader.file).splitlines()
    named = (n for n, line in enumerate(lines, 1) if line.lstrip().startswith(reader.name))
    text = (
        f"no --origin was given: {' and '.join(options.origins)}, where front ends are developed, "
        f"are allowed until {variable} is set"
    )
    return Note(reader.file, next(named, 1), text)


def _about_server_errors(file: str) -> Note:
    return Note(
        file,
        1,
        "what no handler catches is answered 500 outside of every middleware, without CORS headers: "
        "a browser shows an error of CORS then (Kludex/starlette#1116)",
    )


def _next(reader: Reader, variable: str) -> tuple[str, ...]:
    like = '["https://app.example.com"]' if reader.is_json else "https://app.example.com"
    return (f"set {variable} where it runs, such as to {like}",)
