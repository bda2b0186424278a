"""The shape of a new resource: the references, links and owner that it has.

The template speaks of its reference (`topic`) and its link (`tag`) in statements and items of
their own; each is repeated for every new one, and gone where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import libcst as cst
import libcst.matchers as m

from backwright.spec.names import Names, names_of
from backwright.transfer.rename import RenameCode, Renaming, rename_code

Body = Sequence[cst.BaseStatement]
Node = TypeVar("Node", bound=cst.CSTNode)

NOTE = names_of("Note")
# Words that no host has stand in for the template's own until everything else is renamed.
REF, MANY = names_of("Qref"), names_of("Qmany", plural="Qmanies")
_STAND_INS = Renaming(((names_of("Topic"), REF), (names_of("Tag"), MANY)))
_OWNERS = ("owner", "current_user", "users")
_ONLY_OWNED = ("another_users", "without_signing_in", "sign_in")


@dataclass(frozen=True)
class Link:
    """A reference or a many-to-many: its word in code, and the class of what it leads to."""

    word: Names
    model: str
    owned: bool
    key_kind: str = "uuid"
    key: str = "id"
    owner: str = "owner_id"
    may_be_none: bool = False


def with_stand_ins(code: str) -> str:
    """Return a module of the template in which the reference and the link have names of nobody."""
    return rename_code(code, _STAND_INS)


def shape(
    code: str,
    *,
    refs: Sequence[Link],
    manys: Sequence[Link],
    owned: bool,
    guarded: bool = False,
) -> str:
    """Return a module with the references, links and owner that a new resource has.

    Args:
        code: a module of the template, `with_stand_ins`, renamed otherwise.
        refs: the references.
        manys: the many-to-manys.
        owned: whether rows belong to users.
        guarded: whether one has to be signed in all the same.
    """
    tree = cst.parse_module(code)
    for old, links in ((REF, refs), (MANY, manys)):
        tree = _repeated(tree, old, links, owned=owned)
    return tree.code if owned else disowned(tree, guarded=guarded).code


def disowned(tree: Node, *, guarded: bool) -> Node:
    """Return code that knows no owner, though maybe that one has to be signed in."""
    visited = tree.visit(_Disowner(guarded=guarded))
    assert isinstance(visited, type(tree))  # noqa: S101 - only statements inside are removed
    return visited


def _repeated(tree: cst.Module, old: Names, links: Sequence[Link], *, owned: bool) -> cst.Module:
    copies = [_copier(old, link, disown=owned and not link.owned) for link in links]
    return cst.ensure_type(tree.visit(_Repeater(old, copies)), cst.Module)


Copier = Callable[[cst.CSTNode], cst.CSTNode | None]


def _copier(old: Names, link: Link, *, disown: bool) -> Copier:
    exact = {old.pascal: link.model}
    rename = RenameCode(Renaming(((old, link.word),), exact=exact))

    def copy(node: cst.CSTNode) -> cst.CSTNode | None:
        is_test = isinstance(node, cst.FunctionDef) and node.name.value.startswith("test_")
        if disown and is_test and _is_of_owners(cst.ensure_type(node, cst.FunctionDef)):
            return None
        if disown and not is_test:
            kept = node.visit(_Disowner(guarded=False))
            if not isinstance(kept, cst.CSTNode):
                return None
            node = kept
        visited = node.visit(rename)
        if isinstance(visited, cst.CSTNode):
            visited = visited.visit(_Keyed(link))
        return visited if isinstance(visited, cst.CSTNode) else None

    return copy


class _Repeater(cst.CSTTransformer):
    """Put copies of each statement and item about a name in its place."""

    def __init__(self, old: Names, copies: Sequence[Copier]) -> None:
        super().__init__()
        self.old = Renaming(((old, old),))
        self.copies = copies

    def on_visit(self, node: cst.CSTNode) -> bool:
        return not self._is_about(node)

    def on_leave(self, original_node: Node, updated_node: Node) -> object:  # type: ignore[override]
        if self._is_about(original_node):
            made = [copy(original_node) for copy in self.copies]
            return _sentinel([node for node in made if node is not None])
        return super().on_leave(original_node, updated_node)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        args = _without_last_comma(original_node.args, updated_node.args)
        return updated_node.with_changes(args=args)

    def _is_about(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            return self.old.finds(node.name.value)
        if isinstance(node, cst.If):
            return self._mentions(node.test)
        if isinstance(node, cst.SimpleStatementLine):
            return self._is_line_about(node.body[0])
        if isinstance(node, cst.ImportAlias):
            return self._mentions(node.name)
        if isinstance(node, cst.Element):
            return isinstance(node.value, cst.SimpleString) and self._mentions(node.value)
        if isinstance(node, cst.Arg) and isinstance(node.value, cst.Set) and not self.copies:
            return all(self._is_about(element) for element in node.value.elements)
        return False

    def _is_line_about(self, line: cst.BaseSmallStatement) -> bool:
        if isinstance(line, cst.Assign):
            return any(self._mentions(target.target) for target in line.targets)
        if isinstance(line, cst.AnnAssign):
            return self._mentions(line.target)
        called = m.Expr(m.Await(m.Call()) | m.Call())
        if isinstance(line, cst.Expr) and m.matches(line, called):
            call = line.value.expression if isinstance(line.value, cst.Await) else line.value
            return self._mentions(cst.ensure_type(call, cst.Call).func)
        return False

    def _mentions(self, node: cst.CSTNode) -> bool:
        return self.old.finds(cst.Module([]).code_for_node(node))


def _sentinel(nodes: list[cst.CSTNode]) -> object:
    if not nodes:
        return cst.RemoveFromParent()
    return nodes[0] if len(nodes) == 1 else cst.FlattenSentinel(nodes)


def without_references(code: str) -> str:
    """Return a service or its routes where nothing is referred to: creating finds all it needs."""
    code = re.sub(r"\n +NotFoundError: what the \S+ refers to is not there\.", "", code)
    code = code.replace(", or not what it shall refer to.", ".")
    tree = cst.parse_module(code).visit(_Unreferring())
    return cst.ensure_type(tree, cst.Module).code


class _Unreferring(cst.CSTTransformer):
    """Let what creates a row not expect that something is missing."""

    def __init__(self) -> None:
        super().__init__()
        self._creates = False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._creates = node.name.value.startswith("create_")

    def leave_ExceptHandler(
        self, original_node: cst.ExceptHandler, updated_node: cst.ExceptHandler
    ) -> cst.ExceptHandler | cst.RemovalSentinel:
        is_missing = m.matches(original_node, m.ExceptHandler(type=m.Name("NotFoundError")))
        return cst.RemoveFromParent() if is_missing and self._creates else updated_node


def unlinked(code: str) -> str:
    """Return the template's tests without the rows that samples refer to: samples are alone."""
    tree = cst.parse_module(code)
    return cst.ensure_type(tree.visit(_Unlinker()).visit(_Unused("connection")), cst.Module).code


