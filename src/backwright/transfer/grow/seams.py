"""The seams of a host: where new code is sewn on to its database, its users, its application."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from backwright.project.types import Model
from backwright.transfer.declaration import Import
from backwright.transfer.grow.address import Address, read_address
from backwright.transfer.grow.guard import Guard, guard_of, in_place, resting
from backwright.transfer.grow.sessions import KINDS, session_kind
from backwright.transfer.grow.sources import (
    FunctionNode,
    Sources,
    depended,
    last_name,
    names_of_statement,
    statements_of,
)

_ENGINES = ("create_engine", "create_async_engine")
_BASES = {"DeclarativeBase", "DeclarativeBaseNoMeta", "AsyncAttrs"}


@dataclass(frozen=True, slots=True)
class Dependency:
    """What handlers get by a dependency: its type, the function, the `Annotated` alias if any.

    A method of an object is named with it: `("core.db", "db_helper.session")`.
    `annotated` tells whether handlers say `Annotated[…, Depends(…)]` rather than `= Depends(…)`;
    `made` is the call that makes the function, where the host makes one wherever it asks.
    """

    kind: Import
    getter: Import
    alias: Import | None = None
    annotated: bool = True
    made: Guard | None = None


@dataclass(frozen=True, slots=True)
class Users:
    """The host's users: how a handler gets the one who asks, and how rows refer to them."""

    dependency: Dependency
    model: Model
    key: str


@dataclass(frozen=True, slots=True)
class Seams:
    """What of a host's database and users is there to be used; None for what is not.

    `address` is the database's, where no module has the engine under a name of its own; `guard`
    is what most endpoints ask who is there.
    """

    is_async: bool
    session: Dependency | None
    engine: Import | None
    metadata: Import | None
    base: Import | None
    users: Users | None
    address: Address | None = None
    guard: Guard | None = None


def read_seams(sources: Sources) -> Seams:
    """Return the seams of a host."""
    session = _session(sources)
    engine = _engine(sources, session)
    return Seams(
        is_async=_is_async(sources, session, engine),
        session=session,
        engine=engine,
        metadata=_metadata(sources),
        base=_base(sources),
        users=_users(sources, annotated=session is None or session.annotated),
        address=read_address(sources) if engine is None else None,
        guard=guard_of(sources),
    )


def _is_async(sources: Sources, session: Dependency | None, engine: Import | None) -> bool:
    """Tell whether new code waits: as the host's sessions do, else as most of its handlers do."""
    if session is not None:
        return KINDS.get(session.kind[1], False)
    if engine is not None:
        return any(last_name(call.func) == _ENGINES[1] for _, call in sources.calls(*_ENGINES))
    apps = {endpoint.handler for endpoint in sources.project.endpoints}
    names = {handler.rpartition(":")[2] for handler in apps}
    handlers = [
        node
        for tree in sources.trees.values()
        for node in ast.walk(tree)
        if isinstance(node, FunctionNode) and node.name in names
    ]
    waiting = sum(isinstance(node, ast.AsyncFunctionDef) for node in handlers)
    return 2 * waiting >= len(handlers)


def _session(sources: Sources) -> Dependency | None:
    votes: Counter[Dependency] = Counter()
    for path, annotation, depends, alias in _dependencies(sources):
        getter = sources.member(path, depended(depends))
        kind = sources.resolve(path, annotation) if annotation is not None else None
        kind = session_kind(sources, kind, getter)
        if kind is not None:
            annotated = alias is not None or alias == ""
            votes[Dependency(kind, getter, _alias(sources, path, alias), annotated)] += 1
    if votes:
        with_alias = [one for one in votes if one.alias]
        return with_alias[0] if with_alias else votes.most_common(1)[0][0]
    return _unused_session(sources)


def _alias(sources: Sources, path: str, alias: str | None) -> Import | None:
    return (sources.module(path), alias) if alias else None


