"""Whether a host looks up by itself what a client refers to, and refuses what it does not find.

Such a look is scoped to the caller as every other query is: a check of ours before it says the same twice.
Only what runs whatever happens is followed: a look that is left out once, or after a commit, is none.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from backwright.transfer.grow.sources import last_name
from backwright.transfer.guarding.owned import Owned
from backwright.transfer.guarding.program import Function, Program
from backwright.transfer.guarding.touches import Scoper
from backwright.transfer.guarding.varied import MADE_FROM

_Block = ast.Try | ast.If | ast.With | ast.AsyncWith
_DEEPEST = 4
_KEPT = ("commit", "flush")
_ONE = ("get", "first", "scalar", "one_or_none", "scalar_one_or_none")
_FIND = ("where", "filter")


@dataclass
class LookUps:
    """Follows one reference from a handler down.

    Attributes:
        program: The host's functions.
        scoper: Knows the tables that are owned.
        target: The one that is referred to.
    """

    program: Program
    scoper: Scoper
    target: Owned
    _depth: int = field(default=0)

    def refuses(self, function: Function, expression: str) -> bool:
        """Tell whether a function raises where the row that an expression names is not the caller's."""
        if self._depth > _DEEPEST:
            return False
        self._depth += 1
        try:
            return self._block(function, function.node.body, expression, {})
        finally:
            self._depth -= 1

    def _block(
        self, function: Function, body: Sequence[ast.stmt], expression: str, found: dict[str, bool]
    ) -> bool:
        """Go through statements in order; `found` are the names of rows, or of what rows are had from."""
        for number, one in enumerate(body):
            inner = one.body if _is_entered(one, expression) else ()
            if inner and self._block(function, inner, expression, found):
                return True
            if isinstance(one, ast.If) and self._is_missing(function, one.test, expression, found):
                return _raises(one.body)
            if self._ends(one, is_entered=bool(inner)):
                return False
            value = getattr(one, "value", None)
            value = value.value if isinstance(value, ast.Await) else value
            if isinstance(value, ast.Call) and self._is_refused_below(function, value, expression):
                return True
            copy = _copied(one, expression)
            if copy and self._block(function, body[number + 1 :], copy, found):
                return True
            if isinstance(one, ast.Assign) and value is not None:
                is_row = self._finds(function, value, expression, found)
                found |= {ast.unparse(name): is_row for name in one.targets if is_row is not None}
        return False

    def _ends(self, one: ast.stmt, *, is_entered: bool) -> bool:
        """Tell whether what follows need not run, or comes when the change is kept already."""
        nodes = [*ast.walk(one)]
        kept = any(isinstance(n, ast.Call) and last_name(n.func) in _KEPT for n in nodes)
        left = any(isinstance(n, ast.Return | ast.Break | ast.Continue) for n in nodes)
        is_last = isinstance(one, ast.Return)
        return kept or (left and not is_last and not is_entered)

    def _is_missing(
        self, function: Function, test: ast.expr, expression: str, found: dict[str, bool]
    ) -> bool:
        """Tell whether a test says that no row was found."""
        row: ast.expr | None = None
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            row = test.operand
        elif isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is | ast.Eq):
            is_none = ast.unparse(test.comparators[0]) == "None" and len(test.ops) == 1
            row = test.left if is_none else None
        if row is None:
            return False
        row = row.value if isinstance(row, ast.Await) else row
        if isinstance(row, ast.Name):
            return found.get(row.id, False)
        return self._finds(function, row, expression, found) is True

    def _finds(
        self, function: Function, node: ast.expr, expression: str, found: dict[str, bool]
    ) -> bool | None:
        """Tell whether a value is the row, or nothing; False where one is had from it, None else."""
        if not isinstance(node, ast.Call):
            return None
        name = last_name(node.func)
        if self._is_found_below(function, node, expression):
            return True
        if isinstance(node.func, ast.Attribute) and _root(node.func) in found and name in _ONE:
            return True
        if not any(self._is_look(function, inner, expression) for inner in ast.walk(node)):
            return None
        return name in _ONE

    def _is_found_below(self, function: Function, call: ast.Call, expression: str) -> bool:
        """Tell whether a function that is called looks up the row, and gives what it finds."""
        targets = self.program.targets(function, call)
        named = _passed(call, targets[0], expression) if len(targets) == 1 else ""
        if not named:
            return False
        nodes = [*self.program.walk(targets[0])]
        gives = any(isinstance(one, ast.Return) and one.value for one in nodes)
        return gives and any(self._is_look(targets[0], one, named) for one in nodes)

    def _is_refused_below(self, function: Function, call: ast.Call, expression: str) -> bool:
        """Tell whether a function that is called refuses the reference."""
        targets = self.program.targets(function, call)
        if len(targets) != 1:
            return False
        named = _passed(call, targets[0], expression)
        return bool(named) and self.refuses(targets[0], named)

    def _is_look(self, function: Function, node: ast.AST, expression: str) -> bool:
        """Tell whether a call asks for the row of a key."""
        if not isinstance(node, ast.Call):
            return False
        name, key = last_name(node.func), self.target.key
        if name == "get" and len(node.args) == 2:
            is_mine = self.scoper.named(function, node.args[0]) is self.target
            return is_mine and ast.unparse(node.args[1]) == expression
        if name not in _FIND:
            return False
        for one in node.args:
            if not isinstance(one, ast.Compare) or not isinstance(one.ops[0], ast.Eq):
                continue
            left, right = one.left, one.comparators[0]
            for column, other in ((left, right), (right, left)):
                is_key = isinstance(column, ast.Attribute) and column.attr == key
                if is_key and self.scoper.named(function, column.value) is self.target:  # type: ignore[attr-defined]
                    return ast.unparse(other) == expression
        return False


