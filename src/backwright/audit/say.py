"""Whether the caller may have a say in the row that a handler is asked for: a second look at the proof.

Reading queries tells whether rows are chosen by their owner. It does not know every way to ask: a row
of a membership that is looked for, a comparison in a loop, a helper that is given both. So before a
finding is called proved, the code is searched for any place at which the caller and what the request
names the row by come together; where there is one, whether it guards the row is not settled.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from backwright.audit.guards import guard_of
from backwright.audit.identity import Told, callers, told
from backwright.audit.names import Meaning
from backwright.audit.refusing import callers_of, passed_to
from backwright.audit.sources import FunctionNode, Source, last_name, parameters
from backwright.audit.subject import Subject
from backwright.project.types import Endpoint
from backwright.source.syntax import children

_DEEPEST = 5
_CALLER = "the caller"
_ROUNDS = 4
_SEVERAL = 4
_OWN = frozenset({"self", "cls", "db", "session"})
# What notes, tells or makes something decides nothing.
_NOTES = re.compile(
    r"(?i)^(debug|info|warning|warn|error|exception|critical|log\w*|print|add_task|append|dict|update"
    r"|format|str|notify\w*|send\w*|track\w*|publish|emit|record\w*|audit\w*|delay|model_copy|setattr|add|add_all|merge|refresh|flush|commit|values|insert|save)$"
)
_CREDENTIAL = re.compile(r"(?i)token|credential|authorization|api_?key|cookie")
_PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")
Marks = dict[str, frozenset[str]]
_Seen = tuple[FunctionNode, frozenset[tuple[str, frozenset[str]]]]
_KEPT: WeakKeyDictionary[Subject, dict[tuple[str, int], frozenset[str]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class _Place:
    """A function, and what its names come from: the caller, and what the request gives."""

    source: Source
    node: FunctionNode
    marks: Marks
    depth: int = 0


def has_say(subject: Subject, endpoint: Endpoint) -> bool:
    """Tell whether the caller may have a say in the row that an endpoint is asked for.

    The row is the one that the last parameter of the path names; without one (`/companies/me`), the
    caller names it where they decide anything. To be handed on and then forgotten decides nothing.
    """
    named = _PARAMETER.findall(endpoint.path)
    if named:
        return named[-1] in weighed_with_caller(subject, endpoint)
    seen = set[_Seen]()
    starts = [*_starts(subject, endpoint)][:1]
    return any(_CALLER in _met(subject, one, seen, fewest=1) for one in starts)


def compares_another(subject: Subject, endpoint: Endpoint) -> bool:
    """Tell whether the caller is weighed against a parameter of the path, but not the one that names the row."""
    named = _PARAMETER.findall(endpoint.path)
    weighed = weighed_with_caller(subject, endpoint)
    return bool(named) and named[-1] not in weighed and bool(weighed & set(named))


def weighed_with_caller(subject: Subject, endpoint: Endpoint) -> frozenset[str]:
    """Return the inputs of a handler that meet the caller in a condition, a query, or a call that is not read."""
    known = _KEPT.setdefault(subject, {})
    key = (endpoint.file, endpoint.line)
    if key not in known:
        seen = set[_Seen]()
        found = {one for place in _starts(subject, endpoint) for one in _met(subject, place, seen)}
        known[key] = frozenset(found - {_CALLER})
    return known[key]


def meet(subject: Subject, endpoint: Endpoint, first: str, second: str) -> bool:
    """Tell whether two inputs of a handler meet in a condition, a query, or a call that is not read."""
    seen = set[_Seen]()
    places = [*_starts(subject, endpoint)][:1]
    return any(second in set(_met(subject, one, seen, first)) for one in places)


def _starts(subject: Subject, endpoint: Endpoint) -> Iterator[_Place]:
    """Yield the handler and what it depends on, each with what it is given."""
    node = subject.functions_at.get((endpoint.file, endpoint.line))
    source = subject.all.get(endpoint.file)
    if node is None or source is None:
        return
    yield _Place(source, node, _given(subject, source, node))
    for one in endpoint.dependencies:
        guard = guard_of(subject, one)
        if guard is not None:
            at = subject.homes[guard]
            yield _Place(at, guard, _given(subject, at, guard))


def _given(subject: Subject, source: Source, node: FunctionNode, depth: int = 0) -> Marks:
    """Return what the parameters of a handler or dependency stand for."""
    known = callers_of(subject, node) | set(callers(subject, source, node))
    filled = {one.argument.arg: one for one in told(subject, source, node)}
    marks: Marks = {}
    for one, _ in parameters(node):
        shown = ast.unparse(one.annotation) if one.annotation is not None else ""
        if one.arg in filled:
            dependency = filled[one.arg]
            calls = one.arg in known or _takes_credentials(subject, dependency, 0)
            inner = _of_dependency(subject, dependency, depth)
            marks[one.arg] = inner | ({_CALLER} if calls else frozenset())
        else:
            marks[one.arg] = frozenset({_CALLER if shown.endswith("Request") else one.arg})
    return marks


def _takes_credentials(subject: Subject, one: Told, depth: int) -> bool:
    """Tell whether a dependency rests on what proves who calls: a seller, a partner, an API key's holder."""
    if one.function is None or one.source is None or depth > _DEEPEST:
        return False
    inner = [*told(subject, one.source, one.function)]
    if any(_CREDENTIAL.search(it.arg) for it, _ in parameters(one.function)):
        return True
    return any(_takes_credentials(subject, it, depth + 1) for it in inner)


