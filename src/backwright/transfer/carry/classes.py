"""Classes: the declarations of an exemplar's fields give way to those of the new ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst
import libcst.matchers as m

from backwright.spec.types import FieldSpec
from backwright.transfer.carry.attributes import attributes_listed
from backwright.transfer.carry.items import replaced
from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.placing import Placement, declared, is_nested
from backwright.transfer.carry.types import Role
from backwright.transfer.carry.values import Work

Body = Sequence[cst.BaseStatement]
_RELATION = re.compile(r"\b[Rr]elationship\(")


def fill_class(work: Work, placement: Placement, node: cst.ClassDef) -> cst.ClassDef:
    """Return a class with its slots filled."""
    role, fields = placement.get(f"{work.part.path}:{node.name.value}", (None, ()))
    if role is None or not isinstance(node.body, cst.IndentedBlock):
        return node
    body = list(node.body.body)
    slots = [i for i, s in enumerate(body) if declared(s) is not None]
    if not slots and not fields:
        return node
    like = [code_of(body[i]).strip() for i in slots if not is_nested(body[i])]
    named = {code_of(s.body[0].target) for s in body if _is_annotated(s)}  # type: ignore[attr-defined]
    wanted = [f for f in fields if f.kind != "many" or role != "model"]
    if not work.extends:  # an exemplar may have ids of its own under the name of the new ones
        lost = {f.column for f in wanted if f.kind == "many"} & named
        body = [s for s in body if not (_is_annotated(s) and code_of(s.body[0].target) in lost)]  # type: ignore[attr-defined]
        slots = [i for i, s in enumerate(body) if declared(s) is not None]
    columns = _declarations(work, wanted, role, like)
    if any(code_of(base.value).rpartition(".")[2] == "TypedDict" for base in node.bases):
        columns = [replaced(c, _without_value) for c in columns]
    relations = _relations(work, body, slots) if role == "model" else []
    if work.extends:
        made = _added(body, slots, columns, relations)
    else:
        made = _placed(body, slots, columns, relations)
    if "init=False" in code_of(node):
        made = _in_dataclass_order(made, [*columns, *relations])
    new = node.with_changes(body=node.body.with_changes(body=made or [_pass()]))
    return attributes_listed(work, node, new)


def _is_annotated(statement: cst.BaseStatement) -> bool:
    return m.matches(statement, m.SimpleStatementLine([m.AnnAssign()]))


def _without_value(node: cst.CSTNode) -> cst.CSTNode | None:
    """The keys of a typed dictionary have types alone (PEP 589)."""
    if not isinstance(node, cst.AnnAssign):
        return None
    return node.with_changes(value=None, equal=cst.MaybeSentinel.DEFAULT)


def _declarations(
    work: Work, fields: Sequence[FieldSpec], role: Role, like: Sequence[str]
) -> list[cst.BaseStatement]:
    made: list[cst.BaseStatement] = []
    for f in fields:
        for piece in work.writer.declare(f, role, like):
            made += cst.parse_module(work.use(piece)).body
    return made


def _relations(work: Work, body: Body, slots: Sequence[int]) -> list[cst.BaseStatement]:
    like = [code_of(body[i]).strip() for i in slots if is_nested(body[i])]
    return _declarations(work, work.likeness.links, "relations", like)


def _placed(
    body: Body,
    slots: Sequence[int],
    columns: Sequence[cst.BaseStatement],
    relations: Sequence[cst.BaseStatement],
) -> list[cst.BaseStatement]:
    """Put columns where the first column slot stood, relationships where theirs did."""
    column_at = next((i for i in slots if not is_nested(body[i])), None)
    relation_at = next((i for i in slots if is_nested(body[i])), None)
    last = max((i for i, s in enumerate(body) if _is_field(s)), default=_docstring_end(body) - 1)
    if column_at is None:
        column_at = slots[0] if slots else last + 1
    if relation_at is None:
        relation_at = last + 1
    made: list[cst.BaseStatement] = []
    for index in range(len(body) + 1):
        old = body[index] if index < len(body) else None
        if index == column_at:
            made += _led(columns, old if index in slots else None)
        if index == relation_at:
            made += _led(relations, old if index in slots and index != column_at else None)
        if old is not None and index not in slots and not _is_pass(old):
            made.append(old)
    return made


def _added(
    body: Body,
    slots: Sequence[int],
    columns: Sequence[cst.BaseStatement],
    relations: Sequence[cst.BaseStatement],
) -> list[cst.BaseStatement]:
    """Put columns after the last column, relationships after the last relationship."""
    last = max((i for i, s in enumerate(body) if _is_field(s)), default=_docstring_end(body) - 1)
    related = {i for i in slots if is_nested(body[i]) or _RELATION.search(code_of(body[i]))}
    plain = [i for i, s in enumerate(body) if _is_field(s) and not _RELATION.search(code_of(s))]
    column_at = max((i for i in slots if i not in related), default=max(plain, default=last))
    relation_at = max(related, default=last)
    made: list[cst.BaseStatement] = [*columns] if column_at < 0 else []
    for index, statement in enumerate(body):
        if not (columns and _is_pass(statement)):
            made.append(statement)
        made += columns if index == column_at else []
        made += relations if index == relation_at else []
    return made


def _led(
    new: Sequence[cst.BaseStatement], old: cst.BaseStatement | None
) -> list[cst.BaseStatement]:
    """The first takes the blank lines above what it replaces; comments spoke of the old field."""
    if not new or old is None:
        return list(new)
    above = [line for line in getattr(old, "leading_lines", ()) if not line.comment]
    return [new[0].with_changes(leading_lines=above), *new[1:]]


def _is_field(statement: cst.BaseStatement) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    small = statement.body[0]
    if isinstance(small, cst.AnnAssign):
        return True
    name = code_of(small).partition("=")[0].strip()
    return isinstance(small, cst.Assign) and name not in ("model_config", "__table_args__")


def _docstring_end(body: Body) -> int:
    is_text = body and re.match(r'\s*[rR]?("""|\'\'\'|"|\')', code_of(body[0]))
    return 1 if is_text else 0


def _in_dataclass_order(body: Body, new: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    """In a dataclass what has a default follows what has none: the new ones with one go last."""
    late = [s for s in body if s in new and _has_default(s)]
    rest = [s for s in body if s not in late]
    required = [i for i, s in enumerate(rest) if _is_field(s) and not _has_default(s)]
    at = required[-1] + 1 if required else len(rest)
    return [*rest[:at], *late, *rest[at:]]


def _has_default(statement: cst.BaseStatement) -> bool:
    code = code_of(statement)
    has_value = re.search(r"\b(default|default_factory|init)\s*=", code) is not None
    return has_value or ("mapped_column" not in code and "=" in code and "relationship" not in code)


def _is_pass(statement: cst.BaseStatement) -> bool:
    return code_of(statement).strip() in ("pass", "...")


def _pass() -> cst.BaseStatement:
    return cst.parse_statement("pass")