class _Unlinker(cst.CSTTransformer):
    """Let samples take nothing and wait for nothing, and store no rows for them."""

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.RemovalSentinel:
        name = original_node.name.value
        if name == "save":
            return cst.RemoveFromParent()
        if name.startswith(_SAMPLES):
            return updated_node.with_changes(params=cst.Parameters(), asynchronous=None)
        return updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        is_sample = _is_sample(original_node)
        return updated_node.with_changes(args=()) if is_sample else updated_node

    def leave_Await(self, original_node: cst.Await, updated_node: cst.Await) -> cst.BaseExpression:
        is_sample = _is_sample(original_node.expression)
        return updated_node.expression if is_sample else updated_node


_SAMPLES = ("valid_", "changed_")


def _is_sample(node: cst.BaseExpression) -> bool:
    callee = node.func if isinstance(node, cst.Call) else None
    return isinstance(callee, cst.Name) and callee.value.startswith(_SAMPLES)


class _Unused(cst.CSTTransformer):
    """Take a parameter out of the tests that do not use it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        is_used = m.findall(original_node.body, m.Name(self.name))
        if is_used or not original_node.name.value.startswith("test_"):
            return updated_node
        params = [p for p in updated_node.params.params if p.name.value != self.name]
        kept = _without_last_comma(original_node.params.params, params)
        return updated_node.with_changes(params=updated_node.params.with_changes(params=kept))


class _Keyed(cst.CSTTransformer):
    """Speak of a key that has another name than `id`, or is a number or a text and no UUID."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self.kind = {"uuid": "UUID"}.get(link.key_kind, link.key_kind)
        self.key, self.owner = link.key, link.owner
        self.owners = {link.model, link.word.snake}
        self.may_be_none = link.may_be_none

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        owner = original_node.value
        is_key = isinstance(owner, cst.Name) and owner.value in self.owners
        names = {"id": self.key, "owner_id": self.owner}
        if is_key and original_node.attr.value in names:
            return updated_node.with_changes(attr=cst.Name(names[original_node.attr.value]))
        return updated_node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        is_type = original_node.value == "UUID"
        return updated_node.with_changes(value=self.kind) if is_type else updated_node

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        if self.kind == "int" and original_node.name.value.startswith("make_"):
            return updated_node.with_changes(returns=cst.Annotation(cst.Name("int")))
        return updated_node

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.SimpleStatementLine]:
        """A key that may be None until the row is stored is seen to be there."""
        returned = updated_node.body[0]
        is_key = m.Return(m.Attribute(m.Name(), m.Name(self.key)))
        if not self.may_be_none or not m.matches(returned, is_key):
            return updated_node
        returned = cst.ensure_type(returned, cst.Return)
        key = cst.Module([]).code_for_node(cst.ensure_type(returned.value, cst.Attribute))
        seen = cst.ensure_type(
            cst.parse_statement(f"assert {key} is not None"), cst.SimpleStatementLine
        )
        return cst.FlattenSentinel([seen, updated_node])

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        if self.kind != "int":
            return updated_node
        if m.matches(original_node, m.Call(m.Name("uuid4"))):
            return cst.Integer("2_000_000_000")
        if m.matches(original_node.func, m.Name("str")):
            return updated_node.args[0].value
        return updated_node


