"""The variables of settings that were added, as the host's settings read them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backwright.project import read_project
from backwright.project.types import Project
from backwright.tasks.drafted import put
from backwright.transfer.attach.example import add_to_example
from backwright.transfer.attach.settings import Reader
from backwright.transfer.draft import Draft

Example = tuple[Reader, str, str]
"""A setting, an example of its value, and what it is for."""


def variable_of(project: Project, reader: Reader) -> str:
    """Return the variable of the environment that gives a setting, its prefix included."""
    for one in project.settings:
        if one.file == reader.file and one.name == reader.name and one.variables:
            return one.variables[0]
    return reader.name.upper()


def name_in_examples(folder: Path, app: str, settings: Sequence[Example]) -> list[str]:
    """Name settings in the host's example of an environment; return the files that were changed.

    Args:
        folder: the copy of the host, with its new settings written.
        app: the file of its application.
        settings: the settings.
    """
    project, draft = read_project(folder), Draft(folder)
    files = []
    for reader, value, said in settings:
        path = add_to_example(draft, app, variable_of(project, reader), value, said)
        files += [path] if path else []
    put(folder, draft)
    return list(dict.fromkeys(files))