def _of_dependency(subject: Subject, one: Told, depth: int) -> frozenset[str]:
    """Return what a dependency is made of: what it takes of the request, and the caller."""
    function, source = one.function, one.source
    if function is None and isinstance(one.kind.node, ast.ClassDef):  # `Depends(Service)`
        source = one.kind.source
        made = (it for it in one.kind.node.body if isinstance(it, FunctionNode))
        function = next((it for it in made if it.name == "__init__"), None)
    if function is None or source is None or depth > _DEEPEST:
        return frozenset()
    inner = _given(subject, source, function, depth + 1)
    return frozenset[str]().union(*(it for name, it in inner.items() if name not in _OWN))


def _met(
    subject: Subject, place: _Place, seen: set[_Seen], who: str = _CALLER, fewest: int = 2
) -> Iterator[str]:
    """Yield what meets the caller (or another input) in a function, and in what it calls.

    With `fewest` of 1 the caller alone is enough.
    """
    key = (place.node, frozenset(place.marks.items()))
    if key in seen:
        return
    seen.add(key)
    marks = _spread(place)
    for node in ast.walk(place.node):
        if isinstance(node, ast.Call):
            met = _of(node, marks, through_new=False)
            if who in met and len(met) >= fewest:
                here = replace(place, marks=marks)
                yield from _by_call(subject, here, node, met, seen, who, fewest)
            continue
        for test in _tests(node):
            met = _of(test, marks)
            if who in met:
                yield from met


def _tests(node: ast.AST) -> list[ast.expr]:
    """Return what decides at a node."""
    if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert):
        return [node.test]
    if isinstance(node, ast.comprehension):
        return node.ifs
    if isinstance(node, ast.Match):
        return [node.subject]
    if isinstance(node, ast.Subscript):
        return [node.slice]
    return [node] if isinstance(node, ast.Compare | ast.BoolOp) else []


def _by_call(
    subject: Subject,
    place: _Place,
    call: ast.Call,
    met: frozenset[str],
    seen: set[_Seen],
    who: str,
    fewest: int,
) -> Iterator[str]:
    """Follow a call that is given both; of what is not read, anything may be true."""
    name = last_name(call.func)
    found = subject.names.definition(place.source, call.func)
    if isinstance(found.node, ast.ClassDef) or _NOTES.match(name):
        return
    candidates = _bodies(subject, found, name)
    if not candidates or place.depth >= _DEEPEST:
        yield from met
        return
    for home, function in candidates:
        given = [*passed_to(call, function)]
        if isinstance(call.func, ast.Attribute):
            given.append(("self", call.func.value))
        if function.args.kwarg is not None:
            known = {one.arg for one, _ in parameters(function)}
            given += [(function.args.kwarg.arg, one) for name, one in given if name not in known]
        marks: Marks = {}
        for name, value in given:
            if held := _of(value, place.marks):
                marks[name] = marks.get(name, frozenset()) | held
        inner = _Place(home, function, marks, place.depth + 1)
        yield from _met(subject, inner, seen, who, fewest)


def _bodies(subject: Subject, found: Meaning, name: str) -> list[tuple[Source, FunctionNode]]:
    """Return what a call may run: what its name means, else every function called so."""
    node, source = found.node, found.source
    if isinstance(node, FunctionNode) and source is not None and not _is_abstract(node):
        return [(source, node)]
    named = [one for one in subject.functions_named.get(name, ()) if not _is_abstract(one)]
    return [(subject.homes[one], one) for one in named] if len(named) <= _SEVERAL else []


def _is_abstract(node: FunctionNode) -> bool:
    """Tell whether a function leaves its work to others: `...`, `pass`, `raise NotImplementedError`."""
    last = node.body[-1]
    if isinstance(last, ast.Raise):
        return "NotImplemented" in ast.unparse(last)
    constant = isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant)
    return constant or isinstance(last, ast.Pass)


def _spread(place: _Place) -> Marks:
    """Return what each name of a function comes from, past assignments, loops and comprehensions."""
    marks = dict(place.marks)
    bindings = [one for node in ast.walk(place.node) for one in _bindings(node)]
    for _ in range(_ROUNDS):
        before = dict(marks)
        for target, value in bindings:
            met = _of(value, marks)
            for one in ast.walk(target) if met else ():
                if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
                    marks[one.id] = marks.get(one.id, frozenset()) | met
        if marks == before:
            break
    return marks


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield the targets that a node gives names to, and what to."""
    if isinstance(node, ast.Assign):
        yield from ((one, node.value) for one in node.targets)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr | ast.AugAssign) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield node.target, node.iter
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield node.optional_vars, node.context_expr


def _of(node: ast.AST, marks: Marks, *, through_new: bool = True) -> frozenset[str]:
    """Return what an expression comes from; without what is made in it, if that decides nothing."""
    found: frozenset[str] = frozenset()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Name):
            found |= marks.get(one.id, frozenset())
        if through_new or one is node or not _is_new(one):
            waiting += children(one)
    return found


def _is_new(node: ast.AST) -> bool:
    """Tell whether a row or another object is made: `Comment(…)`, `insert(Comment).values(…)`."""
    if not isinstance(node, ast.Call):
        return False
    name = last_name(node.func)
    return name[:1].isupper() or name in {"insert", "values"}