class _Disowner(cst.CSTTransformer):
    """Take the owner out: parameters, arguments, conditions, statements, tests of isolation."""

    def __init__(self, *, guarded: bool) -> None:
        super().__init__()
        self.guarded = guarded

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return not self._is_of_owners(node)

    def _is_of_owners(self, node: cst.FunctionDef) -> bool:
        is_of_strangers = node.name.value.endswith("without_signing_in")
        return _is_of_owners(node) and not (self.guarded and is_of_strangers)

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.RemovalSentinel:
        return cst.RemoveFromParent() if self._is_of_owners(original_node) else updated_node

    def leave_Param(
        self, original_node: cst.Param, updated_node: cst.Param
    ) -> cst.Param | cst.RemovalSentinel:
        is_owner = original_node.name.value in _OWNERS
        return cst.RemoveFromParent() if is_owner else updated_node

    def leave_Arg(
        self, original_node: cst.Arg, updated_node: cst.Arg
    ) -> cst.Arg | cst.RemovalSentinel:
        return cst.RemoveFromParent() if _speaks_of_owner(original_node) else updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        lost = bool(original_node.args) and not updated_node.args
        if lost and m.matches(original_node.func, m.Attribute(attr=m.Name("where"))):
            return cst.ensure_type(updated_node.func, cst.Attribute).value
        args = _without_last_comma(original_node.args, updated_node.args)
        return updated_node.with_changes(args=args)

    def leave_Parameters(
        self, original_node: cst.Parameters, updated_node: cst.Parameters
    ) -> cst.Parameters:
        params = _without_last_comma(original_node.params, updated_node.params)
        return updated_node.with_changes(params=params)

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.RemovalSentinel:
        line = original_node.body[0]
        signs_in = m.matches(line, m.Expr(m.Call(m.Name("sign_in"))))
        takes_users = m.matches(line, m.Assign(value=m.Name("users")))
        refuses = m.matches(line, m.Assign([m.AssignTarget(m.Name("REFUSED"))]))
        declares = m.matches(line, m.AnnAssign(target=m.Name("owner_id")))
        is_owners = signs_in or takes_users or (refuses and not self.guarded) or declares
        return cst.RemoveFromParent() if is_owners else updated_node


Item = TypeVar("Item", cst.Arg, cst.Param)


def _without_last_comma(before: Sequence[Item], after: Sequence[Item]) -> list[Item]:
    """Return items without the comma that stood before one that is gone."""
    ended = before and isinstance(before[-1].comma, cst.Comma)
    if ended or not after or len(after) == len(before):
        return list(after)
    kept = list(after)
    kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return kept


def _is_of_owners(node: cst.FunctionDef) -> bool:
    return node.name.value == "users" or any(word in node.name.value for word in _ONLY_OWNED)


def _speaks_of_owner(node: cst.Arg) -> bool:
    if node.keyword is not None and node.keyword.value == "owner_id":
        return True
    if isinstance(node.value, cst.Name):
        return node.value.value in _OWNERS
    owner = m.Attribute(value=m.Name("owner"))
    return isinstance(node.value, cst.Comparison) and bool(m.findall(node.value, owner))
