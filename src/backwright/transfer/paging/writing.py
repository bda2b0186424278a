"""Writing pages: parameters of the handler, handed down, and the query cut where it is run."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from backwright.source.imports import add_imports
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.passing import append_parameter
from backwright.transfer.guarding.program import Function, Program
from backwright.transfer.paging.finding import ListQuery, Way
from backwright.transfer.paging.totals import counting, kept_totals, lengths
from backwright.transfer.paging.wording import PAIRS, Wording, said

_ASIDE = ("offset", "limit")


@dataclass(frozen=True, slots=True)
class Extra:
    """One more thing that a list can be asked for: a filter, an order, where to go on.

    Attributes:
        name: The parameter.
        kind: Its type, None aside.
        at_handler: The parameter as the handler declares it.
        lines: The statements that apply it; `{query}` and `{model}` stand for those.
        needs: What these statements import, by module.
        needs_at_handler: What the handler imports for it.
    """

    name: str
    kind: str
    at_handler: str
    lines: tuple[str, ...]
    needs: Mapping[str, set[str]] = field(default_factory=dict)
    needs_of_kind: Mapping[str, set[str]] = field(default_factory=dict)
    needs_at_handler: Mapping[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is written.

    Attributes:
        wording: The parameters of a page.
        way: From the handler to its query.
        key: The columns that tell one row from another.
        extras: What else can be asked for.
        keyset: Whether pages go on after a key, so that nothing is counted off.
        optional: How the project writes a type that may be None.
        width: The longest line.
        typed: Whether a type checker looks on, to which SQLModel's columns are values without `col`.
    """

    wording: Wording
    way: Way
    key: tuple[str, ...]
    extras: tuple[Extra, ...] = ()
    keyset: bool = False
    optional: str = "{} | None"
    width: int = 88
    typed: bool = False


class _Writer:
    """Gathers the edits of every file that is changed."""

    def __init__(self, draft: Draft, program: Program, wanted: Wanted) -> None:
        self.draft = draft
        self.program = program
        self.wanted = wanted
        self.edits: dict[str, Edits] = {}
        self.imports: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def of(self, path: str) -> Edits:
        """Return the edits of a file."""
        if path not in self.edits:
            self.edits[path] = Edits(self.draft.text(path))
        return self.edits[path]

    def need(self, path: str, wanted: Mapping[str, set[str]]) -> None:
        """Import names into a file."""
        for module, names in wanted.items():
            self.imports[path][module] |= names

    def finish(self) -> list[str]:
        """Write every file; return them."""
        for path, edits in self.edits.items():
            code = add_imports(edits.made(), dict(self.imports[path]), width=self.wanted.width)
            self.draft.write(path, code)
        return list(self.edits)


def write_pages(draft: Draft, program: Program, wanted: Wanted) -> list[str]:
    """Let an endpoint be asked for pages; return the files that are changed."""
    writer = _Writer(draft, program, wanted)
    way = wanted.way
    functions, ready = way.functions, _ready(way)
    end = functions.index(ready[0]) if ready else len(way.calls)
    _ask(writer, functions[0])
    for place, (function, call) in enumerate(way.calls[:end]):
        given = _given(wanted, functions[place + 1], at_handler=place == 0, ready=ready)
        writer.of(function.path).add_argument(call, given)
    told = functions[1:end] if ready else functions[1:]
    for function in dict.fromkeys(one for f in told for one in program.family(f)):
        _take(writer, function)
    for query in () if ready else way.queries:
        _cut(writer, query, at_handler=query.function is functions[0])
        _count(writer, query)
    return writer.finish()


def _count(writer: _Writer, query: ListQuery) -> None:
    """Let the database count what was counted by the rows that are read."""
    found = lengths(writer.program, writer.wanted.way)
    if not found:
        return
    edits = writer.of(query.function.path)
    shown = edits.text(edits.start(query.query), edits.end(query.query))
    if writer.wanted.extras and not isinstance(query.query, ast.Name):
        shown = "query" if query.legacy else "statement"
    text, needs = counting(query, shown)
    if _imports_select(writer, query.function.path):
        needs = {module: names - {"select"} for module, names in needs.items()}
    own = {id(call) for call, _ in kept_totals(query)}
    if not all(id(call) in own for call in found):
        edits.line_before(_statement(query), f"total = {text}")
    for call in found:
        edits.replace(edits.start(call), edits.end(call), text if id(call) in own else "total")
    writer.need(query.function.path, needs)


