"""Repairs of statements: an older way of asking, more rows than one, names and types of columns."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.edits import operand, rewritten, segment
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import FunctionNode, called, last_name, literal
from backwright.project.types import Model
from backwright.report.doctor_types import Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_ENDS = ("all", "first", "one", "one_or_none")
_KEPT = {"filter": "where", "filter_by": "filter_by", "order_by": "order_by", "limit": "limit",
         "offset": "offset", "join": "join", "options": "options", "distinct": "distinct"}  # fmt: skip
_LARGEST = "2_147_483_647"
_FIRST = {"scalar_one_or_none": "scalars().first", "one_or_none": "first"}
# How a column's type is said of a parameter, and where that comes from.
_PYTHON = (
    (r"\b(?:int|\w*Integer)\b", "int", ""),
    (r"(?i)\buuid", "UUID", "uuid"),
    (r"\b(?:str|String|Text)\b", "str", ""),
    (r"\b(?:datetime|DateTime)\b", "datetime", "datetime"),
)


def selected(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that selects, awaited, what `session.query(…)` asks for."""
    function = evidence.sources.function_at(place)
    outer = evidence.sources.call_at(place, *_ENDS)
    if outer is None or not isinstance(function, ast.AsyncFunctionDef):
        return ()
    parts: list[str] = []
    node: ast.expr = outer.func.value if isinstance(outer.func, ast.Attribute) else outer
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        given = ", ".join(ast.unparse(one) for one in (*node.args, *node.keywords))
        if node.func.attr == "query":
            session = segment(evidence, place.file, node.func.value)
            statement = f"select({given})" + "".join(reversed(parts))
            text = evidence.sources.text(place.file)
            is_known = re.search(r"(?m)^from \S+ import .*\bselect\b", text)
            end = f"(await {session}.scalars({statement})).{called(outer)}()"
            imports = None if is_known else {"sqlalchemy": {"select"}}
            return rewritten(evidence, place.file, [(outer, end)], imports)
        if node.func.attr not in _KEPT:
            return ()
        parts.append(f".{_KEPT[node.func.attr]}({given})")
        node = node.func.value
    return ()


