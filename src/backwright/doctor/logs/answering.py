"""Middleware that gives no answer, and templates that are asked for in the old order."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from backwright.doctor.edits import finished, rewritten, segment
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, called, keyword, literal
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_PROOF = "repeat the request"
_AWAITS_ANSWER = ("starlette/middleware/base.py", "starlette/routing.py")


@diagnosis
def nothing_answered(evidence: Evidence) -> Iterator[Cause]:
    """Tell which middleware returns nothing, where Starlette calls None as the answer."""
    for ground, raised, _ in evidence.raised(r"'NoneType' object is not callable"):
        last = raised.frames[-1].file.replace("\\", "/") if raised.frames else ""
        if not last.endswith(_AWAITS_ANSWER):
            continue
        for file, function in middleware(evidence):
            if may_end(function.body):
                yield Cause(
                    "logs", "middleware-no-answer",
                    f"the middleware {function.name} does not return the answer on every way through it",
                    (raised.text,), Place(file, function.lineno),
                    "return what `await call_next(request)` gave, and raise again what is caught", _PROOF,
                    repairs=_answering(evidence, file, function),
                    failure=ground.number, count=ground.count,
                )  # fmt: skip
                break


def middleware(evidence: Evidence) -> Iterator[tuple[str, ast.AsyncFunctionDef]]:
    """Yield the functions that pass a request on by `call_next`."""
    for file in evidence.sources.own:
        for node in evidence.sources.nodes(file):
            if isinstance(node, ast.AsyncFunctionDef) and _passes_on(node):
                yield file, node


def _passes_on(function: ast.AsyncFunctionDef) -> bool:
    last = function.args.args[-1].arg if function.args.args else ""
    return bool(last) and any(
        isinstance(one, ast.Call) and called(one) == last for one in nodes(*function.body)
    )


def may_end(body: Sequence[ast.stmt]) -> bool:
    """Tell whether statements can come to their end without returning or raising."""
    last = body[-1] if body else None
    if isinstance(last, ast.Return | ast.Raise):
        return isinstance(last, ast.Return) and last.value is None
    if isinstance(last, ast.If):
        return may_end(last.body) or may_end(last.orelse)
    if isinstance(last, ast.With | ast.AsyncWith):
        return may_end(last.body)
    if isinstance(last, ast.Try):
        if last.finalbody and not may_end(last.finalbody):
            return False
        way = last.orelse or last.body
        return may_end(way) or any(may_end(one.body) for one in last.handlers)
    return True


def _answering(evidence: Evidence, file: str, function: ast.AsyncFunctionDef) -> tuple[Repair, ...]:
    """Return the repair that returns the answer at the end, and raises again what was caught."""
    name = _answer(function)
    if name is None:
        return ()
    text = evidence.sources.text(file)
    lines = text.splitlines(keepends=True)
    added = [
        (one.body[-1], "raise") for around in nodes(*function.body) if isinstance(around, ast.Try)
        for one in around.handlers if may_end(one.body)
    ]  # fmt: skip
    added.append((function.body[-1], f"return {name}"))
    for node, words in sorted(
        added, key=lambda one: (-(one[0].end_lineno or 0), one[0].col_offset)
    ):
        lines.insert(node.end_lineno or node.lineno, f"{' ' * node.col_offset}{words}\n")
    return finished(file, text, "".join(lines))


def _answer(function: FunctionNode) -> str | None:
    """Return the name that the answer of `call_next` is given."""
    last = function.args.args[-1].arg
    for one in nodes(*function.body):
        value = one.value if isinstance(one, ast.Assign) else None
        inner = value.value if isinstance(value, ast.Await) else None
        if isinstance(one, ast.Assign) and isinstance(inner, ast.Call) and called(inner) == last:
            target = one.targets[0]
            return target.id if isinstance(target, ast.Name) else None
    return None


@diagnosis
def templates(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a template that is asked for by its name first, which Starlette 1 takes for the request."""
    for ground, raised, _ in evidence.raised(r"unhashable type: 'dict'|'str' object has no attribute '(?:scope|url_for)'"):  # fmt: skip
        call = evidence.sources.call_at(ground.place, "TemplateResponse")
        if call is None or ground.place is None or not isinstance(literal(call.args[0] if call.args else None), str):  # fmt: skip
            continue
        yield Cause(
            "logs", "template-order",
            "TemplateResponse takes the request first: the name of the template was taken for it",
            (raised.text,), Place(ground.place.file, call.lineno),
            'templates.TemplateResponse(request, "name.html", {…})', _PROOF,
            repairs=_request_first(evidence),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _request_first(evidence: Evidence) -> tuple[Repair, ...]:
    """Return the repairs of all calls that name the template first."""
    changes: dict[str, list[tuple[ast.expr, str]]] = {}
    for file, call in evidence.sources.calls("TemplateResponse"):
        if call.args and isinstance(literal(call.args[0]), str):
            name = segment(evidence, file, call.args[0])
            written = f"{_request(evidence, file, call)}, {name}"
            changes.setdefault(file, []).append((call.args[0], written))
    return tuple(one for file, made in changes.items() for one in rewritten(evidence, file, made))


def _request(evidence: Evidence, file: str, call: ast.Call) -> str:
    """Return the request as the context of a template names it."""
    context = call.args[1] if len(call.args) > 1 else keyword(call, "context")
    if isinstance(context, ast.Dict):
        for key, value in zip(context.keys, context.values, strict=True):
            if key is not None and literal(key) == "request":
                return segment(evidence, file, value)
    return "request"
