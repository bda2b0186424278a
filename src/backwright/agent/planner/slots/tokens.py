"""A statement as tokens: words, names, marks, and stretches that say something of a field."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from backwright.agent.planner.attributes import Attribute, spot
from backwright.agent.planner.chunks import joined_compounds
from backwright.agent.planner.lexicon import pattern
from backwright.agent.planner.slots.speech import is_verb, joins, qualifies, words

_TOKEN = re.compile(
    r"`(?P<code>[A-Za-z][\w -]*)`|\"(?P<quoted>[A-Za-z][\w -]*)\"|(?<!\w)'(?P<single>[A-Za-z][\w -]*)'(?!\w)"
    r"|(?P<word>[^\W\d_][\w]*(?:[-'/][^\W\d_][\w]*)*)|(?P<number>-?\d[\d.]*)|(?P<mark>\S)"
)
# `(text: string`, `(name str`, `(title, body`
_FIELD_BEHIND = pattern(r"\s*\(\s*[`\"']?[a-z]\w*[`\"']?\s*(?::|,|–|\s(?:<TYPE>)\b)")
_DASHES = "–—"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a name in a code span, a number, a mark, or what says something of a field.

    Attributes:
        kind: `word`, `code`, `number`, `mark`, `said`, or `group` for what stands in parentheses.
        text: Its words, without quotes.
        start: Where it begins in the statement.
        end: Where it ends.
        said: What it says of a field.
        inner: The tokens of a group.
    """

    kind: str
    text: str
    start: int
    end: int
    said: Attribute | None = None
    inner: tuple[Token, ...] = ()

    @property
    def low(self) -> str:
        """Its words in lower case."""
        return self.text.lower()

    @property
    def is_name(self) -> bool:
        """Whether it is written as the name of a field: in a code span, or with an underscore."""
        return (self.kind == "code" and self.text[0].islower()) or (
            self.kind == "word" and "_" in self.text and self.text[0].islower()
        )

    @property
    def is_word(self) -> bool:
        """Whether it is a word, be it a verb or not."""
        return self.kind in ("word", "verb")

    def is_mark(self, *marks: str) -> bool:
        """Tell whether it is one of these marks."""
        return self.kind == "mark" and self.text in marks


def tokens_of(text: str, forms: Collection[str]) -> tuple[str, tuple[Token, ...]]:
    """Return a statement as it is read, and its tokens; what stands in parentheses is one token.

    Args:
        text: The statement.
        forms: Every name of resources that can be referred to.
    """
    text = joined_compounds(text)
    spotted = [
        one for one in spot(text, forms) if not _is_code(text, one) and not _is_header(one, text)
    ]
    flat = list(_flat(text, spotted))
    return text, _nested(flat)


def _is_code(text: str, one: Attribute) -> bool:
    """Tell whether a word that could say something is a name in a code span."""
    before, after = text[max(0, one.start - 1) : one.start], text[one.end : one.end + 1]
    return before == after and before in ("`", '"', "'") and one.kind != "default"


def _flat(text: str, spotted: Sequence[Attribute]) -> Iterator[Token]:
    at = 0
    for one in spotted:
        yield from _words(text, at, one.start)
        said = text[one.start : one.end]
        depth = said.count("(") - said.count(")")
        named = _named_first(one, said)
        if named:
            yield Token("word", said[:named].strip(), one.start, one.start + named)
        if depth > 0:
            yield Token("mark", "(", one.start + named, one.start + named)
        yield Token("said", said[named:], one.start + named, one.end, one)
        if depth < 0:
            yield Token("mark", ")", one.end, one.end)
        at = one.end
    yield from _words(text, at, len(text))


def _named_first(one: Attribute, said: str) -> int:
    """Return how long the name is that a reference begins with: `order fk`."""
    thing, bare = str(one.values.get("thing", "")).lower(), said.lstrip()
    begins = (
        one.kind == "ref" and len(bare.rstrip()) > len(thing) and bare.lower().startswith(thing)
    )
    return len(thing) + len(said) - len(bare) if begins else 0


