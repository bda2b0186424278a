"""`add rate-limit`: who asks too often is told to wait, counted by address, user or key."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from backwright.project import read_project
from backwright.project.types import App, Project
from backwright.report.change import ChangeReport
from backwright.report.events import Listener
from backwright.tasks import capability
from backwright.tasks.capability import Order, Written
from backwright.tasks.capability_settings import Example, name_in_examples, variable_of
from backwright.tasks.capability_tests import add_test_file, home_of_tests, style_for
from backwright.tasks.change import Workplace
from backwright.tasks.drafted import put
from backwright.tasks.other_limits import existing_question, other_limits
from backwright.tasks.rate_limit_proof import prove_limit
from backwright.tasks.rate_limit_request import AskedLimit, check_route, parse_rate
from backwright.transfer.attach import rate_limit as attached
from backwright.transfer.attach import slowapi
from backwright.transfer.attach.identity import Identity, user_identity
from backwright.transfer.attach.keys import key_identity
from backwright.transfer.attach.rate_limit import Limiting, LimitOptions
from backwright.transfer.attach.rate_limit_test import keep_apart, rate_limit_test
from backwright.transfer.attach.settings import Reader
from backwright.transfer.draft import Draft
from backwright.transfer.grow.requirements import add_dependencies
from backwright.transfer.grow.sources import Sources
from backwright.values import Check, Choice, Note, Question

COMMAND = "add rate-limit"
_IDENTITIES = {"user": user_identity, "key": key_identity}
_SAID = {
    attached.RATE: "How often each client may ask",
    attached.STORAGE: "Where requests are counted: memory://, or redis://host:6379/0 for all workers",
    attached.PROXIES: "Networks of proxies whose X-Forwarded-For is believed",
}


def add_rate_limit(order: Order, asked: AskedLimit, listener: Listener) -> ChangeReport:
    """Limit how often each client may ask.

    Raises:
        UsageError: there is no such route, or clients cannot be told apart so.
        QuestionError: the project has limits already, or it is not clear what is meant.
        VerificationError: the change did not verify; the project is as it was.
        MissingError: something that the proof needs is not there.
    """
    project = read_project(order.root)
    app = capability.chosen_app(project, order.answers)
    check_route(project, app, asked.route)
    sources = Sources(Draft(order.root), capability.of_app(project, app))
    there = attached.limiting_of(sources)
    if there is not None:
        return _more(order, asked, app, sources, there, listener)
    other = other_limits(sources)
    if other is not None:
        can_use = other.library == "slowapi" and slowapi.can_say(sources, asked.by, asked.route)
        answer = order.answers.to(existing_question(other, can_use=can_use))
        if answer == "keep":
            return capability.nothing_to_do(COMMAND, f"limits are left to {other.library}")
        if answer == "use":
            return _with_slowapi(order, asked, app, sources, listener)
    options = _options(asked)
    _identity(sources, asked.by)  # refused before anything is staged
    write = partial(_write, app, options)
    return capability.carry_out(order, COMMAND, app, write, partial(_prove, options), listener)


def _options(asked: AskedLimit) -> LimitOptions:
    return LimitOptions(
        asked.usual_or_said, asked.by, asked.route, redis=bool(asked.redis), proxies=asked.proxies
    )


def _identity(sources: Sources, by: str) -> Identity | None:
    reading = _IDENTITIES.get(by)
    return reading(sources) if reading else None


def _write(app: App, options: LimitOptions, folder: Path, project: Project) -> Written:
    """Add the middleware, its settings and its tests to a copy of a project."""
    sources = Sources(Draft(folder), capability.of_app(project, app))
    identity = _identity(sources, options.by)
    created = attached.make_home(sources, app)
    module = created[-1]
    file, rate = attached.add_limit(sources, app, module, options)
    readers = attached.write_module(sources, module, options, identity)
    readers = [*([rate] if rate else []), *readers]
    settings = [*(one.file for one in readers if one.file != module)]
    need = "limits[redis]>=4.2" if options.redis else "limits>=4.2"
    start = PurePosixPath(app.file).parent.as_posix()
    added = add_dependencies(sources.draft, (need,), start)
    tests, test = _tests(sources, app, module, options)
    put(folder, sources.draft)
    settings += name_in_examples(folder, app.file, _examples(options, readers))
    project = read_project(folder)
    return Written(
        summary=_summary(options, variable_of(project, rate) if rate else ""),
        steps=[
            ("dependencies", [added[0]] if added else []),
            ("settings", settings),
            ("rate limit", [*created, file]),
            ("tests", tests),
        ],
        new_tests=(test,),
        notes=_notes(options, module, project, readers),
        next_steps=_next(options, project, readers),
        dependencies=added[1] if added else (),
    )


def _tests(sources: Sources, app: App, module: str, options: LimitOptions) -> tuple[list[str], str]:
    """Write the tests, and let each begin with nothing counted; return the files, and the new one."""
    test = home_of_tests(sources, "rate_limit")
    header = _header(sources.draft.text(module))
    style = style_for(sources.project, app, test)
    code = rate_limit_test(sources, module, options, style, header)
    files = add_test_file(sources, test, code)
    return [*keep_apart(sources, module, PurePosixPath(test).parent.as_posix()), *files], test


def _header(code: str) -> str:
    """Return the header that keys are taken from in a module of limits."""
    found = re.search(r'_header\(scope, "([^"]+)"\)\n    if key', code)
    return found[1] if found else "x-api-key"


def _examples(options: LimitOptions, readers: Sequence[Reader]) -> list[Example]:
    """Return what is said of the settings in the example of an environment."""
    proxies = list(options.proxies)
    values = {
        attached.RATE: options.rate,
        attached.STORAGE: attached.REDIS if options.redis else attached.MEMORY,
    }
    return [
        (
            reader,
            values.get(name, json.dumps(proxies) if reader.is_json else ",".join(proxies)),
            _SAID[name],
        )
        for reader in readers
        for name in [reader.name.lower()]
    ]


def _more(
    order: Order, asked: AskedLimit, app: App, sources: Sources, there: Limiting,
    listener: Listener,
) -> ChangeReport:  # fmt: skip
    """Add a limit to those that are there, or say that there is nothing to do."""
    for call, by, route in attached.limits_of(there):
        if (by, route) != (asked.by, asked.route):
            continue
        now = _rate_of(sources.project, call)
        place = f"{there.file}:{call.lineno}"
        if asked.rate is None or now is None or parse_rate(now) == parse_rate(asked.rate):
            said = f"this limit is there already ({place}){_elsewhere(sources.project, asked)}"
            return capability.nothing_to_do(COMMAND, said)
        return _changed(order, asked, app, (there.file, call, now), listener)
    options = _options(asked)
    _identity(sources, asked.by)
    write = partial(_write_more, app, options)
    return capability.carry_out(order, COMMAND, app, write, partial(_prove, options), listener)


def _elsewhere(project: Project, asked: AskedLimit) -> str:
    """Say how else the storage and the proxies of a limit that is there are told."""
    defaults = {one.name.lower(): one.default or "" for one in project.settings}
    words = []
    if asked.redis and not defaults.get(attached.STORAGE, "").startswith("redis"):
        words.append(f"RATE_LIMIT_STORAGE={attached.REDIS} lets all workers count together")
    if asked.proxies:
        words.append(f"TRUSTED_PROXIES names the proxies: {', '.join(asked.proxies)}")
    return "".join(f"; {one}" for one in words)


def _rate_of(project: Project, call: ast.Call) -> str | None:
    """Return the rate of a limit: as it is written, or the default of its setting."""
    node = call.args[0] if call.args else None
    if isinstance(node, ast.Constant):
        return str(node.value)
    setting = next((one for one in project.settings if one.name.lower() == attached.RATE), None)
    return setting.default if setting else None


def _changed(
    order: Order, asked: AskedLimit, app: App, there: tuple[str, ast.Call, str], listener: Listener
) -> ChangeReport:
    """Change a limit that is there to another rate, if that is answered."""
    file, call, now = there
    answer = order.answers.to(
        Question(
            key="existing",
            text=f"The limit is {now} ({file}:{call.lineno}). Shall it be {asked.rate}?",
            why="the project has this limit already, with another rate",
            choices=(
                Choice(
                    "change", f"Let it be {asked.rate}.", "Clients are refused at another rate."
                ),
                Choice("keep", f"Leave it at {now}.", "Nothing is changed."),
            ),
            recommended="change",
        )
    )
    if answer == "keep":
        return capability.nothing_to_do(COMMAND, f"the limit is left at {now} ({file})")

    def write(folder: Path, project: Project) -> Written:
        draft = Draft(folder)
        is_said = isinstance(call.args[0], ast.Constant)
        setting = next((s for s in project.settings if s.name.lower() == attached.RATE), None)
        path, line = (file, call.lineno) if is_said or not setting else (setting.file, setting.line)
        lines = draft.text(path).splitlines(keepends=True)
        last = call.end_lineno or call.lineno if is_said else line + 3
        for number in range(line - 1, min(last, len(lines))):
            lines[number] = lines[number].replace(now, str(asked.rate))
        draft.write(path, "".join(lines))
        return Written(f"the limit is {asked.rate} now", [("rate limit", put(folder, draft))])

    proof = partial(_prove, _options(asked))
    return capability.carry_out(order, COMMAND, app, write, proof, listener)


def _write_more(app: App, options: LimitOptions, folder: Path, project: Project) -> Written:
    """Add one more limit to a copy of a project."""
    sources = Sources(Draft(folder), capability.of_app(project, app))
    there = attached.limiting_of(sources)
    assert there is not None  # noqa: S101 - seen in the project itself
    identity = _identity(sources, options.by)
    files, rate = attached.one_more(sources, there, options, identity)
    put(folder, sources.draft)
    if rate:
        files += name_in_examples(folder, app.file, _examples(options, [rate]))
    variable = variable_of(read_project(folder), rate) if rate else ""
    return Written(
        summary=_summary(options, variable),
        steps=[("rate limit", files)],
    )


def _with_slowapi(
    order: Order, asked: AskedLimit, app: App, sources: Sources, listener: Listener
) -> ChangeReport:
    """Say a route's limit with the library that the project has."""
    assert asked.route is not None  # noqa: S101 - as it was asked
    rate = asked.usual_or_said
    found = slowapi.said(sources, app, asked.route)
    if found is not None and found == rate:
        return capability.nothing_to_do(COMMAND, "this limit is there already")

    def write(folder: Path, project: Project) -> Written:
        assert asked.route is not None  # noqa: S101 - as it was asked
        copy = Sources(Draft(folder), capability.of_app(project, app))
        slowapi.say(copy, app, asked.route, rate)
        files = put(folder, copy.draft)
        return Written(
            f"{' '.join(asked.route)} takes {rate}, with slowapi", [("rate limit", files)]
        )

    options = _options(asked)
    return capability.carry_out(
        order, COMMAND, app, write, partial(_prove, options, headers=False), listener
    )


