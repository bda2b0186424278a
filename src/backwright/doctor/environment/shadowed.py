"""Files of the project that have the name of a library, and are imported in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.doctor.environment.libraries import is_library
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_ATTRIBUTE = (
    r"module '(?P<name>\w+)' (?:from '[^']+' )?has no attribute|"
    r"cannot import name '\w+' from (?:partially initialized module )?'(?P<module>\w+)'"
)


def own_file(evidence: Evidence, name: str) -> str | None:
    """Return the project's file that is imported by a library's name."""
    if not is_library(evidence, name):
        return None
    found = [one for one in evidence.sources.own if f"/{one}".endswith(f"/{name}.py")]
    return min(found, key=lambda one: one.count("/"), default=None)


def _renamed(evidence: Evidence, file: str, name: str) -> tuple[Repair, ...]:
    """Return the repairs that give a file another name, where nobody imports what it defines itself."""
    text = evidence.sources.text(file)
    tree = evidence.sources.syntax(file)
    own = {
        getattr(target, "id", getattr(node, "name", ""))
        for node in (tree.body if tree else ()) for target in getattr(node, "targets", (node,))
    }  # fmt: skip
    taken = {
        alias.name for one in evidence.sources.python if one != file for node in evidence.sources.nodes(one)
        if isinstance(node, ast.ImportFrom) and node.module == name for alias in node.names
    }  # fmt: skip
    other = f"{file[: -len(name) - 3]}own_{name}.py"
    if tree is None or own & taken or other in evidence.sources.python or not text:
        return ()
    return (Repair(other, "", text), Repair(file, text, ""))


@diagnosis
def shadowed(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a file of the project that stands in the way of a library."""
    for ground, raised, match in evidence.raised(_ATTRIBUTE):
        name = match["name"] or match["module"]
        file = own_file(evidence, name)
        if file is None:
            continue
        yield Cause(
            "environment", "module-shadowed",
            f"{file} has the name of the library {name}, and is imported in its place",
            (raised.text[:300],), Place(file, 1),
            f"rename {file}, and what imports it of the project", "start the application again",
            repairs=_renamed(evidence, file, name),
            failure=ground.number, count=ground.count,
        )  # fmt: skip
