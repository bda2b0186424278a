"""The caller's key, passed from handlers down to the function whose query finds the rows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright.audit.asked import is_privileged
from backwright.audit.fixes.caller import added_parameter, caller_of
from backwright.audit.fixes.repair import Edit, argument_added
from backwright.audit.isolation import READING, Access, isolation_of
from backwright.audit.sources import FunctionNode, Source, parameters
from backwright.audit.subject import Subject

_DEEPEST = 4
_ADMINISTRATION = re.compile(r"(?i)/(admin\w*|staff|moderat\w*|manage\w*|internal|system)(/|$)")
_TYPES = (
    (re.compile(r"(?i)uuid"), "UUID", ("uuid", "UUID")),
    (re.compile(r"(?i)^(mapped\[)?(int|(big|small)?integer)"), "int", None),
    (re.compile(r"(?i)^(mapped\[)?(str|string|varchar|text)"), "str", None),
)


@dataclass
class Passed:
    """What is written so that a function knows the caller's key under the owner's name."""

    edits: list[Edit] = field(default_factory=list)
    needs: set[tuple[str, str, str]] = field(default_factory=set)
    done: set[FunctionNode] = field(default_factory=set)


def passed_down(
    subject: Subject, access: Access, source: Source, node: FunctionNode
) -> Passed | None:
    """Return what tells a function whose rows it is asked for, by all that call it.

    `None` where somebody calls it who must see all rows, who has no caller, or who is not known.
    """
    passed = Passed()
    return passed if _pass(subject, access, source, node, passed, 0) else None


def _pass(
    subject: Subject, access: Access, source: Source, node: FunctionNode, passed: Passed, depth: int
) -> bool:
    owner = access.model.owner
    if node in passed.done:
        return True
    if owner is None or depth > _DEEPEST or not _takes(node, owner.column):
        return False
    passed.done.add(node)
    kind = _type_of(access)
    calls = list(_calls(subject, node))
    if kind is None or not calls or any(call is None for _, call in calls):
        return False
    text, imported = kind
    has_default = any(default is not None for _, default in parameters(node))
    star = "*, " if has_default else ""  # calls that pass those by their places stay as they are
    shown = f"{star}{owner.column}: {text}"
    passed.edits.append(added_parameter(source, node, shown, has_default=has_default))
    if imported is not None and imported[1] not in source.imports:
        passed.needs.add((source.file, *imported))
    return all(
        _told(subject, access, at, call, passed, depth) for at, call in calls if call is not None
    )


def _told(
    subject: Subject, access: Access, source: Source, call: ast.Call, passed: Passed, depth: int
) -> bool:
    """Let one call say whose rows it asks for."""
    owner = access.model.owner
    function = source.function_around(call)
    if owner is None or function is None:
        return False
    if (source.file, function.lineno) not in subject.handled:
        passed.edits.append(argument_added(source, call, f"{owner.column}={owner.column}"))
        return _pass(subject, access, source, function, passed, depth + 1)
    if not _may_be_kept(subject, access, source, function):
        return False
    caller = caller_of(subject, source, function, owner)
    if caller is None:
        return False
    new = [one for one in caller.edits if one not in passed.edits]
    passed.edits += [*new, argument_added(source, call, f"{owner.column}={caller.text}")]
    return True


def _may_be_kept(subject: Subject, access: Access, source: Source, node: FunctionNode) -> bool:
    """Tell whether an endpoint is for its caller's rows alone: it writes, or its model is private."""
    private = isolation_of(subject).private
    return all(
        one.auth == "required"
        and not for_administrators(one.path)
        and not is_privileged(subject, one)
        and (one.method not in READING or access.model.name in private)
        for one in subject.project.endpoints
        if (one.file, one.line) == (source.file, node.lineno)
    )


def for_administrators(path: str) -> bool:
    """Tell whether an endpoint is meant for administrators by its path, whoever may call it."""
    return _ADMINISTRATION.search(path) is not None


def _calls(subject: Subject, node: FunctionNode) -> Iterator[tuple[Source, ast.Call | None]]:
    """Yield the calls of a function in the program; `None` where it is given away."""
    for at, name in subject.mentions.get(node.name, ()):
        if at.is_test or subject.names.meaning(at, name).node is not node:
            continue
        call = at.parents.get(name)
        yield at, call if isinstance(call, ast.Call) and call.func is name else None


def _takes(node: FunctionNode, name: str) -> bool:
    """Tell whether a function can be given one more parameter of a name."""
    held = {one.arg for one, _ in parameters(node)}
    return name not in held and node.args.vararg is None and not node.args.kwonlyargs


def _type_of(access: Access) -> tuple[str, tuple[str, str] | None] | None:
    """Return the type of the owner's column, and what it is imported from."""
    owner = access.model.owner
    column = next(
        (one for one in access.model.columns if owner is not None and one.name == owner.column),
        None,
    )
    shown = column.type.removeprefix("Optional[") if column is not None else ""
    return next(((text, need) for pattern, text, need in _TYPES if pattern.search(shown)), None)
