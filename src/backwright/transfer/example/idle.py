"""Classes that only served what was not carried over: the answer of an endpoint that is left out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from backwright.source.outline import Statement, outline
from backwright.transfer.carry import Carried
from backwright.transfer.example.facts import Learning

_ROLES = ("schema", "service", "other")


def without_idle_classes(learning: Learning, carried: Carried) -> Carried:
    """Return carried code without the classes that the exemplar's code used and the new does not.

    What any module beside the exemplar's knows, such as an export, stays.
    """
    codes = dict(carried.codes)
    while idle := next(_idle(learning, codes), None):
        key, name = idle
        codes[key] = _without(codes[key], name)
    return replace(carried, codes=codes)


def _idle(learning: Learning, codes: dict[str, str]) -> Iterator[tuple[str, str]]:
    chain, modules = learning.chain, learning.owners.modules
    inside = {p.path for p in chain.parts}
    outside = "\n".join(modules.text(p) for p in modules.paths if p not in inside)
    before = "\n".join(modules.text(p) for p in inside)
    after = "\n".join(codes.values())
    for part in chain.parts:
        code = codes.get(part.key, "")
        if part.role not in _ROLES or not code.strip():
            continue
        rename = learning.naming.renaming(modules.text(part.path)).identifier
        there = {n for s in outline(code) if isinstance(s.node, ast.ClassDef) for n in s.names}
        for statement in part.statements:
            old = statement.names[0] if isinstance(statement.node, ast.ClassDef) else ""
            new = rename(old) if old else ""
            if new not in there or not part.whole or _count(outside, old):
                continue
            own = _count(_text(modules.text(part.path), statement), old)
            used_before = _count(_plain(before), old) - own
            if used_before and not _count(_plain(after), new) - _own(code, new):
                yield part.key, new


def _own(code: str, name: str) -> int:
    """Return how often a class says its own name."""
    return _count(_text(code, _found(code, name)), name)


def _found(code: str, name: str) -> Statement:
    return next(s for s in outline(code) if name in s.names)


def _plain(code: str) -> str:
    """Return code without its imports: to be imported is no use."""
    return re.sub(
        r"^[ \t]*from\s+\S+\s+import\s+(?:\([^)]*\)|[^\n]*)", "", code, flags=re.MULTILINE
    )


def _text(code: str, statement: Statement) -> str:
    return "\n".join(code.splitlines()[statement.start - 1 : statement.end])


def _count(code: str, name: str) -> int:
    return len(re.findall(rf"\b{re.escape(name)}\b", code))


def _without(code: str, name: str) -> str:
    lines, found = code.splitlines(), _found(code, name)
    end = found.end
    while end < len(lines) and not lines[end].strip():
        end += 1
    kept = [*lines[: found.start - 1], *lines[end:]]
    return "\n".join(kept).rstrip() + "\n"
