"""The handlers of a module of routes: which endpoint each is for, by its decorator."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m

from backwright.transfer.carry.marks import code_of
from backwright.transfer.paths import verb_of

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Handler:
    """A handler of an endpoint: its decorator's router, method and path, and what it does."""

    node: cst.FunctionDef
    decorator: cst.Call
    router: str
    method: str
    path: str

    @property
    def verb(self) -> str | None:
        """Which of the five verbs it is."""
        return verb_of(self.method, self.path)

    @property
    def name(self) -> str:
        """The function's name."""
        return self.node.name.value

    @property
    def params(self) -> list[cst.Param]:
        """What it is given, in order."""
        return [*self.node.params.params, *self.node.params.kwonly_params]

    def option(self, name: str) -> str | None:
        """Return the code of a keyword of the decorator."""
        for arg in self.decorator.args:
            if arg.keyword and arg.keyword.value == name:
                return code_of(arg.value)
        return None


def handlers_in(tree: cst.Module) -> Iterator[Handler]:
    """Yield the handlers among a module's functions."""
    for node in tree.body:
        if not isinstance(node, cst.FunctionDef):
            continue
        for decorator in node.decorators:
            call = decorator.decorator
            if not m.matches(call, m.Call(func=m.Attribute())) or not isinstance(call, cst.Call):
                continue
            func = cst.ensure_type(call.func, cst.Attribute)
            path = _path(call)
            if func.attr.value in _METHODS and path is not None:
                yield Handler(node, call, code_of(func.value), func.attr.value, path)


def _path(call: cst.Call) -> str | None:
    named = [a for a in call.args if a.keyword and a.keyword.value == "path"]
    first = next((a for a in (*named, *call.args) if a in named or a.keyword is None), None)
    text = first.value if first else None
    value = text.evaluated_value if isinstance(text, cst.SimpleString) else None
    return value if isinstance(value, str) else None


def put_behind(tree: cst.Module, new: Sequence[cst.BaseStatement]) -> cst.Module:
    """Put definitions behind the last handler, as far apart as that stands from what is above."""
    body = list(tree.body)
    at = max(i for i, s in enumerate(body) if isinstance(s, cst.FunctionDef) and _decorated(s))
    lines = [line for line in body[at].leading_lines if line.comment is None]
    gap = lines or [cst.EmptyLine(indent=False)] * 2
    spaced = [new[0].with_changes(leading_lines=gap), *new[1:]]
    return tree.with_changes(body=[*body[: at + 1], *spaced, *body[at + 1 :]])


def _decorated(node: cst.FunctionDef) -> bool:
    return next(handlers_in(cst.Module([node])), None) is not None


def is_dependency(param: cst.Param, known: Collection[str]) -> bool:
    """Tell whether a parameter comes from a dependency or a header, not from path, query or body.

    Args:
        param: the parameter.
        known: the classes that the project defines: other names of types may hide a dependency.
    """
    code = code_of(param)
    if re.search(r"\b(?:Depends|Security|Header|Cookie)\(", code):
        return True
    kind = code_of(param.annotation.annotation) if param.annotation else ""
    last = kind.rpartition(".")[2]
    is_alias = last[:1].isupper() and "[" not in kind and param.default is None
    return is_alias and last not in known and last not in ("UUID", "Decimal", "Request", "Response")


def without_comma(param: cst.Param) -> cst.Param:
    """Return a parameter without the comma behind it."""
    return param.with_changes(comma=cst.MaybeSentinel.DEFAULT)


def bare(param: cst.Param) -> str:
    """Return the code of a parameter alone."""
    return code_of(without_comma(param)).strip()
