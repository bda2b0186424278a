"""Cutting a text into clauses: each asks for one thing, says more of it, or is said in passing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.fieldlist import read_list
from backwright.agent.planner.lexicon import pattern
from backwright.agent.planner.wording import without_courtesy
from backwright.spec.names import singularize

_SENTENCE = re.compile(
    r"(?<![A-Z0-9])\.(?=\s|$)|\.(?=\s+[A-Z])|(?<=[a-z0-9)\]\"'`])[.](?=\s|$)|[?!]+(?=\s|$)|;|\n\s*(?:[-*•]\s+|\d+[.)]\s+|[a-h][.)]\s+)?"
)
_CONNECTOR = (
    r"(?:\s*[,:–]\s*(?:and\b|then\b|plus\b|also\b|but\b|finally\b|afterwards\b|next\b|so\b)?|\s+(?:and|then|plus|but)\b)"
    r"(?:\s*,?\s*(?:then|also|finally|afterwards|after (?:that|this|which)|next|please|in the end|at the end|lastly|when (?:that|it) is (?:done|up|there)|"
    r"once (?:that|it) is (?:done|up|there|in)|subsequently|in addition|additionally|when done|could you|can you|would you|maybe|just|directly|right away|i want you to|you should|i need you to)\b)*\s*,?\s*"
)
_ACT = r"(?P<act><VERB>)\b"
_NOUNS_TOO = frozenset(
    [
        "link",
        "index",
        "test",
        "check",
        "limit",
        "list",
        "version",
        "page",
        "order",
        "book",
        "report",
        "print",
        "mail",
        "email",
        "show",
        "store",
        "host",
        "review",
        "audit",
        "change",
        "model",
        "set",
        "name",
        "cat",
        "draw",
        "plan",
        "move",
        "start",
        "include",
        "split",
        "take",
        "push",
        "run",
        "release",
        "join",
        "tie",
        "debug",
        "try",
        "guard",
        "message",
        "text",
        "record",
        "note",
        "stop",
        "turn",
        "switch",
        "write",
    ]
)
_AS_VERB = pattern(
    r"^\s+(?:(?!and\b|or\b)(?:the|an?|it|them|all|every|each|that|whether|if|this|these|those|our|my|your|some|any|me|us|for|on|over|up|out|in|off|down|back|what|who|how|which|once|through|into|also|[A-Z]\w+|\w+s\b|/|GET|POST|https?:|jwt|cors|auth|tests?|user))"
)
_OPENED = pattern(r"^(?:when|once|after|as soon as|if|before)\b[^,]{3,60},\s*(?=(?:<VERB>)\b)")
_PLUS = re.compile(r"\s*,?\s*\b(?:plus|as well as|along with|together with|and also|and)\s+(?=(?:an?|the|some)\s+(?:\w+\s+){0,3}(?:screen|page|dashboard|ui|gui|form|front ?-?end|app|panel|website|interface|button|pipeline|deployment|docker\w*|newsletter|chart|script|widget|logo)\b)", re.IGNORECASE)  # fmt: skip
_ASKED_TOO = re.compile(
    r"\s*[,:]\s*(?:and\s+)?(?=(?:can|could|does|do|is|are|will) (?:one|an?|any|all|the|every|each|some|our|my|users?|people|somebody|someone) )|\s+and\s+(?=(?:can|could) (?:one|an?|any|users?|people|somebody|someone|they) )",
    re.IGNORECASE,
)
_A_PHRASE = 3
_THEN = re.compile(
    r"\s*,?\s*(?:and\s+)?(?:then|(?<=,)\s*(?:second|third|next|finally|last)(?:ly)?)\s+(?=(?:an?|the|another)\s|(?:pagination|paging|cors|versioning|rate[- ]limit\w*|tests?|an audit|authentication|auth)\b)",
    re.IGNORECASE,
)
# `try to fetch, patch | and delete …`: the verbs share their object
_COORDINATED = re.compile(
    r"(?i)\b(?:(?:try|tries|trying|attempts?|able|allowed)\s+to|can|could|may|cannot|not|ever)(?:\s+(?:only|just|also|always|never))?\s+[a-z]+(?:\s*,\s*[a-z]+)*\s*$"
)
# `write | and run tests`: the object of both stands behind the second
_BARE = pattern(r"^\s*(?:\w+\s+)?(?:<VERB>)\s*$")
_STATES = re.compile(
    r"(?i)\s*(?:i|we|you|they|people|users|customers|clients|everybody|everyone|our|my|there)\b"
)
_HAVING = re.compile(r"(?i)\b(?:has|have|belongs?|needs?)\b")
_SUBJECT = re.compile(
    r"(?i),\s*(?:and\s+)?((?:an?\s+|each\s+|every\s+)?(?!(?:it|they|which|that|this|who|each|one|and|also|we|you|i|users?|should|must|can)\b)[a-z]+s?"
    r"\s+(?:has|have)\s+(?:an?|the|one|two|exactly|\w+_\w+)\b)"
)
_HEADER = re.compile(
    r"(?:^|(?<=[,;.)(:–])|\band|\bplus|\bwith|\bfor)\s*((?:an?\s+|the\s+)?(?!(?:and|plus|with|for|or)\b)(?:(?!(?:and|plus|with|for|has|have|or)\b)[A-Za-z][\w-]*\s+){0,2}[A-Za-z][\w-]*)\s*(\()"
)

_STORY = (
    r"^(?P<story>(?!\s*(?:<VERB>|<ADD>|please|can you|could you)\b)[^:;()]{10,160}?),\s*(?:and\s+)?(?:so|hence|therefore|thus|(?:which|that) is why)\s+"
    r"(?=(?:i|we)\s+(?:also\s+)?(?:want|need|would like)\s+(?!(?:it|them|that|this|those|to)\b)|there (?:should|must|has to|ought to)\b"
    r"|(?:please )?(?:an?|one|the) (?:new |extra |additional |optional )*(?:field|column|attribute)s? "
    r"|(?:the |every |each |an? )?[a-z]\w+ (?:needs?|gets?|has to have|should (?:get|have)|must (?:get|have)|(?:should|must|has to|needs to) be able to (?:have|hold|carry|remember|store|know|keep|save))\s+(?!(?:it|them|that|this|those|to)\b))"
)
# `People want to tell us what broke. So we need …`
_SO = re.compile(
    r"(?<![^.!\n])(?P<story>[^.!?\n:;()]{10,160})\.\s+(?:So|Hence|Therefore),?\s+(?=(?:we|I) (?:need|want)\b)"
)
_DISMISSED = (
    r"^(?P<story>\s*(?:please )?(?:forget|never mind|leave out|leave aside|skip|no need for|do not (?:bother|worry) (?:with|about))\b"
    r"(?!.*\b(?:rule|instruction|test|check|safety|sandbox|staging)s?\b)[^:;]{3,80}?):\s*(?=\S)"
)
_LEAD = r"^(?P<story>\s*there (?:should|must|has to|ought to) be\b[^:;()]{3,80}):\s*(?=(?:an?\s+|the\s+|new\s+)*<RESOURCE>:?\s+\w+)"
# `comments under tasks: new resource Comment with …`, `no uploads, the metadata: Attachment with …`
_LABELLED = (
    r"^(?P<story>\s*(?!(?:<VERB>|<ADD>)\b|(?:new )?(?:project|api|backend|service)\b|[A-Z]\w+\s*:)[^:;()]{3,90}):\s*"
    r"(?=(?:(?:<ADD>)\s+)?(?:an?\s+|the\s+|new\s+|one\s+)+<RESOURCE>\s+(?:called |named )?[`\"]?(?-i:[A-Z])\w+|(?-i:[A-Z][a-z]\w+)\s*(?:\s(?:with|has)\b|:\s*[a-z_]+\s*[(:,]))"
)
# `Customs wants to know where goods come from: add …`
_REASONED = r"^(?P<story>\s*(?!(?:<VERB>|<ADD>|on|in|to|for|at)\b)(?:[^\s:;()]+\s+){3,16}[^\s:;()]+):\s*(?=(?:please |pls )?(?:add|give|extend|create|introduce|put|make|build|set up)\b)"
_FIELD_FOR = r"^(?P<story>(?:[^\s:;()]+\s+){2,14}[^\s:;()]+):\s*(?=(?:an? |one |new |extra )*(?:field|column|attribute) [`a-z])"
_HAVE_NONE = r"^(?P<story>\s*(?:the |our |all )?(?:existing|old|present|current) [\w ]{3,30}? (?:have|has|do not|lack|are|were)\b[^,;:]{2,40}),\s*(?:so\s+)?(?=optional)"
_AS_A = re.compile(
    r"(?i)^\s*as an? [\w -]{2,40}?,?\s+(?:i|we) (?:want|would like|wish|need)(?: to be able)?(?: to)?\s+"
)
_DESCRIBING = ("type", "money", "decimal", "length", "enum", "default")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause.

    Attributes:
        text: Without courtesy, as it is read.
        raw: As it was written, as far as it can be shown.
        asks: Whether it ends with a question mark.
        opens: Whether a sentence begins with it.
        tells: Whether it only tells why, or what is not wanted: `people follow shops, so …`.
    """

    text: str
    raw: str
    asks: bool = False
    opens: bool = True
    tells: bool = False