def _dependencies(
    sources: Sources,
) -> Iterator[tuple[str, ast.expr | None, ast.Call, str | None]]:
    """Yield each dependency: file, type if it is said, `Depends(…)`, name of the alias.

    The name is empty for an `Annotated` without one, None for `= Depends(…)`.
    """
    for path, tree in sources.trees.items():
        for statement in tree.body:
            if not isinstance(statement, ast.Assign | ast.AnnAssign):
                continue
            found = _annotated(statement.value)
            if found and (names := names_of_statement(statement)):
                yield path, *found, names[0]
        for node in ast.walk(tree):
            if isinstance(node, FunctionNode):
                yield from ((path, *one) for one in _of_parameters(node))


def _of_parameters(
    node: FunctionNode,
) -> Iterator[tuple[ast.expr | None, ast.Call, str | None]]:
    arguments = [*node.args.posonlyargs, *node.args.args]
    defaults = [None] * (len(arguments) - len(node.args.defaults)) + list(node.args.defaults)
    pairs = [*zip(arguments, defaults, strict=True)]
    pairs += zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    for argument, default in pairs:
        if depends := _depends(default):
            yield argument.annotation, depends, None
        elif found := _annotated(argument.annotation):
            yield *found, ""


def _annotated(node: ast.expr | None) -> tuple[ast.expr, ast.Call] | None:
    if not isinstance(node, ast.Subscript) or last_name(node.value) != "Annotated":
        return None
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
    depends = next((found for part in parts if (found := _depends(part))), None)
    return (parts[0], depends) if depends else None


def _depends(node: ast.expr | None) -> ast.Call | None:
    """Return a call of `Depends` with something that has a name."""
    if not isinstance(node, ast.Call) or last_name(node.func) not in ("Depends", "Security"):
        return None
    return node if isinstance(depended(node), ast.Name | ast.Attribute) else None


def _unused_session(sources: Sources) -> Dependency | None:
    """Return a function that yields a session, where no handler uses it yet."""
    for path, tree in sources.trees.items():
        for node in tree.body:
            if not isinstance(node, FunctionNode) or node.returns is None or node.args.args:
                continue
            if node.decorator_list:  # a context manager is no dependency
                continue
            yields = any(isinstance(one, ast.Yield) for one in ast.walk(node))
            for inner in ast.walk(node.returns) if yields else ():
                if isinstance(inner, ast.Name | ast.Attribute) and last_name(inner) in KINDS:
                    kind = sources.resolve(path, inner)
                    return Dependency(kind, (sources.module(path), node.name))
    return None


def _engine(sources: Sources, session: Dependency | None) -> Import | None:
    """Return the module-level name of the engine that the project makes first.

    Where it makes one that waits and one that does not, that of its sessions. What its migrations
    make is theirs, though the database's address may stand there, too.
    """
    found, migrations = sources.project.database, sources.project.migrations
    paths = [
        p for p in sources.trees if migrations is None or not p.startswith(f"{migrations.folder}/")
    ]
    near = [path for path in paths if found is not None and path == found.file]
    engines = [one for path in near or paths for one in _engines_in(sources, path)]
    waits = session is not None and KINDS.get(session.kind[1], False)
    alike = [name for made, name in engines if _calls(made, _ENGINES[1:]) == waits]
    return next(iter([*(alike if session else ()), *(name for _, name in engines)]), None)


def _engines_in(sources: Sources, path: str) -> Iterator[tuple[ast.expr | None, Import]]:
    """Yield the engines that have a name in a module, and what makes each."""
    tree = sources.trees[path]
    makers = {*_ENGINES, *_makers(tree)}
    for node in statements_of(tree):
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        yield from ((made, (sources.module(path), name)) for made, name in _unpacked(tree, node))
        if names_of_statement(node) and _calls(node.value, makers):
            yield node.value, (sources.module(path), names_of_statement(node)[0])


def _makers(tree: ast.Module) -> set[str]:
    """Return the functions of a module that return a new engine."""
    return {
        node.name
        for node in tree.body
        if isinstance(node, FunctionNode)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Return) and _calls(inner.value, _ENGINES)
    }


