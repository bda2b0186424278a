"""The way of every change: staging, verification, moving over, the report."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from backwright.errors import VerificationError
from backwright.host.environment import Environment
from backwright.host.making import TEST_TOOLS, ensure
from backwright.host.postgres import Cluster, cluster
from backwright.host.redis import redis
from backwright.project import read_project
from backwright.report.change import ChangeReport, FileChange, PlanStep
from backwright.report.events import Listener, StepStarted
from backwright.tasks.drafted import changes_between
from backwright.tasks.host_database import driver_of
from backwright.tasks.host_facts import HostFacts, host_facts
from backwright.tasks.questions import Answers
from backwright.tasks.settling import needs_redis, settle
from backwright.values import Check, Choice, Note, Question
from backwright.workshop import (
    Bench,
    ChangeSet,
    FileEdit,
    Staging,
    commit,
    locked,
    prepare,
    recover,
    require,
    verify,
)

NEEDED = ("imports", "migrations", "starts", "tests")  # without these, a change needs a yes


@dataclass(frozen=True)
class Workplace:
    """A staging copy, and what is needed to run it.

    Attributes:
        root: The user's project.
        staging: Its copy.
        facts: How it is run.
        environment: Its interpreter.
        cluster: The throw-away PostgreSQL.
        listener: Told what goes on.
        redis_port: The throw-away Redis, where the project uses one.
        variables: What its programs need in their environment besides the database's address.
        notes: What could not be had, and what follows from that.
    """

    root: Path
    staging: Staging
    facts: HostFacts
    environment: Environment
    cluster: Cluster | None
    listener: Listener
    redis_port: int | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @property
    def folder(self) -> Path:
        """The project's folder in the copy."""
        return self.staging.folder

    def bench(
        self,
        changes: ChangeSet,
        *,
        new_tests: tuple[str, ...] = (),
        expected_endpoints: tuple[tuple[str, str], ...] = (),
        like_endpoints: Mapping[tuple[str, str], tuple[str, str]] | None = None,
    ) -> Bench:
        """Return what the checks of a change need, and what runs the host's programs."""
        facts = self.facts
        return Bench(
            staging=self.staging,
            changes=changes,
            environment=self.environment,
            cluster=self.cluster,
            app=facts.app,
            run_folder=facts.run_folder,
            roots=facts.roots,
            migrations_folder=facts.migrations_folder,
            test_folder=facts.test_folder,
            test_run_folder=facts.test_run_folder,
            database_variables=facts.database_variables,
            driver=facts.database.driver,
            sqlite_files=facts.database.files,
            redis_port=self.redis_port,
            variables=self.variables,
            new_tests=new_tests,
            expected_endpoints=expected_endpoints,
            like_endpoints=like_endpoints or {},
            metadata_modules=facts.modules,
        )

    def reread(self) -> Workplace:
        """Return the workplace for what the project has become in staging.

        Such as with another database or other dependencies; what is started in addition ends with
        this workplace.

        Raises:
            MissingError: the interpreter or the database cannot be had.
        """
        return _settled(
            self.root, self.staging, self.listener, self.stack, self.cluster, self.staging.folder
        )


@contextlib.contextmanager
def workplace(root: Path, command: str, listener: Listener) -> Iterator[Workplace]:
    """Give a staging copy of a project with its interpreter and a throw-away database.

    What a killed run left half done is completed or taken back first; a second run is refused.

    Raises:
        MissingError: the interpreter or the database cannot be had, or another run is at work.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(locked(root, command))
        recover(root)
        staging = stack.enter_context(prepare(root))
        yield _settled(root, staging, listener, stack)


def _settled(
    root: Path,
    staging: Staging,
    listener: Listener,
    stack: contextlib.ExitStack,
    server: Cluster | None = None,
    changed: Path | None = None,
) -> Workplace:
    """Read how the copy is run, and bring together what that needs."""
    project = read_project(staging.folder)
    facts = host_facts(project)
    if server is None and facts.database.engine == "postgresql":
        server = stack.enter_context(cluster())
    uses_redis = needs_redis(project)
    port = stack.enter_context(redis()) if uses_redis else None
    environment = ensure(
        root,
        start=facts.run_folder,
        changed=changed,
        tools=(*TEST_TOOLS, *driver_of(facts.database.driver, facts.database.engine)),
        say=lambda text: listener(StepStarted(text)),
    )
    place = Workplace(
        root, staging, facts, environment, server, listener, redis_port=port, stack=stack
    )
    notes = _notes(facts, environment, without_redis=uses_redis and port is None)
    variables = settle(project, facts, place.bench(ChangeSet()))
    return replace(place, variables=variables, notes=notes)


def _notes(facts: HostFacts, environment: Environment, *, without_redis: bool) -> tuple[Note, ...]:
    """Say what cannot be had on this machine."""
    notes = []
    if environment.kind == "made" and environment.missing:
        notes.append(f"could not be installed here: {', '.join(environment.missing)}")
    if facts.database.engine in ("mysql", "other"):
        notes.append(
            f"the database is {facts.database.driver}, and only PostgreSQL and SQLite can be "
            "thrown away: nothing that needs the database is proved"
        )
    if without_redis:
        notes.append("the project uses Redis, and there is no redis-server on this machine")
    return tuple(Note("", 0, text) for text in notes)


def changes_of(place: Workplace, paths: Sequence[str], reasons: dict[str, str]) -> ChangeSet:
    """Return what became of files in staging, against the user's tree."""
    return changes_between(place.root, place.folder, paths, reasons)


