"""Statements: a run of them that differs by the field only is repeated for each new field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import libcst as cst
import libcst.matchers as m

from backwright.spec.types import FieldSpec
from backwright.transfer.carry.expected import expectation, renews, root_of, small_of
from backwright.transfer.carry.items import access, is_access, is_literal, named, replaced, shape
from backwright.transfer.carry.likeness import family
from backwright.transfer.carry.marks import code_of, field_of, fields_in
from backwright.transfer.carry.values import Work, made_in_tests, value_of

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
Like = Mapping[int, Statement]
Node = TypeVar("Node", bound=cst.CSTNode)
_TEXT_TESTS = ("contains", "icontains", "ilike", "like", "startswith", "istartswith")


@dataclass(frozen=True)
class Slot:
    """A statement about one field: how it speaks of it (`kind`), and what tells like ones apart."""

    kind: str
    number: int
    key: str


def fill_body(work: Work, scope: str, body: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    """Return a body's statements, those said of each old field said of each new one."""
    slots = _in_runs(body, [_slot(work, s) for s in body])
    filled: dict[int, list[cst.BaseStatement]] = {}
    for key in dict.fromkeys((s.kind, s.key) for s in slots if s):
        places = [i for i, s in enumerate(slots) if s and (s.kind, s.key) == key]
        like = {s.number: body[i] for i in places if (s := slots[i])}
        if not work.likeness.is_whole(like.keys()) or (key[0] == "filter" and len(like) < 2):
            continue
        made = _FILLERS[key[0]](work, scope, like)  # type: ignore[arg-type]
        if made and work.extends:
            last = body[places[-1]]
            filled[places[-1]] = [last, *_spaced([last, *made], [body[i] for i in places])[1:]]
        elif made:
            filled |= {i: [] for i in places}
            filled[places[0]] = _spaced(made, [body[i] for i in places])
    made = [s for i, old in enumerate(body) for s in filled.get(i, [old])]
    return _distinct(made) if filled and work.has_samples else made


def _in_runs(body: Sequence[cst.BaseStatement], slots: Sequence[Slot | None]) -> list[Slot | None]:
    """Return slots that tell apart what is expected of a variable before and after it is set anew.

    `data` of the answer to a creation and `data` of the answer to a change are two rows.
    """
    made = list(slots)
    for index, slot in enumerate(slots):
        if slot and slot.kind == "assert":
            root = root_of(small_of(body[index], cst.Assert))
            run = sum(renews(s, root) for s in body[:index])
            made[index] = replace(slot, key=f"{slot.key} {run}")
    return made


