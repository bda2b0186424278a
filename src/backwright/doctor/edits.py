"""Repairs made of a file's syntax tree: an expression in the place of another, an argument more."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import FunctionNode
from backwright.report.doctor_types import Repair
from backwright.source.imports import add_imports

Imports = Mapping[str, set[str]]


def rewritten(
    evidence: Evidence, file: str, changes: Sequence[tuple[ast.expr, str]],
    imports: Imports | None = None,
) -> tuple[Repair, ...]:  # fmt: skip
    """Return the repair that puts texts in the places of expressions; none where nothing changes."""
    text = evidence.sources.text(file)
    after = text
    for node, new in sorted(changes, key=lambda one: _start(text, one[0]), reverse=True):
        start, end = _start(text, node), _end(text, node)
        after = after[:start] + new + after[end:]
    return finished(file, text, after, imports)


def with_argument(
    evidence: Evidence, file: str, call: ast.Call, argument: str, imports: Imports | None = None
) -> tuple[Repair, ...]:
    """Return the repair that gives a call an argument more, in the call's own layout."""
    text = evidence.sources.text(file)
    end = _end(text, call) - 1  # the parenthesis
    given = [*call.args, *(one.value for one in call.keywords)]
    before = text[:end].rstrip()
    if not given:
        after = f"{before}{argument}{text[end:]}"
    elif given[-1].end_lineno != call.end_lineno:  # one argument a line
        indent = _indent(text, given[-1])
        comma = "" if before.endswith(",") else ","
        after = f"{before}{comma}\n{indent}{argument},{text[len(before) :]}"
    else:
        comma = " " if before.endswith(",") else ", "
        after = f"{before}{comma}{argument}{text[end:]}"
    return finished(file, text, after, imports)


def tried(
    evidence: Evidence, file: str, statement: ast.stmt, exception: str, answer: tuple[int, str],
    imports: Imports | None = None,
) -> tuple[Repair, ...]:  # fmt: skip
    """Return the repair that answers by HTTPException what a statement raises.

    Args:
        evidence: The project and its log.
        file: Where the statement stands.
        statement: What raises.
        exception: The type that is caught, as it is written.
        answer: The status, and the text in quotes or as an expression.
        imports: What is imported for it, beside HTTPException.
    """
    text = evidence.sources.text(file)
    lines = text.splitlines(keepends=True)
    block = lines[statement.lineno - 1 : statement.end_lineno]
    indent = " " * statement.col_offset
    status, detail = answer
    if status == 401:
        raised = [
            f"{indent}    raise HTTPException(\n", f"{indent}        status_code=401,\n",
            f"{indent}        detail={detail},\n",
            f'{indent}        headers={{"WWW-Authenticate": "Bearer"}},\n', f"{indent}    ) from error\n",
        ]  # fmt: skip
    else:
        words = f"HTTPException(status_code={status}, detail={detail})"
        raised = [f"{indent}    raise {words} from error\n"]
    lines[statement.lineno - 1 : statement.end_lineno] = [
        f"{indent}try:\n", *(f"    {line}" if line.strip() else line for line in block),
        f"{indent}except {exception} as error:\n", *raised,
    ]  # fmt: skip
    return finished(file, text, "".join(lines), {**(imports or {}), "fastapi": {"HTTPException"}})


def finished(
    file: str, before: str, after: str, imports: Imports | None = None
) -> tuple[Repair, ...]:
    """Return the repair with the imports that it needs; none where nothing changes."""
    if after == before:
        return ()
    if imports:
        after = add_imports(after, dict(imports))
    return (Repair(file, before, after),)


def with_return(
    evidence: Evidence, file: str, function: FunctionNode, name: str
) -> tuple[Repair, ...]:
    """Return the repair by which a function returns a variable in the end."""
    text = evidence.sources.text(file)
    lines = text.splitlines(keepends=True)
    last = function.body[-1]
    end = last.end_lineno or last.lineno
    if not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    lines.insert(end, f"{' ' * last.col_offset}return {name}\n")
    return finished(file, text, "".join(lines))


def segment(evidence: Evidence, file: str, node: ast.expr) -> str:
    """Return an expression as it is written."""
    return ast.get_source_segment(evidence.sources.text(file), node) or ast.unparse(node)


def operand(evidence: Evidence, file: str, node: ast.expr) -> str:
    """Return an expression as it is written, so that a dot may follow it."""
    written = segment(evidence, file, node)
    return f"({written})" if isinstance(node, ast.Await | ast.BinOp | ast.IfExp) else written


def _start(text: str, node: ast.expr) -> int:
    return _offset(text, node.lineno, node.col_offset)


def _end(text: str, node: ast.expr) -> int:
    return _offset(text, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)


def _offset(text: str, line: int, column: int) -> int:
    """Return the position in a text of a line and a column, which the tree counts in bytes."""
    lines = text.splitlines(keepends=True)
    told = lines[line - 1].encode()[:column].decode(errors="ignore")
    return sum(len(one) for one in lines[: line - 1]) + len(told)


def _indent(text: str, node: ast.expr) -> str:
    line = text.splitlines()[node.lineno - 1]
    return line[: len(line) - len(line.lstrip())]
