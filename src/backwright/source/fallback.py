"""Reading source that is newer than the running interpreter.

`ast` knows the syntax of the Python it runs on. Newer syntax is rewritten here into older
syntax with the same meaning for a reader, on the same lines, and given to `ast` again.
"""

from __future__ import annotations

import ast

import libcst as cst


def parse_newer(content: bytes) -> ast.Module | None:
    """Return the syntax tree of `content` by way of LibCST, `None` if LibCST cannot read it."""
    try:
        module = cst.parse_module(content)
        older = module.visit(_Older())
        return ast.parse(older.code)
    except (cst.ParserSyntaxError, SyntaxError, ValueError, RecursionError, UnicodeError):
        return None


class _Older(cst.CSTTransformer):
    """Rewrites what Python 3.12 to 3.14 added into what Python 3.11 reads."""

    def leave_ExceptHandler(
        self,
        original_node: cst.ExceptHandler,
        updated_node: cst.ExceptHandler,
    ) -> cst.ExceptHandler:
        """Put the parentheses back around `except A, B:` (PEP 758)."""
        caught = updated_node.type
        if not isinstance(caught, cst.Tuple) or caught.lpar:
            return updated_node
        return updated_node.with_changes(
            type=caught.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        )

    def leave_FunctionDef(
        self,
        original_node: cst.FunctionDef,
        updated_node: cst.FunctionDef,
    ) -> cst.FunctionDef:
        """Leave out type parameters of functions (PEP 695)."""
        return updated_node.with_changes(type_parameters=None)

    def leave_ClassDef(
        self,
        original_node: cst.ClassDef,
        updated_node: cst.ClassDef,
    ) -> cst.ClassDef:
        """Leave out type parameters of classes (PEP 695)."""
        return updated_node.with_changes(type_parameters=None)

    def leave_TypeAlias(
        self,
        original_node: cst.TypeAlias,
        updated_node: cst.TypeAlias,
    ) -> cst.Assign:
        """Make `type Name = value` (PEP 695) an assignment."""
        return cst.Assign(
            targets=[cst.AssignTarget(target=updated_node.name)], value=updated_node.value
        )
