"""`add pagination`: a list that gives everything is asked for pages, filters and an order."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backwright.audit.subject import Subject
from backwright.errors import UsageError, VerificationError
from backwright.project import read_project
from backwright.project.files import read_tree
from backwright.project.types import Endpoint, Model, Project
from backwright.report.change import ChangeReport, PlanStep
from backwright.report.events import Listener, StepStarted
from backwright.tasks.by_example import convention
from backwright.tasks.capability import Order
from backwright.tasks.change import (
    Outcome,
    Workplace,
    change_report,
    changes_of,
    move_over,
    prove,
    workplace,
)
from backwright.tasks.drafted import lose_nothing, put
from backwright.tasks.formatters import format_as_host
from backwright.tasks.habits import width_of
from backwright.tasks.host_facts import host_facts
from backwright.tasks.paging.choosing import choose, envelope_of, model_of, paged_already
from backwright.tasks.paging.extras import extras_of
from backwright.tasks.paging.proof import prove_pages
from backwright.tasks.paging.tests import write_tests
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import Sources
from backwright.transfer.guarding.program import Function, Program
from backwright.transfer.paging.caching import counted, kept
from backwright.transfer.paging.finding import Way, ways
from backwright.transfer.paging.totals import lengths
from backwright.transfer.paging.wording import Wording, learn_wording
from backwright.transfer.paging.writing import (
    Wanted,
    clashes,
    is_served,
    served_by_default,
    write_pages,
)
from backwright.values import Check, Choice, Note, Place, Question
from backwright.workshop import ChangeSet, require
from backwright.workshop.settings import tables

COMMAND = "add pagination"
STYLES = ("offset", "keyset")


@dataclass(frozen=True, slots=True)
class AddPagination:
    """The request: which list, how its pages are asked for, and what else it can be asked for."""

    order: Order
    word: str
    style: str = "offset"
    default: int | None = None
    most: int | None = None
    filters: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be written into a copy of the project, and what to say of it."""

    endpoint: Endpoint
    wanted: Wanted
    notes: tuple[Note, ...] = ()


def add_pagination(request: AddPagination, listener: Listener) -> ChangeReport:
    """Give a list pages; one that comes in pages already is left as it is.

    Raises:
        UsageError: there is no such list, or its query could not be found.
        QuestionError: several lists are meant, or another form of the answer may be wanted.
        VerificationError: the change did not verify; the project is as it was.
        MissingError: something that the proof needs is not there.
    """
    _check(request)
    order = request.order
    project = read_project(order.root)
    endpoint = choose(project, request.word, order.answers)
    draft = Draft(order.root)
    program = Program(Sources(draft, project))
    handler = _handler(program, endpoint)
    subject = Subject(project, read_tree(order.root.resolve()))
    if how := paged_already(subject, endpoint, handler):
        said = (
            f"GET {endpoint.path} comes in pages already, {how} ({endpoint.file}:{endpoint.line})"
        )
        return change_report(Outcome(COMMAND, said, ()), ChangeSet())
    planned = plan(project, program, endpoint, request)
    if isinstance(planned, str):
        return change_report(Outcome(COMMAND, planned, ()), ChangeSet())
    _ask_for_form(request, project, endpoint)
    command = f"{COMMAND} {request.word}"
    with workplace(order.root, command, listener) as place:
        return _made(request, project, place, planned, command)


def _check(request: AddPagination) -> None:
    if request.style not in STYLES:
        raise UsageError(f"{request.style!r} is no style", remedy=f"one of: {', '.join(STYLES)}")
    for name, value in (("--default", request.default), ("--max", request.most)):
        if value is not None and value < 1:
            raise UsageError(f"{name} {value} gives no rows", remedy=f"{name} 1 or more")
    if request.default and request.most and request.default > request.most:
        raise UsageError(
            f"--default {request.default} is more than --max {request.most}",
            remedy="let the default be the smaller one",
        )


def _handler(program: Program, endpoint: Endpoint) -> Function:
    found = [
        one
        for one in program.functions
        if one.path == endpoint.file and one.node.lineno == endpoint.line
    ]
    if not found:
        raise UsageError(
            f"the handler of GET {endpoint.path} is no function that can be edited",
            place=Place(endpoint.file, endpoint.line),
            remedy="page it by hand",
        )
    return found[0]


