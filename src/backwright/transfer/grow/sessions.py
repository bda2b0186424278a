"""What kind of session a host's dependency gives: as handlers say, or as it is made."""

from __future__ import annotations

import ast

from backwright.transfer.declaration import Import
from backwright.transfer.grow.sources import (
    FunctionNode,
    Sources,
    last_name,
    names_of_statement,
)

KINDS = {"Session": False, "AsyncSession": True}
_MAKERS: dict[str, Import] = {
    "sessionmaker": ("sqlalchemy.orm", "Session"),
    "async_sessionmaker": ("sqlalchemy.ext.asyncio", "AsyncSession"),
}


def session_kind(sources: Sources, said: Import | None, getter: Import) -> Import | None:
    """Return the class of the sessions that a dependency gives, None where it gives none.

    What handlers say of it is believed, unless it says nothing, or says that a session is
    synchronous which is made to be waited for.
    """
    known = said if said is not None and said[1] in KINDS else None
    if known is not None and KINDS[known[1]]:
        return known
    if said is not None and known is None:
        return None
    made = _made(sources, getter)
    return made if made is not None and (known is None or KINDS[made[1]]) else known


def _made(sources: Sources, getter: Import) -> Import | None:
    """Return the class of the session that a function makes."""
    file = sources.file(getter[0])
    for node in ast.walk(sources.trees[file]) if file in sources.trees else ():
        if not isinstance(node, FunctionNode) or node.name != getter[1].rpartition(".")[2]:
            continue
        for call in ast.walk(node):
            kind = (
                _of_call(sources, str(file), call, node.body)
                if isinstance(call, ast.Call)
                else None
            )
            if kind is not None:
                return kind
    return None


def _of_call(sources: Sources, path: str, call: ast.Call, within: list[ast.stmt]) -> Import | None:
    """Return the class of what a call makes; `within` is the body of the function it stands in."""
    if not isinstance(call.func, ast.Name | ast.Attribute):
        return None
    module, name = sources.resolve(path, call.func)
    if name in KINDS and sources.file(module) is None:
        return module, name
    file = sources.file(module)
    top = sources.trees[file].body if file in sources.trees else []
    for statement in [*within, *top]:
        value = getattr(statement, "value", None)
        if name in names_of_statement(statement) and isinstance(value, ast.Call):
            return _of_maker(sources, str(file), value)
    return None


def _of_maker(sources: Sources, path: str, call: ast.Call) -> Import | None:
    """Return the class that a session maker makes: `sessionmaker(engine, class_=AsyncSession)`."""
    chosen = next((k.value for k in call.keywords if k.arg == "class_"), None)
    if chosen is not None:
        kind = sources.resolve(path, chosen)
        return kind if kind[1] in KINDS else None
    return _MAKERS.get(last_name(call.func))
