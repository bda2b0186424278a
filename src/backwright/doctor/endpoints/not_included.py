"""Routers with routes that no application includes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, called, keyword, last_name, literal
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


@dataclass(frozen=True, slots=True)
class Unreached:
    """A router that no application includes: its name, place, and routes with its prefix."""

    name: str
    place: Place
    routes: tuple[tuple[str, str], ...]

    def cause(self, evidence: Evidence, asked: str = "") -> Cause:
        """Return it as a cause; `asked` is a request that it would have answered."""
        apps = evidence.project.apps
        again = apps and _rebound(evidence, apps[0].file, self.name)
        return Cause(
            "endpoints", "router-not-included",
            f"{self.name} in {self.place.file} has {len(self.routes)} routes, and no application includes it"
            + (f": {apps[0].file} imports another {self.name} by the same name (line {again[-1][0].lineno})"
               if again else ""),
            evidence=(asked,) if asked else (), place=self.place,
            remedy=f"include it in {apps[0].file if apps else 'the application'}: "
            f"app.include_router({self.name})",
            proof="the routes stand in /docs", seen="happened" if asked else "source",
            repairs=_included(evidence, self),
        )  # fmt: skip


@diagnosis
def not_included(evidence: Evidence) -> Iterator[Cause]:
    """Tell of routers that are left out although the applications' routers are known."""
    if not evidence.project.endpoints or evidence.project.unresolved:
        return  # where not everything is known, nothing is said of what is missing
    for one in unreached(evidence):
        if not _is_conditional(evidence, one):
            yield one.cause(evidence)


def _is_conditional(evidence: Evidence, router: Unreached) -> bool:
    """Tell whether a router is included under a condition, that of an environment, say."""
    module = router.place.file.rpartition("/")[2].removesuffix(".py")
    for file, call in evidence.sources.calls("include_router"):
        if not call.args or ast.unparse(call.args[0]) != f"{module}.{router.name}":
            continue
        if any(isinstance(one, ast.If) and one.lineno < call.lineno <= (one.end_lineno or 0)
               for one in evidence.sources.nodes(file)):  # fmt: skip
            return True
    return False


def unreached(evidence: Evidence) -> Iterator[Unreached]:
    """Yield the routers with routes of which none is an endpoint."""
    reached = {(one.file, one.line) for one in evidence.project.endpoints}
    for file in evidence.sources.own:
        name = file.rpartition("/")[2].removesuffix(".py")
        if not name.isidentifier() or "APIRouter" not in evidence.sources.text(file):
            continue  # what cannot be imported by name is put aside on purpose
        for name, line, prefix in _routers(evidence, file):
            routes = list(_routes(evidence, file, name))
            lines = {number for _, _, numbers in routes for number in numbers}
            if routes and not any((file, number) in reached for number in lines):
                paths = tuple((method, prefix + path) for method, path, _ in routes)
                yield Unreached(name, Place(file, line), paths)


def _routers(evidence: Evidence, file: str) -> Iterator[tuple[str, int, str]]:
    tree = evidence.sources.syntax(file)
    for one in tree.body if tree else ():
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call):
            target = one.targets[0]
            if called(one.value) == "APIRouter" and isinstance(target, ast.Name):
                yield target.id, one.lineno, str(literal(keyword(one.value, "prefix")) or "")


def _routes(
    evidence: Evidence, file: str, router: str
) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Yield method, path and lines of the functions that a router's decorators stand on."""
    for node in evidence.sources.nodes(file):
        if not isinstance(node, FunctionNode):
            continue
        for one in node.decorator_list:
            is_route = (
                isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)
                and last_name(one.func.value) == router and one.func.attr in _METHODS
            )  # fmt: skip
            if is_route and isinstance(one, ast.Call) and one.args:
                lines = tuple(range(one.lineno, node.lineno + 1))
                yield called(one).upper(), str(literal(one.args[0]) or ""), lines


def _included(evidence: Evidence, router: Unreached) -> tuple[Repair, ...]:
    """Return the repair that includes it as the last of the others is included."""
    apps = evidence.project.apps
    if not apps:
        return ()
    file = apps[0].file
    if (renamed := _renamed(evidence, file, router.name)) is not None:
        return renamed
    calls = [one for name, one in evidence.sources.calls("include_router") if name == file]
    if not calls:
        return ()
    last = max(calls, key=lambda one: one.lineno)
    owner = last.func.value if isinstance(last.func, ast.Attribute) else None
    module = _module(evidence, router.place.file)
    if not isinstance(owner, ast.Name) or module is None:
        return ()
    text = evidence.sources.text(file)
    lines = text.splitlines(keepends=True)
    stem = re.sub(r"\W", "_", router.place.file.rpartition("/")[2].removesuffix(".py"))
    known = f"{stem}_{router.name}" if router.name in text else router.name
    alias = f" as {known}" if known != router.name else ""
    indent = " " * last.col_offset
    lines.insert(last.end_lineno or last.lineno, f"{indent}{owner.id}.include_router({known})\n")
    lines.insert(_last_import(evidence, file), f"from {module} import {router.name}{alias}\n")
    return (Repair(file, text, "".join(lines)),)


def _rebound(evidence: Evidence, file: str, name: str) -> list[tuple[ast.ImportFrom, ast.alias]]:
    """Return the imports of a module that give one name to several things."""
    tree = evidence.sources.syntax(file)
    found = [
        (node, one) for node in (tree.body if tree else ()) if isinstance(node, ast.ImportFrom)
        for one in node.names if (one.asname or one.name) == name
    ]  # fmt: skip
    return found if len(found) > 1 else []


def _renamed(evidence: Evidence, file: str, name: str) -> tuple[Repair, ...] | None:
    """Return the repair that gives routers of one name names of their own, each included once."""
    imports = _rebound(evidence, file, name)
    includes = [
        call.args[0] for where, call in evidence.sources.calls("include_router")
        if where == file and call.args and isinstance(call.args[0], ast.Name) and call.args[0].id == name
    ]  # fmt: skip
    if not imports or len(imports) != len(includes):
        return None
    text = evidence.sources.text(file)
    lines = text.splitlines(keepends=True)
    taken = dict.fromkeys(f"{(node.module or '').rpartition('.')[2]}_{name}" for node, _ in imports)
    if len(taken) != len(imports):
        return None
    for (_, alias), known in zip(imports, taken, strict=True):
        line = lines[alias.lineno - 1]
        end = alias.end_col_offset or len(line)
        lines[alias.lineno - 1] = f"{line[: alias.col_offset]}{alias.name} as {known}{line[end:]}"
    ordered = sorted(includes, key=lambda one: one.lineno)
    for node, known in zip(ordered, taken, strict=True):
        line = lines[node.lineno - 1]
        lines[node.lineno - 1] = f"{line[: node.col_offset]}{known}{line[node.end_col_offset :]}"
    return (Repair(file, text, "".join(lines)),)


def _last_import(evidence: Evidence, file: str) -> int:
    tree = evidence.sources.syntax(file)
    body = tree.body if tree else []
    ends = [one.end_lineno or 0 for one in body if isinstance(one, ast.Import | ast.ImportFrom)]
    return max(ends, default=0)


def _module(evidence: Evidence, file: str) -> str | None:
    """Return the name that a file is imported by, from how the application's module is named."""
    app = evidence.project.apps[0]
    module = app.object.partition(":")[0]
    tail = module.replace(".", "/") + ".py"
    if not app.file.endswith(tail):
        return None
    root = app.file.removesuffix(tail)
    if not file.startswith(root):
        return None
    return file[len(root) :].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
