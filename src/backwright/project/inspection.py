"""Hearing both witnesses: the source, and where it can be had the running program."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from backwright.project.merging import merged
from backwright.project.reader import read_project
from backwright.project.runtime import hear
from backwright.project.types import Project, Runtime
from backwright.report.events import Listener, StepStarted, silence


def inspect_project(root: Path, listener: Listener = silence, *, static: bool = False) -> Project:
    """Read a project's source, and unless `static` import its applications in a sandbox.

    What the program says is merged in (`seen`); a program that cannot be imported, or that
    disagrees with the source, is a note under `unresolved`.
    """
    listener(StepStarted("reading the source"))
    project = read_project(root)
    if static:
        return replace(project, runtime=Runtime(why="as --static asks"))
    if not project.apps:
        return replace(project, runtime=Runtime(why="there is no application to import"))
    listener(StepStarted("asking the running program"))
    return merged(project, hear(project))
