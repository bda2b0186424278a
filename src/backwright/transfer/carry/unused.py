"""What nothing uses any more, after what used it was left out: parameters, variables.

A parameter goes from the function and from the calls of it; what the caller had it for may then be
unused, too. Dependencies stay whatever uses them: they may be there to refuse a caller.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.items import replaced
from backwright.transfer.carry.marks import code_of

_QUIET = (
    "get",
    "strip",
    "lower",
    "upper",
    "model_dump",
    "dict",
)  # calls that are made for what they give alone


@dataclass(frozen=True)
class Lost:
    """A parameter that nothing uses: in which tree, of which function, its place."""

    tree: int
    function: str
    is_method: bool
    name: str
    place: int


def without_unused(
    first: Sequence[cst.Module],
    before: Sequence[cst.Module],
    after: Sequence[cst.Module],
    rows: Sequence[Collection[str]],
) -> tuple[list[cst.Module], list[Lost]]:
    """Return trees without what has become unused between states, and the parameters.

    Args:
        first: the trees as they are the exemplar's.
        before: the trees as they were, with all that used them.
        after: the same trees, after some of it was left out.
        rows: for each tree the nouns whose rows were made for the exemplar's references alone.
    """
    made, gone = list(after), list[Lost]()
    while True:
        earlier = zip(first, before, made, rows, strict=True)
        made = [_without_variables((one, old), new, nouns) for one, old, new, nouns in earlier]
        lost = [x for index, old in enumerate(before) for x in _lost(index, old, made)]
        if not lost:
            return made, gone
        gone += lost
        made = [_without_parameters(tree, lost) for tree in made]


def _functions(tree: cst.Module) -> Iterator[tuple[str, cst.FunctionDef]]:
    """Yield a module's functions and methods, with the names of their classes."""
    for node in tree.body:
        if isinstance(node, cst.FunctionDef):
            yield node.name.value, node
        elif isinstance(node, cst.ClassDef):
            for inner in node.body.body:
                if isinstance(inner, cst.FunctionDef):
                    yield f"{node.name.value}.{inner.name.value}", inner


def _names(node: cst.CSTNode) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", code_of(node)))


def _lost(index: int, old: cst.Module, trees: Sequence[cst.Module]) -> Iterator[Lost]:
    """Yield the parameters that a function used and does not use any more.

    Of several functions by one name it is not known which is called.
    """
    known = dict(_functions(old))
    taken = [name.rpartition(".")[2] for tree in trees for name, _ in _functions(tree)]
    for name, function in _functions(trees[index]):
        was = known.get(name)
        short = name.rpartition(".")[2]
        is_free = _is_route(function) or taken.count(short) == 1
        if was is None or short.startswith("__") or not is_free:
            continue
        used, head = _names(function.body), " ".join(code_of(d) for d in function.decorators)
        plain = [p for p in function.params.params if p.name.value not in ("self", "cls")]
        for place, param in enumerate([*plain, *function.params.kwonly_params]):
            word = param.name.value
            if word in used or word not in _names(was.body) or f"{{{word}" in head:
                continue
            if "Depends" not in code_of(param) and not _is_alias(param):
                yield Lost(index, short, short != name, word, place)


def _is_alias(param: cst.Param) -> bool:
    """Tell whether a type may hide a dependency: `session: SessionDep`."""
    kind = code_of(param.annotation.annotation) if param.annotation else ""
    return param.default is None and kind[:1].isupper() and "[" not in kind


def _is_route(node: cst.FunctionDef) -> bool:
    return any(re.search(r"\.(get|post|put|patch|delete)\(", code_of(d)) for d in node.decorators)


def _without_parameters(tree: cst.Module, lost: Collection[Lost]) -> cst.Module:
    return tree.visit(_Without(lost))


