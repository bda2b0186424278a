"""Evaluating expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from backwright.project.interpret import calls, comparisons, core, items, lookup, operators
from backwright.project.interpret.core import evaluate
from backwright.project.interpret.knowing import elements, text, truth
from backwright.project.interpret.limits import bounded, is_wide
from backwright.project.interpret.values import (
    NATIVE,
    Frame,
    ImportRef,
    Unknown,
    doubted,
    either,
    is_external,
    settle,
    why_unknown,
)
from backwright.project.interpret.world import unknown_variable


def _constant(node: ast.Constant, frame: Frame) -> object:  # noqa: ARG001
    return node.value


def _name(node: ast.Name, frame: Frame) -> object:
    value = frame.names.get(node.id, frame)  # the frame itself stands for: not there
    if value is frame or isinstance(value, ImportRef):
        return lookup.name(frame, node.id)
    return value


def _attribute(node: ast.Attribute, frame: Frame) -> object:
    return core.attribute(evaluate(node.value, frame), node.attr, frame)


def _call(node: ast.Call, frame: Frame) -> object:
    callee = evaluate(node.func, frame)
    args: list[object] = []
    kwargs: dict[str, object] = {}
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            args.extend(_starred(evaluate(argument.value, frame), frame))
        else:
            args.append(evaluate(argument, frame))
    for keyword in node.keywords:
        value = evaluate(keyword.value, frame)
        if keyword.arg is not None:
            kwargs[keyword.arg] = value
        elif isinstance(settle(value), dict):
            known: dict[object, object] = settle(value)  # type: ignore[assignment]
            kwargs.update({str(key): one for key, one in known.items()})
        elif frame.world.witness is not None:
            kwargs["**"] = value
    return core.call_value(callee, args, kwargs, frame, node)


def _starred(value: object, frame: Frame) -> list[object]:
    known = elements(value)
    if known is not None:
        return known
    return [] if frame.world.witness is None else [value]


def _formatted(node: ast.JoinedStr, frame: Frame) -> object:
    parts: list[str] = []
    values: list[object] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
            continue
        value = evaluate(part.value, frame) if isinstance(part, ast.FormattedValue) else None
        values.append(value)
        shown = text(value)
        if shown is None:
            return Unknown(why_unknown(value))
        if isinstance(part, ast.FormattedValue) and part.format_spec is not None:
            shown = _format(settle(value), part.format_spec, frame) or shown
        parts.append(repr(shown) if getattr(part, "conversion", -1) == ord("r") else shown)
    return doubted(bounded("".join(parts)), *values)


def _format(value: object, spec: ast.expr, frame: Frame) -> str | None:
    rule = evaluate(spec, frame)
    if not isinstance(rule, str) or len(rule) >= 12 or is_wide(rule, whole=True):
        return None
    try:
        return format(value, rule)
    except (TypeError, ValueError):
        return None


def _binary(node: ast.BinOp, frame: Frame) -> object:
    left, right = evaluate(node.left, frame), evaluate(node.right, frame)
    witness = frame.world.witness
    if witness is not None and isinstance(node.op, (ast.BitAnd, ast.BitOr)):
        told = witness.combined(left, right, either=isinstance(node.op, ast.BitOr))
        if told is not None:
            return told
    return operators.combine(left, node.op, right)


def _boolean(node: ast.BoolOp, frame: Frame) -> object:
    stops = isinstance(node.op, ast.Or)
    possible: list[object] = []
    for operand in node.values:
        value = evaluate(operand, frame)
        verdict = truth(value)
        if verdict is stops:
            return either([*possible, value]) if possible else value
        if verdict is None or operand is node.values[-1]:
            possible.append(value)
    if possible and all(truth(one) is (not stops) for one in possible):
        return possible[-1]
    return either(possible)


def _unary(node: ast.UnaryOp, frame: Frame) -> object:
    value = evaluate(node.operand, frame)
    if isinstance(node.op, ast.Not):
        verdict = truth(value)
        if verdict is not None:
            return not verdict
        told = frame.world.witness.negated(value) if frame.world.witness is not None else None
        return Unknown("a condition is not known") if told is None else told
    if isinstance(value, (int, float)):
        return -value if isinstance(node.op, ast.USub) else value
    return Unknown(why_unknown(value))


def _compare(node: ast.Compare, frame: Frame) -> object:
    left = evaluate(node.left, frame)
    verdict: object = True
    for sign, operand in zip(node.ops, node.comparators, strict=True):
        right = evaluate(operand, frame)
        witness = frame.world.witness
        verdict = witness.compared(left, sign, right) if witness is not None else None
        if verdict is None:
            verdict = _is_set(left, sign, right, frame)
        if verdict is None:
            verdict = comparisons.compare(left, sign, right)
        if verdict is not True:
            return verdict
        left = right
    return verdict


def _is_set(name: object, sign: ast.cmpop, environment: object, frame: Frame) -> object:
    """Tell whether the environment has a variable; one that nobody gave is taken as not set."""
    asks = isinstance(sign, (ast.In, ast.NotIn)) and is_external(environment, "environ")
    if not asks or not isinstance(name, str):
        return None
    if frame.world.environment(name) is not None:
        return isinstance(sign, ast.In)
    return True if isinstance(sign, ast.NotIn) else unknown_variable(name)


def _conditional(node: ast.IfExp, frame: Frame) -> object:
    verdict = truth(evaluate(node.test, frame))
    if verdict is None:
        return either([evaluate(node.body, frame), evaluate(node.orelse, frame)])
    return evaluate(node.body if verdict else node.orelse, frame)


def _sequence(node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> object:
    values: list[object] = []
    for element in node.elts:
        if isinstance(element, ast.Starred):
            values.extend(elements(evaluate(element.value, frame)) or [])
        else:
            values.append(evaluate(element, frame))
    if isinstance(node, ast.List):
        return values
    return tuple(values) if isinstance(node, ast.Tuple) else _set(values)


def _set(values: list[object]) -> object:
    try:
        return dict.fromkeys(values).keys() and list(dict.fromkeys(values))
    except TypeError:
        return values


def _dictionary(node: ast.Dict, frame: Frame) -> object:
    result: dict[object, object] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        known = settle(evaluate(value, frame))
        if key is None:
            if isinstance(known, dict):
                result.update(known)
            continue
        name = settle(evaluate(key, frame))
        try:
            result[name] = known
        except TypeError:
            continue
    return result


def one_of(iterated: object, frame: Frame) -> object:
    """Return an element of what is not known."""
    told = frame.world.witness.element(iterated) if frame.world.witness is not None else None
    return Unknown("it comes out of a loop not followed") if told is None else told


def _comprehension(
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, frame: Frame
) -> object:
    results: list[object] = []
    mapping: dict[object, object] = {}
    inner = Frame(frame.world, frame.module, {}, "function", frame.qualname, frame)
    inner.owner, inner.receiver = frame.owner, frame.receiver

    def run(level: int) -> None:
        if level == len(node.generators):
            if isinstance(node, ast.DictComp):
                key = settle(evaluate(node.key, inner))
                if isinstance(key, NATIVE):
                    mapping[key] = evaluate(node.value, inner)
            else:
                results.append(evaluate(node.elt, inner))
            return
        generator = node.generators[level]
        iterated = evaluate(generator.iter, inner)
        known = elements(iterated)
        for element in [one_of(iterated, frame)] if known is None else known:
            if not frame.world.spend():
                return
            lookup.assign(generator.target, element, inner)
            if all(truth(evaluate(test, inner)) is not False for test in generator.ifs):
                run(level + 1)

    run(0)
    return mapping if isinstance(node, ast.DictComp) else results


def _subscript(node: ast.Subscript, frame: Frame) -> object:
    value = settle(evaluate(node.value, frame))
    if isinstance(node.slice, ast.Slice):
        return _sliced(value, node.slice, frame)
    return items.item(value, evaluate(node.slice, frame), frame)


def _sliced(value: object, node: ast.Slice, frame: Frame) -> object:
    if not isinstance(value, (str, list, tuple)):
        return Unknown(why_unknown(value))
    bounds: list[int | None] = []
    for part in (node.lower, node.upper, node.step):
        bound = settle(evaluate(part, frame))
        if bound is not None and not isinstance(bound, int):
            return Unknown("a part of it is not known")
        bounds.append(bound)
    return value[slice(*bounds)] if bounds[2] != 0 else Unknown("a step of zero")


def _lambda(node: ast.Lambda, frame: Frame) -> object:
    return calls.make_function(node, "<lambda>", frame)


def _walrus(node: ast.NamedExpr, frame: Frame) -> object:
    value = evaluate(node.value, frame)
    lookup.assign(node.target, value, frame)
    return value


def _inner(node: ast.Await | ast.Starred | ast.YieldFrom, frame: Frame) -> object:
    return evaluate(node.value, frame)


def _yield(node: ast.Yield, frame: Frame) -> object:
    frame.returned.append(evaluate(node.value, frame))
    return Unknown("it is sent into a generator")


EXPRESSIONS: dict[type[ast.AST], Callable[[Any, Frame], object]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.JoinedStr: _formatted,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.IfExp: _conditional,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dictionary,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.Subscript: _subscript,
    ast.Lambda: _lambda,
    ast.NamedExpr: _walrus,
    ast.Await: _inner,
    ast.Starred: _inner,
    ast.YieldFrom: _inner,
    ast.Yield: _yield,
}
