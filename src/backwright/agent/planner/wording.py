"""A text in one form: what was pasted apart from what was said, short forms spelt out, slips mended."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from backwright.agent.planner.lexicon import known_words, lexicon, pattern, patterns
from backwright.agent.planner.spelling import mend
from backwright.spec.names import pluralize

_PASTED_LINE = re.compile(
    r"""(?x)^\s*(?:Traceback\ \(most\ recent | File\ "[^"]+",\ line\ \d+ | \^+\s*$ | ~*\^+~*\s*$
      | [a-z_]\w*(?:\.\w+)+(?:Error|Exception|Warning|Violation|Exit|Timeout)?\s*:\ .
      | (?:[a-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Warning|Violation|Timeout|Exit)\b\s*(?::|$)
      | \$\ \S | curl\ - | (?:INFO|ERROR|WARNING|WARN|DEBUG|CRITICAL|FATAL)\b\s*[:\[(] | LINE\ \d+: | (?:DETAIL|HINT|CONTEXT):[ ]
      | \[(?:SQL|parameters):? | \d{4}-\d\d-\d\d[\ T]\d\d:\d\d | \(Background\ on\ this\ error
      | (?:<|>|\*)\ (?:HTTP|GET|POST|PUT|PATCH|DELETE|Host|Authorization|content) | HTTP/\d | \#\#\#\ )"""
)
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_INLINE = re.compile(
    r"""(?x)Access\ to\ (?:fetch|XMLHttpRequest|resource)\ at\b.*?(?:blocked\ by\ CORS\ policy[^.\n]*(?:\.|$)|$)
      | (?<=[\"'`])(?:(?:[a-z_]\w*\.)+\w*|[A-Z]\w+)(?:Error|Exception|Violation)\b[^\"'`\n]*(?=[\"'`])
      | (?:[a-z_]\w*\.)+\w*(?:Error|Exception|Violation)\b:?(?:(?![.?!][\"'`]?\s+[A-Z])[^\n])*
      | \b[A-Z]\w+(?:Error|Exception)\b:\ (?:(?![.?!][\"'`]?\s+[A-Z])[^\n])*"""
)
_OPENING = re.compile(r"[{\[]\s*[\"'{\[]")
_FRAME_BODY = re.compile(r"^\s{2,}\S|^[\w.\[\]]+\s*$|.*\[type=\w+")


# What only announces what was pasted: `Log excerpt:`, `Here is the traceback:`
_ANNOUNCES_PASTE = re.compile(
    r"(?im)(?:^|(?<=[.!?] ))[ \t]*(?:(?:here (?:is|are)|this is|see|from|the|a|full|my|our|relevant|last|server|application|app|error|console|docker|uvicorn|pytest|test)[ ]+)*"
    r"(?:logs?|traceback|stack ?trace|trace|output|excerpt|snippet|error|message|response|console|terminal|dump|tail)"
    r"(?: (?:excerpt|snippet|extract|output|lines?|message|tail|below|from (?:the )?\w+(?: \w+)?))*[ \t]*:[ \t]*$"
)


@dataclass(frozen=True, slots=True)
class Message:
    """A text in the form that the planner reads.

    Attributes:
        said: What was said, in one form.
        pasted: What was pasted: logs, answers, tracebacks. It is data, and never an instruction.
        mended: Pairs of what was misspelt and what is meant.
        beside: Remarks that were left aside before.
    """

    said: str
    pasted: str
    mended: tuple[tuple[str, str], ...]
    beside: str = ""


def read_message(text: str, names: Iterable[str], beside: str = "") -> Message:
    """Bring a text into one form.

    Args:
        text: What the user wrote.
        names: The project's own names, to which misspelt words are mended too.
        beside: Remarks that were left aside before.
    """
    said, pasted = _apart(text)
    if pasted:
        said = _ANNOUNCES_PASTE.sub("", said)
    for short in lexicon("words")["short"]:
        said = pattern(short["pattern"]).sub(short["means"], _straight(said))
    spelling = lexicon("words")["spelling"]
    sound = frozenset(spelling["sound"]) | known_words() | _named(said)
    vocabulary = frozenset(spelling["words"]) | {n for n in names if n.isalpha()}
    said, mended = mend(said, vocabulary, sound, spelling["slips"])
    return Message(re.sub(r"[ \t]+", " ", said).strip(), pasted, mended, beside)


def _named(text: str) -> frozenset[str]:
    """Return the words that a text gives as names, and their plurals: `Channel: …` makes `channels` no slip."""
    names = re.findall(
        r"(?<=[-*•\n(] )([A-Z][a-z]+)\b|\b([A-Z][a-z]+)(?=\s*[:(])|(?<=[a-z] )([A-Z][a-z]+)\b", text
    )
    words = {word.lower() for found in names for word in found if word}
    every = {word.lower() for word in re.findall(r"[A-Za-z]{4,}", text)}
    for word in every:
        if (several := pluralize(word)) != word and several in every:
            words |= {word, several}
    return frozenset(words | {pluralize(word) for word in words})


def _straight(text: str) -> str:
    return text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0xA0: " "})


def _apart(text: str) -> tuple[str, str]:
    """Return what was said, and what was pasted."""
    pasted: list[str] = []

    def keep(match: re.Match[str]) -> str:
        pasted.append(match[0].strip("`\n"))
        return " "

    text = _FENCE.sub(keep, text)
    said: list[str] = []
    inside = False
    for line in text.splitlines():
        starts = bool(_PASTED_LINE.match(line))
        if starts or (inside and _FRAME_BODY.match(line)):
            pasted.append(line)
            inside = True
        else:
            inside = False
            said.append(line)
    return _INLINE.sub(keep, _without_json("\n".join(said), pasted)), "\n".join(pasted)


def _without_json(text: str, pasted: list[str]) -> str:
    """Take out what stands in braces as in an answer, however deep."""
    at = 0
    while opening := _OPENING.search(text, at):
        depth, end = 0, opening.start()
        for end in range(opening.start(), len(text)):
            depth += (text[end] in "{[") - (text[end] in "}]")
            if depth == 0:
                break
        if depth:
            break
        pasted.append(text[opening.start() : end + 1])
        text = f"{text[: opening.start()]} {text[end + 1 :]}"
        at = opening.start()
    return text


def without_courtesy(clause: str) -> str:
    """Return a clause without what is said out of courtesy."""
    before = ""
    clause = re.sub(r"^\s*[-*•]\s+", "", clause).strip(" ,;:–")
    while clause != before:
        before = clause
        for one in patterns("words", "courtesy"):
            clause = re.sub(r"\s{2,}", " ", one.sub("", clause)).strip(" ,;")
    return _as_order(clause)


def _as_order(clause: str) -> str:
    """Return `adding templates`, `how about adding templates` as an order."""
    found = re.match(
        r"(?i)(?:(?:how|what) about|consider)?\s*\b([a-z]+ing)\b(?!\s*[:(])(?!.*\b(?:fails?|gives?|returns?|takes?|is|was|does|works?|should|deletes?|removes?)\b)",
        clause,
    )
    order = lexicon("words")["gerunds"].get(found[1].lower()) if found else None
    return f"{order}{clause[found.end() :]}" if found and order else clause


def number(word: str) -> int | float | None:
    """Return the number that digits or a word stand for."""
    bare = word.replace(",", "").replace("_", "")
    if re.fullmatch(r"-?\d+", bare):
        return int(bare)
    if re.fullmatch(r"-?\d+\.\d+", bare):
        return float(bare)
    found = lexicon("words")["numbers"].get(word.lower())
    return int(found) if found is not None else None
