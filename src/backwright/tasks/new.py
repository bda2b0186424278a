"""`new`: a project of the user's own out of the house, running and tested when the command ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from backwright.errors import UsageError
from backwright.report.change import ChangeReport, PlanStep
from backwright.report.events import Listener, StepStarted
from backwright.spec.types import ResourceSpec
from backwright.tasks.change import Outcome, Workplace, change_report, prove
from backwright.tasks.house import Features, house_draft, without_exemplars
from backwright.tasks.migration import write_migration
from backwright.tasks.new_place import make_environment, move_new, new_place
from backwright.tasks.new_words import check_name, in_order
from backwright.tasks.tidy import tidy
from backwright.transfer.draft import Draft
from backwright.transfer.resource import transfer_resource
from backwright.transfer.supplies import leave_out_supplies
from backwright.workshop import ChangeSet, FileEdit

COMMAND = "new"


@dataclass(frozen=True, slots=True)
class NewProject:
    """The request: the folder to make it in, its name, what it has."""

    parent: Path
    name: str
    resources: tuple[ResourceSpec, ...] = ()
    features: Features = field(default_factory=Features)
    dry_run: bool = False


def new_project(request: NewProject, listener: Listener) -> ChangeReport:
    """Make a project: copied, named, filled with the user's resources, proved, then moved over.

    Raises:
        UsageError: the name cannot be used, or the resources do not fit together.
        VerificationError: the project does not verify; nothing is left behind.
        MissingError: something that it needs is not there.
    """
    target = request.parent / request.name
    check_name(request.name, request.features)
    _check_target(target)
    written = _write(request, listener)
    with new_place(target, request.features, listener) as place:
        plan = _lay_out(place, written)
        changes = _changes(place, plan)
        outcome = _outcome(request, plan)
        if request.dry_run:
            return change_report(outcome, changes, dry_run=True)
        tests = tuple(p for p in changes.paths if p.startswith("tests/test_"))
        checks = prove(place, changes, new_tests=tests)
        listener(StepStarted(f"moving it to {request.name}/"))
        move_new(place.folder, target)
        notes = make_environment(target, listener)
        return change_report(replace(outcome, notes=notes), changes, verified=checks)


def _check_target(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target.name} is a file", remedy="take another name or folder")
    if target.exists() and any(target.iterdir()):
        raise UsageError(
            f"{target.name} is there already, and not empty", remedy="take another name or folder"
        )
    if not target.parent.is_dir():
        raise UsageError(f"{target.parent} is no folder", remedy="make it first")


@dataclass(frozen=True)
class _Written:
    """A project as it is to be, but for its first migration; and what each step wrote of it."""

    draft: Draft
    house: frozenset[str]
    steps: tuple[PlanStep, ...]


def _write(request: NewProject, listener: Listener) -> _Written:
    """Write the project, step by step; nothing is needed for that but what was asked for."""
    resources = in_order(request.resources)
    listener(StepStarted(f"writing {request.name}: {_what(request.features)}"))
    draft = house_draft(request.features)
    if resources:
        without_exemplars(draft, set())
    house = frozenset(draft.files())
    steps = tuple(_add(draft, request.features, spec, listener) for spec in resources)
    leave_out_supplies(draft)
    _name(draft, request.name)
    return _Written(draft, house, steps)


def _lay_out(place: Workplace, written: _Written) -> tuple[PlanStep, ...]:
    """Put the project into staging, and let its own Alembic write the first migration."""
    draft = written.draft
    paths = draft.write_into(place.folder)
    tidy(place.folder, paths, compact=True)
    migration = write_migration(place, "create all tables") if _lacks_migration(draft) else []
    tidy(place.folder, migration)
    ours = {path for step in written.steps for path in step.files}
    rest = tuple(path for path in paths if path in written.house and path not in ours)
    return (PlanStep("house", rest), *written.steps, PlanStep("migration", tuple(migration)))


def _add(draft: Draft, features: Features, spec: ResourceSpec, listener: Listener) -> PlanStep:
    listener(StepStarted(f"writing {spec.names.pascal}"))
    transfer = transfer_resource(draft, house_draft(features), spec)
    files = dict.fromkeys(path for _, paths in transfer.steps for path in paths)
    new = tuple(p for p in files if spec.names.snake in p or spec.names.plural_snake in p)
    return PlanStep(f"resource {spec.names.pascal}", new)


def _lacks_migration(draft: Draft) -> bool:
    return not any(p.startswith("migrations/versions/") for p in draft.modules())


def _name(draft: Draft, name: str) -> None:
    """Put the project's name where the house's stands."""
    title = " ".join(word.capitalize() for word in re.split(r"[-_]", name))
    for path, old, new in (
        ("pyproject.toml", 'name = "house"', f'name = "{name}"'),
        ("README.md", "# House", f"# {title}"),
        ("app/main.py", 'title="House"', f'title="{title}"'),
    ):
        text = draft.text(path)
        if old not in text:
            raise LookupError(f"{path} of the house does not hold {old!r}")
        draft.write(path, text.replace(old, new, 1))


def _changes(place: Workplace, plan: Sequence[PlanStep]) -> ChangeSet:
    reasons = {path: step.step for step in plan for path in step.files}
    return ChangeSet(
        tuple(
            FileEdit(path, None, (place.folder / path).read_bytes(), reason=reason)
            for path, reason in sorted(reasons.items())
        )
    )


def _what(features: Features) -> str:
    """Say what a project has, for its user."""
    database = "PostgreSQL" if features.database == "postgresql" else "SQLite"
    if not features.auth:
        return f"{database}, no user accounts"
    return f"{database}, user accounts (JWT), each user sees only their own rows"


def _outcome(request: NewProject, plan: tuple[PlanStep, ...]) -> Outcome:
    features = request.features
    names = ", ".join(spec.names.pascal for spec in request.resources)
    return Outcome(
        command=COMMAND,
        summary=f"{request.name}: {_what(features)}{f'; {names}' if names else ''}",
        plan=plan,
        next_steps=(
            f"cd {request.name}",
            "make run     serves it on http://127.0.0.1:8000, documentation at /docs",
            "make test    runs its tests",
            "backwright add resource Invoice number:str:1..40    adds a resource",
        ),
    )
