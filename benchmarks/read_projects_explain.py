"""Whether what was missed stands under `unresolved`, at a place that has to do with it.

A route that was not read is explained by an unresolved place among the lines of the project that
made it at run time; one that was read but is not there, by a condition that is listed (it was taken
as so) and that has the route's function under it, or speaks of it there; a table by the place of
its class. Under a condition is what its statement holds; where that ends its block, what follows.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from backwright.project.types import Endpoint, Project, Unresolved

Place = tuple[str, int]


def unexplained(
    project: Project, source: Path, folder: str, missed: dict[str, tuple[str, ...]], dump: Any
) -> list[str]:
    """Return the misses of endpoints and tables that no unresolved place speaks of.

    `missed` has what is missing and what was invented, as `missing endpoints` and so on.
    """
    routes = {f"{one.method} {one.path}": one for one in project.endpoints}
    read_tables = {one.table: (one.file, one.line) for one in project.models}
    under = f"{folder}/" if folder else ""
    made = {key: [(under + file, line) for file, line in at] for key, at in dump["lines"].items()}
    classes = {key: [(under + file, line)] for key, (file, line) in dump["table_places"].items()}
    tables = {key: [place] for key, place in read_tables.items()}
    listed = project.unresolved
    explained: dict[str, Callable[[str], bool]] = {
        "missing endpoints": lambda key: _listed(listed, made.get(key, []), source),
        "invented endpoints": lambda key: _doubted(listed, routes[key], source),
        "missing tables": lambda key: _listed(listed, classes.get(key, []), source),
        "invented tables": lambda key: _listed(listed, tables[key], source),
    }
    return [
        f"{kind}: {name}"
        for kind, known in explained.items()
        for name in missed[kind]
        if not known(name)
    ]


def _listed(unresolved: Iterable[Unresolved], places: list[Place], source: Path) -> bool:
    """Tell whether one of the places is listed, or stands in a statement that is."""
    return any(
        one.file == file and (one.line == line or _holds(source / file, one.line, line))
        for file, line in places
        for one in unresolved
    )


def _holds(file: Path, outer: int, inner: int) -> bool:
    return any(
        node.lineno == outer and inner <= (node.end_lineno or outer)
        for node, _ in _statements(file)
        if node.lineno <= inner
    )


def _doubted(unresolved: Iterable[Unresolved], endpoint: Endpoint, source: Path) -> bool:
    """Tell whether a listed condition decides whether a route is there."""
    handler = endpoint.handler.rpartition(":")[2].rpartition(".")[2]
    return any(
        _speaks_of(part, handler) or (one.file == endpoint.file and _has_line(part, endpoint.line))
        for one in unresolved
        for node, rest in _statements(source / one.file)
        if node.lineno == one.line
        for part in (node, *(rest if _ends(node) else ()))
    )


def _ends(node: ast.stmt) -> bool:
    """Tell whether a statement may end the block that it stands in."""
    return any(isinstance(one, (ast.Return, ast.Raise)) for one in ast.walk(node))


def _has_line(node: ast.stmt, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _speaks_of(node: ast.stmt, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))


@cache
def _statements(file: Path) -> tuple[tuple[ast.stmt, list[ast.stmt]], ...]:
    """Return the statements of a file, each with those that follow it in its block."""
    return tuple(_in_blocks(ast.parse(file.read_bytes()))) if file.is_file() else ()


def _in_blocks(tree: ast.AST) -> Iterator[tuple[ast.stmt, list[ast.stmt]]]:
    for node in ast.walk(tree):
        for _, block in ast.iter_fields(node):
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield from ((one, block[index + 1 :]) for index, one in enumerate(block))
