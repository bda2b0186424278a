"""Who calls, as handlers are told: parameters that dependencies fill, and what those look at."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.audit.names import Meaning
from backwright.audit.sources import FunctionNode, Source, keyword, last_name, parameters
from backwright.audit.subject import Subject

_NAMED = re.compile(
    r"(?i)^(the_|current_|auth_|logged_)?(user|me|account|member|customer|caller|principal|identity)"
    r"(_data|_info)?$"
)
_GIVES = re.compile(
    r"(?i)(current|auth(enticated)?|logged_?in|active)_?(user|account|member|customer)"
)
_PROVES = re.compile(r"(?i)^(access_|bearer_|auth_)?(token|credentials|payload|claims)$")
_DEEPEST = 6


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """A parameter that a dependency fills: its kind, and the dependency where it is a function."""

    argument: ast.arg
    kind: Meaning
    source: Source | None
    function: FunctionNode | None


def told(subject: Subject, source: Source, node: FunctionNode) -> Iterator[Told]:
    """Yield the parameters of a function that dependencies fill."""
    for one, default in parameters(node):
        found = _dependency(subject, source, one.annotation, default)
        if found is None:
            continue
        at, call = found
        target = call.args[0] if call.args else keyword(call, "dependency")
        made = subject.names.definition(at, target)
        function = made.node if isinstance(made.node, FunctionNode) else None
        kind = subject.names.annotated(source, one.annotation)
        if kind.node is None and not kind.library and isinstance(one.annotation, ast.Name):
            alias = subject.names.aliased(source, one.annotation)
            kind = subject.names.annotated(*alias) if alias is not None else kind
        if kind.node is None and function is not None and made.source is not None:
            kind = subject.names.annotated(made.source, function.returns)
        yield Told(one, kind, made.source, function)


def callers(subject: Subject, source: Source, node: FunctionNode) -> list[str]:
    """Return the names by which a function knows who calls."""
    user = subject.project.auth.user_model
    found = []
    for one in told(subject, source, node):
        model = subject.model_of(one.kind)
        named = one.function is not None and _GIVES.search(one.function.name)
        named = named or _PROVES.match(one.argument.arg)
        if (model is not None and model.name == user) or named or _NAMED.match(one.argument.arg):
            found.append(one.argument.arg)
    return found


def is_user(subject: Subject, kind: Meaning) -> bool:
    """Tell whether something is a row of the users' model."""
    model = subject.model_of(kind)
    return model is not None and model.name == subject.project.auth.user_model


def looks_at_nothing(subject: Subject, one: Told, depth: int = 0) -> bool:
    """Tell whether a dependency takes nothing of the request, nor do those that it depends on."""
    if one.function is None or one.source is None or depth > _DEEPEST:
        return False
    inner = {it.argument.arg: it for it in told(subject, one.source, one.function)}
    for argument, _ in parameters(one.function):
        held = inner.get(argument.arg)
        if held is None or not looks_at_nothing(subject, held, depth + 1):
            return False
    return True


def mentions(node: ast.AST, names: set[str]) -> bool:
    """Tell whether a node speaks of one of some names."""
    return any(isinstance(one, ast.Name) and one.id in names for one in ast.walk(node))


def _dependency(
    subject: Subject, source: Source, annotation: ast.expr | None, default: ast.expr | None
) -> tuple[Source, ast.Call] | None:
    for at, part in ((source, default), (source, annotation)):
        if part is None:
            continue
        found = next((one for one in ast.walk(part) if _is_depends(one)), None)
        if isinstance(found, ast.Call):
            return at, found
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Tuple):
        for part in annotation.slice.elts[1:]:  # `Annotated[User, current_user]`
            bound = subject.names.call_behind(source, part, ("Depends", "Security"))
            if bound is not None:
                return bound
    if isinstance(annotation, ast.Name):
        alias = subject.names.aliased(source, annotation)
        if alias is not None:
            found = next((one for one in ast.walk(alias[1]) if _is_depends(one)), None)
            if isinstance(found, ast.Call):
                return alias[0], found
    return None


def _is_depends(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) in {"Depends", "Security"}
