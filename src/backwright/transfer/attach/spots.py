"""Where a middleware is added to a host's application, so that it stands around the others."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from backwright.errors import UsageError
from backwright.project.types import App, Middleware
from backwright.source.text import Splice, indent_by, splice
from backwright.transfer.grow.sources import FunctionNode, Sources, last_name, names_of_statement
from backwright.transfer.guarding.edits import Edits
from backwright.values import Place


@dataclass(frozen=True, slots=True)
class Spot:
    """A place for one more middleware.

    Attributes:
        file: The module.
        line: The statement is put before this line.
        indent: How far to the right.
        app: What the application is called there.
        returned: The `return` whose application has no name yet.
        item: The item of a list of middleware that the new one is put beside.
        behind: Whether it is put behind that item, inside of it.
        apart: Whether a blank line stands around it.
    """

    file: str
    line: int
    indent: str = ""
    app: str = ""
    returned: ast.Return | None = None
    item: ast.Call | None = None
    behind: bool = False
    apart: bool = True

    @property
    def place(self) -> Place:
        """Where it is, for people."""
        return Place(self.file, self.item.lineno if self.item else max(1, self.line - 1))


def outermost(sources: Sources, app: App) -> Spot:
    """Return where a middleware is added that stands around all others of an application.

    Raises:
        UsageError: the statement that makes the application cannot be found.
    """
    around = [one for one in sources.project.middleware if one.app == app.object]
    for one in around[-1:]:
        if (spot := _beside(sources, one, before=False)) is not None:
            return spot
    return _below_app(sources, app)


def inside(sources: Sources, app: App, name: str, places: Sequence[tuple[str, int]] = ()) -> Spot:
    """Return where a middleware is added that stands right inside the outermost of a name.

    Where there is none of that name, it stands around all others.

    Args:
        sources: the host's modules.
        app: the application.
        name: the middleware's.
        places: where one of that name is added, maybe only under a condition.
    """
    added = [one for one in sources.project.middleware if one.app == app.object]
    others = {(one.file, one.line) for one in sources.project.middleware if one not in added}
    named = [one for one in added if one.name == name]
    named = named or [
        Middleware(app.object, name, *place) for place in places if place not in others
    ]
    for one in named[-1:]:
        if (spot := _beside(sources, one, before=True)) is not None:
            return spot
    return outermost(sources, app)


def moved(spot: Spot, lines: int) -> Spot:
    """Return a spot as it is after lines were put above it."""
    node: ast.AST | None = spot.returned or spot.item
    if node is not None:
        ast.increment_lineno(node, lines)
    return replace(spot, line=spot.line + lines)


def put(code: str, spot: Spot, name: str, arguments: Sequence[str]) -> str:
    """Return a module with a middleware added at a spot; imports are not looked at."""
    if spot.item is not None:
        edits = Edits(code)
        place = edits.end(spot.item) if spot.behind else edits.start(spot.item)
        edits.insert(place, _item(code, spot, name, arguments))
        return edits.made()
    inner = "".join(f"    {one},\n" for one in (name, *arguments))
    text = f"{spot.app}.add_middleware(\n{inner})\n"
    if spot.returned is not None:
        code = _named(code, spot.returned, spot.app)
        text = f"{text}\nreturn {spot.app}\n"
    text = indent_by(text, spot.indent)
    if spot.apart:
        text = _set_apart(code, spot.line, text)
    return splice(code, [Splice(spot.line, spot.line, text)])


def _set_apart(code: str, line: int, text: str) -> str:
    """Put blank lines around a statement, where there are none."""
    lines = code.splitlines()
    above = line < 2 or not lines[line - 2].strip() if line - 2 < len(lines) else False
    below = line > len(lines) or not lines[line - 1].strip()
    return f"{'' if above else chr(10)}{text}{'' if below else chr(10)}"


def _item(code: str, spot: Spot, name: str, arguments: Sequence[str]) -> str:
    """Return a middleware as an item of a list, in the layout of the one beside it."""
    assert spot.item is not None  # noqa: S101 - asked for such spots alone
    line = code.splitlines()[spot.item.lineno - 1]
    head = line.encode()[: spot.item.col_offset].decode()
    call = ast.unparse(spot.item.func)
    if head.strip():
        text, gap = f"{call}({', '.join((name, *arguments))})", ", "
    else:
        inner = "".join(f"{head}    {one},\n" for one in (name, *arguments))
        text, gap = f"{call}(\n{inner}{head})", f",\n{head}"
    return f"{gap}{text}" if spot.behind else f"{text}{gap}"


def _named(code: str, node: ast.Return, app: str) -> str:
    """Return a module in which what is returned has a name."""
    edits = Edits(code)
    start = edits.start(node)
    edits.replace(start, start + len("return"), f"{app} =")
    return edits.made()


def _beside(sources: Sources, one: Middleware, *, before: bool) -> Spot | None:
    """Return the spot before or behind the statement that adds a middleware."""
    tree = sources.trees.get(one.file)
    if tree is None:
        return None
    for body in _scopes(tree):
        for statement in body:
            if not _first(statement) <= one.line <= (statement.end_lineno or 0):
                continue
            receiver = _receiver(statement, one.line)
            if receiver is None:
                break
            line = _first(statement) if before else (statement.end_lineno or 0) + 1
            if before:
                line = _above_comments(sources.draft.text(one.file), line)
            return Spot(one.file, line, " " * statement.col_offset, receiver)
    item = _listed(tree, one.line)
    if item is None:
        return None
    return Spot(one.file, item.lineno, item=item, behind=before)


def _scopes(tree: ast.Module) -> Iterator[Sequence[ast.stmt]]:
    """Yield the bodies of functions, the inner ones first, and the module's own."""
    functions = [node for node in ast.walk(tree) if isinstance(node, FunctionNode)]
    for node in sorted(functions, key=lambda one: one.lineno, reverse=True):
        yield node.body
    yield tree.body