def clauses_of(said: str) -> tuple[Clause, ...]:
    """Return the clauses of a text, in order."""
    found = []
    for whole, mark in _sentences(_SO.sub(r"\g<story>, so ", said)):
        whole, told = _user_story(whole, said)
        story, sentence = _story_of(whole)
        story += told
        found += [Clause(one, one, opens=False, tells=True) for one in story]
        for at, raw in enumerate(_clauses(sentence)):
            text = without_courtesy(raw)
            if re.search(r"\w", text):
                found.append(Clause(text, raw.strip(" ,;"), "?" in mark, at == 0))
    return tuple(found)


def pieces_of(sentence: str) -> tuple[str, ...]:
    """Return the parts of a sentence that each ask for something, cut before verbs that do."""
    return tuple(_clauses(sentence))


def _user_story(sentence: str, said: str) -> tuple[str, list[str]]:
    """Return what `as a customer I want …` asks for, or the sentence as a story where the text says it precisely."""
    found = _AS_A.match(sentence)
    if not found:
        return sentence, []
    wish = re.sub(r"(?i),?\s*\bso that\b.*$", "", sentence[found.end() :], flags=re.DOTALL)
    if describes(wish, _DESCRIBING) or not describes(said, _DESCRIBING):
        return wish, []
    return "", [sentence.strip()]


