"""What is said beside a task (reasons, how to work, what holds of every change), left aside before it is read.

A sentence, or a half of one, is a remark where it is surely like those that were found to be one; what names
a field, a value or an address never is. What is left aside is shown with the plan.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.foreign import GRAVE, outside
from backwright.agent.planner.layout.fields import field_of
from backwright.agent.planner.layout.tree import BULLET
from backwright.agent.planner.leaning import leaning
from backwright.agent.planner.lexicon import first, lexicon, pattern
from backwright.agent.planner.misread import WISHES_MORE
from backwright.agent.planner.phrases import FENCE
from backwright.agent.planner.sections import apart, pointed
from backwright.agent.planner.telling import tells_of_the_work

_ENDS = re.compile(r"(?<=[.!?])[\"')]*\s+(?=\S)")
_ENDED = re.compile(r"[.!?]\W*$")
_ABBREVIATION = re.compile(
    r"(?i)(?:\b(?:e\.g|i\.e|etc|vs|approx|max|min|no|nr|incl|excl)\.|(?:^|\s)\(?(?:\d{1,2}|[a-h])[.)])$"
)
_PARENTHESES = re.compile(r"\s*\(([^()]{8,})\)")
JOINS = re.compile(
    r"(?i)\s*[,;]\s+(?:(?:and then|and|then|but|so|because|since|as|plus|which)\b\s*)?"
    r"|\s+(?:and then|and|then|because|since|so that|so)\s+|\s+[-–—]+\s+"
)
# From the first on nine of ten are remarks, from the second on four of five, and nothing from the last.
BARS = (1.0, -0.3, math.inf)
UNPLACED = -0.8  # enough where nothing else is known to read it
_TYPES = (
    "type",
    "money",
    "decimal",
    "enum",
    "length",
    "range",
    "default",
    "unique",
    "optional",
    "index",
)
# What leaves something open is for a question, and what rows are at first is a default.
OPEN = re.compile(
    r"(?i)\b(?:whichever|whatever|either|or (?:maybe|perhaps|so|something|similar)|not (?:sure|certain)|(?:do not|don't) know|(?:do not|don't|cannot|can't) (?:quite |really )?(?:remember|recall)(?: any ?more| exactly| right now)?,? (?:which|whether|how many|what|if)|(?:i|we) (?:cannot|can't) tell (?:which|whether|how many|if)|(?:have )?forg[eo]t(?:ten)? (?:which|whether|how many)|undecided|depends|(?:not|to be|isn't|is not) (?:yet )?(?:decided|settled|clear|defined|discussed|agreed)\b|tb[dc]\b|up to you|you (?:choose|decide))\b"
    r"|\b(?:new|existing|old|all) (?:ones|rows|\w+s) (?:are|gets?|become|start(?: out)?(?: as)?|begin as) [\w-]+\W*$"
)
# What is to be told at the end is told anyway; what is called context asks for nothing.
_LABELLED = re.compile(
    r"(?i)\s*(?:\*\*|__)?(?:please )?(?:report(?: back)?|reply|return|output|answer|deliverables?|hand ?back|in your (?:answer|reply|report)|context|background|motivation|rationale|(?:reason|why|trigger)(?=\W*:(?:\W*\w+){4})|delegated (?:from|by|to)|(?:(?:already|things (?:i|we)|what (?:i|we)(?: have|'ve)?) )?(?:tried|ruled out|attempted)(?: so far| already)?)(?: format| with)?\s*(?:\*\*|__)?:(?:\*\*|__)?\s*\S|(?:goal|purpose|aim)\s*:\s*(?:let|allow|enable|help)\b|expected(?: result| behaviou?r)?\s*:\s*(?:http )?\d{3}\b"
)
# What is called at the beginning of a complaint: `GET /api/tasks returns everything at once`.
_REQUEST = re.compile(r"^\W*(?:GET|POST|PUT|PATCH|DELETE) /[\w/{}-]*")
# A name in code, an address: what a remark has none of.
_NAMES_SOMETHING = re.compile(r"[`\"]|\w_\w|://|/\w|\b[a-z]+[A-Z]|\|")

# What points back to all that was said before.
_POINTS_BACK = re.compile(
    r"(?i)\W*(?:(?:please|so|could you|can you|would you|then|and|now) )*(?:add|make|do|build|implement|create) (?:that|this|one|some|them|those)\b(?:,? [a-z]+){0,4}\W*"
)
# What rows are to do, and nothing here has a place for: `They should be mailed to customers weekly.`
_WISH = re.compile(
    r"(?i)\W*(?:it|they|these|those|each|each of them|all of them|every [a-z]+) (?:must|should|shall|has to|have to|needs? to|ought to) "
)
# What lies outside and is wished for is a part of the task: `we are wanting a React page`, `a dashboard is needed`.
_WISHED = re.compile(
    r"(?i)\b(?:am|is|are) (?:also )?(?:wanting|needing|requiring|requesting)\b|\b(?:is|are) (?:also )?(?:needed|wanted|required|requested)\W*$"
)
_OF_THE_WORK = re.compile(
    r"(?i)\b(?:tests?|tested|lint\w*|style|conventions?|patterns?|document\w*|docstrings?|typed|types|migrat\w*|crud|pass|green|clean|small|simple"
    r"|consistent|stay|remain|keep|work|look|feel|behave|follow|match|done|ready|live|reviewed|merged|backwards?|compatible|safe)\b|\bthis api\b"
)
# `First put JWT auth in front of it`
_CAPABILITY = re.compile(
    r"(?i)\W*(?:(?:first|then|also|please|next|finally|afterwards|and|so)\W+)*(?:put|add|set up|introduce|implement|enable|configure|paginate|limit|throttle"
    r"|rate[- ]?limit|version|index|protect|secure|guard|lock|allow|create|build|undo|revert|audit)\b"
)
_CAPABLE = ("auth", "rate", "cors", "version", "pagination", "index", "undo", "audit")
# What is described behind it: `so: Review, with …`, `The other is Milestone, which …`.
_ENDS_IN_A_NAME = re.compile(
    r"(?:[:,]|\b(?:is|are|called|named|resource|model|an?|the|new|add|and))\s+[A-Z][a-z]\w+\W*$"
)
_FEW = 7  # words
# One of several things that a sentence names: `with a code and a discount`.
_NOUN = re.compile(r"(?i)\W*(?:an?|the|one|its|some|both) (?:\w+ ){0,2}\w+\W*")
_PAIRS = re.compile(r"(?i)\b(?:between|both|either) [`\w]+$")  # `between Note and Tag so that …`
_SAYS_MORE = r"^\W*(?:(?:please|then|also|so|but|now|can|could|would|i|we|it|they|this|that|the|an?|each|every|there|both|all)\b|<VERB>|<ADD>)"
# The last of what a remark lists: `Cover create, list, update and delete.`
_LAST_OF_LIST = re.compile(r"[a-z]+\W*")
# Where a new project begins, and what a live test does by itself: `The folder you are in is empty`, `start the API and probe it`.
_EMPTY_HERE = re.compile(
    r"(?i)(?:(?:the|this|your|our|my|a|current|working|git|project) )*(?:folder|directory|repo(?:sitory)?|workspace)(?: (?:you (?:are|find yourself) in|here|at hand|in front of you))? is (?:(?:still|completely|currently|quite|yet) )*(?:empty|blank)\W*"
)
_STARTED = re.compile(
    r"(?i)(?:(?:please|first|so|just|then) )*(?:start|boot|spin up|launch|bring up|fire up) (?:up )?(?:(?:the|our|a|this|live|local) )*(?:api|server|app|service|backend)(?: (?:up|first|locally|for real|yourself))*\W*"
)
# What is said of a remark before it: `Sharing comes later, please leave it out.`
_DISMISSED = re.compile(
    r"(?i)(?:please |so |just |we )*(?:leave|skip|ignore|forget|omit|drop|spare) (?:it|this|that|them|these|those)(?: (?:out|alone|aside|away|about it|for (?:now|the moment|today)|here|this time|entirely|completely|please|of (?:it|this|scope)))*\W*"
)
# What somebody else has said: `> "my list is one big soup" (Ivo)`.
_QUOTE = re.compile(
    r"\s*(?:>\s*)?[\"\u201c][^\"\u201d]{8,}[\"\u201d]\W*(?:\(?(?:-+ ?)?[A-Z][\w ,.]{1,30}\)?)?\W*"
)
# `Report a table of endpoint, actor and result.`
_REPORTS = re.compile(
    r"(?i)(?:please |then |and |afterwards,? |finally,? |at the end,? |in the end,? |once done,? |(?:when|once|after|as soon as) (?:you are|you're|it is|it's|that is|all is|everything is|all of this is) (?:done|finished|ready|in|through),? )*(?:report|reply|answer(?= (?:in|me|briefly|back|shortly)\b)|summari[sz]e(?! [^.]*\b(?:endpoints|routes|models|tables|structure|architecture|project|code)\b)|hand back)\b(?! with (?:an? )?\d)(?! (?:resource|model|table|entity|endpoint)\b)(?! (?:on|whether|if|which|whose|who) )"
)
# `Reason: the screens all show the same data`, and no field of this name.
_REASONED = re.compile(r"(?i)\W*(?:reason|why|because|fyi)\s*:\s+(?:\w+\W+){3}")
# `Return only once the tests pass`, `Please revert when done`, as is said for an answer.
_REPORTS_WHEN = re.compile(
    r"(?i)(?:please |kindly |then |and |afterwards,? |finally,? |only )*(?:(?:return|come back|get back|respond|answer|ping|write|call)(?: back)?(?: to)?(?: me| us)?|revert(?: back)?(?: to)?(?: me| us)?)"
    r"(?: only| just)? (?:once|when|as soon as|after|with (?:your|an?|the) (?:update|status|feedback|confirmation|eta|result|summary))\b(?!.*\b(?:and|then) (?:also |then )?(?:add|create|paginate|put|give|make|limit|index|allow|set up)\b)"
)
# How long a report may be, how large an answer is, and an address that is no field.
_BESIDE_TYPES = re.compile(
    r"(?i)^\W*(?:GET|POST|PUT|PATCH|DELETE) /.*\(.*\)|\b(?:knows?|has|have|finds?|opens?|sees?|visits?|calls?) the (?:url|link|address)\b"
    r"|\b(?:in )?(?:at most|no more than|max(?:imum)?(?: of)?|under|less than|up to) \w+ (?:lines|sentences|words|bullets?|bullet points|paragraphs)\b"
)
_MODIFIES = re.compile(
    r"(?i)(?:and )?(?:(?:with )?an index\b|indexed|unique|optional|nullable|required|mandatory|cascad\w+)\b"
    r"|(?:and )?(?:the |an?)?(?:first|second|third|fourth|other|next|last)(?: one| resource| model| table)? (?:is|would be|shall be|should be)\b"
)
# A reference, whatever its subject is called: `and the course to which she belongs`.
_REFERS = re.compile(
    r"(?i)\b(?:to|on|in|of|for|at) which (?:it|he|she|they|each|each one) (?:(?:is|are) )?(?:belongs?|belonging|refers?|points?|hangs?|goes|sits?|linked|attached|assigned|tied)\b"
    r"|^\W*(?:an?|the|one) \w+ (?:that |which )?(?:it|he|she|they) (?:belongs? to|refers? to|points? to|hangs? on)\W*$"
)
# `At the end run the probe and post the result in the ticket.`
_ORDERS_A_JUDGE = re.compile(
    r"(?i)\b(?:run|do|start|execute|launch)(?: me)?(?: the| an?| your| one)?(?: \w+)?(?: \w+)? (?:probe|audit|doctor|code review)\b"
    r"|\b(?:probe|audit|live tests?|isolation tests?) (?:has|have) been (?:run|done|executed)\b"
)

# `anybody on the network can read`: what follows behind `and` is said of the same one.
_MAY = re.compile(
    r"(?i)\b(?!(?:you|it|they|we|users?)\b)\w+ (?:can|could|may|might|will|would)(?: not| never| also| now)? [a-z]+\W*$"
)
# Who uses what is made: `The UI agent is waiting for both in the JSON of GET /notes.`
_REQUESTS = r"`?(?:GET|POST|PUT|PATCH|DELETE) /[\w/{}-]*`?"
_AWAITED = re.compile(
    r"(?i)(?:the|our|an?|another|some) (?:[\w-]+ ){0,2}?(?:agent|session|team|frontend|front-end|client|app|ui|service|dashboard|colleagues?)s?"
    r" (?:(?:(?:is|are)(?: already)? (?:waiting for|blocked on|blocked by|reading|consuming|calling|expecting)|waits? for|depends? on|relies on|rely on|consumes?|needs?|reads?|will (?:read|use|consume|call|show|display))"
    r" (?:both|all of (?:it|them|this)|it|this|that|them|these|those|(?:both|the|these|those)(?: new)?(?: two| three)? (?:fields?|endpoints?|resources?|routes?|columns?|values?)))"
    rf"(?: (?:in|from|via|through)(?: the)? (?:json|responses?|answers?|payloads?|body|bodies|api)(?= of|\W*$))?(?: (?:in|from|via|of|through|on) {_REQUESTS}(?:(?:,| and|, and) {_REQUESTS})*)?(?: (?:today|tomorrow|this week|next week|soon|later|already))?\W*"
)
# Where nothing is there yet: `Our customer asked for a booking backend.`
_BEGINS = re.compile(
    r"(?i)\b(?:wants?|needs?|asks? for|asked (?:\w+ )?for|asking for|would like|requests?|requested|ordered|wished for|start(?:ing)?|begin(?:ning)?|build(?:ing)?|creat(?:e|ing)|bootstrap(?:ping)?|set(?:ting)? up|kick(?:ing)? off|spin(?:ning)? up)(?: to have)? an? (?:[\w-]+ ){0,4}(?:api|backend|back-?end|service|micro-?service|project|app|application|server)\b"
)
# Who goes on afterwards: `Subtasks 2-4 depend on you, so …`
_AFTERWARDS = re.compile(
    r"(?i)(?:(?:the|our|my|all|both|other|later|next|following|remaining|two|three) )*(?:[a-z-]+ )?(?:sub-?tasks?|tasks?|steps?|phases?|parts?|stages?|tickets?|agents?|items?|sessions?|work|plan|rest|teams?|people|colleagues?)(?: (?:of the (?:plan|work|crew|team|sprint)|#?\d+(?:(?: ?[-–,&/] ?| and | to )#?\d+)*))?"
    r" (?:all |both |also |then )*(?:(?:is|are|will be) (?:waiting (?:for|on)|blocked (?:by|on|until)|relying on|depending on|built on)|(?:will )?(?:depends?|relies|rely|waits?|builds?|starts?|continues?|goes on|go on)(?: on| for| after| once| when| as soon as| from)?) (?:you|yours|your (?:work|part|result|results|answer|report)|this|it|that)(?: (?:is|are) (?:done|finished|ready|merged))?\W*"
)


# What every field has, as criteria say it: `both fields can be set on create and update`
_SETTABLE = re.compile(
    r"(?i)\W*(?:and |that )?(?:(?:both|all|each|every|these|those|the|two|three|of|them|new|it|they)\s+)*(?:[`\w]+\s+)?(?:(?:fields?|columns?|values?|attributes?)\s+)?(?:can|must|should|may|are|is|will)(?: all| both)?(?: be)?"
    r"(?:(?:,? and|,? or|,)? (?:set|settable|changed|changeable|updated|edited|sent|passed|writable|written|returned|readable|accepted|included|visible|present|exposed|shown))+"
    r"(?:(?:,? and|,? or|,)? (?:(?:on|in|via|through|by|with|when|both|during|at|from|the|all) )*(?:create|creation|creating|updates?|updating|post|patch|put|reads?|list|detail|read schemas?|schemas?|responses?|payloads?|json|api|`?(?:(?:GET|POST|PATCH|PUT) )?/[\w/{}]+`?|GET)\b)+\W*"
)


# `report: text`, which a verb is not: `report pass/fail counts`
_TYPED_LINE = re.compile(r"`|\w+\s*[:(]")


@dataclass(frozen=True, slots=True)
class Cleared:
    """A text without its remarks, and the remarks."""

    text: str
    aside: tuple[str, ...] = ()


def cleared(text: str, bar: float, names: Collection[str] = ()) -> Cleared:
    """Return a text without what is only said beside the task; one that is nothing else comes back as it is.

    Args:
        text: What the user wrote; what stands in fences stays as it is.
        bar: How far a sentence must lean to a remark: one of `BARS`.
        names: What the project's models are called, in small letters.
    """
    aside: list[str] = []
    whole = text
    if bar < math.inf:
        text, told = apart(text, stories=bar == BARS[0])
        aside += told
    parts = FENCE.split(text)
    parts[::2] = ["\n".join(_lines(part, bar, names, aside)) for part in parts[::2]]
    left = pointed("".join(parts), aside, names)
    return Cleared(left, tuple(aside)) if aside and left.strip() else Cleared(whole)


def _lines(text: str, bar: float, names: Collection[str], aside: list[str]) -> Iterator[str]:
    lines = text.split("\n")
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        mark = BULLET.match(line)
        head = mark[0] if mark else ""
        rest = line[len(head) :]
        *said, last = sentences(rest)
        ends = [at for at, one in enumerate([*said, last]) if _POINTS_BACK.fullmatch(one)]
        meant = (
            ends[-1] if ends else 0
        )  # `… Could you add that?`: what stands before it is the task
        kept = [
            one
            for at, sentence in enumerate(said)
            if (one := sentence if at < meant else _kept(sentence, bar, names, aside))
        ]
        # What announces the lines below it stays.
        announces = last.rstrip().endswith(":") or (
            BULLET.match(below) and not mark and not _ENDED.search(last)
        )
        if one := last if announces else _kept(last, bar, names, aside):
            kept.append(one)
        if kept or not rest.strip():
            yield head + " ".join(kept) if kept != [rest] else line


def sentences(line: str) -> Iterator[str]:
    """Cut a line behind its sentences."""
    at = 0
    for end in _ENDS.finditer(line):
        said = line[at : end.start()]
        if _ABBREVIATION.search(said) or said.count("(") != said.count(")"):
            continue
        yield said
        at = end.end()
    yield line[at:]


def _without_asides(sentence: str, bar: float, names: Collection[str], aside: list[str]) -> str:
    """Return a sentence without what in parentheses is a remark."""

    def judged(found: re.Match[str]) -> str:
        if not is_remark(found[1], bar, names):
            return found[0]
        aside.append(found[1])
        return ""

    return _PARENTHESES.sub(judged, sentence)


def _kept(sentence: str, bar: float, names: Collection[str], aside: list[str]) -> str:
    """Return what of a sentence is no remark."""
    if is_remark(sentence, bar, names):
        aside.append(sentence.strip())
        return ""
    if pattern(rf"(?:{lexicon('layout')['labels']['criteria']})\s*:").match(sentence):
        return sentence  # its label says what its parts are
    sentence = _without_asides(sentence, bar, names, aside)
    for join in JOINS.finditer(sentence):
        head, tail = sentence[: join.start()], sentence[join.end() :]
        if head.count("(") != head.count(")"):
            continue
        if _NOUN.fullmatch(tail) or _NOUN.fullmatch(head) or _PAIRS.search(head):
            continue
        if is_remark(tail, bar, names) and outside(Clause(tail, tail), None, ()) is None:
            aside.append(tail.strip())
            return _kept(head, bar, names, aside) + "."
        if is_remark(head, bar, names) and head.strip() and not _lists_on(head, tail):
            if (
                _goes_on(head, join[0], tail)
                or (_LAST_OF_LIST.fullmatch(tail) and "," in head)
                or _DISMISSED.fullmatch(tail)
            ):
                aside.append(sentence.strip())
                return ""
            aside.append(head.strip())
            return _kept(tail, bar, names, aside)
    return sentence


def _lists_on(head: str, tail: str) -> bool:
    """Tell whether what stands behind a remark is more of its list: `I checked: it has a name, price and stock today`."""
    return ":" in head and not pattern(_SAYS_MORE).match(tail)


def _goes_on(head: str, join: str, tail: str) -> bool:
    """Tell whether a tail says what else the subject of a remark does: `anybody can read | and | write every note`."""
    if not _MAY.search(head) or not re.fullmatch(r"\s*,?\s*(?:and|or)\s*", join):
        return False
    named = describes(tail, _TYPES) or any(first(tail, "cues", one, "cues") for one in _CAPABLE)
    return bool(pattern(r"(?:<VERB>|<ADD>|[a-z]+ (?:<DET>))\b").match(tail)) and not named


def _is_quoted(text: str, names: Collection[str]) -> bool:
    """Tell whether a text is what somebody else has said, and that is no order."""
    return bool(_QUOTE.fullmatch(text)) and leaning(text, names) > UNPLACED


def _is_report(text: str, names: Collection[str]) -> bool:
    """Tell whether a text says that it is a report or a reason; `answer: string, max 200` is a field."""
    bare = re.sub(r"\*\*|__", "", text).strip()
    is_field = bare[:1].islower() and field_of(bare, names) is not None
    is_field &= bool(_TYPED_LINE.match(bare)) or describes(bare, _TYPES[:3])
    told = any(one.match(text) for one in (_LABELLED, _REPORTS, _REPORTS_WHEN))
    return (told or tells_of_the_work(text)) and not is_field


def _is_reason(text: str) -> bool:
    """Tell whether a sentence is labelled as the reason of the task, and describes nothing."""
    return _REASONED.match(text) is not None and not describes(text, _TYPES)


def _is_around(text: str, names: Collection[str]) -> bool:
    """Tell whether a text only says where the work begins, that a server is started, or who waits for the work."""
    if _STARTED.fullmatch(text) or (not names and _EMPTY_HERE.fullmatch(text)):
        return True
    around = (_AWAITED, _AFTERWARDS, _SETTABLE)
    awaited = any(one.fullmatch(text) for one in around)
    return awaited and not _WISH.match(text)


def is_remark(text: str, bar: float, names: Collection[str] = ()) -> bool:
    """Tell whether a sentence, or a half of one, is surely a remark."""
    if bar < math.inf and (_is_quoted(text, names) or _is_report(text, names) or _is_reason(text)):
        return True
    if bar < math.inf and _is_around(text, names):
        return True
    if len(text.split()) < 2 or _NAMES_SOMETHING.search(_REQUEST.sub("", text)):
        return False
    if len(text.split()) < _FEW and _ENDS_IN_A_NAME.search(text):
        return False
    if WISHES_MORE.match(text) or (_WISH.match(text) and not _OF_THE_WORK.search(text)):
        return False
    if _CAPABILITY.match(text) and any(first(text, "cues", one, "cues") for one in _CAPABLE):
        return False
    if any(one.search(text) for one in (OPEN, _ORDERS_A_JUDGE, _REFERS)) or _MODIFIES.match(text):
        return False
    begins = not names and _BEGINS.search(text)
    if begins or describes(_BESIDE_TYPES.sub("", text), _TYPES):
        return False
    if leaning(text, names) < bar:
        return False
    about = outside(Clause(text, text), None, ())
    return not (about and (about.startswith(GRAVE) or _WISHED.search(text)))