def _first(node: ast.stmt) -> int:
    marks: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(mark.lineno for mark in marks)])


def _above_comments(code: str, line: int) -> int:
    lines = code.splitlines()
    while line > 1 and lines[line - 2].lstrip().startswith("#"):
        line -= 1
    return line


def _receiver(statement: ast.stmt, line: int) -> str | None:
    """Return on what a statement calls `add_middleware` or `middleware` at a line."""
    for node in ast.walk(statement):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        is_here = node.lineno <= line <= (node.end_lineno or 0)
        if is_here and node.func.attr in ("add_middleware", "middleware"):
            return ast.unparse(node.func.value)
    return None


def _listed(tree: ast.Module, line: int) -> ast.Call | None:
    """Return a middleware at a line that is an item of a list."""
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple):
            for item in node.elts:
                if isinstance(item, ast.Call) and item.lineno <= line <= (item.end_lineno or 0):
                    return item if last_name(item.func) == "Middleware" else None
    return None


def _below_app(sources: Sources, app: App) -> Spot:
    """Return the spot below the statement that makes an application."""
    tree = sources.trees.get(app.file)
    for body in _scopes(tree) if tree is not None else ():
        for statement in body:
            if not statement.lineno <= app.line <= (statement.end_lineno or 0):
                continue
            spot = _made_by(statement, app)
            if spot is not None:
                return spot
    module, _, name = app.object.partition(":")
    file = sources.file(module)
    for statement in reversed(sources.trees[file].body) if file in sources.trees else ():
        if file is not None and name in names_of_statement(statement):
            return Spot(file, (statement.end_lineno or 0) + 1, "", name)
    raise UsageError(
        f"{app.file}:{app.line} makes an application, but no statement was found that gives it a name",
        place=Place(app.file, app.line),
        remedy="assign it to a name, such as app = FastAPI()",
    )


def _made_by(statement: ast.stmt, app: App) -> Spot | None:
    line = (statement.end_lineno or 0) + 1
    spot = Spot(app.file, line, " " * statement.col_offset)
    value = getattr(statement, "value", None)
    if not isinstance(value, ast.Call):
        return None
    if isinstance(statement, ast.Return):
        return replace(spot, app="app", returned=statement)
    if isinstance(statement, ast.Assign):
        return replace(spot, app=ast.unparse(statement.targets[0]))
    if isinstance(statement, ast.AnnAssign):
        return replace(spot, app=ast.unparse(statement.target))
    return None
