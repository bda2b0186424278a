"""Quotes: what is written anew stands in those of its file, what was carried in its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import libcst as cst

from backwright.source.text import without_bom
from backwright.transfer.carry.items import replaced
from backwright.transfer.carry.marks import code_of

_PLAIN = re.compile(r"(?P<prefix>[A-Za-z]*)(?P<quote>['\"])(?P<inner>[^'\"]*)(?P=quote)")
_OTHER = {"'": '"', '"': "'"}
_FEW = 5  # one in so many is an exception to a file's habit, more of them are a habit, too


def in_own_quotes(trees: Sequence[cst.Module], first: Sequence[cst.Module]) -> list[cst.Module]:
    """Return trees whose new strings have the quotes that those of the exemplar's file have.

    A file without any string has the habit of the others; one with both has none.

    Args:
        trees: what was made.
        first: the exemplar's trees, whose strings are left as their people wrote them.
    """
    known = [_strings(tree) for tree in first]
    usual = _habit(sum(known, Counter[str]()))
    made = []
    for tree, strings in zip(trees, known, strict=True):
        quote = _habit(strings) if strings else usual
        made.append(_quoted(tree, set(strings), quote) if quote else tree)
    return made


def in_quotes_of(file: str, code: str) -> str:
    """Return code that is put into a file in the quotes that the file has.

    Raises:
        libcst.ParserSyntaxError: one of both is not Python.
    """
    first = cst.parse_module(without_bom(file))
    return in_own_quotes([cst.parse_module(code)], [first])[0].code


def _quoted(tree: cst.Module, known: set[str], quote: str) -> cst.Module:
    changed: dict[cst.CSTNode, cst.CSTNode] = {}
    for node in _found(tree):
        match = _PLAIN.fullmatch(code := code_of(node))
        if match and match["quote"] != quote and code not in known:
            text = f"{match['prefix']}{quote}{match['inner']}{quote}"
            changed[node] = cst.parse_expression(text)
    return replaced(tree, changed.get) if changed else tree


def _habit(strings: Counter[str]) -> str | None:
    votes = Counter[str]()
    for code, count in strings.items():
        if match := _PLAIN.fullmatch(code):
            votes[match["quote"]] += count
    quote = max(_OTHER, key=lambda q: votes[q])
    return quote if votes[_OTHER[quote]] * _FEW <= votes[quote] and votes[quote] else None


def _strings(tree: cst.Module) -> Counter[str]:
    return Counter(code for node in _found(tree) if _PLAIN.fullmatch(code := code_of(node)))


def _found(tree: cst.Module) -> list[cst.CSTNode]:
    finder = _Finder()
    tree.visit(finder)
    return finder.found


class _Finder(cst.CSTVisitor):
    """Finds the strings of a module; those within an f-string depend on its quotes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[cst.CSTNode] = []

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        self.found.append(node)

    def visit_FormattedString(self, node: cst.FormattedString) -> bool:
        self.found.append(node)
        return False
