"""A session for each request, in a host whose handlers get none: made as the host itself makes them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import PurePosixPath

from backwright.source.imports import add_imports
from backwright.source.outline import outline
from backwright.source.text import Splice, splice
from backwright.transfer.declaration import Import
from backwright.transfer.grow.seams import Dependency, Seams
from backwright.transfer.grow.sources import FunctionNode, Sources, last_name, names_of_statement

_MAKERS = ("sessionmaker", "async_sessionmaker", "scoped_session", "async_scoped_session")
_PLAIN: Import = ("sqlalchemy.orm", "Session")
_WAITING: Import = ("sqlalchemy.ext.asyncio", "AsyncSession")
_GETTER, _OTHER = "get_session", "get_request_session"
_PLAIN_CODE = '''def {getter}({given}) -> Iterator[Session]:
    """Give a session, which is closed when the request is answered."""
    with {made} as session:
        yield session
'''
_WAITING_CODE = '''async def {getter}({given}) -> AsyncIterator[AsyncSession]:
    """Give a session, which is closed when the request is answered."""
    async with {made} as session:
        yield session
'''


@dataclass(frozen=True, slots=True)
class Source:
    """What sessions come from: a maker, an engine, or a dependency that gives a maker.

    Attributes:
        origin: Where it is imported from.
        made: How a session is made of it.
        waits: Whether sessions are asynchronous.
        given: Whether handlers get the maker by a dependency.
        line: The last line of its definition.
    """

    origin: Import
    made: str
    waits: bool
    given: bool = False
    line: int = 0


def supply_session(sources: Sources, seams: Seams) -> tuple[Dependency, str] | None:
    """Write a dependency that gives handlers a session; return it and its file.

    None where the host makes no sessions that could be found.
    """
    found = _given_maker(sources) or _maker(sources) or _engine(sources, seams)
    if found is None:
        return None
    home = str(sources.file(found.origin[0]))
    in_app = home in {app.file for app in sources.project.apps}
    path = home if in_app else str(PurePosixPath(home).with_name("sessions.py"))
    if not in_app and sources.draft.exists(path):
        path = str(PurePosixPath(home).with_name("request_sessions.py"))
    kind = _WAITING if found.waits else _PLAIN
    getter = _OTHER if found.origin[1] == _GETTER else _GETTER
    code = (_WAITING_CODE if found.waits else _PLAIN_CODE).format(
        getter=getter, made=found.made, given=_parameter(found)
    )
    wanted: dict[str, set[str]] = {
        kind[0]: {kind[1]},
        "collections.abc": {"AsyncIterator" if found.waits else "Iterator"},
    }
    if found.given:
        wanted["fastapi"] = {"Depends"}
        wanted.setdefault(_WAITING[0] if found.waits else _PLAIN[0], set()).add(_maker_of(found))
    if in_app:
        text = sources.draft.text(path)
        if getter in {name for s in outline(text) for name in s.names}:
            return None
        code = splice(text, [Splice(found.line + 1, found.line + 1, f"\n\n{code}\n")])
    else:
        wanted.setdefault(found.origin[0], set()).add(found.origin[1])
        code = f'"""A session of the database for each request."""\n\n\n{code}'
    sources.draft.write(path, add_imports(code, wanted))
    return Dependency(kind, (sources.module(path), getter), None, annotated=True), path


def _maker_of(found: Source) -> str:
    return "async_sessionmaker" if found.waits else "sessionmaker"


def _parameter(found: Source) -> str:
    if not found.given:
        return ""
    kind = (_WAITING if found.waits else _PLAIN)[1]
    return f"maker: {_maker_of(found)}[{kind}] = Depends({found.origin[1]})"


def _given_maker(sources: Sources) -> Source | None:
    """Return a dependency that gives the maker itself, which handlers open sessions of."""
    for path, tree in sources.trees.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Subscript) or last_name(node.value) != "Annotated":
                continue
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
            if len(parts) < 2 or last_name(_bare(parts[0])) not in _MAKERS:
                continue
            depends = parts[1]
            if not isinstance(depends, ast.Call) or last_name(depends.func) != "Depends":
                continue
            if not depends.args or not isinstance(depends.args[0], ast.Name | ast.Attribute):
                continue
            origin = sources.resolve(path, depends.args[0])
            if sources.file(origin[0]):
                waits = last_name(_bare(parts[0])).startswith("async")
                return Source(origin, "maker()", waits, given=True)
    return None


def _bare(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Subscript) else node


def _maker(sources: Sources) -> Source | None:
    """Return a maker of sessions that stands at the top level of a module."""
    for path, tree in sources.trees.items():
        for node in tree.body:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            call = value if isinstance(value, ast.Call) else None
            names = names_of_statement(node)
            if call is None or not names or last_name(call.func) not in _MAKERS:
                continue
            line = node.end_lineno or node.lineno
            if last_name(call.func).endswith("scoped_session") and call.args:
                inner = call.args[0]
                waits = last_name(call.func).startswith("async")
                if isinstance(inner, ast.Call):
                    call, waits = inner, waits or _waits(inner)
                return Source(
                    (sources.module(path), names[0]), f"{names[0]}.session_factory()", waits,
                    line=line,
                )  # fmt: skip
            return Source(
                (sources.module(path), names[0]), f"{names[0]}()", _waits(call), line=line
            )
    return None


def _waits(call: ast.Call) -> bool:
    """Tell whether a maker makes asynchronous sessions: by its name, or by `class_`."""
    chosen = next((k.value for k in call.keywords if k.arg == "class_"), None)
    said = ast.unparse(chosen) if chosen is not None else ""
    return last_name(call.func).startswith("async") or "Async" in said


def _engine(sources: Sources, seams: Seams) -> Source | None:
    """Return the engine, where the host opens sessions of it by hand."""
    if seams.engine is None:
        return None
    module, name = seams.engine
    path = sources.file(module)
    if path is None:
        return None
    node = next(
        (one for one in sources.trees[path].body
         if not isinstance(one, FunctionNode) and name in names_of_statement(one)), None,
    )  # fmt: skip
    kind = _WAITING if seams.is_async else _PLAIN
    line = (node.end_lineno or node.lineno) if node else 0
    return Source(seams.engine, f"{kind[1]}({name})", seams.is_async, line=line)
