"""Endpoints that take a file: one that the new resource has no field for is the exemplar's alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst
import libcst.matchers as m

from backwright.spec.names import article
from backwright.transfer.carry.handlers import Handler, handlers_in, is_dependency
from backwright.transfer.carry.items import functions_in
from backwright.transfer.carry.marks import code_of, fields_in
from backwright.transfer.carry.types import Facts, Part
from backwright.values import Note

_FILE = re.compile(r"\bUploadFile\b|\bFile\(")
_BODY = re.compile(r"\b(?:Form|Body)\(")
_CALLED = re.compile(r"(?<![\w\"'])[A-Za-z_]\w*")


@dataclass
class Uploads:
    """What is left out: the trees without it, names that mean nothing any more, and the notes."""

    trees: list[cst.Module]
    names: set[str] = field(default_factory=set)
    notes: list[tuple[int, Note]] = field(default_factory=list)


def without_uploads(parts: Sequence[Part], trees: Sequence[cst.Module], facts: Facts) -> Uploads:
    """Return an exemplar's trees without endpoints whose file the new resource has no field for.

    One that takes a row's other fields, too, makes or changes a row: it is carried without the file.
    What only these endpoints called goes with them.

    Args:
        parts: the exemplar's code.
        trees: the same, marked and renamed.
        facts: what the fields are.
    """
    made = Uploads(list(trees))
    handlers = [
        [*handlers_in(t)] if p.role != "test" else [] for p, t in zip(parts, trees, strict=True)
    ]
    taking = [h for some in handlers for h in some if _takes_file(h.node)]
    lost = [h for h in taking if _is_lost(h, trees, facts)]
    makers = [h for some in handlers for h in some if h.verb == "create"]
    if all(h in lost for h in makers):  # no row could be made without it
        lost = [h for h in lost if h not in makers]
    if not lost:
        return made
    gone = {id(h.node) for h in lost}
    for index, some in enumerate(handlers):
        for one in (h for h in some if id(h.node) in gone):
            text = f"`{one.method.upper()} {one.path}` is left out: it takes a file, and "
            noun = facts.new.human
            text += f"{article(noun)} {noun} has no field for one"
            made.notes.append((index, _note(parts[index], trees[index], one.node, facts, text)))
    _leave_out(made, parts, gone, [h.node for h in lost], facts)
    if len(taking) == len(lost):
        made.names |= {f.name.value for t in made.trees for f in functions_in(t) if _sends_files(f)}
    return made


def _takes_file(node: cst.FunctionDef) -> bool:
    return any(_FILE.search(code_of(p)) for p in _params(node))


def _is_lost(handler: Handler, trees: Sequence[cst.Module], facts: Facts) -> bool:
    """Tell whether a handler does nothing but take a file, and for no field of the new resource."""
    classes = {c.name.value for t in trees for c in t.body if isinstance(c, cst.ClassDef)}
    known = classes | set(facts.known)
    for param in handler.params:
        if _FILE.search(code_of(param)) or is_dependency(param, known):
            continue
        kind = code_of(param.annotation.annotation) if param.annotation else ""
        if _BODY.search(code_of(param)) or fields_in(param) or set(_words(kind)) & known:
            return False
    numbers = {n for f in _reached(handler.node, trees) for n in fields_in(f)}
    named = {facts.fields[n].name for n in numbers if n < len(facts.fields)}
    return not named or not named <= facts.new_names


def _reached(start: cst.FunctionDef, trees: Sequence[cst.Module]) -> list[cst.FunctionDef]:
    """Return a function and those that take a file and are called by it, directly or not."""
    known = [f for t in trees for f in functions_in(t) if _takes_file(f)]
    found, waiting = [start], [start]
    while waiting:
        words = set(_words(code_of(waiting.pop().body)))
        new = [f for f in known if f.name.value in words and f not in found]
        found += new
        waiting += new
    return found


def _leave_out(
    made: Uploads, parts: Sequence[Part], gone: set[int], nodes: list[cst.FunctionDef], facts: Facts
) -> None:
    """Leave out functions, and again those that nothing but them called."""
    while nodes:
        called = {w for node in nodes for w in _words(code_of(node.body))}
        left = [_without(tree, gone) for tree in made.trees]
        nodes = []
        for index, tree in enumerate(left):
            for one in functions_in(tree):
                name = one.name.value
                if name not in called or parts[index].role == "test" or not _may_go(one, tree):
                    continue
                if sum(_words(_plain(t)).count(name) for t in left) == _times(left, name):
                    nodes.append(one)
                    gone.add(id(one))
                    made.names.add(name)
                    text = f"`{name}` is left out: only what takes a file called it"
                    made.notes.append((index, _note(parts[index], tree, one, facts, text)))
        made.trees = left
    made.trees = [_without(tree, gone) for tree in made.trees]


def _may_go(node: cst.FunctionDef, tree: cst.Module) -> bool:
    """Tell whether a function is free to go: a method only where it takes the file itself."""
    is_free = any(node is one for one in tree.body) and not node.decorators
    return is_free or _takes_file(node)


def _times(trees: Sequence[cst.Module], name: str) -> int:
    """Return how often a name is said where functions are defined by it."""
    return sum(f.name.value == name for t in trees for f in functions_in(t))


def _plain(tree: cst.Module) -> str:
    """Return code without its imports: to be imported is no use, but by another name it may be."""
    imports = m.SimpleStatementLine(body=[m.Import() | m.ImportFrom()])
    aliased = m.findall(tree, m.ImportAlias(asname=m.AsName()))
    rest = [s for s in tree.body if not m.matches(s, imports)]
    return "\n".join(code_of(one) for one in (*aliased, *rest))


def _words(code: str) -> list[str]:
    return _CALLED.findall(code)


def _params(node: cst.FunctionDef) -> list[cst.Param]:
    return [*node.params.params, *node.params.kwonly_params]


def _sends_files(node: cst.FunctionDef) -> bool:
    return m.findall(node, m.Arg(keyword=m.Name("files"))) != []


def _without(tree: cst.Module, gone: set[int]) -> cst.Module:
    made = tree.visit(_Without(gone))
    assert isinstance(made, cst.Module)  # noqa: S101
    return made


class _Without(cst.CSTTransformer):
    def __init__(self, gone: set[int]) -> None:
        super().__init__()
        self.gone = gone

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.RemovalSentinel:
        return cst.RemoveFromParent() if id(original_node) in self.gone else updated_node


def _note(part: Part, tree: cst.Module, node: cst.FunctionDef, facts: Facts, text: str) -> Note:
    """Return a note at a function's line in the exemplar, of several by one name the right one."""
    alike = [f for f in functions_in(tree) if f.name.value == node.name.value]
    place = next(i for i, f in enumerate(alike) if f is node)
    rename = facts.renaming(part.code).identifier
    found = re.finditer(r"^\s*(?:async )?def (\w+)", part.code, re.MULTILINE)
    lines = [part.code.count("\n", 0, d.start(1)) for d in found if rename(d[1]) == node.name.value]
    return Note(part.path, part.line + (lines[place] if place < len(lines) else 0), text)
