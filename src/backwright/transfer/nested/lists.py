"""The way of a list, once more for the rows of one parent: each function on it with one parameter more."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass, field

from backwright.source.text import without_bom
from backwright.transfer.grow.sources import last_name
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.passing import append_parameter
from backwright.transfer.guarding.program import Function, Program
from backwright.transfer.nested.handlers import Handler, UnsaidError
from backwright.transfer.nested.lookups import lines_of
from backwright.transfer.paging.finding import Way, ways

_STARTS = ("select", "query")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the rows of one parent have in common.

    Attributes:
        model: The class whose rows they are.
        argument: The parameter that tells the parent.
        kind: Its type, as the parent's handler writes it.
        condition: What is true of them; `{model}` is the class as a module calls it, `{value}`
            the parent's key.
        suffix: What is put behind the names of functions that give these rows only.
        needs: What the condition names besides the model, as `(module, name)`.
    """

    model: str
    argument: str
    kind: str
    condition: str
    suffix: str
    needs: frozenset[tuple[str, str]] = frozenset()


@dataclass
class Copies:
    """The functions below a handler, copied: what is put behind which, and what they need.

    Attributes:
        behind: For each function its copy, as code at the same margin.
        needs: What a file has to import for it.
        at_home: What the handler has to import to call the first copy.
        called: The name by which it is called there, if it is a bare one.
    """

    behind: dict[Function, str] = field(default_factory=dict)
    needs: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    at_home: set[tuple[str, str]] = field(default_factory=set)
    called: set[str] = field(default_factory=set)


def way_of(program: Program, handler: Handler, model: str) -> Way:
    """Return the way from a handler to the query of a model's rows.

    Raises:
        UnsaidError: there is none, or several.
    """
    found = [
        way
        for way in ways(program, handler.function)
        if any(_is_of(one.of, model) for one in way.queries)
    ]
    if not found:
        raise UnsaidError(f"no query was found whose rows {handler.function.name} gives")
    return found[0]


def _is_of(node: ast.expr | None, model: str) -> bool:
    return node is not None and last_name(node) == model


def copied(program: Program, edits: Edits, way: Way, narrowed: Narrowed, value: str) -> Copies:
    """Narrow a handler's list in its own edits, and copy what it calls on the way.

    Args:
        program: the host.
        edits: those of the module of the handler that answers GET of all rows, in which its copy is made.
        way: from the handler to its query.
        narrowed: what the rows have in common.
        value: the expression of the parent's key in the handler.
    """
    made = Copies()
    if not way.calls:
        _narrow(program, way.functions[0], edits, narrowed, value)
        _copy_counts(program, edits, way.functions[0], None, narrowed, value, made)
        return made
    _rename(way.calls[0][1], edits, narrowed, value)
    first = way.calls[0][1].func
    made.called = {first.id} if isinstance(first, ast.Name) else set()
    made.at_home = _named(program, way, 0, narrowed)
    for place, function in enumerate(way.functions[1:], start=1):
        for one in program.family(function):
            made.behind[one] = ""
            made.behind[one] = textwrap.dedent(_copy(program, one, way, place, narrowed, made))
            needs = set(narrowed.needs) if one is way.functions[-1] else set()
            if one is function and place < len(way.calls):
                needs |= _named(program, way, place, narrowed)
            made.needs.setdefault(one.path, set()).update(needs)
    _copy_counts(program, edits, way.functions[0], way.calls[0][1], narrowed, value, made)
    return made


def _copy_counts(
    program: Program,
    edits: Edits,
    function: Function,
    known: ast.Call | None,
    narrowed: Narrowed,
    value: str,
    made: Copies,
) -> None:
    """Copy what else a function on the way asks of the same rows, such as how many there are.

    Args:
        program: the host.
        edits: those of the module in which the function's copy is made.
        function: the handler, or what is called on the way.
        known: the call that leads to the rows.
        narrowed: what the rows have in common.
        value: the expression of the parent's key in the function.
        made: where the copies go.

    Raises:
        UnsaidError: it asks for them in a way that was not understood.
    """
    is_handler = function not in made.behind
    for call, targets in program.callees(function):
        if call is known:
            continue
        for target in targets:
            if not _asks(program, target, narrowed.model, frozenset()):
                continue
            is_bare = not isinstance(call.func, ast.Attribute)
            if len(targets) > 1 or (is_bare and is_handler):
                raise UnsaidError(f"{function.node.name} asks {target.name} for more of these rows")
            _rename(call, edits, narrowed, value)
            if is_bare and target.path != function.path:
                name = f"{target.node.name}{narrowed.suffix}"
                brought = (program.sources.module(target.path), name)
                made.needs.setdefault(function.path, set()).add(brought)
            if target not in made.behind:
                made.behind[target] = ""  # one that calls itself is copied once
                made.behind[target] = textwrap.dedent(_counting(program, target, narrowed, made))
                made.needs.setdefault(target.path, set()).update(narrowed.needs)


