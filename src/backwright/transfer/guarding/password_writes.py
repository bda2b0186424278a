"""Where a host stores something as a password, and whether it is what was typed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.project.types import Model
from backwright.transfer.grow.sources import FunctionNode, last_name
from backwright.transfer.guarding.program import METHODS, Function, Program
from backwright.values import Place

PASSWORD = re.compile(
    r"(?i)^((plain|raw|new|user)_?)?(password|passwd|pwd|pw)(_?(plain|raw|text))?$"
)
_MAKERS = ("model_validate", "from_orm", "parse_obj", "validate")  # a row, of what a client sends
_CARRIERS = ("values", "update", "dict", "model_copy", "copy", "replace")
_KEPT = ("get_secret_value", "strip", "get")  # which give what was typed
_DEEPEST = 4  # callers of callers


@dataclass(frozen=True, slots=True)
class Write:
    """Something is stored as a password, and it is, or is not surely, what was typed."""

    place: Place
    is_typed: bool


class Writes:
    """The places where a host sets the password of its users."""

    def __init__(self, program: Program, model: Model, column: str) -> None:
        """Note what is looked for, and which function each node stands in."""
        self.program, self.model, self.column = program, model, column
        self._within = {node: f for f in program.functions for node in ast.walk(f.node)}
        self._has_field = any(
            (one.path, one.node.name) != (model.file, model.name) and self._declares(one.node)
            for one in program.classes.values()
        )

    def every(self) -> list[Write]:
        """Return them; a constant says nothing, and is left out."""
        found = []
        for path, tree in self.program.sources.trees.items():
            for node in ast.walk(tree):
                for value in self._of(path, node):
                    if value is not None:
                        place = Place(path, getattr(node, "lineno", 1))
                        found.append(Write(place, value))
        return found

    def _of(self, path: str, node: ast.AST) -> Iterator[bool | None]:
        """Yield, of what a node sets, whether it is what was typed; None for what does not tell."""
        function = self._within.get(node)
        if isinstance(node, ast.Call):
            yield from self._call(path, function, node)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if self._is_column(target):
                    yield self._typed(function, node.value)
                elif isinstance(target, ast.Tuple) and any(map(self._is_column, target.elts)):
                    yield False
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == self.column:
                    yield self._carried(function, value)
        elif isinstance(node, FunctionNode):
            yield from self._function(path, node)

    def _call(self, path: str, function: Function | None, call: ast.Call) -> Iterator[bool | None]:
        made = self.program.class_of(path, call.func)
        is_row = made is not None and self._is_model(made.path, made.node.name)
        for one in call.keywords:
            if one.arg == self.column and (is_row or last_name(call.func) == "values"):
                yield self._typed(function, one.value)
            elif one.arg == self.column and (made or last_name(call.func) in _CARRIERS):
                yield self._carried(function, one.value)
            elif one.arg is None and is_row:
                yield self._has_field or None
        if isinstance(call.func, ast.Attribute) and call.func.attr in _MAKERS:
            owner = self.program.class_of(path, call.func.value)
            if owner and self._is_model(owner.path, owner.node.name):
                yield self._has_field or None

    def _function(self, path: str, node: FunctionNode) -> Iterator[bool | None]:
        """Judge a handler whose body is a row, and a validator that may give something else."""
        calls = [one for one in node.decorator_list if isinstance(one, ast.Call)]
        names = {last_name(one.func) for one in calls}
        if names & set(METHODS):
            asked = (self.program.class_of(path, one.annotation) for one in _parameters(node))
            if any(one and self._is_model(one.path, one.node.name) for one in asked):
                yield True
        said = {a.value for one in calls for a in one.args if isinstance(a, ast.Constant)}
        if self.column in said:
            given = [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
            yield None if all(isinstance(one, ast.Name | None) for one in given) else False

    def _carried(self, function: Function | None, value: ast.expr) -> bool | None:
        """Tell what something that is no row tells of one: a hash that it carries is stored, too."""
        return False if self._typed(function, value) is False else None

    def _typed(self, function: Function | None, value: ast.expr, depth: int = 0) -> bool | None:
        """Tell whether a value is what was typed; None for a constant, which tells nothing."""
        if isinstance(value, ast.Constant):
            return None
        if isinstance(value, ast.BoolOp | ast.IfExp):
            parts = value.values if isinstance(value, ast.BoolOp) else [value.body, value.orelse]
            return self._all(self._typed(function, one, depth) for one in parts)
        if isinstance(value, ast.Call):
            is_kept = isinstance(value.func, ast.Attribute) and value.func.attr in _KEPT
            if is_kept and value.args and isinstance(value.args[0], ast.Constant):
                return self._is_word(str(value.args[0].value))  # `data.get("password")`
            return is_kept and self._typed(function, value.func.value, depth)  # type: ignore[attr-defined]
        if isinstance(value, ast.Subscript):
            key = value.slice
            return isinstance(key, ast.Constant) and self._is_word(str(key.value))
        if isinstance(value, ast.Attribute):
            return self._is_word(value.attr)
        if not isinstance(value, ast.Name) or depth > _DEEPEST:
            return False
        return self._variable(function, value.id, depth)

    def _variable(self, function: Function | None, name: str, depth: int) -> bool | None:
        """Tell what a variable holds: what it is set to, or what callers give."""
        nodes = list(ast.walk(function.node)) if function else []
        sets = [one for one in nodes if isinstance(one, ast.Assign | ast.AnnAssign | ast.NamedExpr)]
        given = [
            one.value
            for one in sets
            for target in (one.targets if isinstance(one, ast.Assign) else [one.target])
            if isinstance(target, ast.Name) and target.id == name and one.value
        ]
        if given:
            return self._all(self._typed(function, one, depth + 1) for one in given)
        called = self._given_by_callers(function, name) if function else []
        if called:
            return self._all(self._typed(one, value, depth + 1) for one, value in called)
        return self._is_word(name)

    def _given_by_callers(
        self, function: Function, name: str
    ) -> list[tuple[Function | None, ast.expr]]:
        """Return what calls of a function, by its name, give for a parameter."""
        names = [one.arg for one in function.parameters]
        if name not in names:
            return []
        is_method = function.owner is not None and names[0] in ("self", "cls")
        place = names.index(name) - is_method
        found = []
        for tree in self.program.sources.trees.values():
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and last_name(node.func) == function.node.name:
                    by_name = [one.value for one in node.keywords if one.arg == name]
                    value = by_name or node.args[place : place + 1]
                    found += [(self._within.get(node), one) for one in value]
        return found

    def _is_column(self, target: ast.expr) -> bool:
        if isinstance(target, ast.Subscript):
            return isinstance(target.slice, ast.Constant) and target.slice.value == self.column
        return isinstance(target, ast.Attribute) and target.attr == self.column

    def _is_model(self, path: str, name: str) -> bool:
        return (path, name) == (self.model.file, self.model.name)

    def _is_word(self, name: str) -> bool:
        return name == self.column or PASSWORD.match(name) is not None

    def _declares(self, cls: ast.ClassDef) -> bool:
        names = (one.target for one in cls.body if isinstance(one, ast.AnnAssign))
        return any(isinstance(one, ast.Name) and one.id == self.column for one in names)

    @staticmethod
    def _all(values: Iterator[bool | None]) -> bool | None:
        """Return whether all that tells something was typed; None if nothing does."""
        told = [one for one in values if one is not None]
        return all(told) if told else None


def _parameters(node: FunctionNode) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
