"""Whether the code that an endpoint runs refuses callers who lack a privilege.

The calls of a handler, and of the functions it depends on, are followed where the caller is passed on:
`check_admin(user)` refuses in another module, a service compares the role before it writes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from backwright.audit.guards import AUTHORIZES, FORBIDS, guard_of, may_forbid
from backwright.audit.identity import callers
from backwright.audit.sources import FunctionNode, Source, last_name, own_nodes, parameters
from backwright.audit.subject import Subject
from backwright.project.types import Endpoint

ADMINISTRATORS = re.compile(
    r"(?i)super_?(user|admin)|admin|staff|moderator|librarian|root_user|is_super|sudo"
)
PRIVILEGES = re.compile(
    r"(?i)rbac|\broles?\b|_roles?\b|\broles?_|permission|scopes?\b|privilege|polic(y|ies)|access_?control"
    r"|has_access|can_\w+|\bgroups?\b|has_group"
)
_CALLER = re.compile(
    r"(?i)^(current_?)?(\w*user|\w*admin|caller|me|account|member|principal|identity|claims|payload|actor)(_?id)?$"
)
_REFUSALS = re.compile(r"(?i)\b40[13]\b|forbidden|unauthori[sz]ed|denied|permission")
_STATE = re.compile(
    r"(?i)activ|disabl|verif|confirm|enabl|delet|block|bann|suspend|lock|status|anonym|authent|exp|token"
    r"|^type$|^sub$|id$|version|password|e?mail|^get$|name|scheme|credentials"
)
_ASKED = re.compile(r"(?i)^(is|has|can|may)_|_?allowed$|_permitted$")
_DEEPEST = 4
_ROUNDS = 4
_GRAVEST: tuple[Refusal, ...] = ("administrators", "others", "either", "owner")
Refusal = Literal["administrators", "others", "either", "owner", ""]


@dataclass(frozen=True, slots=True)
class _Place:
    """A function to look at, its names that stand for the caller, whether it is there to guard."""

    source: Source
    node: FunctionNode
    callers: frozenset[str]
    sure: bool
    guards: bool = False


def refusal_of(subject: Subject, endpoint: Endpoint) -> Refusal:
    """Tell whom an endpoint's code lets pass.

    Args:
        subject: The project.
        endpoint: One of its endpoints.

    Returns:
        `administrators` where everybody else is refused on every way, `others` where a privilege is
        asked for that not only they may have, or only on some ways; `either` where a privilege is one
        of several reasons to pass (`is the owner or an administrator`); `owner` where only the owner of
        some row is compared with the caller; empty where nothing is asked.
    """
    known = subject.refusals
    key = (endpoint.file, endpoint.line)
    if key not in known:
        found = {one for place in _starts(subject, endpoint) for one in _refused_at(subject, place)}
        found |= set(_decorated(subject, endpoint))
        known[key] = next((one for one in _GRAVEST if one in found), "")
    return known[key]


def _refused_at(subject: Subject, place: _Place) -> frozenset[Refusal]:
    """Return what a function asks before it goes on: a guard is looked at once, not for each endpoint."""
    kept = subject.refused_at
    key = (place.node, place.callers, place.guards)
    if key not in kept:
        kept[key] = frozenset(_refusals(subject, place, 0))
    return kept[key]


def asks_privilege(subject: Subject, endpoint: Endpoint) -> bool:
    """Tell whether a privilege is asked for in code, be it as one of several reasons to pass."""
    return refusal_of(subject, endpoint) not in {"", "owner"}


def _starts(subject: Subject, endpoint: Endpoint) -> Iterator[_Place]:
    """Yield the handler, and what it depends on."""
    node = subject.functions_at.get((endpoint.file, endpoint.line))
    source = subject.all.get(endpoint.file)
    if node is None or source is None:
        return
    yield _Place(source, node, callers_of(subject, node), sure=True)
    for one in endpoint.dependencies:
        guard = guard_of(subject, one)
        if guard is not None:
            at = subject.homes[guard]
            own = {it.id for it in ast.walk(guard) if isinstance(it, ast.Name)}
            named = {it for it in own if _CALLER.match(it)}
            yield _Place(at, guard, callers_of(subject, guard) | named, sure=True, guards=True)


def _decorated(subject: Subject, endpoint: Endpoint) -> Iterator[Refusal]:
    """Tell whom a decorator of the handler lets pass, by its name: `@permission({Role.admin})`."""
    node = subject.functions_at.get((endpoint.file, endpoint.line))
    for one in node.decorator_list if node is not None else ():
        name = last_name(one.func if isinstance(one, ast.Call) else one)
        if ADMINISTRATORS.search(name):
            yield "administrators"
        elif AUTHORIZES.search(name):
            yield "others"


def callers_of(subject: Subject, node: FunctionNode) -> frozenset[str]:
    """Return the parameters that stand for the caller, by their names or their type."""
    users = subject.project.auth.user_model
    found = set()
    for one, _ in parameters(node):
        shown = ast.unparse(one.annotation) if one.annotation is not None else ""
        is_user = users and re.search(rf"\b{re.escape(users)}\b", shown)
        if _CALLER.match(one.arg) or is_user or re.fullmatch(r"(\w+\.)?Request", shown):
            found.add(one.arg)
    source = subject.homes.get(node)
    given = callers(subject, source, node) if source is not None else ()
    return frozenset([*found, *given])


def _refusals(subject: Subject, place: _Place, depth: int) -> Iterator[Refusal]:
    """Yield what the tests of a function ask of the caller before it goes on."""
    callers = _with_assigned(place)
    themselves = place.callers | {one for one in callers if _CALLER.match(one)}
    ends = _is_refusal(place.node.body[-1])
    for statement, straight in _statements(place.node.body, straight=place.sure):
        if isinstance(statement, ast.If | ast.Assert):
            refused = _refused(statement, ends=ends)
            asked = _asked(statement.test, callers, refused) if refused is not None else ""
            if not asked and refused is not None and place.guards:
                asked = _of_guard(statement, themselves)
            if not asked and depth and _compares_owner(subject, statement, callers):
                asked = "owner"
            if asked:  # what was looked up of the caller may be their role beside one row
                sure = straight and _mentions(statement.test, themselves)
                yield "others" if asked == "administrators" and not sure else asked
        for call in _calls(statement):
            yield from _followed(subject, place.source, call, callers, depth, straight=straight)


def _compares_owner(
    subject: Subject, statement: ast.If | ast.Assert, callers: frozenset[str]
) -> bool:
    """Tell whether a function that was given the caller leaves where a row is not theirs.

    Whose row that is, only following the rows themselves tells: here it is enough for a doubt.
    """
    if not isinstance(statement, ast.If) or not isinstance(
        statement.body[-1], ast.Return | ast.Raise
    ):
        return False
    owners = {one.owner.column for one in subject.project.models if one.owner is not None}
    for one in ast.walk(statement.test):
        if isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.NotEq | ast.Eq):
            sides = (one.left, one.comparators[0])
            for side, other in (sides, sides[::-1]):
                if (
                    isinstance(side, ast.Attribute)
                    and side.attr in owners
                    and _mentions(other, callers)
                ):
                    return True
    return False


def _with_assigned(place: _Place) -> frozenset[str]:
    """Return the names that stand for the caller, and those of what is made of them."""
    callers = set(place.callers)
    given = [one for one in own_nodes(place.node) if isinstance(one, ast.Assign | ast.AnnAssign)]
    for _ in range(_ROUNDS):
        before = len(callers)
        for one in given:
            targets = one.targets if isinstance(one, ast.Assign) else [one.target]
            if one.value is not None and _mentions(one.value, callers):
                callers |= {it.id for it in targets if isinstance(it, ast.Name)}
        if len(callers) == before:
            break
    return frozenset(callers)


def _statements(body: list[ast.stmt], *, straight: bool) -> Iterator[tuple[ast.stmt, bool]]:
    """Yield the statements of a body, and whether every call of the function comes by them."""
    for one in body:
        if isinstance(one, FunctionNode | ast.ClassDef):
            continue
        yield one, straight
        goes_on = straight and isinstance(one, ast.With | ast.AsyncWith | ast.Try)
        for name in ("body", "orelse", "finalbody"):
            inner = getattr(one, name, None)
            if isinstance(inner, list):
                yield from _statements(inner, straight=goes_on)
        if isinstance(one, ast.If) and not isinstance(one.body[-1], ast.Raise):
            returns = any(isinstance(it, ast.Return) for it in ast.walk(one))
            straight = straight and not returns


def _calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """Yield the calls of a statement itself, without those of the statements in it."""
    waiting: list[ast.AST] = [
        one for one in ast.iter_child_nodes(statement) if not isinstance(one, ast.stmt)
    ]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Call):
            yield one
        if not isinstance(one, ast.Lambda | ast.ExceptHandler | ast.stmt):
            waiting.extend(ast.iter_child_nodes(one))


def _followed(
    subject: Subject, source: Source, call: ast.Call, callers: frozenset[str], depth: int,
    *, straight: bool,
) -> Iterator[Refusal]:  # fmt: skip
    """Follow a call that is given the caller; of what is not read, the name has to speak."""
    given = [*call.args, *(one.value for one in call.keywords)]
    if depth >= _DEEPEST or not any(_mentions(one, callers) for one in given):
        return
    for at, node in _called(subject, source, call):
        given_to = passed_to(call, node)
        passed = frozenset(name for name, one in given_to if _mentions(one, callers))
        if AUTHORIZES.search(last_name(call.func)) and may_forbid(subject, at, node, depth):
            yield "others"  # whom it lets pass may be anything: a member of the row's team, say
        inner = _Place(at, node, passed, sure=straight)
        yield from _refusals(subject, inner, depth + 1)


def _called(
    subject: Subject, source: Source, call: ast.Call
) -> Iterator[tuple[Source, FunctionNode]]:
    """Yield what a call runs: what its name means, else the one method that is called so."""
    found = subject.names.definition(source, call.func)
    if isinstance(found.node, FunctionNode) and found.source is not None:
        yield found.source, found.node
    elif found.node is None and not found.library and isinstance(call.func, ast.Attribute):
        named = [
            one
            for one in subject.functions_named.get(call.func.attr, ())
            if isinstance(subject.homes[one].parents.get(one), ast.ClassDef)
        ]
        if len(named) == 1:
            yield subject.homes[named[0]], named[0]


def passed_to(call: ast.Call, node: FunctionNode) -> Iterator[tuple[str, ast.expr]]:
    """Yield the parameters of a function with what a call gives for them."""
    names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
    if names and names[0] in {"self", "cls"} and isinstance(call.func, ast.Attribute):
        names = names[1:]
    yield from zip(names, call.args, strict=False)
    yield from ((one.arg, one.value) for one in call.keywords if one.arg)


def _mentions(node: ast.AST, names: set[str] | frozenset[str]) -> bool:
    return any(isinstance(one, ast.Name) and one.id in names for one in ast.walk(node))


def _refused(statement: ast.If | ast.Assert, *, ends: bool) -> bool | None:
    """Tell what a test is where the caller is refused; `None` where nobody is.

    A branch refuses itself, or the test lets pass who does not come to the end of the function.
    """
    if isinstance(statement, ast.Assert):
        return False
    if any(map(_is_refusal, statement.body)):
        return True
    if any(map(_is_refusal, statement.orelse)):
        return False
    return False if ends and isinstance(statement.body[-1], ast.Return) else None


def _is_refusal(one: ast.stmt) -> bool:
    if isinstance(one, ast.Return) and one.value is not None:
        return bool(_REFUSALS.search(ast.unparse(one.value)))
    return isinstance(one, ast.Raise)


def _asked(test: ast.expr, callers: frozenset[str], refused: bool) -> Refusal:  # noqa: FBT001
    """Tell what a test asks of the caller, which is `refused` where they do not pass."""
    if not _mentions(test, callers):
        return ""
    told = {_of_part(one, callers, holds == refused) for one, holds in _parts(test, holds=True)}
    if not told & {"administrators", "others"}:
        return ""
    if "else" in told:
        return "either"
    return "administrators" if "others" not in told else "others"


def _of_part(one: ast.expr, callers: frozenset[str], refuses: bool) -> str:  # noqa: FBT001
    """Tell what one part of a condition asks; `there` where it only asks for a caller at all.

    What refuses who has a privilege (`if user.is_admin: raise`) asks for none.
    """
    if isinstance(one, ast.Name) and not refuses and _ASKED.match(one.id):
        return "others"  # `is_admin = is_admin_of(group, user)`
    names = "|".join(map(re.escape, sorted(callers)))
    text = re.sub(rf"\b({names})\b", "caller", ast.unparse(one))
    if re.fullmatch(r"caller( is None)?|hasattr\(caller, .*\)", text):
        return "there"
    if refuses or not re.search(r"\bcaller\b", text):
        return "else"
    if ADMINISTRATORS.search(text):
        return "administrators"
    own = {it.id for it in ast.walk(one) if isinstance(it, ast.Name)} & callers
    return "others" if PRIVILEGES.search(text) or any(map(PRIVILEGES.search, own)) else "else"


def _of_guard(statement: ast.If | ast.Assert, callers: frozenset[str]) -> Refusal:
    """Tell whether a guard forbids by something of the caller, but for whether they may sign in."""
    if not isinstance(statement, ast.If):
        return ""
    raised = [one for one in (*statement.body, *statement.orelse) if isinstance(one, ast.Raise)]
    if not any(FORBIDS.search(ast.unparse(one)) for one in raised):
        return ""
    return "others" if _reads(statement.test, callers) else ""


def _reads(test: ast.expr, callers: frozenset[str]) -> bool:
    """Tell whether a test looks at something of the caller that is neither their key nor their state."""
    read = {
        one.attr
        for one in ast.walk(test)
        if isinstance(one, ast.Attribute) and _mentions(one.value, callers)
    }
    return any(not _STATE.search(one) for one in read)


def differs_by_caller(subject: Subject, endpoint: Endpoint) -> bool:
    """Tell whether a handler does one thing for some callers and another for others, by what they are."""
    node = subject.functions_at.get((endpoint.file, endpoint.line))
    if node is None:
        return False
    callers = callers_of(subject, node)
    return any(
        isinstance(one, ast.If | ast.IfExp) and _reads(one.test, callers) for one in own_nodes(node)
    )


def _parts(test: ast.expr, *, holds: bool) -> Iterator[tuple[ast.expr, bool]]:
    """Yield the parts of a condition, and whether each has to hold for the whole to hold."""
    if isinstance(test, ast.BoolOp):
        for one in test.values:
            yield from _parts(one, holds=holds)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _parts(test.operand, holds=not holds)
    elif isinstance(test, ast.Compare) and len(test.ops) == 1:
        sign, other = test.ops[0], test.comparators[0]
        false = isinstance(other, ast.Constant) and other.value is False
        turned = isinstance(sign, ast.NotEq | ast.NotIn | ast.IsNot) != false
        yield test, holds != turned
    else:
        yield test, holds
