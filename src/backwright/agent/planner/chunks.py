"""Cutting a list of fields into chunks at commas, brackets and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from backwright.agent.planner.attributes import Attribute
from backwright.agent.planner.drafts import Draft, known_kind, snake
from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.spec.names import pluralize, singularize

_SEPARATOR = re.compile(
    r"(?P<open>\()|(?P<close>\))|(?P<colon>:)|(?P<dash>\s–\s)"
    r"|,\s*(?:and\b|plus\b|but\b|as well as\b|also\b)?|;|\.(?!\w)|\n|\s\+\s|[?!]"
    r"|\b(?P<reason>because|since|so that|so we|so they|in case|although|otherwise|as we|for the)\b(?!\s*[(:])"
    r"|\b(?:and|plus|as well as|along with|together with|in addition to|but|while)\b",
    re.IGNORECASE,
)
_ASKING = frozenset({"when", "where", "who", "what", "how", "at"})  # `when (datetime)`
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
            at = _begin(match, spotted)
            follows = bool(match["open"] or match["colon"] or match["dash"])
            reason = bool(match["reason"]) or (reason and match[0].strip() in ("and", ""))


def _begin(separator: re.Match[str], spotted: Sequence[Attribute]) -> int:
    """Return where the next chunk begins: `, and indexed` is cut at the comma alone."""
    inside = [o.start for o in spotted if separator.start() < o.start < separator.end()]
    return min(inside, default=separator.end())


def leads(chunk: Chunk) -> bool:
    """Tell whether a chunk begins with what it says of a field: `can be null until it is shipped`."""
    first = chunk.attributes[0]
    return not _trimmed(_WORD.findall(chunk.text[: first.start - chunk.start]))


def before(chunk: Chunk) -> str:
    """Return what stands in a chunk before what it says of a field."""
    return chunk.text[: chunk.attributes[0].start - chunk.start] if chunk.attributes else ""


def is_called_after(draft: Draft, one: Attribute) -> bool:
    """Tell whether a field is called as what it refers to."""
    words = snake(str(one.values["thing"]))
    names = {words, singularize(words) or words, pluralize(words)}
    return draft.name in names or (singularize(draft.name) or draft.name) in names


def plain_noun(chunk: Chunk, drafts: Sequence[Draft]) -> str | None:
    """Return the name where it is a word that else only stands around names: `value as float`, `kind`."""
    if chunk.opens and chunk.text.strip() in _ASKING:
        return chunk.text.strip()
    match = re.match(
        r"(?i)\s*(?:an?\s+|the\s+|its\s+)?[`\"']?(value|type|kind|reference|data|range|limit|item|model|details|long|short|first|second|set|limit|order|start|end)\b[`\"']?\s*(?:$|\b(?:is|as|are)\b|(?=[\d]|\b))",
        chunk.text,
    )
    if not match or any(one.start - chunk.start < match.end(1) for one in chunk.attributes):
        return None
    rest = chunk.text[match.end(1) :].strip(" `\"'")
    if rest and not chunk.attributes:
        return None
    is_type = (
        match[1].lower() in ("type", "kind")
        and drafts
        and "type" not in drafts[-1].said
        and known_kind(drafts[-1].name) in (None, *(a.values.get("type") for a in chunk.attributes))
    )
    return None if is_type and rest else match[1].lower()


def stands_in(group: re.Match[str], chunk: Chunk) -> bool:
    """Tell whether the word for a group is a word of an attribute."""
    at = group.start() + chunk.start
    return any(
        one.start <= at < one.end
        and one.kind != "required"
        and group[0].lower() not in ("neither", "none", "both", "all")
        for one in chunk.attributes
    )


def is_of_several(chunk: Chunk) -> bool:
    """Tell whether a type stands in the plural: `start and end timestamps`."""
    types = [one for one in chunk.attributes if one.kind == "type"]
    if len(types) != 1 or chunk.opens or chunk.follows:
        return False
    said = chunk.text[types[0].start - chunk.start : types[0].end - chunk.start]
    return bool(
        re.search(
            r"(?i)(?:strings|integers|numbers|floats|decimals|dates|datetimes|time ?stamps|booleans|flags|urls|texts)$",
            said.strip(),
        )
    )
