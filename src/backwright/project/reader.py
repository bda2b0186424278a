"""The way to a project's facts: a reading that is kept, else a new one.

Everything that only a new reading needs is imported then: a kept one is there in no time.
"""

from __future__ import annotations

from pathlib import Path

from backwright.project.cache import folder, key, load, store
from backwright.project.files import read_tree
from backwright.project.types import Project


def read_project(root: Path) -> Project:
    """Read the project in `root` without running any of it.

    Whatever cannot be read or settled stands in the result's `unresolved`; nothing is raised
    for the project's sake. A reading is kept and given again while no file's content changes.
    """
    tree = read_tree(root.resolve())
    place = folder()
    name = key(tree) if place is not None else ""
    kept = load(place, name, tree) if place is not None else None
    if kept is not None:
        return kept
    from backwright.project.reading import read

    project = read(tree)
    if place is not None:
        store(place, name, project, tree)
    return project
