"""Tidying what was carried: blank lines, long lines, what is not used any more."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.marks import code_of

SHORTEST, STEP = 88, "    "


def tidied(tree: cst.Module, original: str) -> cst.Module:
    """Return a tree with blank lines and brackets as the exemplar's authors would have them.

    Args:
        tree: what was made.
        original: the exemplar's code, whose longest line is long enough for the new one, too.
    """
    widest = max((len(line) for line in original.splitlines()), default=0)
    made = tree.visit(_Layout(max(widest, SHORTEST)))
    return made.with_changes(body=_squeezed(_without_loose_text(made.body), most=2))


def _without_loose_text(body: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    """Leave out strings that are no docstrings: code that somebody has taken out of use."""
    text = m.SimpleStatementLine(body=[m.Expr(value=m.SimpleString())])
    return [s for i, s in enumerate(body) if i == 0 or not m.matches(s, text)]


class _Layout(cst.CSTTransformer):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.depth = 0

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        self.depth += 1

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        self.depth -= 1
        return updated_node.with_changes(body=_squeezed(updated_node.body, most=1))

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        body = updated_node.body
        if not isinstance(body, cst.IndentedBlock) or not body.body:
            return updated_node
        first = body.body[0]
        lines = list(getattr(first, "leading_lines", ()))
        while lines and lines[0].comment is None:
            lines.pop(0)
        first = first.with_changes(leading_lines=lines)
        return updated_node.with_changes(body=body.with_changes(body=[first, *body.body[1:]]))

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        code = code_of(updated_node.with_changes(leading_lines=[])).rstrip()
        if "\n" in code or len(STEP) * self.depth + len(code) <= self.width:
            return updated_node
        return _broken(updated_node)


def _squeezed(body: Sequence[cst.BaseStatement], *, most: int) -> list[cst.BaseStatement]:
    """Return statements with no more blank lines in a row than this."""
    made = []
    for statement in body:
        lines: Sequence[cst.EmptyLine] = getattr(statement, "leading_lines", ())
        kept: list[cst.EmptyLine] = []
        for line in lines:
            recent = kept[-most:]
            if line.comment is None and len(recent) == most and not any(r.comment for r in recent):
                continue
            kept.append(line)
        same = len(kept) == len(lines)
        made.append(statement if same else statement.with_changes(leading_lines=kept))
    return made


def _broken(node: cst.SimpleStatementLine) -> cst.SimpleStatementLine:
    """Return a statement whose longest bracket has each item on a line of its own."""
    finder = _Longest()
    node.visit(finder)
    if finder.node is None:
        return node
    made = node.visit(_Break(finder.node))
    assert isinstance(made, cst.SimpleStatementLine)  # noqa: S101
    return made


class _Longest(cst.CSTVisitor):
    """Finds the call or dict with the most items."""

    def __init__(self) -> None:
        super().__init__()
        self.node: cst.CSTNode | None = None
        self.most = 1

    def visit_Call(self, node: cst.Call) -> None:
        self._offer(node, len([a for a in node.args if a.keyword]))

    def visit_Dict(self, node: cst.Dict) -> None:
        self._offer(node, len(node.elements))

    def _offer(self, node: cst.CSTNode, count: int) -> None:
        if count > self.most:
            self.node, self.most = node, count


class _Break(cst.CSTTransformer):
    def __init__(self, wanted: cst.CSTNode) -> None:
        super().__init__()
        self.wanted = wanted

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if original_node is not self.wanted:
            return updated_node
        inner, outer = _space(STEP), _space("")
        args = [a.with_changes(comma=cst.Comma(whitespace_after=inner)) for a in updated_node.args]
        args[-1] = args[-1].with_changes(comma=cst.Comma(whitespace_after=outer))
        return updated_node.with_changes(args=args, whitespace_before_args=inner)

    def leave_Dict(self, original_node: cst.Dict, updated_node: cst.Dict) -> cst.Dict:
        if original_node is not self.wanted:
            return updated_node
        inner, outer = _space(STEP), _space("")
        items = [
            e.with_changes(comma=cst.Comma(whitespace_after=inner)) for e in updated_node.elements
        ]
        items[-1] = items[-1].with_changes(comma=cst.Comma(whitespace_after=outer))
        return updated_node.with_changes(
            elements=items, lbrace=cst.LeftCurlyBrace(whitespace_after=inner)
        )


def _space(extra: str) -> cst.ParenthesizedWhitespace:
    return cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(extra))
