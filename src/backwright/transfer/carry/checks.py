"""Checks that a referenced row is there, learnt from the exemplar's own where it has one."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst
import libcst.matchers as m

from backwright.spec.names import Names, names_of
from backwright.spec.types import FieldSpec
from backwright.transfer.carry.items import named, replaced
from backwright.transfer.carry.marks import code_of, fields_in, is_enum
from backwright.transfer.carry.types import Parent
from backwright.transfer.carry.values import Work
from backwright.transfer.rename import RenameCode, Renaming

Body = Sequence[cst.BaseStatement]
_LEAVES = m.IndentedBlock(body=[m.SimpleStatementLine(body=[m.Raise()])])


def repeat_checks(work: Work, body: Body) -> list[cst.BaseStatement]:
    """Return a body in which what is asked of an old reference is asked of each new one."""
    made: list[cst.BaseStatement] = []
    index = 0
    while index < len(body):
        length, number = _check_at(work, body, index)
        if not length:
            made.append(body[index])
            index += 1
            continue
        checks = body[index : index + length]
        new = [c for f in work.likeness.columns for c in _repeated(work, checks, number, f)]
        made += [*checks, *new] if work.extends else new or checks
        index += length
    return made


def _check_at(work: Work, body: Body, index: int) -> tuple[int, int]:
    """Return how many statements a check takes that begins here, and of which reference it is."""
    first = body[index]
    numbers = {n for n in fields_in(first) if n < len(work.facts.fields)}
    if len(numbers) != 1:
        return 0, 0
    (number,) = numbers
    if work.facts.fields[number].kind != "ref":
        return 0, 0
    if isinstance(first, cst.If) and m.matches(first, m.If(body=_LEAVES, orelse=None)):
        return 1, number
    if _asks(first):
        return 1, number
    following = body[index + 1] if index + 1 < len(body) else None
    is_found = m.matches(first, m.SimpleStatementLine(body=[m.Assign()]))
    is_asked = m.matches(following, m.If(body=_LEAVES, orelse=None)) if following else False
    if not is_found or not is_asked or following is None:
        return 0, 0
    return (2, number) if fields_in(following) <= {number} else (0, 0)


def _asks(node: cst.BaseStatement) -> bool:
    """Tell whether a statement only asks for a row of a model: `get_or_404(Shelf, data.shelf_id)`."""
    value = m.Call() | m.Await(expression=m.Call())
    if not m.matches(node, m.SimpleStatementLine(body=[m.Expr(value=value)])):
        return False
    return any(is_enum(name) for name in m.findall(node, m.Name()))


def _repeated(work: Work, checks: Body, number: int, new: FieldSpec) -> list[cst.BaseStatement]:
    parent = work.facts.parent(new.target)
    if new.kind != "ref" or parent is None:
        return []
    old = work.facts.fields[number]
    old_parent = work.facts.parent(old.target)
    old_names = old_parent.names if old_parent else names_of(old.target or old.name)
    made = [_of_parent(work, c, number, new, parent, old_names) for c in checks]
    unknown = _helpers(checks) - {parent.model}
    if unknown and not work.facts.are_alike(new, old):
        return []  # a helper of the old parent's own, which the new one may not have
    work.checked[new.column] = [code_of(c).strip() for c in made] if _asks(checks[0]) else []
    return _guarded(made, new)


def _of_parent(
    work: Work,
    node: cst.BaseStatement,
    number: int,
    new: FieldSpec,
    parent: Parent,
    old_names: Names,
) -> cst.BaseStatement:
    made = replaced(node, lambda n: cst.Name(parent.model) if is_enum(n) else None)
    made = named(made, {number: new.column})
    if old_names != parent.names:
        visited = made.visit(RenameCode(Renaming(((old_names, parent.names),))))
        assert isinstance(visited, cst.BaseStatement)  # noqa: S101
        made = visited
        work.imports |= parent.imports
    return made


def _helpers(checks: Body) -> set[str]:
    """Return the functions that a check calls which are no session's: `get_category(…)`."""
    calls = [c for s in checks for c in m.findall(s, m.Call())]
    names = {code_of(c.func) for c in calls if isinstance(c, cst.Call)}
    return {
        n for n in names if re.search(r"(service|repo|crud|api)\w*\.|^(get|find|fetch|read)_", n)
    }


def _guarded(checks: Body, new: FieldSpec) -> list[cst.BaseStatement]:
    """A reference that may be left out is looked up only if it is given."""
    given = re.search(rf"\b([\w.]+\.{new.column})\b", "".join(code_of(c) for c in checks))
    if not new.optional or given is None:
        return list(checks)
    block = cst.IndentedBlock(body=[c.with_changes(leading_lines=[]) for c in checks])
    test = cst.parse_expression(f"{given[1]} is not None")
    return [cst.If(test=test, body=block, leading_lines=getattr(checks[0], "leading_lines", ()))]