def _passed(call: ast.Call, below: Function, expression: str) -> str:
    """Return how a function that is called says an expression; empty where it is not told of it."""
    names = [one.arg for one in below.node.args.args]
    names = names[1:] if names[:1] in (["self"], ["cls"]) else names
    given = dict(zip(names, call.args, strict=False))
    given |= {one.arg: one.value for one in call.keywords if one.arg}
    base, dot, rest = expression.partition(".")
    for name, value in given.items():
        said = ast.unparse(value)
        if said == expression:
            return name
        if dot and said == base:
            return f"{name}.{rest}"
    return ""


def _copied(one: ast.stmt, expression: str) -> str:
    """Return what else says an expression from then on: `page` is made of `data`, and has what that has."""
    base, dot, rest = expression.partition(".")
    call = one.value if isinstance(one, ast.Assign) else None
    if not dot or not isinstance(one, ast.Assign) or not isinstance(call, ast.Call):
        return ""
    is_from = isinstance(call.func, ast.Attribute) and call.func.attr in MADE_FROM
    said = [ast.unparse(argument) for argument in call.args] if is_from else []
    stars = [k.value for k in call.keywords if k.arg is None and isinstance(k.value, ast.Call)]
    said += [ast.unparse(s.func.value) for s in stars if isinstance(s.func, ast.Attribute)]
    return f"{ast.unparse(one.targets[0])}.{rest}" if base in said else ""


def _is_entered(one: ast.stmt, expression: str) -> TypeGuard[_Block]:
    """Tell whether the inner statements of one run whatever happens, or a refusal comes all the same."""
    if isinstance(one, ast.Try):
        return all(_raises(handler.body) for handler in one.handlers)
    is_given = isinstance(one, ast.If) and _is_given(one.test, expression)
    return is_given or isinstance(one, ast.With | ast.AsyncWith)


def _is_given(test: ast.expr, expression: str) -> bool:
    """Tell whether a test asks for nothing but that there is a reference."""
    said = ast.unparse(test)
    return said in (expression, f"{expression} is not None")


def _raises(body: Sequence[ast.stmt]) -> bool:
    return isinstance(body[-1], ast.Raise)


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node.id if isinstance(node, ast.Name) else ""