def _is_header(one: Attribute, text: str) -> bool:
    """Tell whether what was taken for a reference is a resource before its fields: `cool: Todo (text: string)`."""
    said = text[one.start : one.end].strip()
    return (
        one.kind == "ref"
        and said == one.values["thing"]
        and bool(_FIELD_BEHIND.match(text, one.end))
    )


def _words(text: str, start: int, end: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, start, end):
        kind = match.lastgroup or "mark"
        kind = "code" if kind in ("quoted", "single") else kind
        said = match[match.lastgroup or 0]
        yield Token(kind, "–" if said in _DASHES else said, match.start(), match.end())


def _nested(flat: Sequence[Token]) -> tuple[Token, ...]:
    """Return tokens in which each pair of parentheses is one; what is not closed closes at the end."""
    stack: list[list[Token]] = [[]]
    opened: list[int] = []
    for one in flat:
        if one.is_mark("(", "[", "{"):
            stack.append([])
            opened.append(one.start)
        elif one.is_mark(")", "]", "}"):
            if opened:
                _close(stack, opened, one.end)
        else:
            stack[-1].append(one)
    while opened:
        _close(stack, opened, flat[-1].end)
    return _with_verbs(stack[0])


def _close(stack: list[list[Token]], opened: list[int], end: int) -> None:
    inner = _with_verbs(stack.pop())
    stack[-1].append(Token("group", "", opened.pop(), end, None, inner))


def _with_verbs(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Return tokens of which those that are verbs where they stand say so."""
    found = list(tokens)
    for at, one in enumerate(tokens):
        before = found[at - 1] if at else None
        object_of = (
            before is not None
            and before.kind == "verb"
            and not (
                one.low.endswith(("ed", "ing"))
                or joins(before.text)
                or is_verb(before.text, "being")
            )
        )
        if not object_of and _is_verb_at(tokens, at):
            found[at] = replace(one, kind="verb")
    return tuple(found)


def _is_verb_at(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a token is a verb where it stands: `orders` in `users place orders` is none."""
    token = tokens[at]
    if token.kind != "word" or "_" in token.text:
        return False
    before = tokens[at - 1] if at else None
    if before is not None and before.low in words("persons"):
        return not joins(token.text) and not qualifies(token.text)
    if not is_verb(token.text) or (token.text[0].isupper() and before is not None):
        return False
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if before is None or before.kind in ("mark", "group"):
        return _orders(token, after)
    told = _by_what_stands_before(token, before)
    if told is not None:
        return told
    return _orders(token, after) if joins(before.text) else _by_what_follows(token, before, after)


def _by_what_stands_before(token: Token, before: Token) -> bool | None:
    """Tell whether a word is a verb behind another; None where that does not tell."""
    several = token.low.endswith("s") and not token.low.endswith("ss")
    if token.low in words("surely") and before.is_word:
        return True
    if before.low in ("has", "have", "had") and not token.low.endswith(("ed", "en")):
        return False
    if before.low in words("verbal"):
        return not (several and before.low in words("modals"))
    if before.kind == "word" and (before.low in words("nominal") or qualifies(before.text)):
        return False
    return None


def _orders(token: Token, after: Token | None) -> bool:
    """Tell whether a word that begins something orders it: `add a`, `store the`."""
    if after is None or token.low not in words("verbs"):
        return False
    makes = is_verb(token.text, "making") and after.kind in ("word", "code", "said")
    return makes or (after.kind == "word" and after.low in words("objects"))


def _by_what_follows(token: Token, before: Token, after: Token | None) -> bool:
    """Tell whether a word behind a noun is a verb: `a tag has`, `each supplier delivers`."""
    if before.kind in ("said", "number"):
        return is_verb(token.text, "being")
    if after is None or after.kind in ("group", "mark"):
        return False
    if after.said is not None:
        refers = after.said.kind in ("ref", "many") and token.low.endswith("s")
        return refers or is_verb(token.text, "having") or is_verb(token.text, "being")
    return token.low not in words("classes")


def is_noun(token: Token) -> bool:
    """Tell whether a token can be a word of a name where it stands."""
    return token.kind == "code" or (
        token.kind == "word" and not joins(token.text) and not qualifies(token.text)
    )
