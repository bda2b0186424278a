"""Words of FastAPI's and OpenAPI's own: keywords and keys that name no field, whatever fields there are."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from backwright.transfer.carry.marks import code_of
from backwright.transfer.carry.statements import is_route

_CALLS = re.compile(
    r"(?:\w+\.)*(?:FastAPI|APIRouter|Depends|Security|Field|Query|Path|Body|Form|File|Header|Cookie"
    r"|include_router|api_route|websocket|add_api_route|add_api_websocket_route)"
)
_DOCUMENTS = frozenset(
    {
        *("responses", "openapi_extra", "openapi_tags", "openapi_examples", "examples"),
        *("json_schema_extra", "schema_extra", "contact", "license_info", "servers"),
        "openapi_external_docs",
    }
)
_ROWS = frozenset({"example", "value", "default", "const", "enum", "required"})
_ANSWERS = frozenset({"description", "model", "content", "headers", "links"})
_STATUS = re.compile(r"[\"']?[1-5](?:\d\d|XX)[\"']?|.*\bHTTP_\d{3}_\w+|HTTPStatus\.\w+(?:\.value)?")


def own_words(node: cst.CSTNode, noun: str) -> frozenset[cst.CSTNode]:
    """Return the calls of a tree whose keywords are FastAPI's, and the keys that are OpenAPI's.

    `@router.get("/", description=…)`, `Query(title=…)`, `responses={404: {"description": …}}`. Examples
    are rows, and the properties of a schema are fields.

    Args:
        node: the tree.
        noun: the exemplar's class, which may be called as something of FastAPI's is.
    """
    finder = _Finder(noun)
    node.visit(finder)
    return frozenset(finder.found)


class _Finder(cst.CSTVisitor):
    def __init__(self, noun: str) -> None:
        super().__init__()
        self.noun = noun
        self.found: set[cst.CSTNode] = set()

    def visit_Decorator(self, node: cst.Decorator) -> None:
        self.found |= {node.decorator} if is_route(node) else set()

    def visit_Call(self, node: cst.Call) -> None:
        name = code_of(node.func)
        if name != self.noun and _CALLS.fullmatch(name):
            self.found.add(node)

    def visit_Arg(self, node: cst.Arg) -> None:
        name = node.keyword.value if node.keyword else ""
        if name in _DOCUMENTS and (name != "examples" or _are_examples(node.value)):
            self.found |= set(_keys(node.value))

    def visit_Dict(self, node: cst.Dict) -> None:
        """Find answers by their status, also where they have a name: `NOT_FOUND = {404: {…}}`."""
        for element in _elements(node):
            said = {_raw(e.key) for e in _elements(element.value)}
            if said and said <= _ANSWERS and _STATUS.fullmatch(code_of(element.key)):
                self.found |= set(_keys(element.value))


def _keys(node: cst.BaseExpression) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.List | cst.Tuple):
        for item in node.elements:
            yield from _keys(item.value)
    if isinstance(node, cst.BinaryOperation):
        yield from (*_keys(node.left), *_keys(node.right))
    for element in _elements(node):
        name = _raw(element.key)
        yield element.key
        if name == "properties":
            for one in _elements(element.value):
                yield from _keys(one.value)
        elif name not in _ROWS and (name != "examples" or _are_examples(element.value)):
            yield from _keys(element.value)


def _are_examples(node: cst.BaseExpression) -> bool:
    """Tell whether examples have names, and a row each: `{"short": {"summary": …, "value": {…}}}`."""
    rows = [[_raw(e.key) for e in _elements(one.value)] for one in _elements(node)]
    return bool(rows) and all({"value", "externalValue", "$ref"} & set(row) for row in rows)


def _elements(node: cst.BaseExpression) -> list[cst.DictElement]:
    elements = node.elements if isinstance(node, cst.Dict) else ()
    return [e for e in elements if isinstance(e, cst.DictElement)]


def _raw(node: cst.CSTNode) -> str:
    return node.raw_value if isinstance(node, cst.SimpleString) else ""