def _imports_select(writer: _Writer, path: str) -> bool:
    """Tell whether a module has `select` already: SQLModel's serves as well."""
    return any(
        isinstance(node, ast.ImportFrom)
        and any((a.asname or a.name) == "select" for a in node.names)
        for node in ast.walk(writer.program.sources.trees[path])
    )


def _ready(way: Way) -> tuple[Function, tuple[str, str]] | None:
    """Return the first function below the handler that can be asked for pages already."""
    for function in way.functions[1:]:
        names = {one.arg for one in function.parameters}
        pair = next((p for p in PAIRS if set(p) <= names), None)
        if pair is not None:
            return function, pair
    return None


def is_served(way: Way) -> bool:
    """Tell whether a function on the way can be asked for pages already."""
    return _ready(way) is not None


def served_by_default(way: Way) -> int | None:
    """Return how many rows such a function gives who asks for nothing; None where it is not said."""
    ready = _ready(way)
    return said(ready[0], ready[1][1])[0] if ready is not None else None


def _ask(writer: _Writer, handler: Function) -> None:
    """Give the handler the parameters that a client sends."""
    wanted, edits = writer.wanted, writer.of(handler.path)
    first, count = wanted.wording.parameters()
    parameters = [one.at_handler for one in wanted.extras]
    parameters += [count] if wanted.keyset else [first, count]
    for text in parameters:
        append_parameter(handler, edits, text)
    writer.need(handler.path, wanted.wording.needs)
    for one in wanted.extras:
        writer.need(handler.path, one.needs_at_handler)
        writer.need(handler.path, one.needs_of_kind)


def _given(
    wanted: Wanted,
    target: Function,
    *,
    at_handler: bool,
    ready: tuple[Function, tuple[str, str]] | None,
) -> str:
    """Return the arguments by which a function tells the next one of the page."""
    wording = wanted.wording
    offset, limit = (wording.offset, wording.count) if at_handler else _ASIDE
    first, count = _ASIDE
    if ready is not None and target is ready[0]:
        first, count = ready[1]
        if first == "page":
            offset = wording.first if wording.is_numbered else f"{offset} // {limit} + 1"
    parts = [f"{one.name}={one.name}" for one in wanted.extras]
    parts += [] if wanted.keyset else [f"{first}={offset}"]
    return ", ".join([*parts, f"{count}={limit}"])


def _take(writer: _Writer, function: Function) -> None:
    """Let a function below the handler be told of the page; who tells it nothing gets all rows."""
    wanted, edits = writer.wanted, writer.of(function.path)
    texts = [f"{one.name}: {wanted.optional.format(one.kind)} = None" for one in wanted.extras]
    texts += [] if wanted.keyset else ["offset: int = 0"]
    texts.append(f"limit: {wanted.optional.format('int')} = None")
    for text in texts:
        append_parameter(function, edits, text)
    if "Optional" in wanted.optional:
        writer.need(function.path, {"typing": {"Optional"}})
    for one in wanted.extras:
        writer.need(function.path, one.needs_of_kind)


def _cut(writer: _Writer, query: ListQuery, *, at_handler: bool) -> None:
    """Sort a query and take a page of it, where it is run."""
    wanted, edits = writer.wanted, writer.of(query.function.path)
    wording = wanted.wording
    offset, limit = (wording.offset, wording.count) if at_handler else _ASIDE
    model = ast.unparse(query.of) if query.of is not None else ""
    gap = _gap(edits, query)
    order = _order(writer, query, model)
    pieces = [f".order_by({', '.join(order)})"] if order and query.order is None else []
    pieces += [] if wanted.keyset else [f".offset({offset})"]
    pieces.append(f".limit({limit})")
    if query.order is not None and order:
        edits.insert(edits.end_of_arguments(query.order)[0], f", {', '.join(order)}")
    if not wanted.extras:
        edits.insert(edits.end(query.query), "".join(f"{gap}{one}" for one in pieces))
        return
    _apply(writer, query, model, pieces, order)