def _story_of(sentence: str) -> tuple[list[str], str]:
    """Return what a sentence only tells before it asks for something, and what it asks for."""
    story: list[str] = []
    while found := next(
        (
            m
            for one in (_STORY, _DISMISSED, _LEAD, _LABELLED, _REASONED, _FIELD_FOR, _HAVE_NONE)
            if (m := pattern(one).match(sentence))
        ),
        None,
    ):
        wish = re.match(r"(?i)\s*(?:it )?would be \w+ if\b", found["story"])
        if not wish and describes(found["story"], _DESCRIBING):
            break
        story.append(found["story"].strip())
        sentence = sentence[found.end() :]
    return story, sentence


def _sentences(said: str) -> Iterator[tuple[str, str]]:
    """Yield sentences with the mark that ends them; what stands in parentheses is not cut."""
    at = 0
    for match in _SENTENCE.finditer(said):
        if (
            match.start() < at
            or _depth(said[at : match.start()]) > 0
            or _is_inside(said, match.start())
        ):
            continue
        yield said[at : match.start()], match[0]
        at = match.end()
    yield said[at:], ""


def _is_inside(said: str, at: int) -> bool:
    """Tell whether a place is within code or an address."""
    if said.count("`", 0, at) % 2:
        return True
    word = re.search(r"\S*$", said[:at])
    return bool(
        word
        and re.match(r"https?://\S*$", word[0])
        and at + 1 < len(said)
        and not said[at].isspace()
        and not said[at + 1].isspace()
    )


