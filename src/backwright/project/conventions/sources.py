"""Which modules habits are read from."""

from __future__ import annotations

from backwright.project.apps import is_test
from backwright.project.conventions.evidence import Source
from backwright.project.files import Tree
from backwright.project.modules import Modules

MOST_TESTS = 80


def sources_of(modules: Modules, tree: Tree) -> list[Source]:
    """Return the modules that were read for the program's sake, and its tests.

    A project without an application shows its habits in all its modules. Of very many tests an
    even part is taken.
    """
    known = [one.file for one in modules.known() if one.tree is not None]
    known = known or list(tree.python)
    tests = [file for file in tree.python if is_test(file)]
    tests = tests[:: max(1, -(-len(tests) // MOST_TESTS))]
    files = dict.fromkeys([*(one for one in known if not is_test(one)), *tests])
    return [source for file in files if (source := _source(modules, tree, file)) is not None]


def _source(modules: Modules, tree: Tree, file: str) -> Source | None:
    parsed = modules.parse(modules.module(file))
    return Source(tree.root, file, parsed, is_test(file)) if parsed is not None else None
