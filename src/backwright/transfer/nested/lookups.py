"""How a handler finds the one row that its path names, and refuses where there is none."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass

from backwright.project.types import Project
from backwright.source.text import without_bom
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.program import Program
from backwright.transfer.nested.handlers import Handler, UnsaidError, bound_in, returns_in


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
    found = list(returns_in(handler.node))
    if len(found) != 1 or found[0].value is None or not _is_last(handler, found[0]):
        raise UnsaidError(f"{handler.function.name} answers in more than one place")
    answer = found[0]
    assert answer.value is not None  # noqa: S101 - looked at above
    edits = Edits(code)
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
