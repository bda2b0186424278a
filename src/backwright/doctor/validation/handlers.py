"""The function that answered, and repairs of what it returns."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from backwright.doctor.edits import finished, rewritten, segment, with_return
from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.sources import FunctionNode, called, last_name
from backwright.project.types import Endpoint
from backwright.report.doctor_types import Repair
from backwright.source.syntax import nodes
from backwright.values import Place

Handler = tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]
_TOLD = re.compile(r'File "(?P<file>[^"]+)", line \d+, in (?P<name>\w+)\s*(?:\n|$)')
_FINDS = frozenset({"get", "first", "one_or_none", "scalar", "scalar_one_or_none", "get_or_none"})


def handler_of(evidence: Evidence, ground: Ground, endpoint: Endpoint | None) -> Handler | None:
    """Return the function whose answer was refused: FastAPI tells it, else the request does."""
    told = _TOLD.search(ground.failure.last.message)
    file = evidence.sources.locate(told["file"]) if told else None
    name = told["name"] if told else ""
    if file is None and endpoint is not None:
        file, name = endpoint.file, endpoint.handler.rpartition(".")[2].rpartition(":")[2]
    for node in evidence.sources.nodes(file) if file else ():
        if isinstance(node, FunctionNode) and node.name == name and file:
            return file, node
    return None


def endpoint_of(evidence: Evidence, ground: Ground) -> Endpoint | None:
    """Return the endpoint of the request that failed."""
    request = ground.failure.request
    for one in evidence.project.endpoints if request else ():
        pattern = re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(one.path))
        if request and one.method == request.method and re.fullmatch(
            pattern, request.path.partition("?")[0]
        ):  # fmt: skip
            return one
    told = _TOLD.search(ground.failure.last.message)
    if told is None:
        return None
    file = evidence.sources.locate(told["file"])
    ends = re.compile(rf"\b{told['name']}$")
    same = (
        one for one in evidence.project.endpoints if one.file == file and ends.search(one.handler)
    )
    return next(same, None)


def returns(handler: Handler) -> list[ast.Return]:
    """Return the statements by which a function returns a value."""
    return [one for one in nodes(*handler[1].body)
            if isinstance(one, ast.Return) and one.value is not None]  # fmt: skip


def found_nothing(evidence: Evidence, handler: Handler) -> tuple[Place, tuple[Repair, ...]] | None:
    """Return where a look-up that may find nothing is returned, and the repair that answers 404."""
    file, function = handler
    for one in returns(handler):
        name = last_name(one.value) if isinstance(one.value, ast.Name) else ""
        origin = next(
            (node for node in nodes(*function.body) if isinstance(node, ast.Assign)
             and any(getattr(t, "id", "") == name for t in node.targets) and _finds(node.value)), None,
        )  # fmt: skip
        if name and origin is not None:
            return Place(file, one.lineno), _asked(evidence, file, name, one)
    return None


def _finds(node: ast.expr) -> bool:
    return any(isinstance(one, ast.Call) and called(one) in _FINDS for one in nodes(node)) or (
        isinstance(node, ast.Await) or (isinstance(node, ast.Call) and "get" in called(node))
    )


def _asked(evidence: Evidence, file: str, name: str, before: ast.stmt) -> tuple[Repair, ...]:
    text = evidence.sources.text(file)
    lines = text.splitlines(keepends=True)
    indent = " " * before.col_offset
    words = name.replace("_", " ").capitalize()
    lines.insert(
        before.lineno - 1,
        f"{indent}if {name} is None:\n"
        f'{indent}    raise HTTPException(status_code=404, detail="{words} not found")\n',
    )
    return finished(file, text, "".join(lines), {"fastapi": {"HTTPException"}})


def forgotten(evidence: Evidence, handler: Handler) -> tuple[Place, tuple[Repair, ...]] | None:
    """Return the function that returns nothing, and the repair that returns what it has made."""
    file, function = handler
    if returns(handler):
        return None
    place = Place(file, function.lineno)
    name = _made(function.body)
    if not name:
        return place, ()
    return place, with_return(evidence, file, function, name)


def _made(body: Sequence[ast.stmt]) -> str:
    """Return the name of what a function has stored, else of what it assigned last."""
    for node in nodes(*body):
        if isinstance(node, ast.Call) and called(node) in ("refresh", "add") and node.args:
            return last_name(node.args[0])
    assigned = [one for one in body if isinstance(one, ast.Assign)]
    return last_name(assigned[-1].targets[0]) if assigned else ""


def unwrapped(
    evidence: Evidence, handler: Handler, fields: Sequence[str], given: str
) -> tuple[Place, tuple[Repair, ...]] | None:
    """Return where the answer stands within a dictionary of one name, and the repair."""
    if not re.match(r"\{['\"]\w+['\"]: (?:[\w.]+\(|<|\{)", given):
        return None  # what is in it is no object
    file = handler[0]
    for one in returns(handler):
        node = one.value
        if isinstance(node, ast.Dict) and len(node.keys) == 1:
            key = getattr(node.keys[0], "value", None)
            if key not in fields:
                inner = segment(evidence, file, node.values[0])
                return Place(file, one.lineno), rewritten(evidence, file, [(node, inner)])
    return None