def _prove(options: LimitOptions, place: Workplace, *, headers: bool = True) -> Sequence[Check]:
    """Ask the running application once too often."""
    project = read_project(place.folder)
    names = (attached.RATE, attached.STORAGE)
    variables = {
        one.name.lower(): one.variables[0]
        for one in project.settings
        if one.name.lower() in names and one.variables
    }
    variables |= {
        variable.lower(): variable
        for one in project.settings
        for variable in one.variables
        if variable.lower() in names
    }
    return prove_limit(place, options, variables, headers=headers)


def _summary(options: LimitOptions, variable: str) -> str:
    what = " ".join(options.route) if options.route else "the application"
    setting = f"; {variable} says how many" if variable else ""
    return f"{what} takes {options.rate} by {options.by}, then answers 429{setting}"


def _notes(
    options: LimitOptions, module: str, project: Project, readers: Sequence[Reader]
) -> tuple[Note, ...]:
    named = {one.name.lower(): variable_of(project, one) for one in readers}
    notes = []
    if not options.redis:
        text = (
            f"each worker counts by itself; with {named[attached.STORAGE]}=redis://… (and "
            "limits[redis]) they count together"
        )
        notes.append(Note(module, 1, text))
    if not options.proxies:
        text = (
            "addresses are those of the connections; behind a proxy name its network in "
            f"{named[attached.PROXIES]}, or all clients are one"
        )
        notes.append(Note(module, 1, text))
    return tuple(notes)


def _next(options: LimitOptions, project: Project, readers: Sequence[Reader]) -> tuple[str, ...]:
    storage = next((one for one in readers if one.name.lower() == attached.STORAGE), None)
    if not options.redis or storage is None:
        return ()
    return (f"set {variable_of(project, storage)} to your Redis where it runs",)
