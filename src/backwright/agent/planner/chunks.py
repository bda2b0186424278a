"""Cutting a list of fields into chunks at commas, brackets and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from backwright.agent.planner.attributes import Attribute
from backwright.agent.planner.drafts import snake
from backwright.agent.planner.lexicon import lexicon, pattern

_SEPARATOR = re.compile(
    r"(?P<open>\()|(?P<close>\))|(?P<colon>:)|(?P<dash>\s–\s)"
    r"|,\s*(?:and\b|plus\b|but\b|as well as\b|also\b)?|;|\.(?!\w)|\n|\s\+\s|[?!]"
    r"|\b(?P<reason>because|since|so that|so we|so they|in case|although|otherwise|as we|for the)\b(?!\s*[(:])"
    r"|\b(?:and|plus|as well as|along with|together with|in addition to|but|while)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"`[^`]+`|\"[^\"]+\"|'[^' ]+'|[A-Za-z][\w'-]*")


@dataclass
class Chunk:
    """A stretch between separators, with what was spotted in it."""

    text: str
    start: int
    depth: int
    attributes: list[Attribute] = field(default_factory=list)
    is_reason: bool = False
    opens: bool = False
    follows: bool = False

    def names(self) -> list[str]:
        """Return the words that name something: without what was spotted, and without filler."""
        rest = list(self.text)
        for one in self.attributes:
            for at in range(one.start - self.start, one.end - self.start):
                rest[at] = "\0"
        runs = [run for run in re.split("\0+", "".join(rest)) if run.strip()]
        named = [_trimmed(_WORD.findall(run)) for run in runs]
        if (
            self.attributes
            and named
            and named[0]
            and self.text.find(runs[0].strip()) <= self._first()
        ):
            return named[0]  # what stands behind its type is no part of the name
        return [word for words in named for word in words]

    def _first(self) -> int:
        """Return where the first attribute stands in the text."""
        return self.attributes[0].start - self.start


def joined_compounds(text: str) -> str:
    """Join names that are said in several words, so that no word of them is read as a type."""
    for one in lexicon("names")["compounds"]:
        text = pattern(rf"\b(?:{one})\b").sub(lambda m: snake(m[0]), text)
    return text


def _trimmed(words: list[str]) -> list[str]:
    """Return words without the filler at both ends."""
    filler = frozenset(lexicon("names")["filler"]["words"])
    while words and words[0].lower() in filler:
        words = words[1:]
    while words and words[-1].lower() in filler:
        words = words[:-1]
    return words


def chunks_of(text: str, spotted: Sequence[Attribute], *, follows: bool) -> Iterator[Chunk]:
    """Cut a text at separators that stand in no attribute."""
    depth, at, reason = 0, 0, False
    for match in [*_SEPARATOR.finditer(text), None]:
        if match and any(one.start <= match.start() < one.end for one in spotted):
            continue
        end = match.start() if match else len(text)
        inside = [one for one in spotted if at <= one.start and one.end <= end]
        if text[at:end].strip():
            opens = bool(match and (match["open"] or match["colon"]))
            yield Chunk(text[at:end], at, depth, inside, reason, opens, follows)
        if match:
            depth = max(0, depth + bool(match["open"]) - bool(match["close"]))
            at = match.end()
            follows = bool(match["open"] or match["colon"])
            reason = bool(match["reason"]) or (reason and match[0].strip() in ("and", ""))


def leads(chunk: Chunk) -> bool:
    """Tell whether a chunk begins with what it says of a field: `can be null until it is shipped`."""
    first = chunk.attributes[0]
    return not _trimmed(_WORD.findall(chunk.text[: first.start - chunk.start]))
