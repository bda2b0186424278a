"""The guard of a host's endpoints, put on the new ones as well where rows belong to nobody."""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

from backwright.project.types import Endpoint
from backwright.spec.names import names_of
from backwright.transfer.declaration import Import
from backwright.transfer.grow.refusing import may_refuse
from backwright.transfer.grow.sources import (
    FunctionNode,
    Sources,
    depended,
    last_name,
    names_of_statement,
)

_ROUTER = m.Assign(
    targets=[m.AssignTarget(m.Name("router"))], value=m.Call(func=m.Name("APIRouter"))
)
_OVERRIDE = re.compile(r"^( +)app\.dependency_overrides\[\w+\] = \w+$", re.MULTILINE)
_MARKERS = ("Depends", "Security")


@dataclass(frozen=True, slots=True)
class Guard:
    """What refuses strangers: how it is said, `users.current`, and what of it is imported.

    `made` is the call that makes it, where the host makes one in place wherever it asks.
    """

    said: str
    imports: tuple[Import, ...]
    made: str = ""


def guard_of(sources: Sources) -> Guard | None:
    """Return what most endpoints ask to refuse strangers; None if few ask, or it is out of reach.

    A function or an object of a module, a method of such an object, or a call in place. No open
    endpoint depends on it. What knows who asks comes first, then what most depend on.
    """
    project = sources.project
    if not is_mostly_guarded(sources):
        return None
    rest = resting(sources)
    guarded = [e for e in rest if e.auth == "required"]
    open_to_all = {d for e in rest if e.auth == "none" for d in e.dependencies}
    asked = Counter(
        d
        for e in guarded
        for d in dict.fromkeys(e.dependencies)
        if d not in open_to_all and may_refuse(sources, d)
    )
    known = project.auth.current_user
    for said, count in sorted(asked.items(), key=lambda one: (one[0] != known, -one[1])):
        found = _reached(sources, said) if 2 * count >= len(guarded) else None
        if found is not None:
            return found
    return None


def is_mostly_guarded(sources: Sources) -> bool:
    """Tell whether most endpoints, but the one that gives tokens, refuse strangers."""
    rest = resting(sources)
    guarded = sum(e.auth == "required" for e in rest)
    return guarded > 0 and 2 * guarded >= len(rest)


def resting(sources: Sources) -> list[Endpoint]:
    """Return all endpoints but the one that gives tokens."""
    project = sources.project
    token = (project.auth.token_url or "").strip("/")
    return [e for e in project.endpoints if not token or e.path.strip("/") != token]


def _reached(sources: Sources, label: str) -> Guard | None:
    """Return how new code says a dependency that the reader has named; None where it cannot.

    A scheme of FastAPI only sees that there is a token, so it is not enough.
    """
    module, _, name = label.partition(":")
    if name.endswith("()"):
        return in_place(sources, (module, name.removesuffix("()")))
    maker, closes, _ = name.partition(".<locals>.")
    if closes:
        held = _object_of(sources, (module, maker))
        return Guard(held[1], (held,)) if held else in_place(sources, (module, maker))
    owner, _, method = name.rpartition(".")
    if owner:
        held = _object_of(sources, (module, owner)) or _class_of(sources, module, owner, method)
        return Guard(f"{held[1]}.{method}", (held,)) if held else None
    is_there = any(
        name in names_of_statement(node) and not _is_scheme(sources, module, node)
        for node in _statements(sources, module)
    )
    return Guard(name, ((module, name),)) if is_there else None


def _statements(sources: Sources, module: str) -> Sequence[ast.stmt]:
    tree = sources.trees.get(sources.file(module) or "")
    return tree.body if tree else ()


def _is_scheme(sources: Sources, module: str, node: ast.stmt) -> bool:
    if isinstance(node, FunctionNode):
        return False
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    if not isinstance(value, ast.Call):
        return True
    path = sources.file(module) or ""
    return sources.resolve(path, value.func)[0].partition(".")[0] == "fastapi"