class _Without(cst.CSTTransformer):
    def __init__(self, lost: Collection[Lost]) -> None:
        super().__init__()
        self.lost: dict[str, list[Lost]] = {}
        for one in lost:
            self.lost.setdefault(one.function, []).append(one)

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        return _trimmed(updated_node, self.lost.get(updated_node.name.value, ()))

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        is_method = isinstance(updated_node.func, cst.Attribute)
        name = code_of(updated_node.func).rpartition(".")[2]
        lost = [one for one in self.lost.get(name, ()) if is_method or not one.is_method]
        return _called(updated_node, lost)


def _trimmed(node: cst.FunctionDef, lost: Sequence[Lost]) -> cst.FunctionDef:
    names = {one.name for one in lost}
    changes: dict[str, object] = {}
    for group in ("params", "kwonly_params"):
        old = getattr(node.params, group)
        kept = [p for p in old if p.name.value not in names]
        if kept and len(kept) < len(old):
            kept[-1] = kept[-1].with_changes(comma=old[-1].comma)
        changes[group] = kept
    if node.params.kwonly_params and not changes["kwonly_params"]:
        changes["star_arg"] = cst.MaybeSentinel.DEFAULT
    return node.with_changes(params=node.params.with_changes(**changes)) if names else node


def _called(node: cst.Call, lost: Sequence[Lost]) -> cst.Call:
    names, places = {one.name for one in lost}, {one.place for one in lost}
    kept = [
        a
        for i, a in enumerate(node.args)
        if not (a.keyword.value in names if a.keyword else not a.star and i in places)
    ]
    if len(kept) == len(node.args):
        return node
    if kept:
        kept[-1] = kept[-1].with_changes(comma=node.args[-1].comma)
    return node.with_changes(args=kept)


def _without_variables(
    earlier: Sequence[cst.Module], new: cst.Module, nouns: Collection[str]
) -> cst.Module:
    """Return a tree without the variables that were read and are not any more."""
    reads: dict[str, set[str]] = {}
    for old in earlier:
        for name, function in _functions(old):
            reads.setdefault(name, set()).update(_reads(function))
    gone = {id(f): reads[name] - _reads(f) for name, f in _functions(new) if name in reads}

    def change(node: cst.CSTNode) -> cst.CSTNode | None:
        if not isinstance(node, cst.FunctionDef) or not gone.get(id(node)):
            return None
        return replaced(node, lambda block: _without_idle(block, gone[id(node)], nouns))

    return replaced(new, change)


def _reads(node: cst.FunctionDef) -> set[str]:
    """Return the names that a function reads, other than where it sets them."""
    code = code_of(node.body)
    return set(re.findall(r"[A-Za-z_]\w*", re.sub(r"(?m)^\s*[A-Za-z_]\w* = ", "", code)))


def _without_idle(
    node: cst.CSTNode, names: Collection[str], nouns: Collection[str]
) -> cst.CSTNode | None:
    if not isinstance(node, cst.IndentedBlock):
        return None
    kept = [s for s in node.body if not _is_idle(s, names, nouns)]
    return node.with_changes(body=kept) if 0 < len(kept) < len(node.body) else None


def _is_idle(node: cst.BaseStatement, names: Collection[str], nouns: Collection[str]) -> bool:
    """Tell whether a statement only sets a variable that nothing reads, and does nothing else.

    To make a row that nothing refers to any more is nothing else.
    """
    if not m.matches(
        node, m.SimpleStatementLine(body=[m.Assign(targets=[m.AssignTarget(m.Name())])])
    ):
        return False
    assign = cst.ensure_type(cst.ensure_type(node, cst.SimpleStatementLine).body[0], cst.Assign)
    if code_of(assign.targets[0].target) not in names:
        return False
    calls = [c for c in m.findall(assign.value, m.Call()) if isinstance(c, cst.Call)]
    called = [code_of(c.func).rpartition(".")[2] for c in calls]
    if called and all(_makes(name, nouns) for name in called):
        return True
    return all(name in _QUIET for name in called) and not m.findall(assign.value, m.Await())


def _makes(function: str, nouns: Collection[str]) -> bool:
    return any(re.search(rf"(?i)(?:^|_){re.escape(noun)}$", function) for noun in nouns)