def _depth(text: str) -> int:
    return max(0, text.count("(") - text.count(")"))


def _clauses(sentence: str) -> Iterator[str]:
    """Cut a sentence where a connector is followed by a verb that asks for something."""
    opened = _OPENED.match(sentence.strip())
    if opened:
        sentence = sentence.strip()[opened.end() :]
    cuts = [(0, 0)]
    for match in pattern(_CONNECTOR + _ACT).finditer(sentence):
        start, act = match.start(), match.start("act")
        if start == 0 or _depth(sentence[:start]) > 0 or not _is_act(match, sentence):
            continue
        cuts.append((start, act))
    cuts += [
        (m.start(), m.end())
        for one in (_PLUS, _THEN, _ASKED_TOO)
        for m in one.finditer(sentence)
        if not _depth(sentence[: m.start()])
    ]
    cuts.sort()
    ends = [start for start, _ in cuts[1:]] + [len(sentence)]
    for (_, begin), end in zip(cuts, ends, strict=True):
        if begin < end:
            for piece in _subjects(sentence[begin:end]):
                yield from _headers(piece)


def _is_act(match: re.Match[str], sentence: str) -> bool:
    verb = match["act"].lower()
    head = re.split(r"[,;:]", sentence[: match.start()])[-1]
    joins = sentence[match.start() : match.start("act")].strip() == "and"
    if _COORDINATED.search(sentence[: match.start()]) or (joins and _BARE.match(head)):
        return False
    if sentence[match.start() : match.start("act")].strip() == ":" and (
        (verb not in ("add", "create", "give", "make") and not _STATES.match(sentence))
        or len(sentence[: match.start()].split()) < _A_PHRASE
    ):
        return False
    after = sentence[match.end("act") :]
    if verb in ("audit", "probe", "inspect", "test") and not after.strip(" ."):
        return bool(re.search(r"(?i)\b(?:then|finally|after\w*|next)\b", match[0]))
    if verb in _NOUNS_TOO:
        return bool(_AS_VERB.match(after)) and not re.match(r"\s*(?:\(|:|$|,)", after)
    return not re.match(r"\s*(?:$|[,:(]|=)", after) or verb in (
        "deploy",
        "undo",
        "paginate",
        "audit",
        "probe",
    )


def _subjects(clause: str) -> Iterator[str]:
    """Cut a clause where a second resource is said to have something: `…, readings have a title`."""
    at = 0
    for match in _SUBJECT.finditer(clause):
        if _depth(clause[: match.start()]) == 0 and _HAVING.search(clause[at : match.start()]):
            yield clause[at : match.start()]
            at = match.start(1)
    yield clause[at:]


def _headers(clause: str) -> Iterator[str]:
    """Cut a clause where the name of a second resource stands before its fields in parentheses."""
    found = []
    for match in _HEADER.finditer(clause):
        close = closing(clause, match.start(2))
        if _depth(clause[: match.start(2)]) == 0 and is_resource(
            match[1], clause[match.start(2) + 1 : close]
        ):
            found.append(match)
    starts = [0] + [m.start(1) for m in found if ")" in clause[: m.start()]]
    for at, start in enumerate(starts):
        end = starts[at + 1] if at + 1 < len(starts) else len(clause)
        yield re.sub(r"[,;]?\s*(?:\band|\bplus)?\s*$", "", clause[start:end])


def closing(text: str, opening: int) -> int:
    """Return where the parenthesis closes that opens at a place, or the end of the text."""
    depth = 0
    for at in range(opening, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    return len(text)


def is_resource(name: str, inside: str) -> bool:
    """Tell whether what stands in parentheses are the fields of a resource, not the type of a field."""
    noun = name.split()[-1]
    fields = read_list(inside, ())
    named = [draft for draft in fields.drafts if not draft.name.startswith("<")]
    if noun[0].isupper():
        return bool(named)
    return len(named) > 1 and singularize(noun) is not None and any(draft.kind for draft in named)
