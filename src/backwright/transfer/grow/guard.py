"""The guard of a host's endpoints, put on the new ones as well where rows belong to nobody."""

from __future__ import annotations

import re

import libcst as cst
import libcst.matchers as m

from backwright.project.types import Project
from backwright.transfer.declaration import Import

_ROUTER = m.Assign(
    targets=[m.AssignTarget(m.Name("router"))], value=m.Call(func=m.Name("APIRouter"))
)
_OVERRIDE = re.compile(r"^( +)app\.dependency_overrides\[\w+\] = \w+$", re.MULTILINE)


def guard_of(project: Project) -> Import | None:
    """Return the function that most endpoints depend on to know who asks; None if few do."""
    module, _, name = (project.auth.current_user or "").partition(":")
    if not name.isidentifier():
        return None
    known = f"{module}.{name}"
    rest = [e for e in project.endpoints if e.path != project.auth.token_url]
    guarded = [
        e
        for e in rest
        if e.auth == "required" and any(d.replace(":", ".") == known for d in e.dependencies)
    ]
    return (module, name) if guarded and 2 * len(guarded) >= len(rest) else None


def guarded_router(code: str, guard: Import) -> str:
    """Return a module of routes whose router asks the guard before every endpoint."""
    call = f"Depends({guard[1]})"

    def add(node: cst.CSTNode, _: object) -> cst.CSTNode:
        assign = cst.ensure_type(node, cst.Assign)
        router = cst.ensure_type(assign.value, cst.Call)
        keyword = cst.parse_expression(f"APIRouter(dependencies=[{call}])")
        arg = cst.ensure_type(keyword, cst.Call).args[0]
        return assign.with_changes(value=router.with_changes(args=[*router.args, arg]))

    made = m.replace(cst.parse_module(code), _ROUTER, add)
    return cst.ensure_type(made, cst.Module).code


def let_in(fixtures: str, guard: Import) -> str:
    """Return the tests' fixtures with a client whom the guard lets in."""
    line = rf"\g<0>\n\g<1>app.dependency_overrides[{guard[1]}] = lambda: None"
    return _OVERRIDE.sub(line, fixtures, count=1)
