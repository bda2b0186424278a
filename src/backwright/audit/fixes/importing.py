"""How a module says a name of another one: by what it imports already, or by one import more."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass

from backwright.audit.names import Meaning
from backwright.audit.sources import Source
from backwright.audit.subject import Subject
from backwright.project.interpret.values import Module

_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Said:
    """Source text, and the imports that it needs: pairs of module and name."""

    text: str
    needs: frozenset[tuple[str, str]] = frozenset()


def said_in(subject: Subject, target: Source, source: Source, node: ast.expr) -> Said | None:
    """Return an expression of names, such as an annotation, as `target` would write it.

    `None` where a name in it cannot be said there.
    """
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            return _said_text(subject, target, source, node.value)
        return Said(ast.unparse(node))
    if isinstance(node, ast.Name | ast.Attribute):
        return _said_name(subject, target, source, node)
    if isinstance(node, ast.Subscript):
        return _joined(subject, target, source, [node.value, node.slice], "{}[{}]")
    if isinstance(node, ast.Tuple | ast.List):
        form = ", ".join("{}" for _ in node.elts)
        return _joined(
            subject, target, source, node.elts, f"[{form}]" if isinstance(node, ast.List) else form
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _joined(subject, target, source, [node.left, node.right], "{} | {}")
    return None


def said_class(subject: Subject, target: Source, meaning: Meaning) -> Said | None:
    """Return how `target` names a class of the project or a library."""
    if meaning.library:
        module, _, name = meaning.library.removesuffix("()").rpartition(".")
        return _imported(subject, target, module, name, meaning) if module else None
    if isinstance(meaning.node, ast.ClassDef) and meaning.source is not None:
        return _of_project(subject, target, meaning.source, meaning.node)
    return None


def module_of(subject: Subject, target: Source, file: str) -> str | None:
    """Return the name by which `target` may import a module of the project, as others do."""
    relative = None
    for source in subject.all.values():
        for one in source.imports.values():
            importer = subject.modules.module(source.file)
            if one.level:
                if source.file.rpartition("/")[0] != target.file.rpartition("/")[0]:
                    continue
                found = subject.modules.relative(importer, one.level, one.module)
            else:
                found = subject.modules.absolute(importer, one.module)
            if isinstance(found, Module) and found.file == file:
                if not one.level:
                    return one.module
                relative = "." * one.level + one.module
    return relative


def _said_text(subject: Subject, target: Source, source: Source, text: str) -> Said | None:
    try:
        return said_in(subject, target, source, ast.parse(text, mode="eval").body)
    except SyntaxError:
        return None


def _joined(
    subject: Subject, target: Source, source: Source, parts: list[ast.expr], form: str
) -> Said | None:
    said = [said_in(subject, target, source, one) for one in parts]
    known = [one for one in said if one is not None]
    if len(known) < len(said):
        return None
    needed = frozenset(pair for one in known for pair in one.needs)
    return Said(form.format(*(one.text for one in known)), needed)


def _said_name(
    subject: Subject, target: Source, source: Source, node: ast.Name | ast.Attribute
) -> Said | None:
    text = ast.unparse(node)
    root = text.partition(".")[0]
    if source is target:
        return Said(text) if _is_top(target, root) else None
    if isinstance(node, ast.Name) and node.id in _BUILTINS and node.id not in source.bindings:
        return Said(text) if node.id not in target.bindings else None
    meaning = subject.names.meaning(source, node)
    if meaning.library or isinstance(meaning.node, ast.ClassDef):
        return said_class(subject, target, meaning)
    return None


def _is_top(source: Source, name: str) -> bool:
    return (
        name in source.bindings or name in source.imports or name in _BUILTINS or bool(source.stars)
    )


def _of_project(subject: Subject, target: Source, source: Source, cls: ast.ClassDef) -> Said | None:
    if source is target:
        return Said(cls.name) if cls in source.tree.body else None
    there = subject.names.bound(target, cls.name)
    if there.node is cls:
        return Said(cls.name)
    for name in target.imports:  # `models.User`
        whole = subject.names.bound(target, name)
        if isinstance(whole.node, ast.Module) and whole.source is source:
            return Said(f"{name}.{cls.name}")
    module = module_of(subject, target, source.file)
    if module is None or cls not in source.tree.body or _is_bound(target, cls.name):
        return None
    return Said(cls.name, frozenset({(module, cls.name)}))


def _imported(
    subject: Subject, target: Source, module: str, name: str, meaning: Meaning
) -> Said | None:
    there = subject.names.bound(target, name)
    if there.library and there.library.rpartition(".")[2] == name:
        return Said(name) if _alike(there.library, meaning.library) else None
    whole = module.rpartition(".")[2]
    if whole in target.imports and subject.names.bound(target, whole).library == module:
        return Said(f"{whole}.{name}")
    if _is_bound(target, name) or "(" in module:
        return None
    return Said(name, frozenset({(module, name)}))


def _alike(one: str, other: str) -> bool:
    """Tell whether two names of a library's thing are of one library: it may be exported twice."""
    return one.partition(".")[0] == other.partition(".")[0]


def _is_bound(source: Source, name: str) -> bool:
    return name in source.bindings or name in source.imports or bool(source.stars)
