"""The guard of a host's endpoints, put on the new ones as well where rows belong to nobody."""

from __future__ import annotations

import re
from collections import Counter

import libcst as cst
import libcst.matchers as m

from backwright.transfer.declaration import Import
from backwright.transfer.grow.sources import FunctionNode, Sources

_ROUTER = m.Assign(
    targets=[m.AssignTarget(m.Name("router"))], value=m.Call(func=m.Name("APIRouter"))
)
_OVERRIDE = re.compile(r"^( +)app\.dependency_overrides\[\w+\] = \w+$", re.MULTILINE)


def guard_of(sources: Sources) -> Import | None:
    """Return the function by which most endpoints refuse strangers; None if few have any.

    No open endpoint depends on it. What knows who asks comes first, then what most depend on.
    """
    project = sources.project
    rest = [e for e in project.endpoints if e.path != project.auth.token_url]
    guarded = [e for e in rest if e.auth == "required"]
    if not guarded or 2 * len(guarded) < len(rest):
        return None
    open_to_all = {d for e in rest if e.auth == "none" for d in e.dependencies}
    asked = Counter(d for e in guarded for d in e.dependencies if d not in open_to_all)
    known = project.auth.current_user
    for said, count in sorted(asked.items(), key=lambda one: (one[0] != known, -one[1])):
        module, _, name = said.partition(":")
        if 2 * count >= len(guarded) and _is_function(sources, module, name):
            return module, name
    return None


def _is_function(sources: Sources, module: str, name: str) -> bool:
    tree = sources.trees.get(sources.file(module) or "")
    return tree is not None and any(
        isinstance(node, FunctionNode) and node.name == name for node in tree.body
    )


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
