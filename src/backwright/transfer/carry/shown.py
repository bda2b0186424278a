"""Texts that show a row: `f"Item(id={self.id}, title={self.title})"` says what the row is called.

The first old field that a text shows gives way to the new row's label, the others go with the words
that announce them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import libcst as cst

from backwright.transfer.carry.items import named
from backwright.transfer.carry.marks import fields_in

Part = cst.BaseFormattedStringContent


@dataclass
class Shown:
    """One text being rewritten: the label's column, and the names of the old fields."""

    label: str
    name: Callable[[int], str]
    has_label: bool = False
    is_gap: bool = field(default=False)

    def string(self, node: cst.FormattedString) -> cst.FormattedString:
        """Return an f-string that shows the label in place of old fields."""
        parts: list[Part] = []
        for part in node.parts:
            numbers = fields_in(part)
            if isinstance(part, cst.FormattedStringExpression) and numbers:
                self._expression(parts, part, min(numbers))
            elif isinstance(part, cst.FormattedStringText) and self.is_gap:
                parts.append(part.with_changes(value=_without_close(part.value)))
                self.is_gap = False
            else:
                parts.append(part)
        return node.with_changes(parts=_joined(parts))

    def _expression(
        self, parts: list[Part], part: cst.FormattedStringExpression, number: int
    ) -> None:
        old = self.name(number)
        before = parts.pop() if parts and isinstance(parts[-1], cst.FormattedStringText) else None
        text = before.value if isinstance(before, cst.FormattedStringText) else ""
        if not self.has_label:
            self.has_label = True
            text = re.sub(rf"\b{old}(?=\s*[=:]\s*\W?$)", self.label, text)
            parts += [cst.FormattedStringText(text)] if text else []
            parts.append(named(part, dict.fromkeys(fields_in(part), self.label)))
            return
        self.is_gap = True
        text = re.sub(rf"[\s,;|/-]*(\b{old}\b)?\s*[=:]?\s*['\"\[<]?$", "", text)
        parts += [cst.FormattedStringText(text)] if text else []


def shown(
    node: cst.FormattedString | cst.ConcatenatedString, label: str, name: Callable[[int], str]
) -> cst.BaseExpression:
    """Return a text, in one piece or several, that shows a row of the new resource."""
    state = Shown(label, name)
    pieces = [state.string(p) if isinstance(p, cst.FormattedString) else p for p in _pieces(node)]
    kept = [p for old, p in zip(_pieces(node), pieces, strict=True) if not _is_empty(old, p)]
    return _concatenated(node, kept or pieces[:1])


def _is_empty(old: cst.BaseExpression, new: cst.BaseExpression) -> bool:
    """Tell whether a piece has lost all that it showed: only gaps and marks are left."""
    if not isinstance(old, cst.FormattedString) or not isinstance(new, cst.FormattedString):
        return False
    said = "".join(getattr(p, "value", "x") for p in new.parts)
    return bool(fields_in(old)) and re.fullmatch(r"[\s,;|/-]*", said) is not None


def _pieces(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    if isinstance(node, cst.ConcatenatedString):
        return [*_pieces(node.left), *_pieces(node.right)]
    return [node]


def _concatenated(
    node: cst.BaseExpression, pieces: Sequence[cst.BaseExpression]
) -> cst.BaseExpression:
    made = pieces[-1]
    between = (
        node.whitespace_between
        if isinstance(node, cst.ConcatenatedString)
        else cst.SimpleWhitespace(" ")
    )
    for piece in reversed(pieces[:-1]):
        made = cst.ConcatenatedString(left=piece, right=made, whitespace_between=between)  # type: ignore[arg-type]
    lpar, rpar = getattr(node, "lpar", ()), getattr(node, "rpar", ())
    return made.with_changes(lpar=lpar, rpar=rpar) if lpar else made


def _without_close(text: str) -> str:
    """Drop the quote or bracket that closed what is gone, unless it closes the whole."""
    return re.sub(r"^['\"\]](?=[\s,;)>])", "", text)


def _joined(parts: Sequence[Part]) -> list[Part]:
    made: list[Part] = []
    for part in parts:
        last = made[-1] if made else None
        if isinstance(part, cst.FormattedStringText) and not part.value:
            continue
        if isinstance(part, cst.FormattedStringText) and isinstance(last, cst.FormattedStringText):
            made[-1] = last.with_changes(value=last.value + part.value)
        else:
            made.append(part)
    return made
