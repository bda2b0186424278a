"""Wiring by example: whatever puts the exemplar to use in a shared module, once more.

A statement is repeated where it is nothing but wiring: a call (`app.include_router(posts.router)`),
an assignment to a name of the exemplar's, an attribute of a container; in a list, dictionary or
call it is the element that is repeated. What other resources do with the exemplar is their
business: it is not repeated, and noted.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from backwright.transfer.example.edits import Insertion, Positions, insert
from backwright.transfer.example.reach import Known
from backwright.values import Note

Rename = Callable[[str], str]
Skip = Callable[[ast.stmt], bool]
Body = Sequence[ast.stmt]
_REMOVES = frozenset({"delete", "drop", "truncate"})
_COLLECTIONS = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Call)


@dataclass
class Wiring:
    """One module while it is wired: what is known in it, and what was inserted so far.

    `targets` are the models that the new rows refer to: these are removed after them.
    """

    path: str
    code: str
    known: Known
    rename: Rename
    skip: Skip
    own: Collection[int] = ()
    fields: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    positions: Positions = field(init=False)
    insertions: list[Insertion] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find where the module's nodes stand."""
        self.positions = Positions(self.code)

    def wired(self, tree: ast.Module) -> str:
        """Return the module with everything that wires the exemplar repeated."""
        self._body(tree.body)
        return insert(self.code, self.insertions)

    def _body(self, body: Body) -> None:
        done: set[int] = set()
        for i, statement in enumerate(body):
            if isinstance(statement, ast.Import | ast.ImportFrom) or i in done:
                continue
            if id(statement) in self.own:
                continue
            if self.skip(statement) or self._is_about(statement):
                self._note_others(statement)
            elif inner := list(_bodies(statement)):
                self._compound(statement, inner)
            elif self.known.mentions(statement) or self._exports(statement):
                done |= self._simple(body, i)

    def _is_about(self, statement: ast.stmt) -> bool:
        """Tell whether a function is named after the exemplar: it is that one's, or nobody's."""
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            return False
        return self.rename(statement.name) != statement.name

    def _exports(self, statement: ast.stmt) -> bool:
        """Tell whether a statement lists names of the exemplar's for `__all__`."""
        if not any(isinstance(t, ast.Name) and t.id == "__all__" for t in _targets(statement)):
            return False
        self.known = replace(self.known, strings=self.known.strings | self.known.names)
        return self.known.mentions(statement)

    def _compound(self, statement: ast.stmt, inner: Sequence[Body]) -> None:
        for header in _headers(statement):
            if self.known.mentions(header) and not self._elements(header):
                self._note(statement)
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            self._parameters(statement.args)
        for body in inner:
            self._body(body)

    def _parameters(self, arguments: ast.arguments) -> None:
        """Repeat parameters of the exemplar's types, the optional ones at the end."""
        plain = [*arguments.posonlyargs, *arguments.args]
        defaults = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
        pairs = list(zip(plain, defaults, strict=True))
        pairs += list(zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
        for argument, default in pairs:
            if argument.annotation is None or not self.known.mentions(argument.annotation):
                continue
            end = default or argument
            text = self.positions.code[self.positions.start(argument) : self.positions.end(end)]
            renamed = self.rename(f"def f({text}): ...").partition("(")[2].rpartition("):")[0]
            if renamed.partition(":")[0] == text.partition(":")[0]:
                continue  # a name that is not the exemplar's: twice it would be no Python
            last = pairs[-1][1] or pairs[-1][0] if default is not None else end
            gap = " " if argument.lineno == (pairs[0][0]).lineno else self._newline(argument)
            self.insertions.append(Insertion(self.positions.end(last), f",{gap}{renamed}"))

    def _newline(self, node: ast.arg) -> str:
        line = self.positions.line(node.lineno)
        return "\n" + line[: len(line) - len(line.lstrip())]

    def _simple(self, body: Body, i: int) -> set[int]:
        """Wire one statement; return the places of those that went with it."""
        statement = body[i]
        if self._elements(statement):
            return set()
        group = self._group(body, i)
        if not group:
            self._note(statement)
            return set()
        text = self._text(group)
        renamed = self.rename(text)
        if renamed == text:
            self._note(statement)
            return set()
        indented = textwrap.indent(renamed, self._margin(group))
        first = self._removed_first(body, group)
        place = self._after(self._place(body, group))
        if first:
            place = self.positions.line_start(first.lineno)
        self.insertions.append(Insertion(place, indented))
        return set(range(i, i + len(group)))

    def _removed_first(self, body: Body, group: Sequence[ast.stmt]) -> ast.stmt | None:
        """Return what removes rows that the new ones refer to, where the statements remove rows."""
        if not _removes(group[0]):
            return None
        like = (s for s in body if type(s) is type(group[0]) and _removes(s))
        return next((s for s in like if _names(s) & self.targets), None)

    def _group(self, body: Body, i: int) -> list[ast.stmt]:
        """Return the statements to repeat together; none where this one is no wiring."""
        statement = body[i]
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call | ast.Await):
            return [] if _sets(statement, self.fields) else [statement]
        targets = _targets(statement)
        if not targets or _sets(statement, self.fields):
            return []
        if any(self._is_renamed(t) for t in targets):
            return [statement]
        users = {t.id for t in targets if isinstance(t, ast.Name)}
        following = body[i + 1] if i + 1 < len(body) else None
        if isinstance(following, ast.Expr) and users & _names(following):
            return [statement, following]
        return []

    def _is_renamed(self, node: ast.expr) -> bool:
        text = self.positions.text(node)
        return self.rename(text) != text

    def _elements(self, root: ast.AST) -> bool:
        """Repeat elements of lists, dictionaries and calls that are there for the exemplar."""
        return sum(map(self._elements_of, list(_outermost(root)))) > 0

    def _elements_of(self, collection: ast.expr) -> bool:
        found = False
        for element in _elements(collection):
            if self._is_listed(collection, element):
                self._repeat(collection, element)
                found = True
        if found:
            return True
        inner = list(_outermost(*ast.iter_child_nodes(collection)))
        return sum(map(self._elements_of, inner)) > 0

    def _is_listed(self, collection: ast.expr, element: tuple[ast.expr, ...]) -> bool:
        """An element stands for the exemplar where it is nothing else, among others of its like."""
        mine = [e for e in element if self.known.mentions(e)]
        if not mine or not all(_is_plain(e) for e in element):
            return False
        if any(_sets(e, self.fields) for e in element):  # a row of the exemplar's
            return False
        if not isinstance(collection, ast.Call):
            return True
        others = [a for a in collection.args if a not in element and not isinstance(a, ast.Starred)]
        like = [a for a in others if type(a) is type(element[0]) and not self.known.mentions(a)]
        return len(like) > 1 and any(_alike(a, element[0]) for a in like)

    def _repeat(self, collection: ast.expr, element: tuple[ast.expr, ...]) -> None:
        first, last = element[0], element[-1]
        text = self.positions.code[self.positions.start(first) : self.positions.end(last)]
        is_entry = isinstance(collection, ast.Dict)  # by itself it is no Python
        renamed = self.rename(f"{{{text}}}")[1:-1] if is_entry else self.rename(text)
        if renamed == text:
            return
        siblings = [e for e in _elements(collection) if all(_is_plain(x) for x in e)]
        after = self._sorted_place(siblings, element, renamed)
        if after is None:
            start = self.positions.start(siblings[0][0])
            gap = self._gap(siblings, collection)
            self.insertions.append(Insertion(start, f"{renamed},{gap}"))
            return
        gap = self._gap(siblings, collection)
        self.insertions.append(Insertion(self.positions.end(after[-1]), f",{gap}{renamed}"))

    def _sorted_place(
        self, siblings: list[tuple[ast.expr, ...]], element: tuple[ast.expr, ...], text: str
    ) -> tuple[ast.expr, ...] | None:
        """Return the sibling to stand after: by the alphabet where they are in it."""
        texts = [self.positions.text(s[0]).strip("\"'") for s in siblings]
        if len(texts) > 1 and texts == sorted(texts):
            before = [s for s, t in zip(siblings, texts, strict=True) if t < text.strip("\"'")]
            return before[-1] if before else None
        return siblings[-1] if isinstance(element[0], ast.expr) else element

    def _gap(self, siblings: list[tuple[ast.expr, ...]], collection: ast.expr) -> str:
        """Return what stands between two elements: a space, or a line and its indent."""
        first = siblings[0][0]
        if first.lineno == collection.lineno:
            return " "
        line = self.positions.line(first.lineno)
        return "\n" + line[: len(line) - len(line.lstrip())]

    def _place(self, body: Body, group: list[ast.stmt]) -> ast.stmt:
        """Return the statement to stand after: the last of those alike that follow one another."""
        if len(group) > 1:
            return group[-1]
        kin = [s for s in body if _shape(s) == _shape(group[0])]
        index = list(body).index(group[0])
        last = group[0]
        for following in body[index + 1 :]:
            if following not in kin or _hands_on(following, group[0]):
                break
            last = following
        return last

    def _text(self, group: list[ast.stmt]) -> str:
        start = self.positions.line_start(group[0].lineno)
        text = self.positions.code[start : self.positions.end(group[-1])]
        return textwrap.dedent(text.replace("\r\n", "\n")) + "\n"

    def _margin(self, group: list[ast.stmt]) -> str:
        line = self.positions.line(group[0].lineno)
        return line[: len(line) - len(line.lstrip())]

    def _after(self, statement: ast.stmt) -> int:
        return self.positions.line_start((statement.end_lineno or statement.lineno) + 1)

    def _note_others(self, statement: ast.stmt) -> None:
        for node in ast.walk(statement):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for inner in node.body:
                    if self.known.mentions(inner):
                        self._note(inner)

    def _note(self, node: ast.stmt) -> None:
        words = " ".join(self.positions.text(node).split())
        shown = words if len(words) <= 80 else f"{words[:77]}…"
        text = f"speaks of the exemplar, and was not repeated for the new resource: {shown}"
        note = Note(self.path, node.lineno, text)
        if note not in self.notes:
            self.notes.append(note)


