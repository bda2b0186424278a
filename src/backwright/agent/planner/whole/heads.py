"""Finding what a statement is about: the resource that stands at its head, and where its fields begin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from backwright.agent.planner.attributes import spot
from backwright.agent.planner.clauses import closing, is_resource
from backwright.agent.planner.drafts import Draft, snake
from backwright.agent.planner.fieldlist import read_list
from backwright.agent.planner.frames.opening import body_of
from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.agent.planner.state import is_plural
from backwright.spec.names import singularize

_NAME = r"(?:[`\"'](?P<quoted>[A-Za-z][\w -]*?)[`\"']|(?P<name>(?-i:[A-Z])\w*(?: (?-i:[A-Z])[a-z]\w*){1,2}|[A-Za-z][\w-]*))"
# `model called Quote`, `a resource Weighing`, `Entity: Task`, `(model Bike)`
_CALLED = rf"\b<RESOURCE>\b(?P<link>\s+(?:that |which )?(?:is |are |shall be |should be |to be )?(?:called|named|titled|by the name of)|\s*:|\s*,|\s+for|\s+is)?\s+(?:the |a |an )?{_NAME}"
_IS_CALLED = rf"\b(?:<RESOURCE>|it|this|that|the thing)\s+(?:is|are|shall be|should be|will be|has to be)\s+(?:called|named)\s+{_NAME}"
_MARKER = re.compile(
    r"\s*(?:(?P<mark>[:(=]|\s–\s)|,?\s+(?P<word>with|having|where|whose|each (?:belonging|with|having|has|of|one)|all (?:with|having)|belonging|(?:which |that |who )?(?:(?:should|must|can|may|will|just|only|also|all|each|both|simply|to|always) )*(?:has|have|gets?|needs?|consists? of|contains?|stores?|holds?|carr(?:y|ies)|comprises?|includes?|is made of|are made of|knows?|records?|keeps?|remembers?|is identified by|wants?|requires?|belongs? to|points? to|refers? to|comes? from|is for))\b)"
)
_DETS = re.compile(
    r"(?i)^(?:(?:an?|the|each|every|all|any|our|my|its|their|one|two|new|another|some|such|more|single|simple|optional|own)\s+)+"
)
_STOPPING = re.compile(
    r"[,.;:()–!?=]|\s(?:and|or|of|to|in|on|for|by|with|so|that|which|is|are|as|called|named|plus|then|at|from|a|an|the|each|every|all|our|my|new|one|two|another|some)\s",
    re.IGNORECASE,
)


_JOINING = ("with", "having", "where", "whose", "belonging")


@dataclass(frozen=True, slots=True)
class Head:
    """A resource that a statement is about.

    Attributes:
        noun: The words that name it.
        start: Where what belongs to it begins.
        body: Where its fields begin.
        is_sure: Whether the text calls it a resource.
    """

    noun: str
    start: int
    body: int
    is_sure: bool = False


def heads_of(
    text: str, named: Sequence[str], *, opens: bool, things: Sequence[str] = ()
) -> list[Head]:
    """Return the resources that a statement describes, in order; no two share a place.

    Args:
        text: A statement.
        named: Names of resources that are known from elsewhere, in every form.
        opens: Whether a line begins with the statement.
        things: Names of the project's models, in every form.
    """
    found: list[Head] = []
    for head in [*_explicit(text), *_marked(text, named, opens=opens), *_subjects(text, named)]:
        if all(head.body <= one.start or head.start >= one.body for one in found):
            found.append(head)
    found.sort(key=lambda one: one.start)
    found = found or list(_mentioned(text, named)) or list(_proper(text, things))
    kept: list[Head] = []
    for at, one in enumerate(found):
        after = found[at + 1] if at + 1 < len(found) else None
        if after is None or one.is_sure or _has_fields(text[one.body : after.start]):
            kept.append(one)
        elif (
            after.noun[0].islower()
            and " " in one.noun
            and _singular(one.noun) == _singular(after.noun)
        ):
            found[at + 1] = replace(after, noun=one.noun)  # `shopping lists: every list has …`
    return kept


def _singular(noun: str) -> str:
    last = noun.split()[-1].lower()
    return singularize(last) or last


def _proper(text: str, things: Sequence[str]) -> Iterator[Head]:
    """Yield the new name that an order gives: `create a TimeEntry that references a Task, with …`."""
    known = {one.lower() for one in things}
    for match in pattern(
        r"\b(?:<ADD>|so|an?|the|is)\s+[`\"']?(?P<name>(?-i:[A-Z][a-z]\w*))[`\"']?(?![\w.])"
    ).finditer(text):
        if (
            match["name"].lower() not in known
            and is_noun(match["name"])
            and not _depth(text, match.start())
        ):
            yield Head(match["name"], match.start(), match.end())
            return


def _has_fields(text: str) -> bool:
    """Tell whether what stands between two names describes the first of them."""
    return any(
        one.kind in ("type", "length", "enum", "money", "decimal", "range", "ref")
        for one in spot(text, ())
    ) or bool(re.search(r"[a-z]_[a-z]|\w+, \w+", text))


def _explicit(text: str) -> Iterator[Head]:
    for match in pattern(
        r"\b(?P<name>[A-Za-z][\w-]*)\s+(?:fields|columns|attributes)\s*:"
    ).finditer(text):
        if is_noun(match["name"]) and not _depth(text, match.start()):
            yield Head(match["name"], match.start(), match.end(), is_sure=True)
    for match in pattern(
        r"(?:^|(?<=[\s(]))[`\"']?(?P<name>[A-Za-z][\w-]*)[`\"']?\s+<RESOURCE>\b"
    ).finditer(text):
        name = match["name"]
        written = name[0].isupper() and match.start("name") > 0
        if (
            _depth(text, match.start())
            or not is_noun(name)
            or (
                not written
                and pattern(
                    r"^(?:<ADD>|<VERB>|<DET>|<NUM>|two|three|more|crud|no|any|without)$"
                ).match(name)
            )
        ):
            continue
        yield Head(
            _with_left(text, match.start("name"), name),
            match.start(),
            _past_place(text, match.end()),
            is_sure=True,
        )

    for match in pattern(_CALLED).finditer(text):
        name = match["quoted"] or match["name"]
        if (
            _depth(text, match.start())
            or not is_noun(name.split()[-1])
            or re.match(r"\s*,?\s+and\s+\w+\s*$", text[match.end() :])
        ):
            continue
        link = (match["link"] or ",").strip(" ")
        if name[0].isupper() or (link != "," and link != "is") or match["quoted"]:
            yield Head(name, match.start(), _past_place(text, match.end()), is_sure=True)


def _past_place(text: str, at: int) -> int:
    """Return where `for the shop:` ends, behind the name of a resource."""
    found = re.compile(
        r"\s+(?:for|in|of|to|into|within) (?:the|our|my|this) (?:\w+ )?\w+\s*(?=[:(–])"
    ).match(text, at)
    return found.end() if found else at


def _with_left(text: str, at: int, name: str) -> str:
    """Return a name with a noun before it: `shopping list resource`."""
    before = re.search(r"\b([a-z]+)\s+$", text[:at])
    if (
        name[0].isupper()
        or not before
        or not is_noun(before[1])
        or pattern(r"^(?:<ADD>|<VERB>|<DET>|<NUM>|simple|separate|dedicated|proper|small)$").match(
            before[1]
        )
    ):
        return name
    return f"{before[1]} {name}"


def _subjects(text: str, named: Sequence[str]) -> Iterator[Head]:
    """Yield the resource that a statement begins with, where it is known: `A Bottle comes from …`."""
    forms = "|".join(re.escape(one) for one in sorted(set(named), key=len, reverse=True))
    if not forms:
        return
    lead = (
        r"^(?:(?:for|and|then|also|on)\s+)?(?:(?:an?|the|each|every|all|any|our|these|those)\s+)*"
    )
    found = re.match(
        rf"(?i){lead}[`\"']?(?P<name>{forms})[`\"']?(?=\s*(?:[:(]|\s–\s|,?\s+\w+))", text
    )
    rest = text[found.end() :] if found else ""
    if re.match(r"\s*[`\"']?\s*[:(]", rest) and not _is_header(
        found["name"] if found else "", rest.lstrip(" :(`\"'")
    ):
        return
    if found and not re.match(r"\s*\.\w", rest):
        yield Head(found["name"], found.start(), found.end())


def _mentioned(text: str, named: Sequence[str]) -> Iterator[Head]:
    """Yield the new resource that a statement names before it says what a field is: `a Watering points at …`."""
    proper = "|".join(re.escape(one) for one in sorted(set(named), key=len, reverse=True))
    spotted = [
        one
        for one in spot(text, named)
        if one.kind in ("ref", "many", "type", "length", "enum", "money", "decimal")
    ]
    until = min((one.start for one in spotted if one.start > 0), default=len(text))
    found = re.search(rf"(?i)(?<![\w.`-])(?P<name>{proper or '(?!x)x'})(?![\w.-])", text[:until])
    if found and not _depth(text, found.start()) and not re.match(r"\s*[:(–]", text[found.end() :]):
        yield Head(found["name"], found.start(), found.end())


def _marked(text: str, named: Sequence[str], *, opens: bool) -> Iterator[Head]:
    """Yield nouns right before what fields are announced by: `Song (title, …)`, `a tool has …`."""
    known = {one.lower() for one in named}
    for match in _MARKER.finditer(text):
        if _depth(text, match.start()):
            continue
        noun, start = _left(text[: match.start()])
        if not noun or not is_noun(noun.split()[-1]):
            continue
        initial = not re.search(
            r"\w",
            _DETS.sub(
                "",
                re.sub(
                    r"(?i)^(?:for|and|then|also|first|second|third|finally)\b[\s,:]*",
                    "",
                    text[:start],
                ),
            ),
        )
        if _announces(noun, match, text, initial=initial, known=noun.lower() in known, opens=opens):
            at = match.start() if match["mark"] == "(" else match.end()
            yield Head(noun, start, at if match["word"] is None else match.start())


def _announces(
    noun: str, match: re.Match[str], text: str, *, initial: bool, known: bool, opens: bool
) -> bool:
    """Tell whether a noun before a marker is a resource, and what follows are its fields."""
    rest = text[match.end() :]
    proper = noun[0].isupper() and not (initial and opens and not match["mark"])
    if match["mark"] == "(":
        inside = rest[: closing(text, match.end() - 1) - match.end()]
        return is_resource(noun, inside) and (
            noun[0].isupper() or known or _after_order(text, match.start(), noun)
        )
    if match["mark"]:
        body = read_list(rest, (), [Draft(snake(noun))], follows=True)
        return (
            body.fresh > 0
            and (initial or proper or known or _after_order(text, match.start(), noun))
            and _is_header(noun, rest)
        )
    if (match["word"] and match["word"].lower() in _JOINING) or (
        match["word"] or ""
    ).lower().startswith(("each", "all")):
        each = match["word"].lower().startswith(("each", "all", "belonging")) and is_plural(noun)
        return (
            proper
            or known
            or each
            or _after_order(text, match.start(), noun)
            or (initial and is_plural(noun))
        )
    return proper or known or initial


def _is_header(noun: str, rest: str) -> bool:
    """Tell whether what follows `noun:` lists fields, and is no description of one: `kind: one of a, b`."""
    first = spot(f"x:{rest}", (noun.lower(),))
    if first and not rest[: max(0, first[0].start - 2)].strip(" (`\"'"):
        return (
            first[0].kind in ("type", "money") and first[0].weak
        )  # `link: a URL`, `contact: email, phone`
    return bool(read_list(body_of(rest), ()).drafts)


def _after_order(text: str, end: int, noun: str) -> bool:
    """Tell whether a noun is what an order asks for: `add a reminder with …`."""
    before = text[: max(0, end - len(noun))].rstrip(" `\"'")
    return bool(
        pattern(
            r"\b(?:<ADD>|save|keep|store|manage|knows?|stores|manages|tracks|are|do|consists of|<RESOURCE>:?)(?:\s+(?:an?|the|new|some|our|my|their|up|for|of|in|simple|another))*$"
        ).search(before)
    )


def _left(before: str) -> tuple[str, int]:
    """Return the noun that a text ends with, and where it begins."""
    before = before.rstrip(" `\"'")
    cut = max(
        (m.end() for m in _STOPPING.finditer(before + " ") if m.end() <= len(before)), default=0
    )
    words = [(m[0], m.start() + cut) for m in re.finditer(r"[A-Za-z][\w-]*", before[cut:])]
    taken: list[tuple[str, int]] = []
    for word, at in reversed(words):
        if (
            not is_noun(word)
            or len(taken) == 3
            or pattern(r"^(?:add|give|create|make|build|put)$").match(word)
            or (
                taken
                and pattern(r"^(?:<ADD>|<VERB>|knows|stores|manages|tracks|saves?|keeps?)$").match(
                    word
                )
            )
        ):
            break
        if taken and taken[0][0][0].isupper() and not word[0].isupper():
            break
        taken.insert(0, (word, at))
    if not taken:
        return "", 0
    return " ".join(word for word, _ in taken), taken[0][1]


def is_noun(word: str) -> bool:
    """Tell whether a word can name a resource."""
    low = word.lower()
    words = lexicon("nouns")
    if low in words["proper"] and word[0].isupper():
        return True
    if word[0].islower() and low in _COMMON:
        return False
    return (
        low not in _NONE
        and not any(low in words[kind] for kind in ("never", "stop", "pointing", "lead"))
        and not low.endswith("ly")
    )


_COMMON = frozenset(lexicon("whole")["nouns"]["common"])
_NONE = frozenset(lexicon("whole")["nouns"]["none"])


def _depth(text: str, at: int) -> int:
    return text.count("(", 0, at) - text.count(")", 0, at)
