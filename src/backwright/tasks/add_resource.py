"""`add resource`: model, schemas, service, routes, wiring, migration, tests, proved in staging."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from backwright.errors import BackwrightError, VerificationError
from backwright.project import read_project
from backwright.report.change import ChangeReport, PlanStep
from backwright.report.events import Listener, StepStarted
from backwright.spec.names import one
from backwright.spec.types import ResourceSpec
from backwright.tasks import by_example
from backwright.tasks.add_by_example import add_by_example, plan_by_example
from backwright.tasks.add_by_growth import Growing, add_by_growth, plan_by_growth
from backwright.tasks.attempts import Failed
from backwright.tasks.by_example import Lesson
from backwright.tasks.change import (
    Outcome,
    Workplace,
    change_report,
    changes_of,
    each_file_once,
    move_over,
    prove,
    workplace,
)
from backwright.tasks.field_notes import field_notes
from backwright.tasks.host_facts import speaks_house_style
from backwright.tasks.house import features_of, house_draft
from backwright.tasks.migration import write_migration
from backwright.tasks.questions import Answers
from backwright.tasks.safe_migration import make_safe
from backwright.tasks.tidy import tidy
from backwright.transfer.draft import Draft
from backwright.transfer.grow import was_grown
from backwright.transfer.resource import (
    Transfer,
    existing,
    owner_question,
    transfer_resource,
)
from backwright.values import Note
from backwright.workshop import ChangeSet

COMMAND = "add resource"
VERBS = ("POST", "GET", "GET", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class AddResource:
    """The request: where, what, and whether to stop before anything is proved or written."""

    root: Path
    spec: ResourceSpec
    answers: Answers = field(default_factory=Answers)
    dry_run: bool = False


def add_resource(request: AddResource, listener: Listener) -> ChangeReport:
    """Add a resource to a project, as its exemplar was written; a second run changes nothing.

    Raises:
        UsageError: the request does not fit the project.
        QuestionError: it is not clear whose the rows are.
        VerificationError: the change did not verify; the project is as it was.
        MissingError: something that the proof needs is not there.
    """
    spec = request.spec
    if not speaks_house_style(request.root):
        return _in_another_style(request, listener)
    if existing(Draft(request.root), spec):
        return change_report(
            Outcome(COMMAND, f"{spec.names.pascal} is there already, as asked for", ()), ChangeSet()
        )
    question = owner_question(Draft(request.root), spec)
    if question:
        spec = replace(spec, owner=request.answers.to(question))
    command = f"{COMMAND} {spec.names.pascal}"
    with workplace(request.root, command, listener) as place:
        transfer, plan = _write(place, spec)
        changes = changes_of(place, [p for step in plan for p in step.files], _reasons(plan))
        outcome = _outcome(spec, transfer, plan, field_notes(place.folder, spec.names, spec.fields))
        if request.dry_run:
            return change_report(outcome, changes, dry_run=True)
        tests = tuple(p for p in changes.paths if p.startswith("tests/test_"))
        checks = prove(
            place,
            changes,
            answers=request.answers,
            new_tests=tests,
            expected_endpoints=_endpoints(place, spec),
        )
        undo = move_over(place, changes, command)
        return change_report(outcome, changes, verified=checks, undo=undo)


def _in_another_style(request: AddResource, listener: Listener) -> ChangeReport:
    """Add a resource to a project in a style of its own, by its own example."""
    project = read_project(request.root)
    draft = Draft(request.root)
    if there := by_example.existing(project, request.spec):
        text = f"{there.name} is there already, as asked for ({there.file}:{there.line})"
        return change_report(Outcome(COMMAND, text, ()), ChangeSet())
    alike = request.spec.like is None and was_grown(draft, project)
    lessons = () if alike else by_example.lessons(draft, project, request.spec, request.answers)
    answered = request.answers.given.get("owner", request.spec.owner)
    growing = Growing(request.root, project, replace(request.spec, owner=answered), request.answers)
    if request.dry_run:
        planned = plan_by_example(request.root, lessons) if lessons else Failed(())
        if isinstance(planned, ChangeReport):
            return planned
        return plan_by_growth(replace(growing, why=_or_refused(request, planned)))
    if not lessons:
        return add_by_growth(growing, listener)
    return _by_example_or_grown(request, lessons, growing, listener)


def _by_example_or_grown(
    request: AddResource, lessons: Sequence[Lesson], growing: Growing, listener: Listener
) -> ChangeReport:
    """Learn from the project's own; in the house's style where that does not work.

    An exemplar whose own endpoints fail is none; neither is one that asks more than can be carried.
    """
    failed: VerificationError | None = None
    try:
        made = add_by_example(request.root, lessons, request.answers, listener)
        if isinstance(made, ChangeReport):
            return made
        why = _or_refused(request, made)
    except VerificationError as error:
        if request.spec.like or not any(one.verdict == "fail" for one in error.checks):
            raise
        failed, why = error, (_no_example(lessons[0], error),)
    try:
        return add_by_growth(replace(growing, why=why), listener)
    except BackwrightError as error:
        if failed is None:
            raise
        also = f"nor does it work in the house's own style: {error.message.splitlines()[0]}"
        raise VerificationError(
            f"{failed.message}\n{also}", failed.checks, remedy=failed.remedy
        ) from error


def _or_refused(request: AddResource, made: Failed) -> tuple[Note, ...]:
    """Return why no exemplar will do.

    Raises:
        VerificationError: one was named.
    """
    if made.reasons and request.spec.like:
        raise VerificationError(
            made.reasons[0].text, [], remedy="name another resource with --like"
        )
    return made.reasons


def _no_example(made: Lesson, error: VerificationError) -> Note:
    model = made.choice.chain.model
    said = error.message.splitlines()[0]
    return Note(model.file, model.line, f"learnt from {model.name} it did not work: {said}")


def _write(place: Workplace, spec: ResourceSpec) -> tuple[Transfer, tuple[PlanStep, ...]]:
    """Write the change into staging, step by step."""
    host = Draft(place.folder)
    transfer = transfer_resource(host, house_draft(features_of(place.root)), spec)
    for name, files in transfer.steps:
        place.listener(StepStarted(f"{name}: {', '.join(files)}"))
    changed = host.changes()
    for path, (_, after) in changed.items():
        assert after is not None  # noqa: S101 - adding deletes nothing
        file = place.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(after)
    tidy(place.folder, changed)
    migration = write_migration(place, f"add {spec.names.human}")
    make_safe(place, migration, {})
    tidy(place.folder, migration)
    steps = [PlanStep(name, files) for name, files in transfer.steps]
    if migration:
        place.listener(StepStarted(f"migration: {', '.join(migration)}"))
        steps.insert(len(steps) - 1, PlanStep("migration", tuple(migration)))
    return transfer, each_file_once(steps)


def _reasons(plan: tuple[PlanStep, ...]) -> dict[str, str]:
    return {path: step.step for step in plan for path in step.files}


def _endpoints(place: Workplace, spec: ResourceSpec) -> tuple[tuple[str, str], ...]:
    """The endpoints that must be there afterwards, with the prefix that the host's others have."""
    stem, item = spec.names.plural_kebab, f"{{{spec.names.snake}_id}}"
    tests = (place.folder / "tests" / f"test_{spec.names.plural_snake}.py").read_text()
    base = next(
        line.split('"')[1] for line in tests.splitlines() if line.startswith("PATH = ")
    ).removesuffix(stem)
    paths = [stem, stem, f"{stem}/{item}", f"{stem}/{item}", f"{stem}/{item}"]
    return tuple((verb, base + path) for verb, path in zip(VERBS, paths, strict=True))


def _outcome(
    spec: ResourceSpec, transfer: Transfer, plan: tuple[PlanStep, ...], notes: tuple[Note, ...]
) -> Outcome:
    names = spec.names
    whose = "each row belongs to the user who made it" if transfer.owned else "rows are shared"
    return Outcome(
        command=COMMAND,
        summary=f"{names.pascal}: written like {transfer.exemplar}; {whose}",
        plan=plan,
        notes=notes,
        next_steps=(
            "make migrate    brings your database to the new migration",
            f"make run        then look at /docs for what {one(names.human)} can do",
        ),
    )