def plan(
    project: Project, program: Program, endpoint: Endpoint, request: AddPagination
) -> Planned | str:
    """Return what is to be written; a text where there is nothing to do.

    Raises:
        UsageError: the query of the list could not be found, or cannot be cut as asked.
    """
    handler = _handler(program, endpoint)
    way = _way(program, handler, endpoint, project)
    cut = next((one for one in way.queries if one.is_cut), None)
    if cut is not None and not is_served(way):
        return (
            f"GET {endpoint.path} takes some of its rows only, already "
            f"({cut.function.path}:{cut.run.lineno})"
        )
    _refuse_mixed_up(program, way)
    default = request.default or served_by_default(way)
    wording = learn_wording(program, _others(project, program, handler), default, request.most)
    selected = ast.unparse(way.queries[0].of) if way.queries[0].of is not None else ""
    model = model_of(project, endpoint, selected)
    optional = "Optional[{}]" if convention(project, "optional") == "Optional[X]" else "{} | None"
    keyset = request.style == "keyset"
    extras = extras_of(model, request.filters, request.sorts, optional, keyset=keyset)
    if extras:
        _check_place(way, model, selected, request)
    key = _key(project, model, selected)
    width = width_of(convention(project, "line_length"))
    typed = "mypy" in tables(project.root)
    wanted = Wanted(wording, way, key, extras, keyset, optional, width, typed)
    if both := clashes(way, wanted):
        raise UsageError(f"a page cannot be handed down: {both}", remedy="rename that first")
    return Planned(endpoint, wanted, tuple(_notes(endpoint, way, wording, key)))


def _refuse_mixed_up(program: Program, way: Way) -> None:
    """Refuse a list whose pages would be taken for one another, or for the whole.

    Raises:
        UsageError: rows are kept without the page, or counted as the total.
    """
    if found := kept(program, way):
        function, line, name = found
        raise UsageError(
            f"{function.name} keeps what it reads in {name}, under a key that does not name the page: "
            "every page would be the first that was asked for",
            place=Place(function.path, line),
            remedy="let the key name the page, and page it by hand; or let go of what is kept",
        )
    if (total := counted(program, way)) and lengths(program, way) is None:
        function, call, name = total
        raise UsageError(
            f"{name} is the number of rows that {function.name} has read: of a page that is no total",
            place=Place(function.path, call.lineno),
            remedy="count in the database (select(func.count())) first",
        )


def _others(project: Project, program: Program, handler: Function) -> list[Function]:
    """Return what answers the other GETs of the project."""
    places = {(e.file, e.line) for e in project.endpoints if e.method == "GET"}
    return [
        one
        for one in program.functions
        if (one.path, one.node.lineno) in places and one is not handler
    ]


def _check_place(way: Way, model: Model | None, selected: str, request: AddPagination) -> None:
    """Refuse filters, orders and keys where the query has no place for them.

    Raises:
        UsageError: it has none.
    """
    query = way.queries[0]
    place = Place(query.function.path, query.run.lineno)
    remedy = "without --filter, --sort and --style keyset"
    if is_served(way):
        raise UsageError(
            f"{way.functions[-1].name} cuts its rows itself, so that nothing can be put before it",
            place=place,
            remedy=remedy,
        )
    if model is None or selected.rpartition(".")[2] not in (model.name, model.table):
        raise UsageError(
            f"{query.function.name} serves other models, too: columns of one have no place there",
            place=place,
            remedy=remedy,
        )
    if request.style == "keyset" and any(one.order is not None for one in way.queries):
        raise UsageError(
            "the list is sorted by other columns than its key, and `after` is a key",
            place=place,
            remedy="--style offset",
        )


def _way(program: Program, handler: Function, endpoint: Endpoint, project: Project) -> Way:
    """Return the way to the rows that a list gives.

    Raises:
        UsageError: none was found, or several of other models.
    """
    found = ways(program, handler)
    if not found:
        raise UsageError(
            f"no query was found whose rows GET {endpoint.path} gives: they may come of a "
            "relationship, of text, or of another service",
            place=Place(endpoint.file, endpoint.line),
            remedy="page it by hand",
        )
    if len(found) == 1:
        return found[0]
    wanted = model_of(project, endpoint, "")
    fitting = [
        way
        for way in found
        if wanted is not None
        and any(q.of is not None and ast.unparse(q.of).endswith(wanted.name) for q in way.queries)
    ]
    if len(fitting) != 1:
        places = ", ".join(f"{w.functions[-1].path}:{w.queries[0].run.lineno}" for w in found)
        raise UsageError(
            f"GET {endpoint.path} reads several lists, and which of them it gives is not clear: "
            f"{places}",
            place=Place(endpoint.file, endpoint.line),
            remedy="page it by hand",
        )
    return fitting[0]


