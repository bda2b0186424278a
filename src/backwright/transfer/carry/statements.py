"""What one statement of carried code is: a handler, an action, a call that has lost its sense."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.marks import code_of

Block = cst.If | cst.For | cst.While | cst.With | cst.Try


def is_route(node: cst.Decorator) -> bool:
    """Tell whether a decorator gives a function to HTTP: nothing else calls it."""
    verbs = m.Name("get") | m.Name("post") | m.Name("put") | m.Name("patch") | m.Name("delete")
    return m.matches(node, m.Decorator(decorator=m.Call(func=m.Attribute(attr=verbs))))


def is_idle(node: cst.BaseStatement) -> bool:
    """Tell whether a trimmed statement does nothing any more: `query = query`."""
    code = code_of(node).strip()
    left, _, right = code.partition(" = ")
    return bool(right) and left == right


def is_emptied(old: cst.BaseSmallStatement, new: cst.BaseStatement) -> bool:
    """Tell whether a call lost all that it was given: `get_author(author_id)` was about that."""
    before, after = (
        _outermost(old),
        _outermost(cst.ensure_type(new, cst.SimpleStatementLine).body[0]),
    )
    if isinstance(old, cst.Assign) and code_of(old.targets[0].target) == "__table_args__":
        return code_of(new).rpartition("=")[2].strip() in ("()", "{}")
    is_call = before is not None and after is not None
    return is_call and bool(before.args) and not after.args  # type: ignore[union-attr]


def _outermost(node: cst.BaseSmallStatement) -> cst.Call | None:
    value = getattr(node, "value", None)
    value = value.expression if isinstance(value, cst.Await) else value
    return value if isinstance(value, cst.Call) else None


def header(node: Block) -> cst.CSTNode | None:
    """Return what a block is entered by, where that is one expression."""
    if isinstance(node, cst.For):
        return node.iter
    if isinstance(node, cst.While):
        return node.test
    if isinstance(node, cst.With):
        return cst.Tuple([cst.Element(i.item) for i in node.items])
    return None


def is_public(node: cst.BaseStatement) -> bool:
    """Tell whether a class can still be used for something: it has a method, or is of data."""
    if isinstance(node, cst.FunctionDef):
        return not node.name.value.startswith("_")
    return not is_text(node)


def leaves(body: cst.BaseSuite) -> bool:
    """Tell whether a block ends the function."""
    last = body.body[-1]
    return m.matches(last, m.SimpleStatementLine(body=[m.Raise() | m.Return()]))


def sets(node: cst.BaseStatement) -> bool:
    """Tell whether a statement sets a field: an action of the exemplar's own."""
    target = m.AssignTarget(target=m.Attribute())
    return m.matches(node, m.SimpleStatementLine(body=[m.Assign(targets=[target])]))


def acts(node: cst.CSTNode) -> bool:
    """Tell whether code does something with a row, rather than reading one."""
    return m.findall(node, m.Call(func=m.Attribute(attr=m.Name("commit") | m.Name("flush")))) != []


def is_hollow(before: cst.FunctionDef, body: Sequence[cst.BaseStatement]) -> bool:
    """Tell whether nothing is left of what a function did with a row."""
    return acts(before) and not any(acts(s) for s in body)


def gives_nothing(before: cst.BaseSuite, body: Sequence[cst.BaseStatement]) -> bool:
    """Tell whether a branch that gave something back has lost whatever that was made of."""
    if not leaves(before) or len(body) == len(before.body):
        return False
    if not body or not m.matches(body[-1], m.SimpleStatementLine(body=[m.Return(m.Name())])):
        return False
    empty = m.List([]) | m.Dict([]) | m.Name("None")
    return all(m.matches(s, m.SimpleStatementLine(body=[m.Assign(value=empty)])) for s in body[:-1])


def targets(node: cst.CSTNode) -> set[str]:
    """Return the variables that code sets."""
    found: set[str] = set()
    for target in m.findall(node, m.AssignTarget() | m.AnnAssign() | m.For()):
        inner = getattr(target, "target", None)
        elements = [e.value for e in inner.elements] if isinstance(inner, cst.Tuple) else [inner]
        found |= {e.value for e in elements if isinstance(e, cst.Name)}
    return found


def is_text(node: cst.BaseStatement) -> bool:
    """Tell whether a statement is a docstring, or nothing."""
    return m.matches(
        node,
        m.SimpleStatementLine(body=[m.Expr(value=m.SimpleString())])
        | m.SimpleStatementLine(body=[m.Pass()]),
    )


def assigned(body: cst.BaseSuite) -> set[str]:
    """Return the names that a body gives values."""
    finder = _Assigned()
    body.visit(finder)
    return finder.names


class _Assigned(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        targets: Collection[cst.CSTNode] = (node.target,)
        if isinstance(node.target, cst.Tuple):
            targets = [e.value for e in node.target.elements]
        self.names |= {t.value for t in targets if isinstance(t, cst.Name)}

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        if isinstance(node.target, cst.Name):
            self.names.add(node.target.value)
