"""Creating the tables when the application starts, for hosts without migrations."""

from __future__ import annotations

import ast

from backwright.source.imports import add_imports
from backwright.source.text import Splice, indent_by, splice
from backwright.transfer.declaration import Import
from backwright.transfer.grow.sources import FunctionNode, Sources, last_name

_LIFESPAN = '''@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Prepare what the application needs before the first request."""
    {call}
    yield


'''


def creates_tables(sources: Sources) -> bool:
    """Tell whether the host already creates the tables that its metadata knows."""
    return any(
        isinstance(node, ast.Attribute) and node.attr == "create_all"
        for tree in sources.trees.values()
        for node in ast.walk(tree)
    )


def create_at_start(sources: Sources, create: Import, *, waits: bool) -> str | None:
    """Let the application create its tables when it starts; return the file that was changed.

    None where there is no application, or its lifespan cannot be found.
    """
    call = f"await {create[1]}()" if waits else f"{create[1]}()"
    for path, made in sources.calls("FastAPI"):
        if path not in {app.file for app in sources.project.apps}:
            continue
        given = next((k.value for k in made.keywords if k.arg == "lifespan"), None)
        if given is not None:
            return _into_function(sources, path, given, create, call)
        if startup := _startup(sources.trees[path], waits=waits):
            return _insert(sources, path, startup, create, call)
        if _uses_events(sources.trees[path]):
            return _new_event(sources, path, made, create, call)
        return _new_lifespan(sources, path, made, create, call)
    return None


def _into_function(
    sources: Sources, path: str, given: ast.expr, create: Import, call: str
) -> str | None:
    module, name = sources.resolve(path, given)
    file = sources.file(module)
    for node in ast.walk(sources.trees[file]) if file in sources.trees else ():
        if isinstance(node, FunctionNode) and node.name == name:
            return _insert(sources, str(file), node, create, call)
    return None


def _startup(tree: ast.Module, *, waits: bool) -> FunctionNode | None:
    """Return the handler of the startup event that can make the call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef) or (
            isinstance(node, ast.FunctionDef) and not waits
        ):
            for decorator in node.decorator_list:
                if ast.unparse(decorator).endswith(".on_event('startup')"):
                    return node
    return None


def _insert(sources: Sources, path: str, node: FunctionNode, create: Import, call: str) -> str:
    """Put the call at the beginning of a function."""
    first = node.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    line = (first.end_lineno or first.lineno) + 1 if is_docstring else first.lineno
    text = " " * first.col_offset + call + "\n"
    _write(sources, path, [Splice(line, line, text)], create)
    return path


def _new_lifespan(sources: Sources, path: str, made: ast.Call, create: Import, call: str) -> str:
    code = sources.draft.text(path)
    lines = code.splitlines(keepends=True)
    body = sources.trees[path].body
    holder = next(node for node in body if node.lineno <= made.lineno <= _end(node))
    start, end = made.lineno, made.end_lineno or made.lineno
    splices = [
        Splice(holder.lineno, holder.lineno, _LIFESPAN.format(call=call)),
        Splice(start, end + 1, _with_lifespan("".join(lines[start - 1 : end]), made)),
    ]
    _write(sources, path, splices, create)
    needed = {"contextlib": {"asynccontextmanager"}, "collections.abc": {"AsyncIterator"}}
    sources.draft.write(path, add_imports(sources.draft.text(path), needed))
    return path


def _with_lifespan(text: str, made: ast.Call) -> str:
    """Return the lines of `FastAPI(…)` with the lifespan as its last argument."""
    arguments = [*made.args, *(keyword.value for keyword in made.keywords)]
    if not arguments:
        return _spliced(
            text, made, made.end_lineno, (made.end_col_offset or 0) - 1, "lifespan=lifespan"
        )
    last = max(arguments, key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0))
    gap = " "
    if last.lineno > made.lineno:
        first = min(arguments, key=lambda node: node.lineno)
        column = _column(made, first.lineno)
        gap = "\n" + " " * column
    return _spliced(
        text, made, last.end_lineno, last.end_col_offset or 0, f",{gap}lifespan=lifespan"
    )


def _column(made: ast.Call, line: int) -> int:
    """Return where the first argument on a line begins, its keyword included."""
    named = [k.col_offset for k in made.keywords if k.lineno == line]
    return min([*named, *(a.col_offset for a in made.args if a.lineno == line)])


def _spliced(text: str, made: ast.Call, line: int | None, column: int, added: str) -> str:
    lines = text.splitlines(keepends=True)
    index = (line or made.lineno) - made.lineno
    raw = lines[index].encode()
    lines[index] = (raw[:column] + added.encode() + raw[column:]).decode()
    return "".join(lines).replace("\r\n", "\n")


def _write(sources: Sources, path: str, splices: list[Splice], create: Import) -> None:
    code = splice(sources.draft.text(path), splices)
    module, name = create
    is_here = module == sources.module(path)
    sources.draft.write(path, code if is_here else add_imports(code, {module: {name}}))


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _uses_events(tree: ast.Module) -> bool:
    """Tell whether an application has handlers of events, which a lifespan would silence."""
    return any(
        isinstance(node, ast.Call) and last_name(node.func) == "on_event" for node in ast.walk(tree)
    )


def _new_event(sources: Sources, path: str, made: ast.Call, create: Import, call: str) -> str:
    statement = next(
        node
        for node in ast.walk(sources.trees[path])
        if isinstance(node, ast.Assign) and node.value is made
    )
    app, indent = ast.unparse(statement.targets[0]), " " * statement.col_offset
    waits = "async " if call.startswith("await ") else ""
    text = f'''

@{app}.on_event("startup")
{waits}def create_missing_tables() -> None:
    """Create the tables that are not there yet."""
    {call}

'''
    line = _end(statement) + 1
    _write(sources, path, [Splice(line, line, indent_by(text, indent))], create)
    return path
