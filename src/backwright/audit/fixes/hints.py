"""Type hints that can be told from the code: of results, and of parameters by what is passed.

What cannot be told for sure is `None`: a hint that may be wrong is worse than none.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace

from backwright.audit.fixes.importing import Said, said_class, said_in
from backwright.audit.fixes.query_types import rows_of
from backwright.audit.names import Meaning
from backwright.audit.sources import (
    FunctionNode,
    Source,
    assigned,
    keyword,
    last_name,
    own_nodes,
    parameters,
)
from backwright.audit.subject import Subject

_DEEPEST = 6
_GIVEN = {
    "len": "int", "int": "int", "str": "str", "repr": "str", "bool": "bool", "float": "float",
    "isinstance": "bool", "any": "bool", "all": "bool", "hasattr": "bool", "callable": "bool",
}  # fmt: skip
_TEXTS = frozenset(
    {"format", "join", "lower", "upper", "strip", "lstrip", "rstrip", "replace", "title"}
)
_SURE = (ast.In, ast.NotIn, ast.Is, ast.IsNot)
_MAKERS = ("sessionmaker", "async_sessionmaker")
_ITERATING = frozenset(
    {"Iterator", "Iterable", "Generator", "AsyncIterator", "AsyncIterable", "AsyncGenerator"}
)
_OPEN_ENDED = frozenset({"abstractmethod", "overload"})


@dataclass(frozen=True, slots=True)
class Hint:
    """A type as the target module writes it, and whether `None` may be there instead.

    `kind` tells where it comes from: `plain` is of the language itself, `class` any other.
    """

    said: Said
    optional: bool = False
    kind: str = "class"

    @property
    def nothing(self) -> bool:
        """Whether it is `None` alone."""
        return self.said.text == "None"


NONE = Hint(Said("None"), kind="plain")


def plain(text: str) -> Hint:
    """Return the hint of a type of the language itself."""
    return Hint(Said(text), kind="plain")


class Hints:
    """Answers what types things have, in the words of one module."""

    def __init__(self, subject: Subject, target: Source) -> None:
        """Answer in the words of `target`."""
        self._subject = subject
        self._target = target

    def text(self, hint: Hint) -> Said:
        """Return a hint as the target writes it, `None` included."""
        if not hint.optional:
            return hint.said
        target = self._target
        spelled = "Optional" in target.imports and " | None" not in target.text
        if not spelled and self._subject.uses_unions:
            return Said(f"{hint.said.text} | None", hint.said.needs)
        needed = frozenset() if spelled else frozenset({("typing", "Optional")})
        return Said(f"Optional[{hint.said.text}]", hint.said.needs | needed)

    def result(self, source: Source, node: FunctionNode, depth: int = 0) -> Hint | None:
        """Return what a function gives: its items where it yields."""
        if depth > _DEEPEST or _is_open(node):
            return None
        nodes = list(own_nodes(node))
        yields = [one for one in nodes if isinstance(one, ast.Yield | ast.YieldFrom)]
        returned = [one.value for one in nodes if isinstance(one, ast.Return)]
        if yields:
            return None if any(returned) else self._yielded(source, node, yields, depth)
        values = [one for one in returned if one is not None]
        if not values:
            return None if _never_ends(node.body) else NONE
        hints = [self.of(source, node, one, depth + 1) for one in values]
        if len(values) < len(returned) or not _leaves(node.body):
            hints.append(NONE)
        return _union(hints)

    def _yielded(
        self, source: Source, node: FunctionNode, yields: list[ast.Yield | ast.YieldFrom],
        depth: int,
    ) -> Hint | None:  # fmt: skip
        if any(
            isinstance(one, ast.YieldFrom)
            or one.value is None
            or not isinstance(source.parents.get(one), ast.Expr)
            for one in yields
        ):
            return None
        hints = [self.of(source, node, one.value, depth + 1) for one in yields if one.value]
        return _union(hints)

    def declared(self, source: Source, node: FunctionNode, depth: int) -> Hint | None:
        """Return what a function gives: as it says, else as can be told; items where it yields."""
        if node.returns is None:
            return self.result(source, node, depth)
        shown = node.returns
        yields = any(isinstance(one, ast.Yield) for one in own_nodes(node))
        if yields:
            if not isinstance(shown, ast.Subscript) or last_name(shown.value) not in _ITERATING:
                return None
            shown = shown.slice.elts[0] if isinstance(shown.slice, ast.Tuple) else shown.slice
        return self.annotation(source, shown)

    def annotation(self, source: Source, node: ast.expr | None) -> Hint | None:
        """Return the type that an annotation says, without what stands around it for FastAPI."""
        if node is None:
            return None
        if isinstance(node, ast.Subscript) and last_name(node.value) == "Annotated":
            inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
            return self.annotation(source, inner)
        if isinstance(node, ast.Name):
            alias = self._subject.names.aliased(source, node)
            if alias is not None and isinstance(alias[1], ast.expr):
                return self.annotation(alias[0], alias[1])
        if isinstance(node, ast.Name | ast.Attribute) and last_name(node) in {"Any", "object"}:
            return None
        said = said_in(self._subject, self._target, source, node)
        if said is None:
            return None
        if said.text.endswith(" | None"):
            return Hint(replace(said, text=said.text.removesuffix(" | None")), optional=True)
        builtin = said.text in {"str", "int", "bool", "float", "bytes", "None"}
        return Hint(said, kind="plain" if builtin else "class")

    def of(
        self, source: Source, function: FunctionNode | None, node: ast.expr, depth: int = 0
    ) -> Hint | None:
        """Return the type of an expression that stands in a function."""
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Await):
            return self._call(source, function, node.value, depth, awaited=True)
        if isinstance(node, ast.Call):
            return self._call(source, function, node, depth, awaited=False)
        if isinstance(node, ast.Name):
            return self._name(source, function, node, depth)
        if isinstance(node, ast.Dict):
            return self._dictionary(source, function, node, depth)
        if isinstance(node, ast.IfExp):
            return _union(
                [self.of(source, function, one, depth + 1) for one in (node.body, node.orelse)]
            )
        return _literal(node)

    def _dictionary(
        self, source: Source, function: FunctionNode | None, node: ast.Dict, depth: int
    ) -> Hint | None:
        texts = all(isinstance(one, ast.Constant) and isinstance(one.value, str)
                    for one in node.keys)  # fmt: skip
        values = {self.of(source, function, one, depth + 1) for one in node.values}
        held = values.pop() if len(values) == 1 else None
        if not texts or held is None or held.kind != "plain" or held.optional or held.nothing:
            return None
        word = self._word("dict")
        return None if word is None else plain(f"{word}[str, {held.said.text}]")

    def _name(
        self, source: Source, function: FunctionNode | None, node: ast.Name, depth: int
    ) -> Hint | None:
        if function is None:
            return None
        for one, default in parameters(function):
            if one.arg == node.id:
                if assigned(function, node.id):
                    return None
                return self.parameter(source, one, default, depth)
        given = assigned(function, node.id)
        if given is None or len(given) != 1 or given[0] is None:
            return None
        hint = self.of(source, function, given[0], depth + 1)
        if hint is not None and hint.optional and _is_refused(source, function, node):
            return replace(hint, optional=False)
        return hint

    def parameter(
        self, source: Source, one: ast.arg, default: ast.expr | None, depth: int = 0
    ) -> Hint | None:
        """Return the type of a parameter: as it says, or by what it depends on."""
        if one.annotation is not None:
            return self.annotation(source, one.annotation)
        if isinstance(default, ast.Call) and last_name(default.func) in {"Depends", "Security"}:
            wanted = default.args[0] if default.args else keyword(default, "dependency")
            found = self._subject.names.definition(source, wanted)
            if isinstance(found.node, FunctionNode) and found.source is not None:
                return self.declared(found.source, found.node, depth + 1)
            if isinstance(found.node, ast.ClassDef) and not found.made:
                return self._instance(found)
        return None

    def _instance(self, meaning: Meaning) -> Hint | None:
        said = said_class(self._subject, self._target, meaning)
        return Hint(said) if said is not None else None

    def _call(
        self, source: Source, function: FunctionNode | None, node: ast.expr, depth: int, *,
        awaited: bool,
    ) -> Hint | None:  # fmt: skip
        if not isinstance(node, ast.Call):
            return None
        rows = rows_of(self._subject, source, node, awaited=awaited)
        if rows is not None:
            return self._rows(source, rows)
        callee = self._subject.names.meaning(source, node.func)
        if isinstance(callee.node, FunctionNode) and callee.source is not None:
            if isinstance(callee.node, ast.AsyncFunctionDef) != awaited or _gives_rows(callee.node):
                return None
            return self.declared(callee.source, callee.node, depth + 1)
        if awaited:
            return None
        return self._made(source, node, callee) or self._given(source, function, node, depth)

    def _made(self, source: Source, node: ast.Call, callee: Meaning) -> Hint | None:
        """Return the instance that a call of a class, or of a maker of sessions, gives."""
        if isinstance(callee.node, ast.ClassDef) and not callee.made:
            return self._instance(callee)
        last = callee.library.rpartition(".")[2]
        if last[:1].isupper() and "(" not in callee.library:
            return self._instance(callee)
        return self._session(source, node)

    def _given(
        self, source: Source, function: FunctionNode | None, node: ast.Call, depth: int
    ) -> Hint | None:
        """Return what a function of the language, or a method of a text, gives."""
        if isinstance(node.func, ast.Name):
            text = _GIVEN.get(node.func.id)
            return plain(text) if text and node.func.id not in source.bindings else None
        if isinstance(node.func, ast.Attribute) and node.func.attr in _TEXTS:
            held = self.of(source, function, node.func.value, depth + 1)
            return held if held == plain("str") else None
        return None

    def _session(self, source: Source, node: ast.Call) -> Hint | None:
        """Return the session that a maker of sessions gives."""
        made = self._subject.names.call_behind(source, node.func, _MAKERS)
        if made is None or made[1] is node.func:
            return None
        at, call = made
        kind = keyword(call, "class_")
        if kind is not None:
            return self._instance(self._subject.names.meaning(at, kind))
        maker = last_name(call.func)
        module = "sqlalchemy.ext.asyncio" if maker == "async_sessionmaker" else "sqlalchemy.orm"
        name = "AsyncSession" if maker == "async_sessionmaker" else "Session"
        return self._instance(Meaning(f"{module}.{name}"))

    def _word(self, name: str) -> str | None:
        """Return the word of the module for a type; `None` where it has another meaning there."""
        if name.capitalize() in self._target.imports:
            return name.capitalize()
        taken = {one.name for one in self._target.functions}
        return None if name in taken or name in self._target.bindings else name

    def _rows(self, source: Source, rows: tuple[ast.expr, str]) -> Hint | None:
        model, shape = rows
        found = self._subject.names.meaning(source, model)
        said = said_class(self._subject, self._target, found)
        if said is None:
            return None
        if shape in {"one", "maybe"}:
            return Hint(said, optional=shape == "maybe")
        if shape == "list":
            word = self._word("list")
            return None if word is None else Hint(replace(said, text=f"{word}[{said.text}]"))
        needed = said.needs | (
            frozenset() if "Sequence" in self._target.imports
            else frozenset({("collections.abc", "Sequence")})
        )  # fmt: skip
        return Hint(Said(f"Sequence[{said.text}]", needed))


def _literal(node: ast.expr) -> Hint | None:
    if isinstance(node, ast.JoinedStr):
        return plain("str")
    if isinstance(node, ast.Compare) and all(isinstance(one, _SURE) for one in node.ops):
        return plain("bool")
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return plain("bool")
    if isinstance(node, ast.Constant) and node.value is not ...:
        return NONE if node.value is None else plain(type(node.value).__name__)
    return None


def _union(hints: Iterable[Hint | None]) -> Hint | None:
    """Return what several hints have in common: one type, perhaps `None` beside it."""
    found = set(hints)
    if None in found or not found:
        return None
    known = {one for one in found if one is not None}
    optional = NONE in known or any(one.optional for one in known)
    types = {replace(one, optional=False) for one in known if not one.nothing}
    if not types:
        return NONE
    if len(types) > 1:
        return None
    return replace(types.pop(), optional=optional)


def _is_open(node: FunctionNode) -> bool:
    """Tell whether others say what a function does: a body of nothing, or one to be overridden."""
    marks = {last_name(one) for one in node.decorator_list}
    body = [one for one in node.body if not _is_text(one)]
    empty = all(isinstance(one, ast.Pass) or _is_text(one) for one in body)
    return bool(marks & _OPEN_ENDED) or empty


def _is_text(one: ast.stmt) -> bool:
    return isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)


def _never_ends(body: list[ast.stmt]) -> bool:
    """Tell whether a function without a result always raises, or goes on for ever."""
    last = body[-1]
    return isinstance(last, ast.Raise) or (
        isinstance(last, ast.While) and isinstance(last.test, ast.Constant)
    )


def _leaves(body: list[ast.stmt]) -> bool:
    """Tell whether nothing runs on past the end of some statements."""
    last = body[-1]
    if isinstance(last, ast.Return | ast.Raise):
        return True
    if isinstance(last, ast.If):
        return bool(last.orelse) and _leaves(last.body) and _leaves(last.orelse)
    if isinstance(last, ast.With | ast.AsyncWith):
        return _leaves(last.body)
    if isinstance(last, ast.Try):
        tried = _leaves(last.orelse or last.body)
        return tried and all(_leaves(one.body) for one in last.handlers)
    return False


def _gives_rows(node: FunctionNode) -> bool:
    """Tell whether calling a function gives a generator rather than its items."""
    return any(isinstance(one, ast.Yield | ast.YieldFrom) for one in own_nodes(node))


def _is_refused(source: Source, function: FunctionNode, node: ast.Name) -> bool:
    """Tell whether the function has gone away before, where a name is nothing."""
    return any(
        one.lineno < node.lineno
        and _asks_for_nothing(one.test, node.id)
        and _leaves(one.body)
        and source.parents.get(one) is _block(source, function, node)
        for one in own_nodes(function)
        if isinstance(one, ast.If)
    )


def _block(source: Source, function: FunctionNode, node: ast.AST) -> ast.AST:
    """Return what a statement's block belongs to."""
    for one in source.above(node):
        if isinstance(one, FunctionNode | ast.With | ast.AsyncWith | ast.Try | ast.If | ast.For):
            return one
    return function


def _asks_for_nothing(test: ast.expr, name: str) -> bool:
    """Tell whether a condition holds wherever a name is `None`."""
    either = isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or)
    parts = test.values if isinstance(test, ast.BoolOp) and either else [test]
    wanted = {f"not {name}", f"{name} is None", f"{name} == None"}
    return any(ast.unparse(one) in wanted for one in parts)
