"""How a handler finds the one row that its path names, and refuses where there is none."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass

from backwright.project.types import Project
from backwright.source.text import without_bom
from backwright.transfer.grow.sources import last_name
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.program import Program
from backwright.transfer.nested.handlers import Handler, UnsaidError, bound_in, returns_in

_DELETES = re.compile(r"\b\w*(?:delete|remove|destroy)\w*\(")


@dataclass(frozen=True, slots=True)
class Lookup:
    """The statements of a handler up to its answer.

    Attributes:
        code: The statements.
        row: The name of the row that they find; empty where they only make sure of it.
        refuses: Whether anything on the way raises where there is none.
    """

    code: str
    row: str
    refuses: bool


def lookup(
    program: Program, project: Project, handler: Handler, code: str, row: str, *, wants_row: bool
) -> Lookup:
    """Return how a handler finds its row.

    Args:
        program: the host.
        project: what is known of it.
        handler: answers GET of one row.
        code: its module.
        row: what the row is called, where it has no name yet.
        wants_row: whether the row itself is needed.

    Raises:
        UnsaidError: its answer is not the last thing that it does, or no row.
    """
    if wants_row and _selects_several(handler.body):
        raise UnsaidError(f"the row of {handler.function.name} comes with more than itself")
    found = list(returns_in(handler.node))
    edits = Edits(code)
    if turned := _turned(edits, handler, found):
        text, name = turned
        return Lookup(text, name, refuses=True)
    if len(found) != 1 or found[0].value is None or not _is_last(handler, found[0]):
        raise UnsaidError(f"{handler.function.name} answers in more than one place")
    answer = found[0]
    assert answer.value is not None  # noqa: S101 - looked at above
    asked = _asked(program, handler, answer.value)
    name = _named_row(handler, answer.value)
    if asked is not None:
        text = edits.text(edits.start(asked), edits.end(asked))
        is_row = _gives_rows(program, project, handler, asked)
        if wants_row and not is_row:
            raise UnsaidError(
                f"{handler.function.name} has no row at hand, but what is shown of it"
            )
        edits.replace(
            edits.start(answer), edits.end(answer), f"{row} = {text}" if wants_row else text
        )
        name = row if wants_row else ""
    else:
        _drop(edits, answer)
        if wants_row and not name:
            raise UnsaidError(f"{handler.function.name} has no row at hand")
    made = _statements(edits.made(), handler, drops_last=asked is None)
    if not wants_row:
        made = _without_idle(made)
    return Lookup(made, name, _refuses(program, handler))


def before_deleting(handler: Handler, code: str) -> Lookup | None:
    """Return how a handler finds the row that it then deletes; None where another layer does.

    Who may not delete a row may not link it, either, and is told so in the same words.
    """
    body = handler.body
    end = next((i for i, node in enumerate(body) if _DELETES.search(ast.unparse(node))), 0)
    kept = body[:end]
    rows = {
        n.id
        for node in kept
        if isinstance(node, ast.If) and any(isinstance(n, ast.Raise) for n in ast.walk(node))
        for n in ast.walk(node.test)
        if isinstance(n, ast.Name) and n.id in bound_in(kept)
    }
    if len(rows) != 1 or _selects_several(kept) or any(returns_in(ast.Module(kept, []))):
        return None
    return Lookup(lines_of(code, kept), rows.pop(), refuses=True)


def _selects_several(body: list[ast.stmt]) -> bool:
    """Tell whether a query selects more than rows of one table: what it gives is no row then."""
    calls = (n for node in body for n in ast.walk(node) if isinstance(n, ast.Call))
    return any(last_name(n.func) in ("select", "query") and len(n.args) > 1 for n in calls)


def _turned(edits: Edits, handler: Handler, found: list[ast.Return]) -> tuple[str, str] | None:
    """Return the statements of `if row: return row`, `raise …` the other way round, and the row."""
    body = handler.body
    for place, node in enumerate(body):
        if not isinstance(node, ast.If) or found != [*node.body] or len(found) != 1:
            continue
        rest = node.orelse or body[place + 1 :]
        row = found[0].value
        is_end = place + 1 + (not node.orelse) * len(rest) == len(body)
        if not is_end or len(rest) != 1 or not isinstance(rest[0], ast.Raise):
            return None
        if not isinstance(row, ast.Name):
            return None
        test, raised = ast.unparse(node.test), rest[0]
        no = test.replace(" is not None", " is None") if " is not None" in test else f"not {test}"
        if test not in (row.id, f"{row.id} is not None"):
            return None
        text = edits.text(edits.start(raised), edits.end(raised))
        before = lines_of(edits.code, body[:place]) if place else ""
        margin = " " * (raised.col_offset - 4)
        shown = f"{' ' * raised.col_offset}{text}".replace(f"\n{margin}", "\n")
        return f"{before}if {no}:\n    {shown.strip()}\n", row.id
    return None


def _is_last(handler: Handler, answer: ast.Return) -> bool:
    body = handler.body
    while body and isinstance(body[-1], ast.Try | ast.With | ast.AsyncWith):
        last = body[-1]
        body = (last.orelse or last.body) if isinstance(last, ast.Try) else last.body
    return bool(body) and body[-1] is answer


def _asked(program: Program, handler: Handler, value: ast.expr) -> ast.expr | None:
    """Return the call in an answer that asks for the row: of a session, or a function of the host."""
    for node in ast.walk(value):  # the outermost comes first
        call = node.value if isinstance(node, ast.Await) else node
        if not isinstance(call, ast.Call):
            continue
        if isinstance(node, ast.Await):
            return node
        if isinstance(call.func, ast.Attribute) and program.is_session(
            handler.function, call.func.value
        ):
            return node if isinstance(node, ast.expr) else None
        targets = program.targets(handler.function, call)
        if any(one.node.name != "__init__" and not _makes_answers(one) for one in targets):
            return node if isinstance(node, ast.expr) else None
    return None


def _makes_answers(function: object) -> bool:
    """Tell whether a function of the host only puts an answer into its form."""
    name = getattr(getattr(function, "node", None), "name", "")
    return any(word in name for word in ("response", "success", "serialize", "to_schema", "to_dto"))


def _named_row(handler: Handler, value: ast.expr) -> str:
    """Return the variable that an answer is made of, if it is one that the handler has assigned."""
    assigned = bound_in(handler.body)
    names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name) and n.id in assigned}
    return names.pop() if len(names) == 1 else ""


def _gives_rows(program: Program, project: Project, handler: Handler, asked: ast.expr) -> bool:
    """Tell whether a call gives a row of a table, and not what is shown of it."""
    call = asked.value if isinstance(asked, ast.Await) else asked
    if not isinstance(call, ast.Call):
        return False
    models = {model.name for model in project.models}
    schemas = {schema.name for schema in project.schemas} - models
    for function in program.targets(handler.function, call):
        said = ast.unparse(function.node.returns) if function.node.returns else ""
        words = set("".join(c if c.isalnum() or c == "_" else " " for c in said).split())
        if words & schemas:
            return False
        text = ast.unparse(function.node)
        if "model_validate" in text or "from_orm" in text:
            return False
    return True


def _drop(edits: Edits, answer: ast.Return) -> None:
    edits.replace(edits.start(answer), edits.end(answer), "pass")


def _statements(code: str, handler: Handler, *, drops_last: bool) -> str:
    """Return the statements of a handler in its edited module."""
    tree = ast.parse(without_bom(code))
    node = next(
        n
        for n in ast.walk(tree)
        if isinstance(n, type(handler.node)) and n.lineno == handler.node.lineno
    )
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if drops_last and isinstance(body[-1], ast.Pass):
        body = body[:-1]
    if not body:
        return ""
    return lines_of(code, body)


def lines_of(code: str, body: list[ast.stmt]) -> str:
    """Return the lines of some statements, moved to the left."""
    lines = without_bom(code).splitlines()
    text = "\n".join(lines[body[0].lineno - 1 : body[-1].end_lineno])
    return textwrap.dedent(text) + "\n"


def _without_idle(code: str) -> str:
    """Return statements without names for what nothing uses: it is only asked for, to be sure of it."""
    tree = ast.parse(code)
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    edits = Edits(code)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        if node.targets[0].id not in used and isinstance(node.value, ast.Await | ast.Call):
            edits.replace(edits.start(node), edits.start(node.value), "")
    return edits.made()


def _refuses(program: Program, handler: Handler) -> bool:
    reached = program.reached([handler.function])
    return any(isinstance(n, ast.Raise) for one in reached for n in ast.walk(one.node))
