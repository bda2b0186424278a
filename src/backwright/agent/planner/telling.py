"""What is said of how the work is done, or is to be told of it in the end, and is no part of it: `tell me which URLs moved`."""

from __future__ import annotations

import re

from backwright.agent.planner.lexicon import first, names_capability, pattern

_FIRST = (
    r"(?:(?:please|kindly|just|then|and|also|afterwards|finally|at the end|in the end|in (?:the|your) (?:report|reply|answer)|when (?:reporting|answering)"
    r"|once|when|as soon as|you are|you.re|it is|that is|done|finished|ready|through|could you|can you),? )*"
)
_LATELY = (
    r"(?:moved|changed|ended up|came out|turned out|was|were|has|have been|is new|are new|is different|differs?|got (?!no\b)\w+"
    r"|you(?:.ve| have| had| did)? (?:\w+ed|did|made|chose|put|left|took|wrote|found)|(?:will )?looks? like (?:now|then|afterwards)"
    r"|(?:now )?(?:return|contain|carry|expose|accept|include|hold|show)(?:s|es)? (?:it|them|both|the (?:new )?(?:field|column|value)s?))"
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
# `Let me know the exact JSON shape of a sensor`, `give a line number for each`: what is called so is no part of an API.
_SHAPES = r"(?:(?:json|http|request|response) )*(?:shapes?|line numbers?|diffs?|revision(?: (?:id|number))?s?|stat(?:us|e) codes?)"
_CALLED = r"(?:names?|paths?|urls?|addresses)"
_DET = r"(?:(?:the|an?|one|its|their|each|exact|full|new|old|final|short|resulting|two|both) )+(?:[\w'’-]+ ){0,3}?"
_RESULT = re.compile(
    rf"(?i)\W*{_FIRST}(?:(?:give|state|name|quote|mention|add|include)(?: (?:me|us))? {_DET}{_SHAPES}"
    rf"|(?:(?:tell|give|show|send|pass|hand) (?:me|us)|let (?:me|us) (?:know|have|see|hear)|(?:i|we)(?: would|.d) (?:like|love|want) to (?:hear|know)"
    rf"|(?:i|we)(?: would|.d) be (?:glad|happy) (?:of|about)) {_DET}(?:{_SHAPES}|{_CALLED}))\b(?!:| \(| of (?:(?:all|the|our|every) )*(?:models?|resources?|endpoints?|routes?)\b)"
)
# `Tell me if you notice a place where it leaks`, `Just confirm when it is in`
_NOTICED = re.compile(
    rf"(?i)\W*{_FIRST}(?:(?:tell|warn) (?:me|us)|let (?:me|us) know|say(?: so)?|mention(?: it)?|speak up) (?:if|when|whether|should) you (?:should )?(?:notice|find|see|spot|come across|run into|stumble)\b"
    rf"|\W*{_FIRST}(?:confirm|(?:tell|ping) (?:me|us)|let (?:me|us) know|say so) (?:once|when|as soon as) (?:it|this|that|all|everything|they|you|both|the (?:types?|work|changes?|migrations?|tests?|fields?|endpoints?|tables?|api|server|schemas?))\b"
)
# `Whether the claim can be true is the one thing I have to know.`
_ALL_WANTED = re.compile(
    r"(?i)\W*(?:whether|which|what|how|where)\b.* (?:is|are) (?:all|the (?:one|only) thing)(?: that)? (?:i|we) (?:want|need|have|would like|ask|care)(?: (?:to (?:know|hear|see|have)|back|for|about|from you))*\W*$"
)
# `Put it in the same layout as the rest`, `structure them like the other routers`
_CODE = r"(?:files?|modules?|routers?|endpoints?|resources?|models?|code(?: ?base)?|project|repo(?:sitory)?|app|rest|others?|ones|everything else)"
_LIKE_THE_REST = re.compile(
    r"(?i)\W*(?:(?:please|also|and|then) )*(?:put|place|write|build|structure|organi[sz]e|arrange|lay out|do|make|implement|name|style) (?:it|them|this|both|everything|all of it)"
    rf" (?:(?:in|by|after|following|according to|with) the same (?:[\w-]+ )?(?:layout|style|structure|pattern|way|manner|conventions?|fashion) as|(?:just |exactly )?(?:like|as)) (?:the |all |our |your |of )*(?:rest|(?:(?:other|existing|present|current) )*{_CODE})(?: (?:of|in) (?:the |our |this )*{_CODE})?(?: (?:is|are)(?: \w+)?)?\W*"
)
_JUDGES = ("probe", "audit", "doctor")
_MORE = r"(?:[,;:]|\band\b|\bthen\b|\bas well as\b)\s+(?:then |also |please )*(?:<VERB>|<ADD>)\b"


def tells_of_the_work(text: str) -> bool:
    """Tell whether a sentence only says what is to be told or shown at the end, or that all is done as it is elsewhere, and orders nothing besides."""
    if _LIKE_THE_REST.fullmatch(text):
        return True
    if _ALL_WANTED.match(text):
        return not any(first(text, "cues", one, "cues") for one in _JUDGES)
    if found := _RESULT.match(text) or _NOTICED.match(text):
        return not pattern(_MORE).search(text[found.end() :])
    found = _OF_THE_WORK.match(text) or _SAMPLES.match(text)
    if not found:
        return False
    rest = text[found.end() :]
    return not pattern(_MORE).search(rest) and not names_capability(rest)
