"""What a name in the source means: a library's thing, or a definition of the project.

Only the source is looked at, so each answer is found when a rule asks for it. A library's thing is
its dotted name, what a call of it gives has `()` behind it: `passlib.context.CryptContext().verify`.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from backwright.audit.sources import (
    FunctionNode,
    Imported,
    Source,
    assigned,
    bound_by,
    last_name,
    own_nodes,
    parameters,
)
from backwright.project.interpret.values import Module, Namespace
from backwright.project.modules import Modules

_DEEPEST = 12
_THROUGH = frozenset({"Annotated", "Optional", "Required", "Final", "ClassVar"})


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """What an expression means: a library's dotted name, or a node of the project.

    `made` tells that it is an instance of the class that `node` is.
    """

    library: str = ""
    source: Source | None = None
    node: ast.AST | None = None
    made: bool = False


NOTHING = Meaning()


class Names:
    """Answers what expressions mean, across the modules of a project."""

    def __init__(self, modules: Modules, sources: dict[str, Source]) -> None:
        """Answer for `sources`, by their files."""
        self._modules = modules
        self._sources = sources
        self._known: dict[tuple[str, int], Meaning] = {}
        self._homes: dict[int, Source] = {}

    def library(self, source: Source, node: ast.AST | None) -> str:
        """Return the dotted name of the library's thing that an expression is; else empty."""
        return self.meaning(source, node).library if node is not None else ""

    def definition(self, source: Source, node: ast.AST | None) -> Meaning:
        """Return the definition in the project that an expression leads to, if there is one."""
        found = self.meaning(source, node)
        return found if found.node is not None else NOTHING

    def meaning(self, source: Source, node: ast.AST | None, depth: int = 0) -> Meaning:
        """Return what an expression means, past assignments, imports and annotations."""
        if node is None or depth > _DEEPEST:
            return NOTHING
        key = (source.file, id(node))
        if key not in self._known:
            self._known[key] = NOTHING  # names may lead in a circle
            self._known[key] = self._meaning(source, node, depth + 1)
        return self._known[key]

    def _meaning(self, source: Source, node: ast.AST, depth: int) -> Meaning:
        if isinstance(node, ast.Await):
            return self.meaning(source, node.value, depth)
        if isinstance(node, ast.Name):
            return self._name(source, node, depth)
        if isinstance(node, ast.Attribute):
            return self.attribute(self.meaning(source, node.value, depth), node.attr, depth)
        if isinstance(node, ast.Call):
            if last_name(node.func) in {"__import__", "import_module"} and node.args:
                named = node.args[0]
                return Meaning(str(named.value)) if isinstance(named, ast.Constant) else NOTHING
            return self._call(self.meaning(source, node.func, depth), depth)
        if isinstance(
            node,
            FunctionNode | ast.ClassDef | ast.Constant | ast.Dict | ast.List | ast.Tuple | ast.Set,
        ):
            return Meaning("", source, node)
        return NOTHING

    def _call(self, callee: Meaning, depth: int) -> Meaning:
        if callee.library:
            return Meaning(callee.library + "()", callee.source, None)
        if isinstance(callee.node, ast.ClassDef) and not callee.made:
            return Meaning("", callee.source, callee.node, made=True)
        if isinstance(callee.node, FunctionNode) and callee.source is not None:
            return self._returned(callee.source, callee.node, depth)
        if (
            isinstance(callee.node, ast.Subscript)
            and callee.source is not None
            and depth < _DEEPEST
        ):
            generic = self.meaning(callee.source, callee.node.value, depth + 1)
            return self._call(generic, depth + 1)  # `CRUD[Model, Schema](…)`
        return NOTHING

    def _returned(self, source: Source, function: FunctionNode, depth: int) -> Meaning:
        """Return what calling a function gives: by its annotation, or its one `return`."""
        if function.returns is not None:
            declared = self.annotated(source, function.returns, depth)
            if declared is not NOTHING:
                return declared
        returned = [one for one in own_nodes(function) if isinstance(one, ast.Return) and one.value]
        return self.meaning(source, returned[0].value, depth) if len(returned) == 1 else NOTHING

    def _name(self, source: Source, node: ast.Name, depth: int) -> Meaning:
        function = source.function_around(node)
        while function is not None:
            local = self._local(source, function, node, depth)
            if local is not None:
                return local
            function = source.function_around(function)
        return self.bound(source, node.id, depth)

    def _local(
        self, source: Source, function: FunctionNode, node: ast.Name, depth: int
    ) -> Meaning | None:
        """Return what a name means inside a function, `None` if that does not bind it."""
        for one, _ in parameters(function):
            if one.arg == node.id:
                return self._parameter(source, function, one, depth)
        given = assigned(function, node.id)
        if given is None:
            return None
        return self.meaning(source, given[0], depth) if len(given) == 1 and given[0] else NOTHING

    def _parameter(
        self, source: Source, function: FunctionNode, one: ast.arg, depth: int
    ) -> Meaning:
        if one.arg in {"self", "cls"}:
            around = source.class_around(function)
            return Meaning("", source, around, made=True) if around is not None else NOTHING
        return self.annotated(source, one.annotation, depth)

    def annotated(self, source: Source, node: ast.AST | None, depth: int = 0) -> Meaning:
        """Return the instance that an annotation promises; of several types the first one."""
        if depth > _DEEPEST or node is None:
            return NOTHING
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except SyntaxError:
                return NOTHING
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self.annotated(source, node.left, depth + 1)
        if isinstance(node, ast.Subscript):
            if last_name(node.value) in _THROUGH:
                inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
                return self.annotated(source, inner, depth + 1)
            node = node.value
        return self._instance(self._type(source, node, depth), depth)

    def _type(self, source: Source, node: ast.AST, depth: int) -> Meaning:
        if isinstance(node, ast.Name):
            return self.bound(source, node.id, depth + 1)
        return self.meaning(source, node, depth + 1)

    def _instance(self, kind: Meaning, depth: int) -> Meaning:
        if kind.library:
            return Meaning(kind.library + "()")
        if isinstance(kind.node, ast.ClassDef):
            return Meaning("", kind.source, kind.node, made=True)
        if isinstance(kind.node, ast.Subscript | ast.BinOp) and kind.source is not None:
            return self.annotated(kind.source, kind.node, depth + 1)  # an alias
        return NOTHING

    def bound(self, source: Source, name: str, depth: int = 0) -> Meaning:
        """Return what a module's own name means."""
        if depth > _DEEPEST:
            return NOTHING
        node = source.bindings.get(name)
        if isinstance(node, FunctionNode | ast.ClassDef | ast.Subscript | ast.BinOp):
            return Meaning("", source, node)
        if node is not None:
            return self.meaning(source, node, depth + 1)
        if name in source.imports:
            return self._imported(source, source.imports[name], depth + 1)
        for star in source.stars:
            found = self._imported(source, Imported(star.module, name, star.level), depth + 1)
            if found.node is not None:
                return found
        return NOTHING

    def _imported(self, source: Source, one: Imported, depth: int) -> Meaning:
        module = self._module(source, one)
        if isinstance(module, Module | Namespace):
            return self._in_module(module, one.name, depth)
        dotted = one.module if one.name is None else f"{one.module}.{one.name}"
        return NOTHING if one.level else Meaning(dotted)

    def _module(self, source: Source, one: Imported) -> Module | Namespace | None:
        importer = self._modules.module(source.file)
        if one.level:
            return self._modules.relative(importer, one.level, one.module)
        return self._modules.absolute(importer, one.module)

    def _in_module(self, module: Module | Namespace, name: str | None, depth: int) -> Meaning:
        if isinstance(module, Namespace) or name is None:
            inner = self._modules.child(module, name) if name is not None else module
            return self._whole(inner)
        held = self._sources.get(module.file)
        found = self.bound(held, name, depth) if held is not None else NOTHING
        if found is NOTHING:
            return self._whole(self._modules.child(module, name))
        return found

    def _whole(self, module: Module | Namespace | None) -> Meaning:
        held = self._sources.get(module.file) if isinstance(module, Module) else None
        return Meaning("", held, held.tree) if held is not None else NOTHING

    def attribute(self, owner: Meaning, attr: str, depth: int = 0) -> Meaning:
        """Return what an attribute of something means."""
        if owner.library:
            return Meaning(f"{owner.library}.{attr}")
        if owner.source is None or depth > _DEEPEST:
            return NOTHING
        if isinstance(owner.node, ast.Module):
            module = self._modules.module(owner.source.file)
            return self._in_module(module, attr, depth + 1)
        if isinstance(owner.node, ast.ClassDef):
            return self._member(owner.source, owner.node, attr, depth + 1)
        return NOTHING

    def _member(self, source: Source, cls: ast.ClassDef, attr: str, depth: int) -> Meaning:
        """Return a name of a class's body, of its bases', or what `self.attr` is set to."""
        if depth > _DEEPEST:
            return NOTHING
        declared = next((one for one in cls.body if _declares(one, attr)), None)
        if isinstance(declared, ast.AnnAssign):
            return self.annotated(source, declared.annotation, depth)
        node = bound_by(cls.body).get(attr)
        if isinstance(node, FunctionNode | ast.ClassDef):
            return Meaning("", source, node)
        if node is not None:
            return self.meaning(source, node, depth)
        for base in cls.bases:
            kind = self.meaning(source, base, depth)
            if isinstance(kind.node, ast.ClassDef) and kind.source is not None:
                found = self._member(kind.source, kind.node, attr, depth + 1)
                if found is not NOTHING:
                    return found
        return self._set_on_self(source, cls, attr, depth)

    def _set_on_self(self, source: Source, cls: ast.ClassDef, attr: str, depth: int) -> Meaning:
        for function in cls.body:
            if not isinstance(function, FunctionNode) or function.name != "__init__":
                continue
            for one in own_nodes(function):
                if isinstance(one, ast.Assign) and any(_is_self(t, attr) for t in one.targets):
                    return self.meaning(source, one.value, depth)
        return NOTHING

    def call_behind(
        self, source: Source, node: ast.AST, endings: tuple[str, ...]
    ) -> tuple[Source, ast.Call] | None:
        """Return the library's call whose result an expression is, past names and attributes."""
        found = self._expression(source, node, 0)
        if found is None or not isinstance(found[1], ast.Call):
            return None
        return (
            (found[0], found[1])
            if self.library(found[0], found[1].func).endswith(endings)
            else None
        )

    def _expression(
        self, source: Source, node: ast.AST, depth: int
    ) -> tuple[Source, ast.AST] | None:
        """Return the expression that a name of a module or an attribute of a class is bound to."""
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.Name):
            if node.id in source.bindings:
                return self._expression(source, source.bindings[node.id], depth + 1)
            return self._brought(source, node.id, depth)
        if isinstance(node, ast.Attribute):
            owner = self.meaning(source, node.value)
            if isinstance(owner.node, ast.ClassDef | ast.Module) and owner.source is not None:
                inner = bound_by(owner.node.body).get(node.attr)
                return (
                    self._expression(owner.source, inner, depth + 1) if inner is not None else None
                )
            return None
        return source, node

    def _brought(self, source: Source, name: str, depth: int) -> tuple[Source, ast.AST] | None:
        """Return what an imported name is bound to; packages hand names on that others bind."""
        one = source.imports.get(name)
        brought = [one] if one is not None else source.stars
        for it in brought:
            module = self._module(source, it)
            held = self._sources.get(module.file) if isinstance(module, Module) else None
            given = ast.Name(it.name or name, ast.Load())
            found = self._expression(held, given, depth + 1) if held is not None else None
            if found is not None:
                return found
        return None

    def fields(self, source: Source, cls: ast.ClassDef) -> list[ast.AnnAssign]:
        """Return the annotated names of a class and of what it inherits from, nearest first."""
        found: dict[str, ast.AnnAssign] = {}
        waiting, seen = [(source, cls)], set[int]()
        while waiting:
            at, one = waiting.pop(0)
            if id(one) in seen:
                continue
            seen.add(id(one))
            for stmt in one.body:
                if isinstance(stmt, ast.AnnAssign) and isinstance(stmt.target, ast.Name):
                    found.setdefault(stmt.target.id, stmt)
                    self._homes.setdefault(id(stmt), at)
            for base in one.bases:
                kind = self.meaning(at, base)
                if isinstance(kind.node, ast.ClassDef) and kind.source is not None:
                    waiting.append((kind.source, kind.node))
        return list(found.values())

    def field(self, source: Source, cls: ast.ClassDef, name: str) -> ast.AnnAssign | None:
        """Return the field of a class, or of what it inherits from, that is called so."""
        return next((one for one in self.fields(source, cls) if _target(one) == name), None)

    def source_of(self, field: ast.AnnAssign) -> Source | None:
        """Return the module of a field that `fields` gave."""
        return self._homes.get(id(field))

    def aliased(self, source: Source, node: ast.Name) -> tuple[Source, ast.AST] | None:
        """Return the expression that a name stands for, `Annotated[User, Depends(…)]` say."""
        found = self._expression(source, node, 0)
        return found if found is not None and isinstance(found[1], ast.Subscript) else None

    def alias_text(self, source: Source, annotation: ast.AST) -> str:
        """Return the source of the aliases that an annotation names: `Password = Annotated[…]`."""
        shown = []
        for one in ast.walk(annotation):
            if isinstance(one, ast.Name):
                found = self._expression(source, one, 0)
                if found is None or isinstance(found[1], ast.ClassDef | FunctionNode):
                    continue  # what it is called is all that it says
                shown += [ast.unparse(found[1])] if found[1] is not one else []
        return " ".join(shown)

    def bases(self, source: Source, cls: ast.ClassDef) -> set[str]:
        """Return the last parts of the names of everything that a class inherits from."""
        found: set[str] = set()
        waiting = [(source, cls)]
        while waiting:
            at, one = waiting.pop()
            for base in one.bases:
                kind = self.meaning(at, base.value if isinstance(base, ast.Subscript) else base)
                name = kind.library.rpartition(".")[2] or last_name(base)
                if name in found:
                    continue
                found.add(name)
                if isinstance(kind.node, ast.ClassDef) and kind.source is not None:
                    waiting.append((kind.source, kind.node))
        return found


def _target(one: ast.AnnAssign) -> str:
    return one.target.id if isinstance(one.target, ast.Name) else ""


def _is_self(target: ast.expr, attr: str) -> bool:
    return (
        isinstance(target, ast.Attribute)
        and target.attr == attr
        and last_name(target.value) == "self"
    )


def _declares(one: ast.stmt, attr: str) -> bool:
    """Tell whether a statement of a class's body declares an attribute without giving it."""
    if not isinstance(one, ast.AnnAssign) or one.value is not None:
        return False
    return isinstance(one.target, ast.Name) and one.target.id == attr
