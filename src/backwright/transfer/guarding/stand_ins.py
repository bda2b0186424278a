"""Functions of tests that stand for the host's own: they are told of the caller as those are."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from backwright.transfer.grow.sources import FunctionNode, last_name
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.passing import append_parameter
from backwright.transfer.guarding.program import Function

_PUTTING = ("setattr", "patch", "object")
_AS = ("new", "side_effect")

StandIn = FunctionNode | ast.Lambda


def let_be_told(path: str, tree: ast.Module, told: Collection[str], edits: Edits, user: str) -> int:
    """Give each stand-in of a function that is told of the caller now that parameter, too.

    Args:
        path: the module of tests.
        tree: its tree.
        told: the names of those functions.
        edits: the edits of the module.
        user: the parameter.

    Returns:
        How many there are.
    """
    found = {node: None for node, name in stand_ins(tree) if name in told and _needs(node, user)}
    for node in found:
        _add(path, node, edits, user)
    return len(found)


def stand_ins(tree: ast.Module) -> Iterator[tuple[StandIn, str]]:
    """Yield each function that is put in the place of another, and the name of that one."""
    for function, call in _calls(tree, ()):
        if last_name(call.func) not in _PUTTING:
            continue
        said = [a.value for a in call.args if isinstance(a, ast.Constant)]
        names = [one.rpartition(".")[2] for one in said if isinstance(one, str)]
        put = [*call.args[1:], *(k.value for k in call.keywords if k.arg in _AS)]
        for value in put if names else ():
            if isinstance(value, ast.Lambda):
                yield value, names[-1]
            elif isinstance(value, ast.Name) and (node := _defined(tree, function, value.id)):
                yield node, names[-1]


def _calls(
    node: ast.AST, within: tuple[FunctionNode, ...]
) -> Iterator[tuple[tuple[FunctionNode, ...], ast.Call]]:
    """Yield each call with the functions that it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield within, child
        yield from _calls(child, (*within, child) if isinstance(child, FunctionNode) else within)


def _defined(tree: ast.Module, within: tuple[FunctionNode, ...], name: str) -> FunctionNode | None:
    """Return the function that a name means: of the innermost function that defines it."""
    for place in (*reversed(within), tree):
        for node in place.body:
            if isinstance(node, FunctionNode) and node.name == name:
                return node
    return None


def _needs(node: StandIn, user: str) -> bool:
    args = node.args
    names = {one.arg for one in (*args.posonlyargs, *args.args, *args.kwonlyargs)}
    return args.kwarg is None and user not in names


def _add(path: str, node: StandIn, edits: Edits, user: str) -> None:
    if isinstance(node, FunctionNode):
        is_typed = any(one.annotation for one in node.args.args)
        said = f"{user}: object = None" if is_typed else f"{user}=None"
        append_parameter(Function(path, node), edits, said)
        return
    args = node.args
    ends = [edits.end(one) for one in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    ends += [edits.end(one) for one in (*args.defaults, *args.kw_defaults, args.vararg) if one]
    if ends:
        edits.insert(max(ends), f", {user}=None")
    else:
        edits.insert(edits.start(node) + len("lambda"), f" {user}=None")
