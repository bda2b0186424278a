"""The endpoints that a new relation gives in a project of any style, written into its staged copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backwright.project import read_project
from backwright.project.types import Model, Project
from backwright.spec.types import FieldSpec
from backwright.tasks.habits import Habits, Written
from backwright.tasks.host_facts import speaks_house_style
from backwright.tasks.tidy import tidy
from backwright.transfer.draft import Draft
from backwright.transfer.example.modules import read_modules
from backwright.transfer.example.nouns import read_nouns
from backwright.transfer.example.ownership import Ownership
from backwright.transfer.grow.sources import Sources
from backwright.transfer.guarding.program import Program
from backwright.transfer.nested import Ground, Nested, Relation, write_nested
from backwright.values import Note
from backwright.workshop.settings import tables

_STRICTER = {"none": 0, "optional": 1, "required": 2}


@dataclass(frozen=True, slots=True)
class Below:
    """What was written: endpoints, and the files that were changed for them as they were before."""

    made: Nested = field(default_factory=Nested)
    before: Mapping[str, bytes | None] = field(default_factory=dict)

    @property
    def files(self) -> list[str]:
        """The files that were changed."""
        return list(self.before)

    def take_back(self, folder: Path) -> None:
        """Leave the folder as it was without the endpoints."""
        for path, data in self.before.items():
            if data is None:
                (folder / path).unlink()
            else:
                (folder / path).write_bytes(data)


def write_below(folder: Path, before: Project, model: str, spec: FieldSpec, width: int) -> Below:
    """Write the endpoints of a relation that stands in the models of a folder by now.

    Args:
        folder: the staged copy; it is changed.
        before: the project without the relation.
        model: the model that keeps it.
        spec: how it does.
        width: the longest line.
    """
    draft, project = Draft(folder), read_project(folder)
    owners = Ownership(project, read_modules(draft), read_nouns(project.models))
    is_typed = "mypy" in tables(folder) and _is_of_sqlmodel(draft, project)
    program = Program(Sources(draft, project))
    is_house = speaks_house_style(folder)
    ground = Ground(draft, project, program, owners, width, is_typed, is_house)
    target = _target(project, owners, spec)
    there = _new_relationship(before, project, target, model, spec) if target else ""
    if target is None:
        return Below()
    made = write_nested(ground, Relation(model, target.name, spec, there))
    changed = draft.changes()
    for path, (_, new) in changed.items():
        assert new is not None  # noqa: S101 - adding deletes nothing
        (folder / path).write_bytes(new)
    below = Below(made, {path: old for path, (old, _) in changed.items()})
    if loose := _unguarded(folder, made):
        below.take_back(folder)
        text = f"its endpoints were left out: {loose} would ask less of its caller than they do"
        return Below(Nested(notes=[Note(target.file, target.line, text)]))
    if is_house:
        tidy(folder, changed)
    else:
        edited = (
            Written(p, old, is_new=False) for p, (old, _) in changed.items() if old is not None
        )
        Habits(folder, width).keep(edited)
    return below


def _is_of_sqlmodel(draft: Draft, project: Project) -> bool:
    return any("sqlmodel" in draft.text(model.file) for model in project.models if model.file)


def _target(project: Project, owners: Ownership, field: FieldSpec) -> Model | None:
    """Return the model that a field points to."""
    for one in project.models:
        if field.target in (one.name, owners.nouns.names[one.name].pascal):
            return one
    return None


def _new_relationship(
    before: Project, after: Project, target: Model, model: str, field: FieldSpec
) -> str:
    """Return the attribute by which a target knows the rows that refer to it since now."""
    old = {r.name for m in before.models if m.name == target.name for r in m.relationships}
    new = next(m for m in after.models if m.name == target.name)
    found = [r.name for r in new.relationships if r.name not in old and r.target == model]
    return next((name for name in found if name != field.name), "")


def _unguarded(folder: Path, made: Nested) -> str:
    """Return a new endpoint that asks less of its caller than those of its own path."""
    if not made.endpoints:
        return ""
    endpoints = {(e.method, e.path.rstrip("/")): e for e in read_project(folder).endpoints}
    for (method, path), least in zip(made.endpoints, made.guards, strict=True):
        found = endpoints.get((method, path.rstrip("/")))
        if found is None or _STRICTER[found.auth] < _STRICTER[least]:
            return f"{method} {path}"
    return ""
