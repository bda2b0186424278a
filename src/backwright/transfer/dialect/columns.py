"""A host's columns as they are written: annotation, call, type, options."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from backwright.project.types import Column, Model
from backwright.source.fallback import parse_text
from backwright.transfer.dialect.facts import SqlType
from backwright.transfer.dialect.spelling import Spelling, meant, spelling_of
from backwright.transfer.draft import Draft

_CALLS = ("Column", "mapped_column", "Field")
_NO_TYPES = ("ForeignKey", "Identity", "Sequence", "Computed", "FetchedValue", "CheckConstraint")
_KINDS = (
    ("json", re.compile(r"^(JSON|JSONB|MutableDict|dict|Dict)\b")),
    ("enum", re.compile(r"^(SQL|SA|Sa|PG|Pg|sa_)?[Ee]num\w*\(|^ENUM\b|^Enum\b")),
    ("date", re.compile(r"^datetime\.date\b")),
    ("datetime", re.compile(r"datetime|timestamp|timezone", re.IGNORECASE)),
    ("date", re.compile(r"^date\b", re.IGNORECASE)),
    ("bool", re.compile(r"^bool", re.IGNORECASE)),
    ("uuid", re.compile(r"uuid|guid", re.IGNORECASE)),
    ("decimal", re.compile(r"^(numeric|decimal|money|condecimal)", re.IGNORECASE)),
    ("float", re.compile(r"^(float|double|real)", re.IGNORECASE)),
    (
        "int",
        re.compile(r"^(int|big_?int|small_?int|biginteger|smallinteger|conint)", re.IGNORECASE),
    ),
    ("text", re.compile(r"^(long)?text|\w*Text\b")),
    ("str", re.compile(r"^(str|string|varchar|char|unicode|autostring|constr|emailstr)", re.I)),
)


class Sources:
    """A draft's modules, each parsed once; what cannot be parsed is passed over."""

    def __init__(self, host: Draft) -> None:
        """Read nothing yet."""
        self.host = host
        self._trees: dict[str, ast.Module | None] = {}
        self._words: dict[str, Spelling] = {}

    def tree(self, file: str) -> ast.Module | None:
        """Return a module's syntax tree, None if there is none to be had."""
        if file not in self._trees:
            self._trees[file] = self._parse(file)
        return self._trees[file]

    def words(self, file: str) -> Spelling:
        """Return how a module names what it imports."""
        if file not in self._words:
            tree = self.tree(file)
            self._words[file] = spelling_of(tree) if tree else Spelling()
        return self._words[file]

    def class_at(self, file: str, line: int) -> ast.ClassDef | None:
        """Return the class whose `class` stands on a line."""
        tree = self.tree(file)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.ClassDef) and node.lineno == line:
                return node
        return None

    def enclosing(self, file: str, line: int) -> ast.ClassDef | None:
        """Return the innermost class that a line stands in."""
        tree = self.tree(file)
        best: ast.ClassDef | None = None
        for node in ast.walk(tree) if tree else ():
            inside = isinstance(node, ast.ClassDef) and node.lineno <= line <= _end(node)
            if inside and isinstance(node, ast.ClassDef):
                best = node if best is None or node.lineno > best.lineno else best
        return best

    def modules(self) -> Iterator[tuple[str, ast.Module]]:
        """Yield every module that can be parsed."""
        for file in self.host.modules():
            tree = self.tree(file)
            if tree is not None:
                yield file, tree

    @cached_property
    def absolute_imports(self) -> tuple[ast.ImportFrom, ...]:
        """Every `from … import` that names its module in full."""
        return tuple(
            node
            for _, tree in self.modules()
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and not node.level and node.module
        )

    def _parse(self, file: str) -> ast.Module | None:
        try:
            return parse_text(self.host.text(file))
        except (OSError, UnicodeError):
            return None


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


