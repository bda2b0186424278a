"""Newer Python syntax written in older one, by LibCST, which reads more than `ast` may."""

from __future__ import annotations

import re

import libcst as cst


def in_older_syntax(content: bytes) -> str | None:
    """Return `content` in the syntax of Python 3.11, line by line; `None` if it is not Python."""
    try:
        return cst.parse_module(content).visit(_Older()).code
    except (cst.ParserSyntaxError, ValueError, RecursionError, UnicodeError):
        return None


class _Older(cst.CSTTransformer):
    """Rewrites what Python 3.12 to 3.14 added into what Python 3.11 reads."""

    def leave_ExceptHandler(
        self, original_node: cst.ExceptHandler, updated_node: cst.ExceptHandler
    ) -> cst.ExceptHandler:
        """Put the parentheses back around `except A, B:` (PEP 758)."""
        del original_node
        caught = updated_node.type
        if not isinstance(caught, cst.Tuple) or caught.lpar:
            return updated_node
        return updated_node.with_changes(
            type=caught.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        )

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        """Leave out type parameters of functions (PEP 695)."""
        del original_node
        return updated_node.with_changes(type_parameters=None)

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        """Leave out type parameters of classes (PEP 695)."""
        del original_node
        return updated_node.with_changes(type_parameters=None)

    def leave_TypeAlias(
        self, original_node: cst.TypeAlias, updated_node: cst.TypeAlias
    ) -> cst.Assign:
        """Make `type Name = value` (PEP 695) an assignment."""
        del original_node
        return cst.Assign(
            targets=[cst.AssignTarget(target=updated_node.name)], value=updated_node.value
        )

    def leave_FormattedString(
        self, original_node: cst.FormattedString, updated_node: cst.FormattedString
    ) -> cst.BaseExpression:
        """Give an f-string that holds its own quotes (PEP 701) quotes that it does not hold.

        Where an expression in it holds a backslash, only `"{}".format(…)` says the same.
        """
        del original_node
        if any("\\" in _code(one) for one in _expressions(updated_node)):
            return _as_format(updated_node)
        inside = cst.Module([]).code_for_node(updated_node)[len(updated_node.start) : -1]
        prefix = updated_node.start.rstrip("\"'")
        for quotes in ('"""', "'''"):
            if quotes not in inside and not inside.rstrip("\"'").endswith(quotes[0]):
                return updated_node.with_changes(start=prefix + quotes, end=quotes)
        return updated_node


def _expressions(text: cst.FormattedString) -> list[cst.BaseExpression]:
    return [one.expression for one in text.parts if isinstance(one, cst.FormattedStringExpression)]


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)


def _as_format(text: cst.FormattedString) -> cst.Call:
    """Return an f-string as a call of `format`, with what it puts in as arguments."""
    parts = [one.value if isinstance(one, cst.FormattedStringText) else "{}" for one in text.parts]
    prefix = re.sub("[fF](?=[rR]?[\"'])", "", text.start)
    written = cst.SimpleString(prefix + "".join(parts) + text.end)
    arguments = [cst.Arg(one) for one in _expressions(text)]
    return cst.Call(cst.Attribute(written, cst.Name("format")), arguments)