def _asks(program: Program, function: Function, model: str, seen: frozenset[Function]) -> bool:
    """Tell whether a function asks for rows of a model, by itself or by what it calls."""
    if function in seen:
        return False
    if _starts(program, function, model):
        return True
    there = seen | {function}
    return any(
        _asks(program, target, model, there)
        for _, targets in program.callees(function)
        for target in targets
    )


def _counting(program: Program, function: Function, narrowed: Narrowed, made: Copies) -> str:
    """Return a function that asks for the same rows under another name, told of the parent."""
    edits = _opened(program, function, narrowed)
    if _starts(program, function, narrowed.model):
        _narrow(program, function, edits, narrowed, narrowed.argument)
    _copy_counts(program, edits, function, None, narrowed, narrowed.argument, made)
    return _definition(edits.made(), function)


def _opened(program: Program, function: Function, narrowed: Narrowed) -> Edits:
    """Return the edits of a function's copy: its own name, and one parameter more."""
    edits = Edits(program.sources.draft.text(function.path))
    start = edits.start(function.node)
    head = edits.text(start, edits.start(function.node.body[0]))
    at = start + head.index(function.node.name) + len(function.node.name)
    edits.insert(at, narrowed.suffix)
    append_parameter(function, edits, f"{_star(function)}{narrowed.argument}: {narrowed.kind}")
    return edits


def _named(program: Program, way: Way, place: int, narrowed: Narrowed) -> set[tuple[str, str]]:
    """Return the import of a copy that is called by its bare name in another module."""
    within, call = way.calls[place]
    target = way.functions[place + 1]
    if not isinstance(call.func, ast.Name) or within.path == target.path:
        return set()
    return {(program.sources.module(target.path), f"{target.node.name}{narrowed.suffix}")}


def _copy(
    program: Program, function: Function, way: Way, place: int, narrowed: Narrowed, made: Copies
) -> str:
    """Return a function on the way under another name, told of the parent."""
    edits, known = _opened(program, function, narrowed), None
    if place < len(way.calls) and function is way.functions[place]:
        known = way.calls[place][1]
        _rename(known, edits, narrowed, narrowed.argument)
    elif function is way.functions[-1]:
        _narrow(program, function, edits, narrowed, narrowed.argument)
    if function in way.functions:
        _copy_counts(program, edits, function, known, narrowed, narrowed.argument, made)
    return _definition(edits.made(), function)


def _star(function: Function) -> str:
    """Parameters that have defaults are followed by none that has not, but one that is named."""
    args = function.node.args
    return "*, " if args.defaults and not args.kwonlyargs and not args.vararg else ""


def _definition(code: str, function: Function) -> str:
    """Return a function's lines with its decorators, at its own margin."""
    node = next(
        n
        for n in ast.walk(ast.parse(without_bom(code)))
        if isinstance(n, type(function.node)) and n.lineno == function.node.lineno
    )
    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
    lines = without_bom(code).splitlines()[first - 1 : node.end_lineno]
    return "\n".join(lines) + "\n"


def _rename(call: ast.Call, edits: Edits, narrowed: Narrowed, value: str) -> None:
    """Let a call run the copy, and tell it of the parent."""
    edits.insert(edits.end(call.func), narrowed.suffix)
    edits.add_argument(call, f"{narrowed.argument}={value}")


def _narrow(
    program: Program, function: Function, edits: Edits, narrowed: Narrowed, value: str
) -> None:
    """Narrow every query of the model in a function, that of their number too."""
    found = _starts(program, function, narrowed.model)
    for node, said in found:
        condition = narrowed.condition.format(model=ast.unparse(said), value=value)
        verb = "filter" if last_name(node.func) == "query" else "where"
        edits.insert(edits.end(node), f".{verb}({condition})")
    if not found:
        raise UnsaidError(f"{function.name} asks for its rows in a way that was not understood")


def _starts(program: Program, function: Function, model: str) -> list[tuple[ast.Call, ast.expr]]:
    """Return where a function begins queries of a model, and how it names that."""
    found = []
    for node in program.walk(function):
        if isinstance(node, ast.Call) and last_name(node.func) in _STARTS:
            said = (a for a in _models(program, function, node) if _is_of(a, model))
            found += [(node, one) for one in [next(said, None)] if one is not None]
    return found


def _models(program: Program, function: Function, start: ast.Call) -> list[ast.expr]:
    """Return what a query may select: what stands in it, and in the calls that follow."""
    found: list[ast.expr] = [n for a in start.args for n in ast.walk(a) if isinstance(n, ast.expr)]
    parents = {c: n for n in program.walk(function) for c in ast.iter_child_nodes(n)}
    node: ast.AST = start
    while isinstance(parent := parents.get(node), ast.Attribute | ast.Call):
        if isinstance(parent, ast.Call) and parent.func is not node:
            break
        if isinstance(parent, ast.Call) and last_name(parent.func) == "select_from":
            found += parent.args
        node = parent
    return found


def body_of(code: str, handler: Handler) -> str:
    """Return the statements of a handler in its edited module, moved to the left."""
    node = next(
        n
        for n in ast.walk(ast.parse(without_bom(code)))
        if isinstance(n, type(handler.node)) and n.lineno == handler.node.lineno
    )
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return textwrap.dedent(lines_of(code, body))