def _sets(statement: ast.AST, fields: frozenset[str]) -> bool:
    """Tell whether code gives the exemplar's fields a value: that is no wiring."""
    return any(isinstance(n, ast.keyword) and n.arg in fields for n in ast.walk(statement))


def _removes(statement: ast.stmt) -> bool:
    """Tell whether a statement calls what takes rows or tables away."""
    called = [n.func for n in ast.walk(statement) if isinstance(n, ast.Call)]
    words = {f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in called}
    return bool(words & _REMOVES)


def _hands_on(statement: ast.stmt, wiring: ast.stmt) -> bool:
    """Tell whether a call is given what another one is made on: a router knows nothing added later."""
    calls = [s.value for s in (statement, wiring) if isinstance(s, ast.Expr)]
    given, made_on = calls if len(calls) > 1 else (None, None)
    if not isinstance(given, ast.Call) or not isinstance(made_on, ast.Call):
        return False
    if not isinstance(made_on.func, ast.Attribute):
        return False
    target = ast.unparse(made_on.func.value)
    return any(ast.unparse(argument) == target for argument in given.args)


def _bodies(node: ast.stmt) -> Iterator[Body]:
    for name in ("body", "orelse", "finalbody"):
        if found := getattr(node, name, None):
            yield found
    for handler in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
        yield handler.body