def prove(
    place: Workplace,
    changes: ChangeSet,
    *,
    answers: Answers | None = None,
    new_tests: tuple[str, ...] = (),
    expected_endpoints: tuple[tuple[str, str], ...] = (),
    like_endpoints: Mapping[tuple[str, str], tuple[str, str]] | None = None,
) -> tuple[Check, ...]:
    """Verify a change in staging.

    Raises:
        VerificationError: a check failed.
        QuestionError: something could not be proved, and the user has not agreed to that.
        MissingError: something that a check needs is not there.
    """
    bench = place.bench(
        changes,
        new_tests=new_tests,
        expected_endpoints=expected_endpoints,
        like_endpoints=like_endpoints,
    )
    place.listener(
        StepStarted("checking it in a copy; a small project's tests take a minute or two")
    )
    checks = verify(bench, place.listener)
    require(checks)
    has_tables = place.facts.database.engine != "none"  # else there is nothing to migrate
    needed = [one for one in NEEDED if one != "migrations" or has_tables]
    unproved = [check for check in checks if check.verdict == "skipped" and check.check in needed]
    if unproved and (answers or Answers()).to(_unproved(unproved)) == "stop":
        raise VerificationError(
            "not everything could be proved, and that was not agreed to", checks
        )
    return checks


def _unproved(checks: Sequence[Check]) -> Question:
    names = ", ".join(check.check for check in checks)
    return Question(
        key="unproved",
        text=f"This could not be proved: {names}. Move the change over all the same?",
        why="; ".join(f"{check.check}: {check.detail}" for check in checks),
        choices=(
            Choice("proceed", "Write the change.", "What was not proved may not work."),
            Choice("stop", "Leave the project as it is.", "Nothing is added."),
        ),
        recommended="proceed",
    )


def move_over(place: Workplace, changes: ChangeSet, command: str) -> str:
    """Move a verified change into the user's tree and return its id for `undo`."""
    place.listener(StepStarted("moving the files over"))
    return commit(place.root, changes, command=command)


@dataclass(frozen=True)
class Outcome:
    """What a task has to say of its change, beside the change itself."""

    command: str
    summary: str
    plan: tuple[PlanStep, ...]
    notes: tuple[Note, ...] = ()
    next_steps: tuple[str, ...] = ()


def change_report(
    outcome: Outcome,
    changes: ChangeSet,
    *,
    verified: tuple[Check, ...] = (),
    undo: str | None = None,
    dry_run: bool = False,
) -> ChangeReport:
    """Put the report of a change together."""
    return ChangeReport(
        command=outcome.command,
        summary=outcome.summary,
        plan=outcome.plan,
        files=tuple(_file_change(edit) for edit in changes.edits),
        verified=verified,
        notes=outcome.notes,
        undo=undo,
        dry_run=dry_run,
        diff="".join(edit.diff() for edit in changes.edits) if dry_run else "",
        next_steps=outcome.next_steps,
        contents={edit.path: edit.after for edit in changes.edits} if dry_run else {},
    )


def each_file_once(steps: Sequence[PlanStep]) -> tuple[PlanStep, ...]:
    """Return the steps with each file at the first of them that changes it."""
    seen: set[str] = set()
    kept = []
    for step in steps:
        fresh = tuple(path for path in step.files if path not in seen)
        seen |= set(fresh)
        if fresh:
            kept.append(PlanStep(step.step, fresh))
    return tuple(kept)


def _file_change(edit: FileEdit) -> FileChange:
    added, removed = edit.counts()
    return FileChange(edit.path, edit.action, added, removed)
