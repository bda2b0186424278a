"""The condition that keeps rows to their owner: by their own column, or by a parent's."""

from __future__ import annotations

import ast

from backwright.audit.fixes.importing import Said, said_class
from backwright.audit.names import Meaning
from backwright.audit.sources import Source
from backwright.audit.subject import Subject
from backwright.project.types import Model

_LIBRARIES = frozenset({"sqlalchemy", "sqlmodel"})


def owned_at_last(subject: Subject, model: Model) -> Model | None:
    """Return the model that a row's owner is said by: its own, or the last parent's on the way."""
    if model.owner is None:
        return None
    name = model.owner.path[-1].partition(".")[0]
    found = next((one for one in subject.project.models if one.name == name), None)
    return found if found is not None and found.owner is not None and found.owner.direct else None


def kept_to_owner(
    subject: Subject, source: Source, model: Model, shown: str, caller: str
) -> Said | None:
    """Return the condition that leaves the caller's rows of a model.

    Rows that belong to users through a parent are chosen by it:
    `Comment.post_id.in_(select(Post.id).where(Post.owner_id == user.id))`.

    Args:
        subject: The project.
        source: The module of the query.
        model: What is chosen.
        shown: How the query names the model.
        caller: The caller's key, as source.

    Returns:
        The condition and what it needs imported; `None` where a parent cannot be named there.
    """
    if model.owner is None:
        return None
    names, wanted = [shown], set[tuple[str, str]]()
    for step in model.owner.path[1:]:
        said = _named(subject, source, step.partition(".")[0])
        if said is None:
            return None
        names.append(said.text)
        wanted |= said.needs
    columns = [one.partition(".")[2] for one in model.owner.path]
    text = f"{names[-1]}.{columns[-1]} == {caller}"
    for at in range(len(names) - 2, -1, -1):
        key = _key(subject, model.owner.path[at + 1].partition(".")[0])
        if key is None:
            return None
        text = f"{names[at]}.{columns[at]}.in_(select({names[at + 1]}.{key}).where({text}))"
    if len(names) > 1:
        imported = select_in(subject, source)
        if imported is None:
            return None
        wanted |= imported
    return Said(text, frozenset(wanted))


def select_in(subject: Subject, source: Source) -> set[tuple[str, str]] | None:
    """Return what a module must import to say `select`; `None` where that means something else."""
    there = subject.names.bound(source, "select").library
    if there and there.partition(".")[0] not in _LIBRARIES:
        return None
    uses = any(one.module.partition(".")[0] == "sqlmodel" for one in source.imports.values())
    return set() if there else {("sqlmodel" if uses else "sqlalchemy", "select")}


def _named(subject: Subject, source: Source, name: str) -> Said | None:
    """Return how a module names a model."""
    model = next((one for one in subject.project.models if one.name == name), None)
    at = next((key for key, one in subject.models.items() if one is model), None)
    home = subject.all.get(at[0]) if at is not None else None
    for one in home.nodes(ast.ClassDef) if home is not None else ():
        if at is not None and one.lineno == at[1]:
            return said_class(subject, source, Meaning("", home, one))
    return None


def _key(subject: Subject, name: str) -> str | None:
    """Return the one column of a model's primary key."""
    model = next((one for one in subject.project.models if one.name == name), None)
    keys = [one.name for one in model.columns if one.primary_key] if model is not None else []
    return keys[0] if len(keys) == 1 else None