def first_of_several(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that takes the first of the rows where one or none was asked for."""
    call = evidence.sources.call_at(place, *_FIRST)
    if call is None or not isinstance(call.func, ast.Attribute):
        return ()
    inner = operand(evidence, place.file, call.func.value)
    return rewritten(evidence, place.file, [(call.func, f"{inner}.{_FIRST[call.func.attr]}")])


def keyword_of_column(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that gives a value to the column of its own name, where another one is named."""
    for model in evidence.project.models:
        call = evidence.sources.call_at(place, model.name)
        if call is None:
            continue
        columns = {one.name for one in model.columns} | {one.name for one in model.relationships}
        given = {one.arg for one in call.keywords}
        for one in call.keywords:
            meant = last_name(one.value)
            if one.arg and one.arg not in columns and meant in columns and meant not in given:
                written = segment(evidence, place.file, call)
                after = re.sub(rf"\b{one.arg}(?=\s*=)", meant, written, count=1)
                return rewritten(evidence, place.file, [(call, after)])
    return ()


def typed_as_column(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that declares a parameter with the type of the column it is compared with."""
    for _, annotation, (name, origin) in _compared(evidence, place):
        if ast.unparse(annotation) != name:
            imports = {origin: {name}} if origin else None
            return rewritten(evidence, place.file, [(annotation, name)], imports)
    return ()


def bounded_in_path(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that lets a path take no larger number than the column it is compared with."""
    function = evidence.sources.function_at(place)
    paths = " ".join(ast.unparse(one) for one in function.decorator_list) if function else ""
    for parameter, annotation, (name, _) in _compared(evidence, place):
        if name == ast.unparse(annotation) == "int" and f"{{{parameter}}}" in paths:
            told = f"Annotated[int, Path(le={_LARGEST})]"
            imports = {"typing": {"Annotated"}, "fastapi": {"Path"}}
            return rewritten(evidence, place.file, [(annotation, told)], imports)
    return ()


def _compared(evidence: Evidence, place: Place) -> Iterator[tuple[str, ast.expr, tuple[str, str]]]:
    """Yield the parameters of a handler that are compared with columns, annotation and column's type."""
    function = evidence.sources.function_at(place)
    if function is None or not function.decorator_list:
        return
    parameters = {one.arg: one.annotation for one in function.args.args}
    for node in nodes(*function.body):
        if not isinstance(node, ast.Compare) or not isinstance(node.left, ast.Attribute | ast.Call):
            continue
        name = last_name(node.comparators[0])
        annotation, wanted = parameters.get(name), _type_of(evidence, node.left)
        if annotation is not None and wanted is not None:
            yield name, annotation, wanted


def _type_of(evidence: Evidence, column: ast.Attribute | ast.Call) -> tuple[str, str] | None:
    """Return the Python type of `Model.column` or `literal_column("table.column")`, and its module."""
    if isinstance(column, ast.Attribute):
        owner, name = last_name(column.value), column.attr
    else:
        text = literal(column.args[0]) if column.args and "column" in called(column) else None
        owner, _, name = str(text or "").rpartition(".")
    for model in evidence.project.models:
        for one in model.columns if owner in (model.name, model.table) else ():
            if one.name == name:
                return next(
                    ((name, origin) for pattern, name, origin in _PYTHON
                     if re.search(pattern, one.type)), None,
                )  # fmt: skip
    return None


def bounded(evidence: Evidence, statement: str, length: str) -> tuple[Repair, ...]:
    """Return the repair that gives a schema the length of the only column that has it.

    Args:
        evidence: The project and its log.
        statement: The words of the error, with the INSERT or UPDATE that failed.
        length: The length of the column.
    """
    table = re.search(r"(?:INSERT INTO|UPDATE) \"?(\w+)\"?", statement)
    model = next((m for m in evidence.project.models if table and m.table == table[1]), None)
    if model is None:
        return ()
    names = _of_length(evidence, model, length)
    found = [
        (schema.file, node)
        for schema in evidence.project.schemas if schema.model in (model.name, None)
        for file, cls in evidence.sources.classes(schema.name)
        if file == schema.file and (schema.model or schema.name.startswith(model.name))
        and re.search(r"(?i)create|update|base|in$", schema.name)
        for node in cls.body
        if isinstance(node, ast.AnnAssign) and last_name(node.target) in names
        and node.value is None and ast.unparse(node.annotation) == "str"
    ]  # fmt: skip
    if len(found) != 1:
        return ()
    file, node = found[0]
    text = f"str = Field(max_length={length})"
    return rewritten(evidence, file, [(node.annotation, text)], {"pydantic": {"Field"}})


def _of_length(evidence: Evidence, model: Model, length: str) -> set[str]:
    """Return the columns whose declaration names a length."""
    found = set()
    for file, cls in evidence.sources.classes(model.name):
        for node in cls.body if file == model.file else ():
            if not isinstance(node, ast.AnnAssign | ast.Assign) or node.value is None:
                continue
            if re.search(
                rf"\b(?:String|VARCHAR|max_length=)\(?{length}\b", ast.unparse(node.value)
            ):
                target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
                found.add(last_name(target))
    return found


def awaited(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that awaits what a handler runs in a loop of its own."""
    call = evidence.sources.call_at(place, "run", "run_until_complete")
    function = evidence.sources.function_at(place)
    if call is None or not call.args or not isinstance(function, ast.AsyncFunctionDef):
        return ()
    is_whole = any(
        getattr(one, "value", None) is call for one in nodes(*function.body)
        if isinstance(one, ast.Assign | ast.AnnAssign | ast.Return | ast.Expr)
    )  # fmt: skip
    told = f"await {segment(evidence, place.file, call.args[0])}"
    return rewritten(evidence, place.file, [(call, told if is_whole else f"({told})")])


def moved_to_application(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that adds a middleware beside the application instead of at its start."""
    function = evidence.sources.function_at(place)
    call = evidence.sources.call_at(place, "add_middleware")
    made = next(
        (one for one in evidence.sources.nodes(place.file)
         if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call)
         and called(one.value) == "FastAPI"), None,
    )  # fmt: skip
    if not isinstance(function, FunctionNode) or call is None or made is None:
        return ()
    statement = next(
        (one for one in function.body if isinstance(one, ast.Expr) and one.value is call), None
    )
    if statement is None or len(function.body) < 2 or made.lineno < statement.lineno:
        return ()
    text = evidence.sources.text(place.file)
    lines = text.splitlines(keepends=True)
    end = made.end_lineno or made.lineno
    mine = segment(evidence, place.file, call).replace(
        segment(evidence, place.file, call.func),
        f"{ast.unparse(made.targets[0])}.add_middleware",
        1,
    )
    lines[end:end] = [f"{mine}\n"]
    del lines[statement.lineno - 1 : statement.end_lineno]
    return (Repair(place.file, text, "".join(lines)),)
