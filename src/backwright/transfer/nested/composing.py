"""Putting a handler together of two: parameters that are one, names that clash, what is imported."""

from __future__ import annotations

import ast
import builtins
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from backwright.source.outline import used_names
from backwright.transfer.grow.sources import names_of_statement
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.program import Program
from backwright.transfer.nested.handlers import Handler, Param, UnsaidError, bound_in, params_of


@dataclass(frozen=True, slots=True)
class Merged:
    """The parameters of two handlers as those of one.

    Attributes:
        params: All of them, each once.
        renamed: How what the second one calls its own is called now.
    """

    params: tuple[Param, ...]
    renamed: dict[str, str] = field(default_factory=dict)


def merge(
    program: Program,
    first: Sequence[Param],
    other: Handler,
    code: str,
    prefix: str,
    taken: Sequence[str],
    without: Sequence[str] = (),
) -> Merged:
    """Return the parameters of a handler and of another one.

    What FastAPI makes in the same way is made once; what it makes otherwise under the same name gets
    another. What clients send keeps its name.

    Args:
        program: the host.
        first: the parameters of the first handler.
        other: the second handler.
        code: its module.
        prefix: put before names that are taken.
        taken: names that the first handler assigns.
        without: parameters that are left out.

    Raises:
        UnsaidError: both are sent something by the same name.
    """
    params, renamed = list(first), dict[str, str]()
    known = {_plain(p.rest): p.name for p in first if p.injected}
    names = {p.name for p in first}
    for param in params_of(program, other, code):
        if param.name in without:
            continue
        if param.injected and _plain(param.rest) in known:
            renamed[param.name] = known[_plain(param.rest)]
        elif param.name == "self" and "self" in names:
            continue
        elif param.name not in names and param.name not in taken:
            params.append(param)
        elif param.injected:
            name = f"{prefix}_{param.name}"
            renamed[param.name] = name
            params.append(Param(name, param.rest, param.injected, param.required))
        else:
            raise UnsaidError(f"both handlers are sent a {param.name}")
    own = {p.name for p in params_of(program, other, code)}
    local = bound_in(other.body) - own
    now = {p.name for p in params} | set(taken)
    renamed |= {name: f"{prefix}_{name}" for name in local if name in now}
    return Merged(tuple(params), {old: new for old, new in renamed.items() if old != new})


def _plain(rest: str) -> str:
    return re.sub(r"\s+|,(?=\s*\))", "", rest.partition("#")[0])


def rename_in(handler: Handler, edits: Edits, renamed: dict[str, str]) -> None:
    """Rename what a handler calls by some names, in its own body."""
    for statement in handler.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id in renamed:
                edits.replace(edits.start(node), edits.end(node), renamed[node.id])


def aliases(program: Program, home: str, other: Handler, prefix: str) -> dict[str, str]:
    """Return how names of another module are to be called where they mean something else at home."""
    if other.file == home:
        return {}
    found = {}
    for name in _globals(program, other):
        here, there = (program.sources.resolve(path, name) for path in (home, other.file))
        if _is_bound(program, home, name) and here != there:
            found[name] = f"{prefix}_{name}"
    return found


def imports_of(
    program: Program, home: str, other: Handler, renamed: dict[str, str], code: str
) -> set[tuple[str, str]]:
    """Return what the home of a handler has to import for code of another module.

    Args:
        program: the host.
        home: the file that the code is put into.
        other: the handler that it is from.
        renamed: names that are called otherwise there.
        code: the code that is put there.

    Raises:
        UnsaidError: it needs what cannot be imported from there.
    """
    used = used_names(ast.parse(textwrap.dedent(code)))
    wanted = set()
    for name in _globals(program, other) if other.file != home else ():
        alias = renamed.get(name, name)
        if alias not in used or (_is_bound(program, home, name) and alias == name):
            continue
        wanted.add(_import(program, other.file, name, alias, home))
    return wanted


def _import(program: Program, path: str, name: str, alias: str, home: str) -> tuple[str, str]:
    sources = program.sources
    shown = name if alias == name else f"{name} as {alias}"
    for node in ast.walk(sources.trees[path]):
        if isinstance(node, ast.ImportFrom):
            for one in node.names:
                if (one.asname or one.name) == name:
                    told = one.name if one.name == alias else f"{one.name} as {alias}"
                    beside = PurePosixPath(path).parent == PurePosixPath(home).parent
                    dots = "." * node.level + (node.module or "")
                    return (dots if beside and node.level else sources.absolute(path, node)), told
        elif isinstance(node, ast.Import):
            for one in node.names:
                if (one.asname or one.name.partition(".")[0]) == name:
                    return f"{one.name} as {alias}" if one.asname or alias != name else one.name, ""
    module = sources.module(path)
    if any(
        sources.resolve(path, n)[0] == sources.module(home) for n in _imported(sources.trees[path])
    ):
        raise UnsaidError(f"{path} defines {name} and imports from {home}")
    return module, shown


def _imported(tree: ast.Module) -> list[str]:
    return [a.asname or a.name for n in tree.body if isinstance(n, ast.ImportFrom) for a in n.names]


def _globals(program: Program, handler: Handler) -> set[str]:
    """Return the names of its module that a handler uses."""
    path = handler.file
    bound = {n for s in program.sources.trees[path].body for n in names_of_statement(s)}
    bound |= {
        (a.asname or a.name.partition(".")[0])
        for node in ast.walk(program.sources.trees[path])
        if isinstance(node, ast.Import | ast.ImportFrom)
        for a in node.names
    }
    return (used_names(handler.node) & bound) - set(dir(builtins))


def bound_imports(program: Program, path: str) -> dict[str, tuple[str, str]]:
    """Return what a module imports, by the names that it has there."""
    names = [
        a.asname or a.name.partition(".")[0]
        for node in ast.walk(program.sources.trees[path])
        if isinstance(node, ast.Import | ast.ImportFrom)
        for a in node.names
    ]
    return {name: _import(program, path, name, name, path) for name in names}


def _is_bound(program: Program, path: str, name: str) -> bool:
    tree = program.sources.trees[path]
    if any(name in names_of_statement(s) for s in tree.body):
        return True
    return any(
        (a.asname or a.name.partition(".")[0]) == name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for a in node.names
    )


def signature(
    name: str, params: Sequence[Param], *, is_async: bool, returns: str, width: int
) -> str:
    """Return the first line of a function, or several where one is too long."""
    plain = [p for p in params if p.required]
    given = [p for p in params if not p.required]
    first = [p for p in plain if p.name == "self"]
    listed = [p.text for p in (*first, *(p for p in plain if p.name != "self"), *given)]
    start = f"{'async ' if is_async else ''}def {name}("
    end = f"){f' -> {returns}' if returns else ''}:"
    line = f"{start}{', '.join(listed)}{end}"
    if len(line) <= width and "\n" not in line:
        return f"{line}\n"
    return f"{start}\n{''.join(f'    {one},{chr(10)}' for one in listed)}{end}\n"
