"""Which functions may be told the caller, because nothing runs them but what knows who that is."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backwright.transfer.grow.sources import last_name
from backwright.transfer.guarding.program import Function, Program
from backwright.transfer.guarding.touches import Scoper


@dataclass(frozen=True)
class Chain:
    """The functions that are scoped in their queries.

    Attributes:
        program: The host.
        handlers: The handlers that are.
        functions: They, and what they run down to the queries.
    """

    program: Program
    handlers: frozenset[Function]
    functions: frozenset[Function]

    def calls(self, function: Function) -> Iterator[tuple[ast.Call, Function]]:
        """Yield the calls by which a function passes the caller on."""
        for call, found in self.program.callees(function):
            for one in found[:1]:
                if set(found) & self.functions and one not in self.program.dependencies:
                    yield call, one


def chains_of(program: Program, scoper: Scoper, handlers: Sequence[Function]) -> Chain:
    """Return what can be scoped in its queries: of handlers that share none with others.

    Args:
        program: the host.
        scoper: knows the places that are to be scoped.
        handlers: those whose rows are to be the caller's own.
    """
    every = {f: _run_by(program, f) for f in program.functions}
    chosen = set(handlers)
    while True:
        chain = _chain(every, scoper, chosen)
        outside = {f for f in every if f not in chain}
        shared = {one for f in outside for one in every[f] if one in chain}
        lost = {h for h in chosen if h not in chain or _reaches(every, h, shared)}
        if not lost:
            return Chain(program, frozenset(chosen), frozenset(chain))
        chosen -= lost


def _chain(
    every: dict[Function, set[Function]], scoper: Scoper, chosen: set[Function]
) -> set[Function]:
    """Return the functions between some handlers and the queries that they reach."""
    reached = {one for handler in chosen for one in _all(every, handler)}
    chain = {one for one in reached if scoper.touches(one)}
    while more := {one for one in reached - chain if every[one] & chain}:
        chain |= more
    return chain


def _reaches(every: dict[Function, set[Function]], handler: Function, some: set[Function]) -> bool:
    return bool(_all(every, handler) & some)


def _all(every: dict[Function, set[Function]], first: Function) -> set[Function]:
    waiting, found = [first], {first}
    while waiting:
        fresh = every.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return found


def _run_by(program: Program, function: Function) -> set[Function]:
    """Return what a function runs: by calls, by giving it away, and by asking for it."""
    found = {one for _, targets in program.callees(function) for one in targets}
    found |= {one for _, one in program.given(function)}
    node = function.node
    for one in [*ast.walk(node.args), *(n for d in node.decorator_list for n in ast.walk(d))]:
        if isinstance(one, ast.Call) and last_name(one.func) in ("Depends", "Security"):
            target = program.function_of(function.path, one.args[0]) if one.args else None
            found |= {target} if target else set()
    return found
