"""Tests of several callers, turned into tests of the one client that there is without users."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst


def rename_fixtures(code: str, names: Mapping[str, str]) -> str:
    """Return a test module in which fixtures have other names, some of them the same.

    A fixture that a test then has twice, a check that it then makes twice in a row, and a loop
    over the same client each stand once.
    """
    if not any(old in code for old in names):
        return code
    return cst.parse_module(code).visit(_Renamer(names)).code


class _Renamer(cst.CSTTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__()
        self.names = names

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        new = self.names.get(updated_node.value)
        return updated_node.with_changes(value=new) if new else updated_node

    def leave_Parameters(
        self, original_node: cst.Parameters, updated_node: cst.Parameters
    ) -> cst.Parameters:
        once = {p.name.value: p for p in reversed(updated_node.params)}
        params = [p for p in updated_node.params if once[p.name.value] is p]
        if len(params) < len(updated_node.params):
            params[-1] = params[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return updated_node.with_changes(params=params)

    def leave_For(
        self, original_node: cst.For, updated_node: cst.For
    ) -> cst.For | cst.FlattenSentinel[cst.BaseStatement]:
        target, over = updated_node.target, updated_node.iter
        if not isinstance(target, cst.Name) or not isinstance(over, cst.Tuple):
            return updated_node
        values = {e.value.value for e in over.elements if isinstance(e.value, cst.Name)}
        if values != {target.value} or not isinstance(updated_node.body, cst.IndentedBlock):
            return updated_node
        return cst.FlattenSentinel(updated_node.body.body)

    def leave_IndentedBlock(
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        body: list[cst.BaseStatement] = []
        for statement in updated_node.body:
            if not (body and _is_check(statement) and statement.deep_equals(body[-1])):
                body.append(statement)
        return updated_node.with_changes(body=body)


def _is_check(statement: cst.BaseStatement) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(
        statement.body[0], cst.Assert
    )
