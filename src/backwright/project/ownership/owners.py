"""Which model the users are, and which models belong to them: by which column, by which path."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import replace

from backwright.project.types import Column, Model, Owner

_PASSWORD = re.compile(
    r"(?i)^(hashed_?|encrypted_?)?(password|passwd|pwd)(_?(hash|hashed|digest))?$"
)
_USER = re.compile(
    r"^(App|Auth|Base|DB|Db|Database|Tb|Sys|Core|ORM)?_?(User|Account|Member)s?(Model|Table|ORM|DB|Db|InDB)?$"
)
_EMAIL = re.compile(r"(?i)e_?mail|user_?name|login")
_OWNING = (
    r"owner|user|author|account|member|customer|creator|client|profile|borrower|student|seller"
    r"|buyer|submitter|requester|applicant|patient|subscriber|holder|host|organi[sz]er|follower",
    r"create|made|upload|add|post|sender|from|reporter|by$",
)
_BARE = re.compile(r"(?i)^(owner|user|author)_?u?u?id$")
_NOT_OWNING = re.compile(
    r"(?i)updat|modif|delet|edit|approv|review|assign|verif|grant|revok|close|resolv|invit|target"
    r"|follow(ed|ing)|receiv|recipient|parent|blocked|last_"
)
_DEEPEST = 4
_LIKELY = 4


def find_user_model(models: Iterable[Model], returned: Counter[str]) -> Model | None:
    """Return the model that the users are, `None` if none stands out.

    `returned` counts how often a dependency that takes credentials gives a row of a model.
    """
    models = tuple(models)
    referred = Counter(_table(one.foreign_key) for model in models for one in model.columns)
    most = max(returned.values(), default=0)

    def likely(model: Model) -> tuple[float, int, str]:
        names = [one.name for one in model.columns]
        score = 4.0 * returned[model.name] / most if most else 0.0
        score += 3 * any(_PASSWORD.match(name) for name in names)
        score += 3 * bool(_USER.match(model.name))
        score += any(_EMAIL.search(name) for name in names)
        return score, referred[model.table], model.name

    best = max(models, key=likely, default=None)
    return best if best is not None and likely(best)[0] >= _LIKELY else None


def with_owners(models: Iterable[Model], user: Model | None) -> tuple[Model, ...]:
    """Return the models with what they belong to users by: a column, or a path over parents."""
    models = tuple(models)
    if user is None:
        return models
    owners = {one.table: found for one in models if (found := _direct(one, user)) is not None}
    waiting = deque(one for one in models if one.table in owners)
    while waiting:
        parent = waiting.popleft()
        for child in models:
            above = owners[parent.table]
            if child is user or child.table in owners or len(above.path) >= _DEEPEST:
                continue
            key = _key_to(child, parent)
            if key is not None and _passes_on(above):
                owners[child.table] = Owner(key.name, user.name, (_step(child, key), *above.path))
                waiting.append(child)
    return tuple(replace(one, owner=owners.get(one.table)) for one in models)


def _direct(model: Model, user: Model) -> Owner | None:
    if model.table == user.table:
        return None
    named = {one.name for one in model.columns}
    ranked = [
        (rank, one)
        for one in model.columns
        if (rank := _rank(one, user)) is not None and not _is_told_beside(one, named)
    ]
    if not ranked:
        return None
    column = min(ranked, key=lambda pair: pair[0])[1]
    return Owner(column.name, user.name, (_step(model, column),))


def _is_told_beside(column: Column, names: set[str]) -> bool:
    """Tell whether a column without a foreign key is data: a book's `author_id` beside its `author`."""
    return column.foreign_key is None and re.sub(r"_?u?u?id$", "", column.name, flags=re.I) in names


def _rank(column: Column, user: Model) -> int | None:
    """Return how much a column speaks of the owner (0 most), `None` if it does not at all."""
    refers = points_to(column.foreign_key, user)
    if not (refers or _speaks_of(column, user)) or _NOT_OWNING.search(column.name):
        return None
    if re.search(_OWNING[0], column.name, re.I):
        return 0 if refers else 3
    if column.nullable:  # rows that may have no maker do not belong to whoever made them
        return None
    return 1 if re.search(_OWNING[1], column.name, re.I) else 2


def _speaks_of(column: Column, user: Model) -> bool:
    """Tell whether a column without a foreign key is named as the users' key is."""
    if column.foreign_key is not None or column.primary_key:
        return False
    own = re.escape(user.name.removesuffix("Model")) + r"_?u?u?id$"
    return bool(_BARE.match(column.name)) or re.match(own, column.name, re.I) is not None


def points_to(key: str | None, model: Model) -> bool:
    """Tell whether a foreign key's target (`table.column`) lies in a model's table."""
    table = _table(key)
    return table is not None and table in {model.table, model.table.rpartition(".")[2]}


def _table(key: str | None) -> str | None:
    return key.rpartition(".")[0] if key else None


def _key_to(child: Model, parent: Model) -> Column | None:
    """Return the foreign key from a child to its parent: one that must be given, if there is.

    One that need not be given (the template that a row was made from) counts where no other must.
    """
    if child.table == parent.table:
        return None
    keys = [one for one in child.columns if points_to(one.foreign_key, parent)]
    key = min(keys, key=lambda one: one.nullable, default=None)
    return None if key is not None and key.nullable and _must_have_another(child, key) else key


def _must_have_another(child: Model, key: Column) -> bool:
    """Tell whether a row that may go without this parent must have another: it is that one's."""
    own = f"{child.table}."
    return any(
        one.foreign_key and not one.nullable and not one.foreign_key.startswith(own)
        for one in child.columns
        if one.foreign_key != key.foreign_key
    )


def _passes_on(owner: Owner) -> bool:
    """Tell whether what hangs on an owned row is owned too: not by who merely made it."""
    column = owner.path[-1].rpartition(".")[2]
    return re.search(_OWNING[0], column, re.I) is not None


def _step(model: Model, column: Column) -> str:
    return f"{model.name}.{column.name}"


def owner_names(models: Iterable[Model], user: Model) -> set[str]:
    """Return the names of columns and relationships that lead from rows to users."""
    names: set[str] = set()
    for model in models:
        if model.table == user.table:
            continue
        names |= {one.name for one in model.columns if points_to(one.foreign_key, user)}
        names |= {one.name for one in model.relationships if one.target == user.name}
        if model.owner is not None and model.owner.direct:
            names.add(model.owner.column)
    return names


def parent_names(models: Iterable[Model]) -> set[str]:
    """Return the names of columns that lead from rows to owned parents."""
    return {one.owner.column for one in models if one.owner is not None and not one.owner.direct}
