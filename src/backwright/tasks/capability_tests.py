"""The tests of a capability, where a host has its tests and as it writes them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath

from backwright.project.apps import is_test
from backwright.project.types import App, Project
from backwright.spec.names import names_of
from backwright.tasks.host_facts import host_facts
from backwright.tasks.probe_tests import style_in
from backwright.transfer.attach.proofs import TestStyle
from backwright.transfer.grow.homes import read_homes
from backwright.transfer.grow.sources import Sources
from backwright.transfer.grow.steps import package_of


def style_for(project: Project, app: App, test: str | None = None) -> TestStyle:
    """Return how a host tests one of its applications.

    Args:
        project: the host.
        app: the application.
        test: the new file, which must know the fixtures; without it, any that files share count.
    """
    own = app.object  # what a style names only where there is no fixture
    folder = PurePosixPath(test).parent.as_posix() if test else None
    found = style_in(project.root, host_facts(project).test_folder, own, folder)
    return TestStyle("" if found.app else found.client, found.is_async, found.marker, own)


def home_of_tests(sources: Sources, word: str) -> str:
    """Return a path for the tests of a capability that nothing has yet."""
    home = PurePosixPath(read_homes(sources, names_of(word, plural=word)).tests)
    home = _among_tests(sources, home)
    ending = home.stem.endswith("_test")
    stems = [word, *(f"{word}_{number}" for number in range(2, 100))]
    names = (f"{stem}_test.py" if ending else f"test_{stem}.py" for stem in stems)
    return next(p for name in names if not sources.draft.exists(p := str(home.with_name(name))))


def in_reach(sources: Sources, path: str, client: str) -> str:
    """Return a path for tests that their client's fixture is seen from: its `conftest.py` is above.

    Where no `conftest.py` has it, the path stays as it is.
    """
    draft = sources.draft
    found = [
        PurePosixPath(one).parent
        for one in draft.modules()
        if one.endswith("conftest.py") and re.search(rf"def {client}\(", draft.text(one))
    ]
    home = PurePosixPath(path)
    if not client or not found or any(home.is_relative_to(one) for one in found):
        return path
    names = (home.name, *(f"{home.stem}_{number}.py" for number in range(2, 100)))
    return next(p for name in names if not draft.exists(p := str(found[0] / name)))


def _among_tests(sources: Sources, home: PurePosixPath) -> PurePosixPath:
    """Return a path of tests, in a folder that has some where each resource has a folder of its own.

    What stands around the application is no resource.
    """
    tests = [PurePosixPath(one) for one in sources.draft.modules() if is_test(one)]
    folders = {one.parent for one in tests if one.parent.name}
    if not folders or home.parent in folders or len(home.parent.parts) < 2:
        return home
    counts = Counter(one.parent for one in tests if one.name != "__init__.py")
    shared = [one for one in folders if one.parent.name in ("core", "common", "shared")]
    best = max(shared or counts, key=lambda one: (counts[one], -len(one.parts)))
    return best / home.name


def add_test_file(sources: Sources, path: str, code: str) -> list[str]:
    """Write a module of tests; return the files that are new."""
    packages = package_of(sources, path)
    sources.draft.write(path, code)
    return [*packages, path]
