"""Where rows are made and changed: the functions in which new links are looked up and set."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.mentions import purpose

_SEVERAL = {"list", "List", "Sequence", "Iterable", "Collection", "AsyncIterator", "AsyncIterable"}
_PLAIN_CALLS = ("model_dump", "dict", "items", "get")


@dataclass(frozen=True)
class Site:
    """A function that makes or changes a row: the request's body, the row, where it happens.

    `at` is the statement that makes or changes the row, the last of the `steps` that change
    it; `row` is the variable that holds it, None where none does. A site is `indirect` where a base
    class or another layer does the work, and `is_given` where its body is the row itself. `key` is
    the id by which a statement changes a row that nobody has read.
    """

    node: cst.FunctionDef
    body: str
    row: str | None
    at: cst.BaseStatement
    is_change: bool
    is_partial: bool
    is_indirect: bool = False
    is_given: bool = False
    key: str | None = None
    steps: tuple[cst.BaseStatement, ...] = ()


def site_of(
    node: cst.FunctionDef,
    model: str,
    schemas: Sequence[str],
    partial: Collection[str],
    owner: str = "",
) -> Site | None:
    """Return where a function makes or changes a row, if it does.

    Args:
        node: the function.
        model: the resource's name.
        schemas: the classes that are bodies of requests, the most telling first.
        partial: those of them all of whose fields may be left out.
        owner: the class that the function is a method of.
    """
    aim = purpose(node, owner)
    if aim not in ("make", "change") or not isinstance(node.body, cst.IndentedBlock):
        return None
    param = _body_param(node, schemas)
    if param is None:
        return _kept_as_it_came(node, model) if aim == "make" else None
    body, kind = param
    is_partial = aim == "change" and bool(set(re.findall(r"\w+", kind)) & set(partial))
    if aim == "change" and (steps := _changed(node, body) or _updated(node, body, model)):
        row, at = steps[-1]
        alike = tuple(statement for one, statement in steps if one == row)
        return Site(node, body, row, at, is_change=True, is_partial=is_partial, steps=alike)
    if aim == "change" and (unread := _updated_unread(node, body, model)):
        at, key = unread
        return Site(node, body, None, at, is_change=True, is_partial=is_partial, key=key)
    found = _made(node, model) if aim == "make" else None
    if found:
        return Site(node, body, found[0], found[1], is_change=False, is_partial=False)
    handed = _handed_on(node, body)
    if handed is None:
        return None
    return Site(node, body, handed[0], handed[1], aim == "change", is_partial, is_indirect=True)


def _body_param(node: cst.FunctionDef, schemas: Sequence[str]) -> tuple[str, str] | None:
    """Return the parameter that holds the request's body, and its annotation."""
    found: list[tuple[int, str, str]] = []
    for param in (*node.params.params, *node.params.kwonly_params):
        kind = code_of(param.annotation.annotation) if param.annotation else ""
        words = set(re.findall(r"\w+", kind))
        if words & set(schemas) and not words & _SEVERAL:  # of several rows none is the row
            rank = min(i for i, name in enumerate(schemas) if name in words)
            found.append((rank, param.name.value, kind))
    return min(found)[1:] if found else None


def _kept_as_it_came(node: cst.FunctionDef, model: str) -> Site | None:
    """Return where a row is made of a body that is the row itself: `session.add(item)`.

    It has what the table has, so nothing of many-to-many rows.
    """
    param = _body_param(node, [model])
    if param is None:
        return None
    for statement in m.findall(node, m.SimpleStatementLine()):
        if re.search(rf"\.(?:add|merge)\({param[0]}\)", code_of(statement)):
            line = cst.ensure_type(statement, cst.SimpleStatementLine)
            site = Site(node, param[0], None, line, is_change=False, is_partial=False)
            return replace(site, is_given=True)
    return None


def _made(node: cst.FunctionDef, model: str) -> tuple[str | None, cst.BaseStatement] | None:
    """Return the variable and statement of `item = Item(…)`, `Item.model_validate(…)`, `model(…)`.

    No variable holds the row of a statement that inserts it.
    """
    names = rf"(?:\w+\.)?{model}(?:Model|Table|DB|Orm|ORM)?|(?:self|cls)\.(?:_?model|model_class)"
    pattern = rf"(?:{names})(?:\.(?:model_validate|from_orm|parse_obj|validate))?"
    for statement in m.findall(node, m.SimpleStatementLine(body=[m.Assign()])):
        line = cst.ensure_type(statement, cst.SimpleStatementLine)
        assign = cst.ensure_type(line.body[0], cst.Assign)
        target, value = assign.targets[0].target, assign.value
        is_made = isinstance(value, cst.Call) and re.fullmatch(pattern, code_of(value.func))
        if is_made and isinstance(target, cst.Name):
            return target.value, line
    inserted = rf"\binsert\((?:{names})\)|\b(?:{names})\.__table__\.insert\(\)"
    for statement in m.findall(node, m.SimpleStatementLine()):
        if isinstance(statement, cst.BaseStatement) and re.search(inserted, code_of(statement)):
            return None, statement
    return None


