"""Docstrings that list what a row has: what the new resource lacks is not said of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

import libcst as cst

from backwright.spec.names import split_words
from backwright.transfer.carry.items import replaced
from backwright.transfer.carry.types import Facts

Words = frozenset[str]
# "…, including status, ownership, and timestamps."; "a task with a title and a status"
_LIST = re.compile(
    r"(?P<lead>,?\s+(?:including|such\s+as|like|e\.g\.,?|with|containing|consisting\s+of)\s+)"
    r"(?P<items>[^.;:()!?]+?)(?P<end>\s*(?:[.;:()!?]|\n\s*\n|$))"
)
_BETWEEN = re.compile(r"\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+")
_EMPTY_WORDS = frozenset(
    ["a", "an", "the", "its", "their", "his", "her", "own", "optional", "of", "is", "has"]
)
_SHORT = 4  # words of a description that is a name; longer ones speak of other things, too
_ABOUT = ("description", "title", "comment", "doc", "help", "help_text", "label")


def with_true_lists(
    trees: Sequence[cst.Module], codes: Sequence[str], facts: Facts
) -> list[cst.Module]:
    """Return trees whose docstrings do not count what the new resource lacks among what it has.

    A field is named by its own name, or by the words with which its declaration describes it:
    `is_done: bool = Field(False, description="Completion status")` is the "status" of a task.

    Args:
        trees: what was made.
        codes: the exemplar's code, which describes its fields.
        facts: what the fields are.
    """
    lost = [_words(f.name) for f in facts.fields if f.name not in facts.new_names]
    told = [_words(text) for code in codes for text in _descriptions(code, facts)]
    told = [words for words in told if len(words) <= _SHORT]
    kept = [_words(name) for name in (*facts.new_names, *facts.structural)]
    lists = _Lists(frozenset(lost), frozenset(told), frozenset().union(*kept), _nouns(facts))

    def true(node: cst.CSTNode) -> cst.CSTNode | None:
        if not isinstance(node, cst.Expr) or not isinstance(node.value, cst.SimpleString):
            return None
        text = node.value.raw_value
        made = _LIST.sub(lists.without_lost, text)
        value = node.value.with_changes(value=node.value.value.replace(text, made, 1))
        return node.with_changes(value=value) if made != text else None

    return [replaced(tree, true) for tree in trees]


def _nouns(facts: Facts) -> Words:
    return _words(facts.old.human) | _words(facts.new.human)


def _words(text: str) -> Words:
    """Return the words of a name or a phrase in the singular, without those that say nothing."""
    found = (word.lower() for part in re.findall(r"\w+", text) for word in split_words(part))
    return frozenset(word.removesuffix("s") for word in found if word not in _EMPTY_WORDS)


def _descriptions(code: str, facts: Facts) -> Iterator[str]:
    """Yield how the declarations of fields that the new resource lacks describe them."""
    lost = {f.name for f in facts.fields} - facts.new_names
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        if not {t.id for t in targets if isinstance(t, ast.Name)} & lost:
            continue
        for one in ast.walk(node):
            if isinstance(one, ast.keyword) and one.arg in _ABOUT:
                yield from _text(one.value)


def _text(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


class _Lists:
    def __init__(
        self, names: frozenset[Words], descriptions: frozenset[Words], kept: Words, nouns: Words
    ) -> None:
        self.names = names
        self.descriptions = descriptions
        self.kept = kept
        self.nouns = nouns

    def without_lost(self, match: re.Match[str]) -> str:
        """Return a list without what is lost; nothing, where that is all there was."""
        items = _BETWEEN.split(match["items"])
        kept = [i for i, item in enumerate(items) if not self._is_lost(item)]
        if len(kept) == len(items):
            return match[0]
        if not kept:
            return match["end"]
        return f"{match['lead']}{_joined(match['items'], items, kept)}{match['end']}"

    def _is_lost(self, item: str) -> bool:
        """Tell whether an item is a lost field: by its whole name, or by a part of how it is told."""
        said = _words(item) - self.nouns
        if not said or said & self.kept:
            return False
        return said in self.names or any(said <= told for told in self.descriptions)


def _joined(text: str, items: Sequence[str], kept: Sequence[int]) -> str:
    """Return the items that are kept as the list had them, each on a new line that began there."""
    between = [m[0] for m in _BETWEEN.finditer(text)]
    last = next((b for b in reversed(between) if re.search(r"\b(?:and|or)\b", b)), "")
    word = re.search(r"\b(?:and|or)\b", last)
    made, broken = "", ""
    for index, item in enumerate(items):
        before = between[index - 1] if index else ""
        broken = broken or "".join(re.findall(r"\r?\n\s*", before)[:1])
        if index not in kept:
            continue
        if made:
            is_last = index == kept[-1] and word is not None
            comma = "" if is_last and (len(kept) == 2 or "," not in last) else ","
            made += f"{comma}{broken or ' '}{f'{word[0]} ' if is_last and word else ''}"
        made, broken = made + item, ""
    return made