def _key(project: Project, model: Model | None, selected: str) -> tuple[str, ...]:
    """Return the columns that make an order certain; of a shared query those that all models have."""
    if model is None:
        return ()
    keys = tuple(one.name for one in model.columns if one.primary_key)
    own = selected.rpartition(".")[2] in (model.name, model.table)
    shared = all(
        set(keys) <= {column.name for column in other.columns if column.primary_key}
        for other in project.models
        if len([c for c in other.columns if c.primary_key]) == 1
    )
    return keys if own or selected.endswith(".c") or shared else ()


def _notes(endpoint: Endpoint, way: Way, wording: Wording, key: Sequence[str]) -> list[Note]:
    notes = [
        Note(
            endpoint.file,
            endpoint.line,
            f"who asks for nothing gets {wording.default} rows from now on, not all",
        )
    ]
    if not key and not is_served(way):
        query = way.queries[0]
        text = "no key was found that all models of this query have: its order may change"
        notes.append(Note(query.function.path, query.run.lineno, text))
    return notes


def _ask_for_form(request: AddPagination, project: Project, endpoint: Endpoint) -> None:
    """Ask where other lists of the project come in an envelope and this one is a plain list."""
    other = envelope_of(project, endpoint)
    if other is None:
        return
    question = Question(
        key="form",
        text=f"GET {endpoint.path} gives a plain list; other lists come as {other[0]}. Keep it plain?",
        why=f"{other[1]} answers with {other[0]}",
        choices=(
            Choice("list", "It stays a plain list.", "Clients see no difference, and no total."),
            Choice("stop", "Leave it as it is.", "An envelope is a new answer: write it by hand."),
        ),
        recommended="list",
    )
    if request.order.answers.to(question) == "stop":
        raise UsageError(f"GET {endpoint.path} is left as it is, as answered")


def _made(
    request: AddPagination, project: Project, place: Workplace, planned: Planned, command: str
) -> ChangeReport:
    """Write the pages, prove them, and move them over."""
    wanted, endpoint = planned.wanted, planned.endpoint
    files, tests = write(place.folder, project, request, endpoint)
    place.listener(StepStarted(f"pages: {', '.join(files)}"))
    steps = [PlanStep("pages", tuple(one for one in files if one != tests))]
    steps += [PlanStep("tests", (tests,))] if tests else []
    format_as_host(place, files)
    reasons = {path: step.step for step in steps for path in step.files}
    changes = changes_of(place, files, reasons)
    lose_nothing(project, read_project(place.folder))
    wording = wanted.wording
    words = "after" if wanted.keyset else wording.first
    like = f", as at {wording.like}" if wording.like else ""
    untested = [] if tests else [_untested(endpoint)]
    outcome = Outcome(
        command=COMMAND,
        summary=(
            f"GET {endpoint.path} is asked for pages by {words} and {wording.count} (1 to "
            f"{wording.most}, {wording.default} without){like}; the query is cut at "
            f"{wanted.way.queries[0].function.path}:{wanted.way.queries[0].run.lineno}"
        ),
        plan=tuple(steps),
        notes=(*place.notes, *planned.notes, *untested),
    )
    if request.order.dry_run:
        return change_report(outcome, changes, dry_run=True)
    checks = _proved(place, changes, request)
    key = wanted.key[0] if wanted.keyset and wanted.key else ""
    checks = (*checks, prove_pages(place, endpoint.path, wording, key))
    require(checks)
    undo = move_over(place, changes, command)
    return change_report(outcome, changes, verified=checks, undo=undo)


def _proved(place: Workplace, changes: ChangeSet, request: AddPagination) -> tuple[Check, ...]:
    """Verify the change; where a test fails that passed, it may expect more rows than a page has.

    Raises:
        VerificationError: a check failed.
        QuestionError: something could not be proved, and the user has not agreed to that.
    """
    try:
        return prove(place, changes, answers=request.order.answers)
    except VerificationError as error:
        if any(one.check == "tests" and one.verdict == "fail" for one in error.checks):
            error.remedy = "where a test expects all rows, give more: --default N --max N"
        raise


def _untested(endpoint: Endpoint) -> Note:
    text = (
        "no test of the project asks for this list, so there was none to learn tests of pages from"
    )
    return Note(endpoint.file, endpoint.line, text)


def write(
    folder: Path, project: Project, request: AddPagination, endpoint: Endpoint
) -> tuple[list[str], str]:
    """Write pages and their tests into a copy of a project; return the files, and that of the tests."""
    draft = Draft(folder)
    program = Program(Sources(draft, project))
    planned = plan(project, program, endpoint, request)
    assert isinstance(planned, Planned)  # noqa: S101 - it was, in the same project
    write_pages(draft, program, planned.wanted)
    tests = write_tests(draft, host_facts(project).test_folder, endpoint, planned.wanted.wording)
    return put(folder, draft), tests
