"""Imports behind the classes, for names that stand in quotes: they go where no such name is left."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.marks import code_of

_REBUILDS = ("model_rebuild", "update_forward_refs")
_RELATIONSHIP = re.compile(r"\brelationship\(", re.IGNORECASE)

_SENTENCE = re.compile(r"""(["'])[^"'\n]* [^"'\n]*\1""")


def without_late_imports(tree: cst.Module) -> cst.Module:
    """Return a tree without the late imports that only relationships speak of.

    A relationship finds its class by itself; what a class is rebuilt for is a name in quotes.
    """
    first = next((i for i, node in enumerate(tree.body) if isinstance(node, cst.ClassDef)), None)
    if first is None:
        return tree
    quoting = _quoting(tree)
    kept: list[cst.BaseStatement | cst.SimpleStatementLine] = list(tree.body[:first])
    words = _words(tree)
    for node in tree.body[first:]:
        made = _kept(node, words, quoting)
        kept += [made] if made is not None else []
    return tree.with_changes(body=kept)


def _kept(node: cst.BaseStatement, words: set[str], quoting: set[str]) -> cst.BaseStatement | None:
    if not isinstance(node, cst.SimpleStatementLine):
        return node
    small = node.body[0]
    if isinstance(small, cst.ImportFrom) and not isinstance(small.names, cst.ImportStar):
        names: Sequence[cst.ImportAlias] = [a for a in small.names if _local(a) in words]
        if len(names) == len(small.names):
            return node
        if not names:
            return None
        names = [*names[:-1], names[-1].with_changes(comma=small.names[-1].comma)]
        return node.with_changes(body=[small.with_changes(names=names)])
    call = m.Expr(
        value=m.Call(func=m.Attribute(value=m.Name(), attr=m.OneOf(*map(m.Name, _REBUILDS))))
    )
    if m.matches(small, call):
        return node if code_of(small).partition(".")[0] in quoting else None
    return node


def _local(alias: cst.ImportAlias) -> str:
    return code_of(alias.asname.name) if alias.asname else code_of(alias.name)


def _words(tree: cst.Module) -> set[str]:
    """Return the words of a module, but for imports, relationships and whole texts."""
    found: set[str] = set()
    for node in m.findall(tree, m.SimpleStatementLine()):
        line = cst.ensure_type(node, cst.SimpleStatementLine)
        code = code_of(line)
        if not isinstance(line.body[0], cst.Import | cst.ImportFrom) and not _RELATIONSHIP.search(
            code
        ):
            found |= set(re.findall(r"\w+", _SENTENCE.sub("", code)))
    for node in m.findall(tree, m.FunctionDef() | m.ClassDef()):
        head = node.with_changes(body=cst.SimpleStatementSuite([cst.Pass()]))
        found |= set(re.findall(r"\w+", code_of(head)))
    return found


def _quoting(tree: cst.Module) -> set[str]:
    """Return the classes with a name in quotes in an annotation, or whose base has one."""
    found: set[str] = set()
    for node in tree.body:
        if not isinstance(node, cst.ClassDef):
            continue
        bases = {code_of(b.value) for b in node.bases}
        notes = [cst.ensure_type(a, cst.AnnAssign) for a in m.findall(node, m.AnnAssign())]
        own = [a for a in notes if not _RELATIONSHIP.search(code_of(a))]
        if bases & found or any(m.findall(a.annotation, m.SimpleString()) for a in own):
            found.add(node.name.value)
    return found
