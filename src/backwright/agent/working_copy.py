"""A copy of the project in which several steps follow each other before anything is moved over."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from backwright.host.environment import find
from backwright.workshop import prepare


@contextlib.contextmanager
def working_copy(root: Path) -> Iterator[Path]:
    """Give a copy of the project that is one to the engine: with its environment, and a top.

    Raises:
        MissingError: the copy cannot be made.
    """
    with prepare(root) as staging:
        folder = staging.folder
        top = staging.scratch / "changed"
        (top / ".git").mkdir(exist_ok=True)  # the copy ends where the repository does
        environment = find(root)
        link = folder / ".venv"
        if environment is not None and not link.exists():
            link.symlink_to(environment.prefix)
        yield folder