def _unpacked(tree: ast.Module, node: ast.stmt) -> Iterator[tuple[ast.expr, str]]:
    """Yield the engine of `engine, Session = make()`: the call that makes it, and its name."""
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    call = node.value if isinstance(node, ast.Assign) else None
    if not isinstance(target, ast.Tuple) or not isinstance(call, ast.Call):
        return
    maker = next((f for f in tree.body if last_name(call.func) in names_of_statement(f)), tree)
    made = {
        name: one.value
        for one in ast.walk(maker)
        if isinstance(one, ast.Assign) and _calls(one.value, _ENGINES)
        for name in names_of_statement(one)
    }
    for given in (one.value for one in ast.walk(maker) if isinstance(one, ast.Return)):
        for inner, outer in zip(getattr(given, "elts", ()), target.elts, strict=False):
            if last_name(inner) in made and isinstance(outer, ast.Name):
                yield made[last_name(inner)], outer.id
                return


def _calls(node: ast.expr | None, names: Collection[str]) -> bool:
    """Tell whether an expression is a call of a function, maybe wrapped in another call."""
    if not isinstance(node, ast.Call):
        return False
    wrapped = node.args[0] if len(node.args) == 1 else None
    return last_name(node.func) in names or _calls(wrapped, names)


def _metadata(sources: Sources) -> Import | None:
    for path, tree in sources.trees.items():
        for node in tree.body:
            value = node.value if isinstance(node, ast.Assign) else None
            if isinstance(value, ast.Call) and last_name(value.func) == "MetaData":
                return sources.module(path), names_of_statement(node)[0]
    return None


def _base(sources: Sources) -> Import | None:
    """Return the declarative base that the project defines itself."""
    for path, tree in sources.trees.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                bases = {last_name(base) for base in node.bases}
                is_made = any("as_declarative" in ast.unparse(d) for d in node.decorator_list)
                if is_made or bases & _BASES:
                    return sources.module(path), node.name
            value = node.value if isinstance(node, ast.Assign) else None
            if isinstance(value, ast.Call) and last_name(value.func) == "declarative_base":
                return sources.module(path), names_of_statement(node)[0]
    return None


def _users(sources: Sources, *, annotated: bool) -> Users | None:
    """Return how handlers learn who asks, where that is a row of a model with one key."""
    project = sources.project
    model = next((m for m in project.models if m.name == project.auth.user_model), None)
    label = project.auth.current_user or ""
    keys = [column.name for column in model.columns if column.primary_key] if model else []
    if model is None or not label or len(keys) != 1:
        return None
    itself = sources.module(model.file), model.name
    if made := _maker_of(sources, label):
        getter = ("", made.said)  # of the module that makes it
        return Users(Dependency(itself, getter, annotated=annotated, made=made), model, keys[0])
    known = label.replace(":", ".")
    schemas = {(sources.module(s.file), s.name) for s in project.schemas if s.name == model.name}
    schemas -= {itself}
    found = []
    for path, annotation, depends, alias in _dependencies(sources):
        getter = sources.member(path, depended(depends))
        unsaid = itself if ".".join(getter) == known else None
        kind = sources.resolve(path, annotation) if annotation is not None else unsaid
        if kind in schemas:  # handlers may say what clients see of the account, of the same name
            kind = itself
        if kind is not None and kind[1] == model.name:
            found.append(Dependency(kind, getter, _alias(sources, path, alias), alias is not None))
    asked = {said.replace(":", ".") for e in resting(sources) for said in e.dependencies}
    if known not in asked:  # what only gives tokens asks for a password
        found = [one for one in found if ".".join(one.getter) in asked] or found
    mine = [one for one in found if ".".join(one.getter) == known] or found
    if not mine:
        return None
    best = max(mine, key=lambda one: (one.alias is not None, found.count(one)))
    return Users(best, model, keys[0])


def _maker_of(sources: Sources, label: str) -> Guard | None:
    """Return the call that makes what tells who asks, where a function of the host makes it."""
    module, _, name = label.partition(":")
    maker, closes, _ = name.partition(".<locals>.")
    return in_place(sources, (module, maker)) if closes else None
