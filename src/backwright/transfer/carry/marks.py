"""Marking: every word by which an exemplar's code speaks of its own fields gets a mark.

A mark stands in place of a field's name (`item.title` → `item.xbw12x0x`): it says the line and
which field. After marking, renaming cannot touch a field's name, a word that only looks like a
field (`FastAPI(title=…)`) is no longer mistaken for one, and what is left out can say where it was.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

import libcst as cst

from backwright.transfer.carry.types import Facts, Part

MARK = re.compile(r"xbw(\d+)x(\d+)x(e?)(r?)")
_QUERIES = (
    *("get", "find", "filter", "where", "exist", "has", "count", "check", "search", "select"),
    *("by_", "query", "order_by", "fetch", "one", "first", "lookup", "is_"),
)


def mark(line: int, field: int, kind: str = "") -> str:
    """Return the mark of a field on a line; `e` of the class of its values, `r` of its row."""
    return f"xbw{line}x{field}x{kind}"


@lru_cache(maxsize=100_000)
def fields_in(node: cst.CSTNode) -> frozenset[int]:
    """Return the fields that a tree speaks of."""
    return frozenset(int(m[2]) for m in MARK.finditer(code_of(node)))


@lru_cache(maxsize=100_000)
def code_of(node: cst.CSTNode) -> str:
    """Return a node's source; of an annotation, the type."""
    shown = node.annotation if isinstance(node, cst.Annotation) else node
    if isinstance(node, cst.Param):
        shown = cst.Parameters([node])
    return cst.Module([]).code_for_node(shown)


def field_of(text: str) -> int | None:
    """Return the field whose mark a whole word is."""
    match = MARK.fullmatch(text)
    return int(match[2]) if match and not match[3] else None


def is_enum(node: cst.CSTNode) -> bool:
    """Tell whether an expression is the class of a field's values."""
    match = MARK.fullmatch(node.value) if isinstance(node, cst.Name) else None
    return match is not None and bool(match[3])


def is_query(function: str) -> bool:
    """Tell whether a called name reads rows rather than making or changing one."""
    return function.rpartition(".")[2].lstrip("_").startswith(_QUERIES)


def unmarked(code: str, facts: Facts) -> str:
    """Return code in which every mark is the word that it stands for."""

    def word(match: re.Match[str]) -> str:
        old = facts.fields[int(match[2])]
        if match[3]:
            return str(old.enum or old.target)
        return str(old.relationship) if match[4] else old.name

    return MARK.sub(word, code)


def far_sides(parts: Sequence[Part], facts: Facts) -> frozenset[str]:
    """Return the attributes by which the owner has the exemplar's rows: the new ones', renamed."""
    names = "|".join(sorted(facts.structural)) or "-"
    pattern = (
        rf"\b(?:{names})\b[^\n=]*=\s*[Rr]elationship\([^#]*?back_populates\s*=\s*[\"'](\w+)[\"']"
    )
    models = [p.code for p in parts if p.role == "model"]
    return frozenset(n for code in models for n in re.findall(pattern, code))


def field_functions(parts: Sequence[Part], facts: Facts, keys: Collection[int] = ()) -> set[str]:
    """Return the functions whose name says that they are about one field.

    One whose field the new resource has, too, by the same name or as one that rows are found by
    (`keys`), is not among them: it is carried.
    """
    kept = facts.new_names | {facts.fields[number].name for number in keys}
    names = [f.name for f in facts.fields if f.name not in kept]
    found: set[str] = set()
    for part in parts:
        renaming = facts.renaming(part.code)
        for name in re.findall(r"^\s*(?:async )?def (\w+)", part.code, re.MULTILINE):
            if name.startswith("test_"):
                continue  # what a test is about shows in what it does
            if any(f"_{field}_" in f"_{name.strip('_')}_" for field in names):
                found.add(renaming.identifier(name))
    return found


def says_all(elements: Sequence[cst.DictElement], known: Sequence[cst.CSTNode]) -> bool:
    """Tell whether a dict only says something: `{"completed": "OK", "message": …}` is no row."""
    return all(isinstance(e.value, cst.SimpleString) for e in elements if e.key in known)


def lines_around(node: cst.CSTNode) -> Iterator[cst.EmptyLine | None]:
    """Yield the lines before and after what a node holds, and None behind each run of them."""
    first = node.header if isinstance(node, cst.Module) else getattr(node, "leading_lines", ())
    last = node.footer if isinstance(node, cst.Module | cst.IndentedBlock) else ()
    yield from (*first, None, *last, None)