def _distinct(body: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    """Return statements without an expectation that was said right before."""
    kept: list[cst.BaseStatement] = []
    said: set[str] = set()
    for statement in body:
        code = code_of(statement).strip()
        if not code.startswith("assert "):
            said = set()
        elif code in said:
            continue
        said.add(code)
        kept.append(statement)
    return kept


def filters_all(work: Work, node: cst.FunctionDef) -> bool:
    """Tell whether a function that reads rows filters by all fields, or hands all filters on."""
    slots = [_slot(work, s) for s in node.body.body if isinstance(s, cst.BaseStatement)]
    numbers = {s.number for s in slots if s and s.kind == "filter"}
    if len(numbers) > 1 and work.likeness.is_whole(numbers):
        return True
    calls = m.findall(node.body, m.Call())
    handed = [_handed_on(c) for c in calls if isinstance(c, cst.Call)]
    return any(len(n) > 1 and work.likeness.is_whole(n) for n in handed)


def _handed_on(call: cst.Call) -> set[int]:
    values = [a.value for a in call.args if a.keyword]
    return {n for v in values if isinstance(v, cst.Name) and (n := field_of(v.value)) is not None}


def _spaced(
    made: Sequence[cst.BaseStatement], old: Sequence[cst.BaseStatement]
) -> list[cst.BaseStatement]:
    """Give the first statement the lines above the first old one, the rest the usual gap."""
    first = getattr(old[0], "leading_lines", ())
    usual = [line for line in getattr(old[-1], "leading_lines", ()) if not line.comment]
    rest = usual if len(old) > 1 else []
    return [s.with_changes(leading_lines=rest if i else first) for i, s in enumerate(made)]


# --- which statements are slots


def _slot(work: Work, node: cst.BaseStatement) -> Slot | None:
    if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1:
        return _simple_slot(work, node.body[0])
    if isinstance(node, cst.If) and node.orelse is None and len(fields_in(node)) == 1:
        return _guarded_slot(work, node)
    return None


def _simple_slot(work: Work, small: cst.BaseSmallStatement) -> Slot | None:
    if isinstance(small, cst.Assert):
        return _assert_slot(small)
    if not isinstance(small, cst.Assign) or len(small.targets) != 1:
        return None
    target, value = small.targets[0].target, small.value
    if isinstance(target, cst.Name):
        number = field_of(target.value)
        if number is None or not work.has_samples or fields_in(value) - {number}:
            return None
        return Slot("local", number, "")
    if len(fields_in(target)) != 1 or fields_in(value) - fields_in(target):
        return None
    (number,) = fields_in(target)
    if not is_access(target, number):
        return None
    if access(value, number):
        return Slot("copy", number, shape(target))
    return Slot("set", number, shape(target)) if is_literal(value) and work.has_samples else None


def _assert_slot(small: cst.Assert) -> Slot | None:
    if len(fields_in(small.test)) != 1 or not m.matches(
        small.test, m.Comparison(comparisons=[m.ComparisonTarget(operator=m.Equal())])
    ):
        return None
    (number,) = fields_in(small.test)
    comparison = cst.ensure_type(small.test, cst.Comparison)
    if not is_access(comparison.left, number):
        return None
    return Slot("assert", number, shape(small))


def _guarded_slot(work: Work, node: cst.If) -> Slot | None:
    inner = node.body.body
    if not isinstance(inner[-1], cst.SimpleStatementLine):
        return None
    small = inner[-1].body[0]
    (number,) = fields_in(node)
    if not access(node.test, number) or not isinstance(small, cst.Assign):
        return None
    copied = _simple_slot(work, small)
    if copied and copied.kind == "copy":
        return Slot("guarded", number, shape(node.test) + copied.key)
    if len(inner) != 1:
        return None
    target = code_of(small.targets[0].target)
    if fields_in(small.value) and target in code_of(small.value):
        return Slot("filter", number, target)
    return None


def is_guarded(work: Work, node: cst.If) -> bool:
    """Tell whether a block only says what a change of one field is: others have their own."""
    slot = _slot(work, node)
    return slot is not None and slot.kind == "guarded"


# --- what stands there instead


def _copies(work: Work, _: str, like: Like) -> list[cst.BaseStatement]:
    return [_copy(work, like, f) for f in work.likeness.columns]


def _copy(work: Work, like: Like, new: FieldSpec) -> Statement:
    """A copy that changes the value on the way (`.strip()`) is made plain for other kinds."""
    number = work.likeness.analog(new, like.keys())
    assert number is not None  # noqa: S101
    statement = like[number]
    alike = family(work.facts.fields[number].kind) == family(new.kind)
    regular = len({shape(s) for s in like.values()}) < len(like)
    if not alike and not regular:
        statement = replaced(statement, lambda n: _plain(n, number))
    if family(new.kind) in (family("bool"), family("int")):
        statement = replaced(statement, lambda n: _unless_none(n, number))
    return named(statement, {number: new.column})


def _unless_none(node: cst.CSTNode, number: int) -> cst.CSTNode | None:
    """`row.done = body.done or row.done` never sets a false or a zero."""
    if not isinstance(node, cst.Assign) or not isinstance(node.value, cst.BooleanOperation):
        return None
    value, target = node.value, code_of(node.targets[0].target)
    is_kept = isinstance(value.operator, cst.Or) and code_of(value.right) == target
    if not is_kept or not is_access(value.left, number):
        return None
    given = code_of(value.left)
    made = cst.parse_expression(f"{given} if {given} is not None else {target}")
    return node.with_changes(value=made)


def _plain(node: cst.CSTNode, number: int) -> cst.CSTNode | None:
    if not isinstance(node, cst.Assign):
        return None
    value = access(node.value, number)
    return node.with_changes(value=value) if value else None


def _locals(work: Work, scope: str, like: Like) -> list[cst.BaseStatement]:
    values = {n: _assign(s).value for n, s in like.items()}
    is_json = "{" in work.part.code.partition(f"def {scope}(")[2].partition("\n\n\n")[0]
    made: list[cst.BaseStatement] = []
    for f in made_in_tests(work.likeness.columns):
        if f.kind == "ref":
            continue
        value = value_of(work, f, values, row=0, json=is_json)
        statement = next(iter(like.values()))
        old = _assign(statement)
        target = old.targets[0].with_changes(target=cst.Name(f.column))
        if value is not None:
            made.append(cst.SimpleStatementLine([old.with_changes(targets=[target], value=value)]))
    return made


def _sets(work: Work, _: str, like: Like) -> list[cst.BaseStatement]:
    """Values written down for a test: all that can be, of the first row that differs."""
    first = next(iter(like))
    old = _assign(like[first])
    made: list[cst.BaseStatement] = []
    for f in made_in_tests(work.likeness.columns):
        value = value_of(work, f, {n: _assign(s).value for n, s in like.items()}, row=1)
        if value is not None and f.kind != "ref":
            target = named(old.targets[0], {first: f.column})
            made.append(cst.SimpleStatementLine([old.with_changes(targets=[target], value=value)]))
    return made


def _asserts(work: Work, scope: str, like: Like) -> list[cst.BaseStatement]:
    return [
        s for f in work.likeness.columns if (s := expectation(work, scope, like, f)) is not None
    ]


def _guarded(work: Work, _: str, like: Like) -> list[cst.BaseStatement]:
    made: list[cst.BaseStatement] = []
    for f in work.likeness.columns:
        number = work.likeness.analog(f, like.keys())
        assert number is not None  # noqa: S101
        statement = like[number]
        if work.extends or work.likeness.keys.get(number) != f:
            statement = _without_checks(statement)
        made.append(named(tested_for_none(work, statement, number, f), {number: f.column}))
    return made


def _without_checks(node: Statement) -> Statement:
    """Return `if status is not None: …` without what it asks of that field alone."""
    block = cst.ensure_type(node, cst.If)
    last = block.body.body[-1].with_changes(leading_lines=[])
    return block.with_changes(body=block.body.with_changes(body=[last]))


def tested_for_none(work: Work, node: Statement, number: int, new: FieldSpec) -> Statement:
    """`if body.title:` loses a false or a zero: other kinds than the old one ask for None."""
    if not isinstance(node, cst.If) or not is_access(node.test, number):
        return node
    if family(new.kind) == family(work.facts.fields[number].kind):
        return node
    if family(new.kind) not in (family("bool"), family("int")):
        return node
    test = cst.parse_expression(f"{code_of(node.test)} is not None")
    return node.with_changes(test=test)


def _filters(work: Work, _: str, like: Like) -> list[cst.BaseStatement]:
    made: list[cst.BaseStatement] = []
    for f in work.likeness.columns:
        number = work.likeness.analog(f, like.keys())
        if number is None or not work.writer.declare(f, "filter", ()):
            continue
        statement = tested_for_none(work, like[number], number, f)
        made.append(named(compared(statement, f, number), {number: f.column}))
    return made


def compared(node: Node, new: FieldSpec, number: int) -> Node:
    """A test that only text has (`.ilike(…)`) is equality for other kinds."""
    if family(new.kind) == family("str"):
        return node
    return replaced(node, lambda n: _as_equality(n, number))


def _as_equality(node: cst.CSTNode, number: int) -> cst.CSTNode | None:
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return None
    if node.func.attr.value not in _TEXT_TESTS or number not in fields_in(node.func.value):
        return None
    sought = node.args[0].value
    if isinstance(sought, cst.FormattedString):
        inner = [p for p in sought.parts if isinstance(p, cst.FormattedStringExpression)]
        sought = inner[0].expression if len(inner) == 1 else sought
    return cst.parse_expression(f"{code_of(node.func.value)} == {code_of(sought)}")


def _assign(statement: cst.BaseStatement) -> cst.Assign:
    return small_of(statement, cst.Assign)


_FILLERS: dict[str, Callable[[Work, str, Like], list[cst.BaseStatement]]] = {
    "copy": _copies,
    "set": _sets,
    "local": _locals,
    "assert": _asserts,
    "guarded": _guarded,
    "filter": _filters,
}
