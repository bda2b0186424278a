"""Factories of rows (factory_boy): what must differ from row to row is made for each of them."""

from __future__ import annotations

import re

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.values import Work

_MADE_UP = re.compile(r"\buuid4\(\)|\btoken_\w+\(")


def made_anew(work: Work, node: cst.ClassDef) -> cst.ClassDef:
    """Return a factory that makes what is unique for each row, and not once for all of them.

    `number = uuid4().hex` in the body of a class runs once, so that the second row of a batch would
    clash with the first; `factory.LazyFunction` runs for each
    (https://factoryboy.readthedocs.io/en/stable/reference.html#lazyfunction).
    """
    bases = [code_of(base.value) for base in node.bases]
    if not work.has_samples or not any(
        base.rpartition(".")[2].endswith("Factory") for base in bases
    ):
        return node
    is_module = re.search(r"^import factory\s*$", work.part.code, re.MULTILINE) is not None
    lazy = "factory.LazyFunction" if is_module else "LazyFunction"
    if not isinstance(node.body, cst.IndentedBlock):
        return node
    body: list[cst.BaseStatement] = []
    for statement in node.body.body:
        assigned = _made_up(statement)
        if assigned is not None:
            if not is_module:
                work.imports.add(("factory", "LazyFunction"))
            call = cst.parse_expression(f"{lazy}(lambda: {code_of(assigned.value)})")
            made = statement.with_deep_changes(assigned, value=call)
            body.append(cst.ensure_type(made, cst.SimpleStatementLine))
        else:
            body.append(statement)
    return node.with_changes(body=node.body.with_changes(body=body))


def _made_up(statement: cst.BaseStatement) -> cst.Assign | None:
    """Return an assignment of a value that is made up by a call."""
    if not m.matches(statement, m.SimpleStatementLine([m.Assign()])):
        return None
    found = cst.ensure_type(cst.ensure_type(statement, cst.SimpleStatementLine).body[0], cst.Assign)
    said = code_of(found.value)
    return found if _MADE_UP.search(said) and "lambda" not in said else None