def _headers(node: ast.stmt) -> Iterator[ast.expr]:
    for name in ("iter", "test", "subject"):
        if isinstance(found := getattr(node, name, None), ast.expr):
            yield found


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign | ast.AugAssign) else []


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _outermost(*roots: ast.AST) -> Iterator[ast.expr]:
    """Yield the collections in trees that stand in no other collection."""
    for root in roots:
        if isinstance(root, _COLLECTIONS):
            yield root
        elif isinstance(root, ast.Subscript):  # `Annotated[A, Depends(A)]` lists nothing
            yield from _outermost(root.value)
        else:
            yield from _outermost(*ast.iter_child_nodes(root))


def _elements(collection: ast.expr) -> list[tuple[ast.expr, ...]]:
    if isinstance(collection, ast.Dict):
        pairs = zip(collection.keys, collection.values, strict=True)
        return [(k, v) for k, v in pairs if k is not None]
    found = collection.args if isinstance(collection, ast.Call) else getattr(collection, "elts", [])
    return [(e,) for e in found if isinstance(e, ast.expr)]


def _is_plain(node: ast.expr) -> bool:
    """A name, an attribute, a word, or a short call or tuple of such: no expression with logic."""
    if isinstance(node, ast.Call):
        parts = [node.func, *node.args, *(k.value for k in node.keywords)]
        return all(_is_plain(p) for p in parts)
    if isinstance(node, ast.Tuple | ast.List):
        return all(_is_plain(e) for e in node.elts)
    if isinstance(node, ast.Dict):
        return all(k is not None and _is_plain(k) for k in node.keys) and all(
            _is_plain(v) for v in node.values
        )
    if isinstance(node, ast.Starred):
        return _is_plain(node.value)
    return isinstance(node, ast.Name | ast.Attribute | ast.Constant)


def _alike(left: ast.expr, right: ast.expr) -> bool:
    if isinstance(left, ast.Attribute) and isinstance(right, ast.Attribute):
        return left.attr == right.attr
    return type(left) is type(right)


def _shape(node: ast.stmt) -> tuple[str, ...]:
    """What makes two statements alike: what they call and by which keywords, or what they set."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value
        func = call.func
        name = func.attr if isinstance(func, ast.Attribute) else ast.unparse(func)
        return ("call", name)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        value = node.value.func if isinstance(node.value, ast.Call) else None
        target = _targets(node)[0]
        scope = ast.unparse(target.value) if isinstance(target, ast.Attribute) else ""
        name = value.attr if isinstance(value, ast.Attribute) else ""
        return ("set", type(node).__name__, scope, name)
    return ("other", str(node.lineno))