def _changed(node: cst.FunctionDef, body: str) -> list[tuple[str, cst.BaseStatement]]:
    """Return the statements that change a row, and the row that each changes."""
    found: list[tuple[str, cst.BaseStatement]] = []
    for statement in m.findall(node, m.For() | m.SimpleStatementLine() | m.If()):
        row = _changes(statement, body)
        if row is not None and isinstance(statement, cst.BaseStatement):
            found.append((row, statement))
    return found


def _updated(node: cst.FunctionDef, body: str, model: str) -> list[tuple[str, cst.BaseStatement]]:
    """Return the statement that updates a table by a body, where the row was read before it."""
    changing = rf"\bupdate\((?:\w+\.)?{model}\b.*\b{body}\b"
    row = None
    for statement in m.findall(node, m.SimpleStatementLine()):
        line = cst.ensure_type(statement, cst.SimpleStatementLine)
        small, code = line.body[0], code_of(line)
        if row and re.search(changing, code, re.DOTALL):
            return [(row, line)]
        if not isinstance(small, cst.Assign) or not isinstance(small.targets[0].target, cst.Name):
            continue
        reads = rf"\w*get\w*\(|\bselect\((?:\w+\.)?{model}\b|\bquery\((?:\w+\.)?{model}\b"
        if re.search(reads, code):
            row = small.targets[0].target.value
    return []


def _updated_unread(
    node: cst.FunctionDef, body: str, model: str
) -> tuple[cst.BaseStatement, str] | None:
    """Return the statement that updates a table by a body, and the id of the row."""
    changing = rf"\bupdate\((?:\w+\.)?{model}\b.*\b{body}\b"
    by_key = re.compile(rf"\.where\(\s*(?:\w+\.)?{model}\.\w+ == (\w+),?\s*\)")
    for statement in m.findall(node, m.SimpleStatementLine()):
        line = cst.ensure_type(statement, cst.SimpleStatementLine)
        code = code_of(line)
        key = by_key.search(code)
        if key and re.search(changing, code, re.DOTALL):
            return line, key[1]
    return None


def _changes(node: cst.CSTNode, body: str) -> str | None:
    code = code_of(node)
    if isinstance(node, cst.For):
        match = re.search(r"setattr\((\w+), ", code)
        return match[1] if match else None
    if isinstance(node, cst.If):
        match = re.fullmatch(rf"\s*if {body}\.\w+[^:]*:\s+(\w+)\.\w+ = {body}\.\w+\s*", code)
        return match[1] if match else None
    match = re.match(r"\s*(\w+)\.sqlmodel_update\(", code)
    match = match or re.fullmatch(rf"\s*(\w+)\.\w+ = {body}\.\w+(?: (?:or|if) [^\n]*)?\s*", code)
    return match[1] if match else None


def _handed_on(node: cst.FunctionDef, body: str) -> tuple[str | None, cst.BaseStatement] | None:
    """Return the statement that hands the body to something that makes or changes the row."""
    for statement in m.findall(node, m.SimpleStatementLine()):
        line = cst.ensure_type(statement, cst.SimpleStatementLine)
        calls = [c for c in m.findall(line, m.Call()) if isinstance(c, cst.Call)]
        if not any(_takes(c, body) for c in calls):
            continue
        small = line.body[0]
        if isinstance(small, cst.Assign) and isinstance(small.targets[0].target, cst.Name):
            return small.targets[0].target.value, line
        return _given_row(node, calls, body), line
    return None


def _given_row(node: cst.FunctionDef, calls: Sequence[cst.Call], body: str) -> str | None:
    """Return the row that a call is given to be changed: a variable of the function's own."""
    code = code_of(node.body)
    given = [a.value.value for c in calls for a in c.args if isinstance(a.value, cst.Name)]
    return next((n for n in given if n != body and re.search(rf"\b{n} = ", code)), None)


def _takes(call: cst.Call, body: str) -> bool:
    """Tell whether a call is given the body or what it holds, rather than reading it."""
    name = code_of(call.func).rpartition(".")[2]
    if name in _PLAIN_CALLS or name[:1].isupper() or name in ("len", "str", "setattr", "getattr"):
        return False
    return any(
        re.search(rf"\b{body}\b(?!\.(?!model_dump|dict))", code_of(a.value)) for a in call.args
    )