@dataclass(frozen=True)
class ColumnCode:
    """One column of a model, and the statement that declares it.

    `inherited` tells that it stands in another class than the model's own.
    """

    fact: Column
    node: ast.AnnAssign | ast.Assign
    words: Spelling
    inherited: bool

    @property
    def attribute(self) -> str:
        """The name by which Python code speaks of it."""
        target = self.node.target if isinstance(self.node, ast.AnnAssign) else self.node.targets[0]
        return target.id if isinstance(target, ast.Name) else self.fact.name

    @property
    def annotation(self) -> ast.expr | None:
        """What stands after the colon."""
        return self.node.annotation if isinstance(self.node, ast.AnnAssign) else None

    @cached_property
    def call(self) -> ast.Call | None:
        """The `Column(…)`, `mapped_column(…)` or `Field(…)`; an `sa_column=Column(…)` inside."""
        value = self.node.value
        if not isinstance(value, ast.Call) or _last(value) not in _CALLS:
            return None
        inner = keyword(value, "sa_column")
        return inner if isinstance(inner, ast.Call) and _last(inner) == "Column" else value

    @property
    def is_mapped(self) -> bool:
        """Tell whether it is annotated `Mapped[…]`."""
        node = self.annotation
        return isinstance(node, ast.Subscript) and _last(node.value) == "Mapped"

    def option(self, name: str) -> ast.expr | None:
        """Return a keyword of the call."""
        return keyword(self.call, name) if self.call else None

    @cached_property
    def type_node(self) -> ast.expr | None:
        """The database type, where it is named."""
        if self.call is None:
            return None
        if _last(self.call) == "Field":
            return keyword(self.call, "sa_type")
        for argument in self.call.args:
            if isinstance(argument, ast.Constant) or _last(argument) in _NO_TYPES:
                continue
            return argument
        return keyword(self.call, "type_")

    @cached_property
    def sql_type(self) -> SqlType | None:
        """The database type, where it is named in a way that other columns can use too."""
        node = self.type_node
        while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if not isinstance(node.func.value, ast.Call):
                break
            node = node.func.value  # `BigInteger().with_variant(…)`
        if node is None:
            return None
        module, _, name = meant(node, self.words).rpartition(".")
        if not module:
            return None
        if not isinstance(node, ast.Call):
            return SqlType(module, name)
        return SqlType(module, name, ", ".join(map(ast.unparse, [*node.args])) + _kwargs(node))

    @cached_property
    def kind(self) -> str:
        """The kind of field word that it would be."""
        shown = [self.fact.type]
        if self.annotation is not None:
            shown.append(innermost(self.annotation))
        for kind, pattern in _KINDS:
            if any(pattern.search(text.rpartition("sa.")[2] or text) for text in shown[:1]):
                return kind
        for kind, pattern in _KINDS:
            if any(pattern.search(text.rpartition(".")[2]) for text in shown):
                return kind
        return "other"


def _kwargs(node: ast.Call) -> str:
    pairs = [f"{k.arg}={ast.unparse(k.value)}" for k in node.keywords if k.arg]
    return (", " if node.args and pairs else "") + ", ".join(pairs)


def keyword(call: ast.Call | None, name: str) -> ast.expr | None:
    """Return a keyword argument of a call."""
    return next((k.value for k in call.keywords if k.arg == name), None) if call else None


def _last(node: ast.expr) -> str:
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


last_word = _last


def innermost(node: ast.expr) -> str:
    """Return an annotation without `Mapped`, `Optional`, `Annotated` and `| None`, as text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return innermost(ast.parse(node.value, mode="eval").body)
        except SyntaxError:
            return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        left = isinstance(node.left, ast.Constant) and node.left.value is None
        return innermost(node.right if left else node.left)
    if isinstance(node, ast.Subscript) and _last(node.value) in ("Mapped", "Optional", "Annotated"):
        inner = node.slice
        first = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
        return innermost(first)
    return ast.unparse(node)


def columns_of(sources: Sources, model: Model) -> tuple[ColumnCode, ...]:
    """Return a model's columns with their code, as far as it is a plain assignment."""
    cls = sources.class_at(model.file, model.line)
    found = []
    for fact in model.columns:
        node = _statement(sources, fact)
        if node is None:
            continue
        own = cls is not None and fact.file == model.file and cls.lineno < fact.line <= _end(cls)
        found.append(ColumnCode(fact, node, sources.words(fact.file), not own))
    return tuple(found)


def _statement(sources: Sources, fact: Column) -> ast.AnnAssign | ast.Assign | None:
    cls = sources.enclosing(fact.file, fact.line) if fact.file else None
    for node in cls.body if cls else ():
        if isinstance(node, ast.AnnAssign | ast.Assign) and node.lineno <= fact.line <= _end(node):
            return node
    return None


def majority(values: Sequence[str], default: str) -> str:
    """Return what is there most often; of equals, what comes first."""
    if not values:
        return default
    return max(dict.fromkeys(values), key=values.count)


def imported_as(sources: Sources, file: str, names: Container[str]) -> str:
    """Return the module that the project's own imports name for a file; else by its path."""
    dotted = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    for node in sources.absolute_imports:
        module = node.module or ""
        fits = dotted == module or dotted.endswith(f".{module}")
        if fits and any(a.name in names for a in node.names):
            return module
    return _below(_start_of_imports(sources, dotted), dotted)


def _start_of_imports(sources: Sources, dotted: str) -> str:
    """Return the folder above a module, dotted, that most absolute imports of the project start from."""
    known = {
        f.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for f, _ in sources.modules()
    }
    folders = dotted.split(".")[:-1]
    starts = [".".join(folders[:i]) for i in range(len(folders) + 1)]
    votes = [
        start
        for node in sources.absolute_imports
        for start in starts
        if (f"{start}.{node.module}" if start else node.module) in known
    ]
    return majority(votes, "")


def _below(start: str, dotted: str) -> str:
    return dotted.removeprefix(f"{start}.") if start else dotted
