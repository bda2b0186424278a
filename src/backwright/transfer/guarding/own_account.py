"""Endpoints whose path names an account: whether they ask whose it is, and how they are made to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backwright.project.types import Endpoint, Model, Project
from backwright.transfer.guarding.callers import Caller, parameter_of
from backwright.transfer.guarding.looking import body_of, keys_of
from backwright.transfer.guarding.owned import key_of
from backwright.transfer.guarding.program import Function, Program

_TEXTS = re.compile(r"(?i)^(str|string|text|varchar|auto)")


@dataclass(frozen=True)
class OwnAccount:
    """The account that a path names: it must be the caller's own.

    Attributes:
        model: The accounts.
        parameter: The handler's parameter that has its key.
    """

    model: Model
    parameter: ast.arg

    @property
    def key(self) -> str:
        """The column of its key."""
        return key_of(self.model)

    def test(self, caller: str) -> str:
        """Return the test that another account's key meets, of the expression of the caller's."""
        column = next(one for one in self.model.columns if one.name == self.key)
        is_text = ast.unparse(self.parameter.annotation or ast.Name("")) == "str"
        other = f"str({caller})" if is_text and not _TEXTS.match(column.type) else caller
        return f"{self.parameter.arg} != {other}"


def own_account(project: Project, endpoint: Endpoint, handler: Function) -> OwnAccount | None:
    """Return the account that the path of an endpoint names by its key, None if it names none."""
    model = next((m for m in project.models if m.name == project.auth.user_model), None)
    if model is None:
        return None
    names = re.findall(r"\{(\w+)[^}]*\}", endpoint.path)
    about = [
        name for name in keys_of(model, key_of(model)) if name in names[:1] and len(names) == 1
    ]
    found = (one for one in handler.parameters if one.arg in about)
    return next((OwnAccount(model, one) for one in found), None)


def asks_nobody(
    program: Program, caller: Caller | None, endpoint: Endpoint, handler: Function, parameter: str
) -> bool:
    """Tell whether nothing compares the key in a path with who is calling.

    The handler does nothing with the caller, and no dependency of its own looks at that key.
    """
    there = parameter_of(program, caller, handler) if caller else None
    body = (one for statement in handler.node.body for one in ast.walk(statement))
    if there and any(isinstance(one, ast.Name) and one.id == there.arg for one in body):
        return False
    said = {name.rpartition(":")[2] for name in endpoint.dependencies}
    asked = (f for f in program.dependencies if f.name in said)
    return not any(parameter == one.arg for f in asked for one in f.parameters)


def refusal_words(handler: Function) -> str | None:
    """Return how a handler itself refuses a row that is not there; None if it does not say."""
    known = {one.arg for one in handler.parameters}
    stored = {n.id for n in ast.walk(handler.node)
              if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} - known  # fmt: skip
    for check, raised in _refusals(handler):
        names = {n.id for n in ast.walk(raised) if isinstance(n, ast.Name)}
        is_about_none = re.fullmatch(r"not \w+|\w+ is None", ast.unparse(check))
        if is_about_none and not names & stored:
            return ast.unparse(raised)
    return None


def _refusals(handler: Function) -> Iterator[tuple[ast.expr, ast.Raise]]:
    for node in ast.walk(handler.node):
        if isinstance(node, ast.If) and isinstance(node.body[-1], ast.Raise):
            yield node.test, node.body[-1]


def lines_of(one: OwnAccount, handler: Function, caller: str) -> list[str]:
    """Return the statements that refuse another's account, as one that is not there."""
    said = refusal_words(handler)
    plain = f'raise HTTPException(status_code=404, detail="{one.model.name} not found")'
    return [f"if {one.test(caller)}:", f"    {said or plain}"]


def before_of(handler: Function) -> ast.stmt:
    """Return the statement that the look stands before."""
    return body_of(handler)[0]


def found_in(
    program: Program,
    project: Project,
    caller: Caller | None,
    handlers: Mapping[tuple[str, str], tuple[Endpoint, Function]],
) -> Iterator[str]:
    """Yield the endpoints whose path names an account that nothing compares with the caller."""
    for (method, path), (endpoint, handler) in handlers.items():
        one = own_account(project, endpoint, handler)
        if one and asks_nobody(program, caller, endpoint, handler, one.parameter.arg):
            yield f"{method} {path}"
