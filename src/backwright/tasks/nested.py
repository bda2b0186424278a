"""The endpoints that a new relation gives in a project of any style, written into its staged copy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backwright.project import read_project
from backwright.project.types import Model, Project
from backwright.spec.types import FieldSpec
from backwright.transfer.draft import Draft
from backwright.transfer.example.modules import read_modules
from backwright.transfer.example.nouns import read_nouns
from backwright.transfer.example.ownership import Ownership
from backwright.transfer.grow.sources import Sources
from backwright.transfer.guarding.program import Program
from backwright.transfer.nested import Ground, Nested, Relation, write_nested
from backwright.values import Note

_STRICTER = {"none": 0, "optional": 1, "required": 2}


@dataclass(frozen=True, slots=True)
class Below:
    """What was written: endpoints, and the files that were changed for them, by step."""

    made: Nested
    files: tuple[str, ...]


def write_below(folder: Path, before: Project, model: str, field: FieldSpec, width: int) -> Below:
    """Write the endpoints of a relation that stands in the models of a folder by now.

    Args:
        folder: the staged copy; it is changed.
        before: the project without the relation.
        model: the model that keeps it.
        field: how it does.
        width: the longest line.
    """
    draft, project = Draft(folder), read_project(folder)
    owners = Ownership(project, read_modules(draft), read_nouns(project.models))
    ground = Ground(draft, project, Program(Sources(draft, project)), owners, width)
    target = _target(project, owners, field)
    there = _new_relationship(before, project, target, model, field) if target else ""
    if target is None:
        return Below(Nested(), ())
    made = write_nested(ground, Relation(model, target.name, field, there))
    changed = draft.changes()
    for path, (_, after) in changed.items():
        assert after is not None  # noqa: S101 - adding deletes nothing
        (folder / path).write_bytes(after)
    if loose := _unguarded(folder, made):
        for path, (old, _) in changed.items():
            assert old is not None  # noqa: S101 - only what is there is edited
            (folder / path).write_bytes(old)
        note = Note(target.file, target.line, f"an endpoint below it would be open: {loose}")
        return Below(Nested(notes=[note]), ())
    return Below(made, tuple(changed))


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
