"""Which columns of a model are structure (keys, stamps, owner), and which are its own fields."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable

from backwright.project.types import Column, Model, Project
from backwright.spec.names import names_of

_STAMP = re.compile(
    r"^(created|updated|modified|inserted|changed|edited|deleted|removed|archived)"
    r"(_?(at|on|date|time|datetime|ts|timestamp|dt))?$"
    r"|^(create|update|modify|creation|modification|delete|last_update|last_modified)"
    r"(_?(time|date|datetime|at|ts))?$"
    r"|^(date|time|last|ts)_(created|updated|modified|deleted)$",
    re.IGNORECASE,
)
_FLAG = re.compile(
    r"^(is_?(deleted|removed|archived)|del_flag|deleted_flag|soft_deleted|version|version_id"
    r"|row_version|lock_version|_version)$",
    re.IGNORECASE,
)
_AUDIT = re.compile(
    r"^(creat|updat|modifi|delet|chang)(e|ed|or|er)?_?(by|user)(_?(id|user|user_id|uuid))?$",
    re.IGNORECASE,
)
_PUBLIC_KEY = re.compile(r"^(uuid|guid|uid|public_id|external_id|public_uuid)$", re.IGNORECASE)
_REMOVING = frozenset(("delete", "remove", "destroy", "deactivate", "archive"))


def owner_column(model: Model) -> str | None:
    """Return the model's own column that says which user a row belongs to."""
    return model.owner.column if model.owner and model.owner.direct else None


def is_link(model: Model) -> bool:
    """Tell whether a table only links two others."""
    keys = [c for c in model.columns if c.foreign_key]
    rest = [
        c for c in model.columns if not c.foreign_key and not c.primary_key and not is_stamp(c.name)
    ]
    return len(keys) >= 2 and not rest and all(c.primary_key or c.foreign_key for c in keys)


def is_stamp(name: str) -> bool:
    """Tell whether a name is that of a column saying when a row was made, changed or deleted."""
    return bool(_STAMP.match(name))


def structural(project: Project, model: Model, schema_bases: Iterable[tuple[str, int]]) -> set[str]:
    """Return the names of the columns that are the project's way, not the resource's own.

    Args:
        project: where the model stands.
        model: the exemplar.
        schema_bases: the places (file, line) of columns in schema classes made for this model.
    """
    shared = _shared_places(project)
    own_bases = set(schema_bases)
    owner = owner_column(model)
    found = {owner} if owner else set()
    for column in model.columns:
        place = (column.file, column.line)
        from_mixin = place in shared and place not in own_bases
        if column.primary_key or from_mixin or _is_named_so(column):
            found.add(column.name)
    return found


def switched_off(model: Model, trees: Iterable[ast.Module]) -> set[str]:
    """Return the flags of a model that what removes a row sets instead: rows are not deleted."""
    flags = [c.name for c in model.columns if c.type.lower().startswith("bool")]
    nouns = {model.name, names_of(model.name).snake}
    found: set[str] = set()
    for tree in trees if flags else ():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if not _REMOVING & set(node.name.lower().split("_")):
                continue
            code = ast.unparse(node)
            is_of_it = any(re.search(rf"(?<![a-z]){noun}(?![a-z])", code) for noun in nouns)
            if not is_of_it or re.search(r"\bdelete\(", code.partition("\n")[2]):
                continue
            found |= {f for f in flags if re.search(rf"\b{f}\s*=\s*(?:True|False)\b", code)}
    return found


def _is_named_so(column: Column) -> bool:
    name = column.name
    if is_stamp(name) or _FLAG.match(name):
        return True
    if name == "id" and not column.foreign_key:  # the key, however the table is told so
        return True
    if _AUDIT.match(name):
        return True
    return bool(_PUBLIC_KEY.match(name)) and "id" in column.type.lower()


def _shared_places(project: Project) -> set[tuple[str, int]]:
    """Return where columns stand that several tables have."""
    counts = Counter((c.file, c.line) for m in project.models for c in m.columns if c.file)
    return {place for place, count in counts.items() if count > 1}
