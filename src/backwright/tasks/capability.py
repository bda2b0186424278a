"""What is common to the tasks that add one capability to a project: the way of their change."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from backwright.errors import UsageError, VerificationError
from backwright.project import read_project
from backwright.project.types import App, Project
from backwright.report.change import ChangeReport, PlanStep
from backwright.report.events import Listener, StepStarted
from backwright.tasks.black import blacken
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
from backwright.tasks.drafted import changes_between, lose_nothing
from backwright.tasks.host_facts import host_facts, main_app
from backwright.tasks.questions import Answers
from backwright.values import Check, Choice, Note, Question
from backwright.workshop import ChangeSet, require
from backwright.workshop.staging import prepare


@dataclass(frozen=True, slots=True)
class Order:
    """Where a capability is wanted, what was answered, and whether to stop before it is written."""

    root: Path
    answers: Answers = field(default_factory=Answers)
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What was written into a copy of a project.

    Attributes:
        summary: What the project has now, for people.
        steps: What was done, and the files of it.
        new_tests: The files of tests that are new.
        notes: What a reviewer should look at.
        next_steps: What is left to do.
        dependencies: The requirements that were added.
        endpoints: The endpoints that are new.
    """

    summary: str
    steps: Sequence[tuple[str, Sequence[str]]]
    new_tests: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    next_steps: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    endpoints: tuple[tuple[str, str], ...] = ()

    @property
    def plan(self) -> tuple[PlanStep, ...]:
        """The steps, each file at the first one that changes it."""
        return each_file_once([PlanStep(name, tuple(files)) for name, files in self.steps])

    @property
    def files(self) -> list[str]:
        """The files, each once."""
        return list(dict.fromkeys(path for _, files in self.steps for path in files))


Write = Callable[[Path, Project], Written]
Proof = Callable[[Workplace], Sequence[Check]]


def carry_out(
    order: Order, command: str, app: App, write: Write, proof: Proof, listener: Listener
) -> ChangeReport:
    """Write a capability into a copy of a project, prove it there, and move it over.

    Args:
        order: what was asked.
        command: the command, for the report and the history.
        app: the application that gets the capability.
        write: writes it into a copy, of which the project is known.
        proof: the checks of what was promised, live.
        listener: told what goes on.

    Raises:
        VerificationError: it does not verify; the project is as it was.
        QuestionError: something could not be proved.
        MissingError: something that the proof needs is not there.
    """
    if order.dry_run:
        return _planned(order, command, write)
    with workplace(order.root, command, listener) as place:
        before = read_project(place.folder)
        written = write(place.folder, before)
        blacken(place.environment, place.root, place.folder, written.files)
        for step in written.plan:
            listener(StepStarted(f"{step.step}: {', '.join(step.files)}"))
        changed = place.reread() if written.dependencies else place
        changed = _of(changed, app)
        reasons = {path: step.step for step in written.plan for path in step.files}
        changes = changes_of(place, written.files, reasons)
        lose_nothing(before, read_project(place.folder))
        try:
            checks = (*_proved(changed, changes, written, order), *proof(changed))
        except VerificationError as error:
            live = proof(changed) if _only_new_tests_fail(error) else ()
            if not any(one.verdict == "pass" for one in live):
                raise
            require(live)
            written = _without_tests(place, written, error)
            changes = changes_of(place, written.files, reasons)
            checks = (*_proved(changed, changes, written, order), *live)
        require(checks)
        undo = move_over(place, changes, command)
        outcome = _outcome(command, written, (*written.notes, *changed.notes))
        return change_report(outcome, changes, verified=checks, undo=undo)


def _proved(
    place: Workplace, changes: ChangeSet, written: Written, order: Order
) -> tuple[Check, ...]:
    return prove(
        place,
        changes,
        answers=order.answers,
        new_tests=written.new_tests,
        expected_endpoints=written.endpoints,
    )


def _only_new_tests_fail(error: VerificationError) -> bool:
    """Tell whether nothing is wrong but that the new tests do not run in the project's own setting."""
    failed = [one for one in error.checks if one.verdict == "fail"]
    return bool(failed) and all(
        one.check == "tests" and "of the new tests" in one.detail for one in failed
    )


def _without_tests(place: Workplace, written: Written, error: VerificationError) -> Written:
    """Leave out tests that do not run where the project's run, though what they try was seen live."""
    failed = next(one for one in error.checks if one.verdict == "fail")
    why = failed.detail.splitlines()[0]
    for path in written.new_tests:
        (place.folder / path).unlink(missing_ok=True)
    kept = [(name, [f for f in files if (place.folder / f).is_file()])
            for name, files in written.steps]  # fmt: skip
    text = f"its tests are left out, since they do not pass in the project's own setting: {why}"
    notes = (*written.notes, Note(written.new_tests[0], 0, text))
    return replace(written, steps=[one for one in kept if one[1]], new_tests=(), notes=notes)


def nothing_to_do(command: str, why: str) -> ChangeReport:
    """Report that a project has a capability already."""
    return ChangeReport(command=command, plan=(), files=(), summary=f"{why}; nothing was changed")


def chosen_app(project: Project, answers: Answers) -> App:
    """Return the application that is meant; of several it is asked which.

    Raises:
        UsageError: there is none.
        QuestionError: there are several, and none was named.
    """
    app = main_app(project)
    if app is None:
        raise UsageError(
            "no application was found in this project",
            remedy="make one, such as app = FastAPI(), or name its folder with --project",
        )
    counts = Counter(one.app for one in project.endpoints)
    several = [one for one in project.apps if counts[one.object]]
    if len(several) < 2:
        return app
    answer = answers.to(
        Question(
            key="app",
            text="Which application is meant?",
            why="the project has several: "
            + ", ".join(f"{one.object} ({one.file}:{one.line})" for one in several),
            choices=tuple(
                Choice(one.object, f"{one.file}:{one.line}", f"{counts[one.object]} endpoints")
                for one in several
            ),
            recommended=app.object,
        )
    )
    return next(one for one in several if one.object == answer)


def of_app(project: Project, app: App) -> Project:
    """Return what is known of one application of a project."""
    endpoints = tuple(one for one in project.endpoints if one.app == app.object)
    return replace(project, apps=(app,), endpoints=endpoints)


def _of(place: Workplace, app: App) -> Workplace:
    """Return a workplace that runs an application, which may be another than the main one."""
    if place.facts.app == app.object:
        return place
    return replace(place, facts=host_facts(of_app(read_project(place.folder), app)))


def _planned(order: Order, command: str, write: Write) -> ChangeReport:
    """Return what would be written; nothing is proved."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(prepare(order.root)).folder
        written = write(folder, read_project(folder))
        changes = changes_between(order.root, folder, written.files)
    return change_report(_outcome(command, written, written.notes), changes, dry_run=True)


def _outcome(command: str, written: Written, notes: tuple[Note, ...]) -> Outcome:
    steps = written.next_steps
    if written.dependencies:
        steps = (f"install what was added: {', '.join(written.dependencies)}", *steps)
    return Outcome(
        command=command, summary=written.summary, plan=written.plan, notes=notes, next_steps=steps
    )


def with_variables(place: Workplace, variables: Mapping[str, str]) -> Workplace:
    """Return a workplace whose programs are told more in their environment."""
    return replace(place, variables={**place.variables, **variables})