def _order(writer: _Writer, query: ListQuery, model: str) -> list[str]:
    """Return the columns of the key that the query is not sorted by yet."""
    sorted_by = ast.unparse(query.order) if query.order is not None else ""
    key = writer.wanted.key if model else ()
    columns = [_column(writer, query, f"{model}.{name}") for name in key]
    return [one for one in columns if one.removeprefix("col(").rstrip(")") not in sorted_by]


def _column(writer: _Writer, query: ListQuery, shown: str) -> str:
    """Return a column as the module writes it: `col(Model.name)` where it does so, or has to."""
    path = query.function.path
    names = {
        alias.asname or alias.name: node.module
        for node in ast.walk(writer.program.sources.trees[path])
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    if names.get("col") == "sqlmodel":
        return f"col({shown})"
    if writer.wanted.typed and "sqlmodel" in names.values():
        writer.need(path, {"sqlmodel": {"col"}})
        return f"col({shown})"
    return shown


def _gap(edits: Edits, query: ListQuery) -> str:
    """Return what stands before each call of a chain: nothing, or a new line and its margin."""
    chained: list[ast.Call] = [query.run] if query.run.func is not query.query else []
    if isinstance(query.query, ast.Call):
        chained.insert(0, query.query)
    for call in chained:
        if isinstance(call.func, ast.Attribute) and (
            call is query.query or call.func.value is query.query
        ):
            between = edits.text(edits.end(call.func.value), edits.end(call.func))
            found = between.rpartition(".")[0]
            if "\n" in found and not found.strip():
                return found
    return ""


def _apply(
    writer: _Writer, query: ListQuery, model: str, pieces: list[str], order: list[str]
) -> None:
    """Write the statements of filters and orders before the one that runs the query."""
    wanted, edits = writer.wanted, writer.of(query.function.path)
    statement = _statement(query)
    margin = " " * statement.col_offset
    start, end = edits.start(query.query), edits.end(query.query)
    shown = edits.text(start, end)
    lines = []
    sorts = any("order_by" in line for one in wanted.extras for line in one.lines)
    sorting = f".order_by({', '.join(order)})" if order and query.order is None else ""
    if sorting and (sorts or wanted.keyset or not isinstance(query.query, ast.Name)):
        pieces = pieces[1:]
    else:
        sorting = ""
    name = shown if isinstance(query.query, ast.Name) else "query" if query.legacy else "statement"
    if not isinstance(query.query, ast.Name):
        whole = f"{shown}{_gap(edits, query) if sorting else ''}{sorting}"
        lines.append(
            f"{name} = " + (f"(\n{margin}    {whole}\n{margin})" if "\n" in shown else whole)
        )
    elif sorting:
        lines.append(f"{name} = {name}{sorting}")
    key = ", ".join(_column(writer, query, f"{model}.{one}") for one in wanted.key)
    verb = "filter" if query.legacy else "where"
    for one in wanted.extras:
        lines += [line.format(query=name, model=model, key=key, where=verb) for line in one.lines]
        writer.need(query.function.path, one.needs)
    text = "\n".join(f"{margin}{line}" for line in lines)
    edits.insert(edits.start(statement) - statement.col_offset, f"{text}\n")
    edits.replace(start, end, f"{name}{''.join(pieces)}")


def _statement(query: ListQuery) -> ast.stmt:
    """Return the innermost statement that a query is run in."""
    found: ast.stmt = query.function.node.body[0]
    for node in _statements(query.function.node):
        first, last = node.lineno, node.end_lineno or node.lineno
        if first <= query.run.lineno <= last and not isinstance(node, ast.FunctionDef):
            found = node
    return found


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    for one in ast.iter_child_nodes(node):
        if isinstance(one, ast.stmt):
            yield one
        if not isinstance(one, ast.expr):
            yield from _statements(one)


def clashes(way: Way, wanted: Wanted) -> str | None:
    """Say which function has a name already that a page would need; nothing if none has."""
    names = {wanted.wording.count, *(one.name for one in wanted.extras)}
    names |= set() if wanted.keyset else {wanted.wording.first}
    for function in way.functions:
        bound = {one.arg for one in function.parameters}
        bound |= {
            node.id
            for node in ast.walk(function.node)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        if both := bound & names:
            return f"{function.name} has {', '.join(sorted(both))} already ({function.path})"
        names |= set(_ASIDE)
        if function is way.functions[0] and is_served(way):
            return None
    return None