def _object_of(sources: Sources, maker: Import) -> Import | None:
    """Return the first object of a class, or of a function that makes it, which a module holds."""
    for path, tree in sorted(sources.trees.items()):
        for node in tree.body:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if not isinstance(value, ast.Call) or sources.resolve(path, value.func) != maker:
                continue
            if names := names_of_statement(node):
                return sources.module(path), names[0]
    return None


def _class_of(sources: Sources, module: str, owner: str, method: str) -> Import | None:
    """Return a class one of whose methods needs no object of it."""
    for node in _statements(sources, module):
        if not isinstance(node, ast.ClassDef) or node.name != owner:
            continue
        for inner in node.body:
            words = {last_name(d) for d in getattr(inner, "decorator_list", ())}
            if method in names_of_statement(inner) and words & {"staticmethod", "classmethod"}:
                return module, owner
    return None


def in_place(sources: Sources, maker: Import) -> Guard | None:
    """Return what most `Depends(Maker(…))` of the host make, if new code can make it, too."""
    votes: Counter[Guard] = Counter()
    for path, call in sources.calls(*_MARKERS):
        made = depended(call)
        if not isinstance(made, ast.Call) or sources.resolve(path, made.func) != maker:
            continue
        imports = tuple(_imports(sources, path, made))
        if all(_is_bound(sources, one) for one in imports):
            said = names_of(last_name(made.func)).snake
            said = "signed_in" if said in map(local_name, imports) else said
            votes[Guard(said, imports, ast.unparse(made).replace("'", '"'))] += 1
    return votes.most_common(1)[0][0] if votes else None


def local_name(one: Import) -> str:
    """Return the name that an import binds."""
    return (one[1] or one[0]).rpartition(" as ")[2]


def _imports(sources: Sources, path: str, made: ast.Call) -> Iterator[Import]:
    """Yield what a call needs; a module is imported from its package."""
    names = {node.id for node in ast.walk(made) if isinstance(node, ast.Name)}
    for name in sorted(names - set(vars(builtins))):
        module, original = sources.resolve(path, name)
        if original:
            yield module, original
            continue
        package, _, stem = module.rpartition(".")
        said = stem if stem == name else f"{stem} as {name}"
        yield (package, said) if package else (said, "")


def _is_bound(sources: Sources, one: Import) -> bool:
    """Tell whether a module has a name: one of the host's defines it, a library's is believed."""
    module, name = one[0], one[1].partition(" as ")[0]
    if sources.file(module) is None or not name or sources.file(f"{module}.{name}"):
        return True
    return any(name in names_of_statement(node) for node in _statements(sources, module))


def made_before(code: str, guard: Guard) -> str:
    """Return a module of routes that makes the guard before its router, where it is made in place."""
    if not guard.made or f"{guard.said} = {guard.made}" in code:
        return code
    return re.sub(r"^router = ", f"{guard.said} = {guard.made}\n\\g<0>", code, flags=re.MULTILINE)


def guarded_router(code: str, guard: Guard) -> str:
    """Return a module of routes whose router asks the guard before every endpoint."""
    call = f"Depends({guard.said})"

    def add(node: cst.CSTNode, _: object) -> cst.CSTNode:
        assign = cst.ensure_type(node, cst.Assign)
        router = cst.ensure_type(assign.value, cst.Call)
        keyword = cst.parse_expression(f"APIRouter(dependencies=[{call}])")
        arg = cst.ensure_type(keyword, cst.Call).args[0]
        return assign.with_changes(value=router.with_changes(args=[*router.args, arg]))

    made = cst.ensure_type(m.replace(cst.parse_module(code), _ROUTER, add), cst.Module).code
    return made_before(made, guard)


def let_in(fixtures: str, guard: Guard) -> str:
    """Return the tests' fixtures with a client whom the guard lets in."""
    line = rf"\g<0>\n\g<1>app.dependency_overrides[{guard.said}] = lambda: None"
    return _OVERRIDE.sub(line, fixtures, count=1)
