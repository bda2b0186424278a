"""What is to be told or shown of the work when it is done, which is no part of it: `tell me which URLs moved`."""

from __future__ import annotations

import re

from backwright.agent.planner.lexicon import names_capability, pattern

_FIRST = r"(?:(?:please|then|and|also|afterwards|finally|at the end|in the end|once|when|as soon as|you are|you.re|it is|that is|done|finished|ready|could you|can you),? )*"
_LATELY = (
    r"(?:moved|changed|ended up|came out|turned out|was|were|has|have been|is new|are new|is different|differs?|got (?!no\b)\w+"
    r"|you(?:.ve| have| had| did)? (?:\w+ed|did|made|chose|put|left|took|wrote|found)|(?:will )?looks? like (?:now|then|afterwards))"
)
# `Let me know which routes changed`
_OF_THE_WORK = re.compile(
    rf"(?i)\W*{_FIRST}(?:tell|let|inform|show|list|note|say|write)(?: (?:me|us|them|him|her|it|the [\w-]+(?: agent| team)?))?(?: know)?(?: down)?"
    rf" (?:which|what|where|how)(?: [\w/-]+){{0,3}}? {_LATELY}\b"
)
# `Give me sample JSON for POST and PATCH of each`
_SAMPLES = re.compile(
    rf"(?i)\W*{_FIRST}(?:show|give|send|paste|provide|include|attach|hand|return|add)(?: (?:me|us|them|the [\w-]+(?: agent| team)?))?(?: back)?"
    r"(?: (?:an?|the|some|one|two|three|few|short|small|full|final|complete|resulting|matching|corresponding))*"
    r" (?:(?:samples?|examples?|resulting|final)(?: (?:json|http|curl|openapi|api))*(?: (?:requests?|responses?|payloads?|bod(?:y|ies)|calls?|answers?|snippets?|commands?))+"
    r"|(?:samples?|examples?) json|(?:curl|openapi|http) (?:calls?|commands?|examples?|samples?|paths?|snippets?|requests?))\b"
)
_MORE = r"(?:[,;:]|\band\b|\bthen\b|\bas well as\b)\s+(?:then |also |please )*(?:<VERB>|<ADD>)\b"


def tells_of_the_work(text: str) -> bool:
    """Tell whether a sentence only says what is to be told or shown at the end, and orders nothing besides."""
    found = _OF_THE_WORK.match(text) or _SAMPLES.match(text)
    if not found:
        return False
    rest = text[found.end() :]
    return not pattern(_MORE).search(rest) and not names_capability(rest)
