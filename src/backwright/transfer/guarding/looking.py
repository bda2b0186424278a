"""A look at a row before anything is done with it: whether it is the caller's own."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from backwright.project.types import Endpoint, Model
from backwright.transfer.declaration import Import
from backwright.transfer.guarding.owned import Owned
from backwright.transfer.guarding.program import Function, Program


@dataclass(frozen=True)
class Look:
    """What is looked at.

    Attributes:
        owned: The model.
        said: How the handler's module names it.
        parameter: What has the row's key: a parameter of the handler, or a field of its body.
        before: The statement that it is done before.
        imports: What the module must import for that.
    """

    owned: Owned
    said: str
    parameter: str
    before: ast.stmt
    imports: frozenset[Import]

    def lines(self, caller: str, session: str, *, waits: bool) -> list[str]:
        """Return the statements.

        Args:
            caller: the expression of the caller's key.
            session: the variable of the session.
            waits: whether it is asynchronous.
        """
        key = f"{self.said}.{self.owned.key}"
        mine = self.owned.condition(self.said, caller)
        asked = f"select({key}).where({key} == {self.parameter}, {mine})"
        name = re.sub(r"(?<=[a-z0-9])(Model|ORM|Orm|Table|Entity)$", "", self.owned.model.name)
        what = " ".join(re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)).capitalize()
        return [
            f"if {'await ' if waits else ''}{session}.scalar({asked}) is None:",
            f'    raise HTTPException(status_code=404, detail="{what} not found")',
        ]


def look_of(
    program: Program, endpoint: Endpoint, handler: Function, ones: Sequence[Owned]
) -> Look | str:
    """Return which row a handler is to look at; a text that says why none can be told."""
    names = {one.arg for one in handler.parameters}
    in_path = [name for name in re.findall(r"\{(\w+)[^}]*\}", endpoint.path) if name in names]
    for one in sorted(ones, key=lambda one: one.through is not None):
        keys = keys_of(one.model, one.key)
        parameter = next((name for name in keys if name in in_path), None)
        parameter = parameter or _in_body(program, handler, keys)
        if parameter is None:
            continue
        said = said_in(program, handler.path, one)
        return Look(one, said[0], parameter, body_of(handler)[0], said[1])
    what = ", ".join(one.model.name for one in ones) or "rows"
    return f"{handler.name} shares its query of {what} with other endpoints, and names no row"


def _in_body(program: Program, handler: Function, keys: Sequence[str]) -> str | None:
    """Return the field of a handler's body that has a row's key."""
    for parameter in handler.parameters:
        cls = program.class_of(handler.path, parameter.annotation)
        is_asked = cls is None or program.is_session(handler, ast.Name(parameter.arg))
        fields = (
            []
            if cls is None or is_asked or program.is_depended(handler, parameter)
            else program.fields(cls)
        )
        if name := next((one for one in keys if one in fields), None):
            return f"{parameter.arg}.{name}"
    return None


def refusal_of(program: Program, handler: Function, look: Look) -> tuple[ast.expr, str] | None:
    """Return the test by which a handler refuses a row that is not there, and the row's variable.

    The row is what a function of the host gives for the key in the path:
    `note = get_note(db, note_id)`, then `if note is None:`. None where there is nothing of the kind.
    """
    for given, check in pairwise(handler.node.body):
        if not isinstance(given, ast.Assign) or not isinstance(check, ast.If):
            continue
        target, call = given.targets[0], given.value
        call = call.value if isinstance(call, ast.Await) else call
        if not isinstance(target, ast.Name) or not isinstance(call, ast.Call):
            continue
        named = [
            a.id for a in (*call.args, *(k.value for k in call.keywords)) if isinstance(a, ast.Name)
        ]
        refuses = isinstance(check.body[-1], ast.Raise) and not check.orelse
        wanted = (f"not {target.id}", f"{target.id} is None")
        if refuses and look.parameter in named and ast.unparse(check.test) in wanted:
            gives = [_gives_row(one, look.owned) for one in program.targets(handler, call)]
            return (check.test, target.id) if gives and all(gives) else None
    return None


def _gives_row(function: Function, one: Owned) -> bool:
    """Tell whether a function gives a row of a model itself: as it is annotated, else as it is asked for."""
    if function.node.returns is not None:
        return bool(re.search(rf"\b{one.model.name}\b", ast.unparse(function.node.returns)))
    last = function.node.body[-1]
    said = ast.unparse(last.value) if isinstance(last, ast.Return) and last.value else ""
    return bool(re.search(r"\.(?:first|get|scalar|one_or_none|scalar_one_or_none)\(", said))


def keys_of(model: Model, key: str) -> list[str]:
    """Return how parameters call the key of a model, the plainest last."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", model.name).lower()
    table = model.table.rpartition(".")[2].lower()
    stems = dict.fromkeys((name, table, table.removesuffix("s"), name.rpartition("_")[2]))
    said = [f"{stem}_{end}" for stem in stems for end in (key, "id", "uid", "uuid", "pk")]
    return [*said, key, "id", "uid", "uuid", "pk"]


def body_of(handler: Function) -> list[ast.stmt]:
    """Return the statements of a handler behind what documents it."""
    return [s for s in handler.node.body if not _is_docstring(s)] or handler.node.body


def said_in(program: Program, path: str, one: Owned) -> tuple[str, frozenset[Import]]:
    """Return how a module names a model, and what it must import for that."""
    sources = program.sources
    module, name = sources.module(one.model.file), one.model.name
    for node in sources.trees[path].body:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        for alias in node.names:
            bound = alias.asname or alias.name
            cls = program.class_of(path, ast.parse(bound, mode="eval").body)
            if cls and (cls.path, cls.node.name) == (one.model.file, name):
                return bound, frozenset()
            inner = program.class_of(path, ast.parse(f"{bound}.{name}", mode="eval").body)
            if inner and (inner.path, inner.node.name) == (one.model.file, name):
                return f"{bound}.{name}", frozenset()
    if path == one.model.file:
        return name, frozenset()
    taken = {alias.asname or alias.name for node in sources.trees[path].body
             if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names}  # fmt: skip
    if name not in taken:
        return name, frozenset({(module, name)})
    other = next(n for n in (f"{name}Model", f"{name}Row", f"{name}Table") if n not in taken)
    return other, frozenset({(module, f"{name} as {other}")})


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
