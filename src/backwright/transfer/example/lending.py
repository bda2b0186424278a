"""Names that new code says in another part's words are had from where that part has them."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from backwright.source.fallback import tree_of
from backwright.source.outline import imported_names
from backwright.transfer.declaration import Import, import_of
from backwright.transfer.draft import Draft
from backwright.transfer.example.at_large import at_large
from backwright.transfer.example.facts import Learning
from backwright.transfer.example.modules import Modules
from backwright.transfer.example.needs import add_needs

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def lend_names(draft: Draft, learning: Learning, likes: dict[str, str], *, width: int) -> None:
    """Import into each changed module what it now uses and only modules of the same chain import.

    A service may say that a row is missing; where a repository has to say it, too, it needs the
    service's `HTTPException`. What is at large in a module is had from there, too.

    Args:
        draft: the host; it is changed.
        learning: whose modules lend their names.
        likes: for a new module, the one that it was learnt from.
        width: the longest line.
    """
    known: dict[str, Import] = {}
    modules = learning.owners.modules
    for part in learning.chain.parts:
        for name, pair in _imports(modules, part.path):
            known.setdefault(name, pair)
        for one in at_large(learning, part):
            known |= {name: (modules.name_of(part.path, part.path), name) for name in one.names}
    for path, (before, after) in draft.changes().items():
        if after is None or not path.endswith(".py"):
            continue
        there = unbound(before.decode("utf-8", "replace")) if before else set()
        wanted = [known[n] for n in sorted(unbound(draft.text(path)) - there) if n in known]
        if wanted:
            add_needs(draft, modules, path, likes.get(path, path), wanted, width=width)


def _imports(modules: Modules, path: str) -> Iterator[tuple[str, Import]]:
    """Yield the names that a module imports, and what each is: of the project's own, or a library's."""
    own = {
        alias.asname or alias.name: (modules.name_of(file, path), alias)
        for node, alias, file in modules.imports(path)
        if isinstance(node, ast.ImportFrom)
    }
    for name, origin in imported_names(modules.text(path)).items():
        if name in own:
            module, alias = own[name]
            yield name, (module, f"{alias.name} as {alias.asname}" if alias.asname else alias.name)
        elif not origin.startswith(".") and import_of(name, origin)[1] == name:
            yield name, import_of(name, origin)


def unbound(code: str) -> set[str]:
    """Return the names that a module reads and nothing in it gives a value."""
    tree = tree_of(code)
    read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    bound = set(dir(builtins)) | set(imported_names(code))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, _DEFINITIONS):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add(node.asname or node.name.partition(".")[0])
        elif (isinstance(node, ast.ExceptHandler) and node.name) or (
            isinstance(node, ast.MatchAs | ast.MatchStar) and node.name
        ):
            bound.add(node.name)
    return read - bound
