"""What becomes of rows when what they refer to is deleted: said at the reference, before any reading begins."""

from __future__ import annotations

import re
from itertools import count

from backwright.agent.planner.phrases import FENCE

_SMALL = r"(?:not|never|when|if|once|with|and|is|are|it|them|that|this|too|also|together|along|deleted|removed|then|by)"
_NOUN = rf"(?!{_SMALL}\b)[`\"']?[A-Za-z][\w-]*[`\"']?"
_DET = r"(?:(?:an?|the|its|their|his|her|all|any|each|every|that|these|those|of|own|no|parent|existing)\s+)*"
_ROWS = rf"{_DET}{_NOUN}"
_WHOLE = rf"{_DET}(?P<whole>{_NOUN})"
_DELETED = r"(?:deleted|removed|gone|destroyed|dropped|erased|wiped)"
_BE = (
    r"(?:is|are|gets?|was|were|been|be|(?:will|should|must|shall|can) be|(?:has|have|needs?) to be)"
)
_PARTS = r"(?:goes? |follows? )(?!away)(?!too|as well|also|along|together)with"  # `a palette that goes with it`
_AWAY = r"(?:goe?s?|disappears?|vanish(?:es)?|dies?|follows?)(?: away)?(?: from the database)?"
_MUST = r"(?:(?:must|should|shall|will|ha(?:s|ve) to|needs? to|also) )*"
_GO = rf"{_MUST}(?:{_BE} (?:also |automatically )?{_DELETED}|{_AWAY})"
_GONE = rf"(?:{_BE} {_DELETED}|{_AWAY})"
_MORE = (
    r"(?:,? (?:too|as well|also|along|automatically|away|together|with (?:it|them|that|him|her)))*"
)
_WHEN = rf"(?:when|if|once|whenever|as soon as|in case) {_WHOLE} {_GONE}"
_WITH = rf"(?:(?:together|along) )?with (?:(?:the|its|their|his|her) (?:own |parent )?(?P<whole>{_NOUN})|it\b|them\b|that\b)"
_STILL = r"(?:that|which|with)(?: (?:still|has|have|got|any|some))*"
_USED = (
    r"(?:that|which) (?:is|are|was) (?:still |already )?(?:in use|used|referenced|referred to|needed|listed|contained)"
    rf"(?: (?:in|by|on|from) {_ROWS})?"
)
_HELD = rf"(?:{_STILL} {_ROWS}|{_USED})"
_FORBIDDEN = r"(?:refused|rejected|forbidden|prevented|blocked|denied|not (?:allowed|possible))"
_NOT = r"(?:must|may|can|should|could)(?: ?not|n't)|can't"

# What is said of rows, by what it comes to on the reference.
_FORMS = {
    "cascade": (
        # when the note is deleted, its attachments go with it
        rf"{_WHEN}\s*,? (?:then )?(?:(?:delete|remove|drop) {_ROWS}|{_DET}(?:{_NOUN} )?{_GO})",
        # attachments go away when their note is deleted, are deleted together with it
        rf"(?:(?:and |which |that )?{_ROWS} )?(?!{_PARTS}){_GO}{_MORE} (?:{_WHEN}|{_WITH})",
        # gone when the note is deleted, deleted with the note
        rf"(?:{_DELETED}|dying){_MORE} (?:{_WHEN}|{_WITH})",
        # deleting a note deletes its attachments
        rf"(?:the )?(?:deleting|removing|deletion of|removal of) {_WHOLE} {_MUST}(?:deletes?|removes?|takes?|wipes?)(?: away)? {_DET}{_NOUN}(?: (?:items|entries|rows|lines))?",
        # delete the attachments when the note is deleted, delete it together with the note
        rf"(?:delete|remove|drop) (?:it|them|that|these|{_ROWS}){_MORE} (?:{_WHEN}|{_WITH})",
        # delete the note -> its attachments go too
        rf"(?:delete|remove|drop) {_WHOLE} ?(?:->|=>|→|,|and|then|means) ?{_ROWS} {_GO}",
        rf"(?:delete|remove|drop) {_WITH}",
    ),
    "restrict": (
        # deleting a note that still has attachments must be refused
        rf"(?:the )?(?:deleting|removing|deletion of|removal of) {_WHOLE} {_HELD} (?:{_BE} {_FORBIDDEN})",
        # a note with attachments cannot be deleted
        rf"{_WHOLE} (?:{_STILL} (?:\w+ ){{0,2}}?{_ROWS}|{_USED}) (?:{_NOT}) be (?:deletable|removable|{_DELETED})",
        # as long as there is a payment the order can't be deleted, no order may be deleted while it has a payment
        rf"(?:as long as|while) (?:there (?:is|are)|it has) {_ROWS},? {_WHOLE} (?:{_NOT}) be (?:deletable|removable|{_DELETED})",
        rf"(?:no|an?|the) (?P<whole>{_NOUN}) (?:may|can|must|{_NOT}) be {_DELETED} (?:while|as long as) (?:it (?:still )?has|there (?:is|are)) {_ROWS}",
    ),
}
_LEAD = r"(?P<lead>\A|(?<=\n)(?:[-*•] )?|[.;!?,:–—(-]?\s*(?:\b(?:and|so that|such that|meaning|so) )?(?<![\w`]))"
_KEPT = "".join(rf"(?<!{no}{be})" for no in ("not ", "n't ", "never ") for be in ("", "be "))
_WORD = r"(?:so |that is |i\.e\. |= )?(?:on delete )?(?:cascad(?:e|es|ing)|restrict)\b"
_NAMED_SO = rf"(?:[,:]? {_WORD}|,? \({_WORD}\))?"


def _compiled(forms: tuple[str, ...]) -> re.Pattern[str]:
    numbers = count()
    joined = re.sub("<whole>", lambda _: f"<whole{next(numbers)}>", "|".join(forms))
    return re.compile(rf"(?i){_LEAD}{_KEPT}(?:{joined}){_MORE}(?![\w-]){_NAMED_SO}")


_SAID = {kind: _compiled(forms) for kind, forms in _FORMS.items()}
_SENTENCE = re.compile(r"[.;!?–—]|\n|^[-*•]")
_REFERS = (
    r"(?i)(?:\b(?:belongs? to|references?(?: to)?|refers? to|ref(?: to)?|fk to|foreign key to|points? to|links? to|hangs (?:on|off)|is (?:of|for|about))"
    r" (?:exactly )?(?:(?:an?|the|one) )?[`\"']?WHOLE\b[`\"']?|\bWHOLE[`\"']?:? (?:is |as )?\(?(?:an? |the )?(?:reference|ref|fk)\b(?: to [`\"']?\w+[`\"']?)?)(?: (?:that |which )?(?:it|they|each|(?:every|each) one) (?:belongs? to|hangs? on|is (?:for|about|of)))?"
)


def deletions_placed(text: str) -> str:
    """Return a text in which `on delete cascade`, or restrict, stands at the reference that it is said of.

    What is said of a row whose reference the text does not name stays as it is.
    """
    parts = FENCE.split(text)
    for kind, said in _SAID.items():
        for at in range(0, len(parts), 2):
            for found in reversed(list(said.finditer(parts[at]))):
                parts[at] = _placed(parts[at], found, f"on delete {kind}")
    return "".join(parts)


def _placed(text: str, found: re.Match[str], word: str) -> str:
    before, after = text[: found.start()], text[found.end() :]
    whole = next((v for k, v in found.groupdict().items() if k != "lead" and v), "").strip("`\"'")
    if _SENTENCE.search(found["lead"]) or not found["lead"]:
        at = _reference(before, whole) if whole else -1
        ends = "" if re.match(r"\s*(?:[.,;)]|$)", before[at:] or after) else ","
        return f"{before[:at]}, {word}{ends}{before[at:]}{after}" if at > 0 else text
    sentence = re.split(r"[.!?](?= |\n|$)|\n", before)[-1]
    if whole and not re.search(rf"(?i)\b{re.escape(whole)}\b", sentence):
        return text
    lead = "(" if "(" in found["lead"] else ", "
    return f"{before}{lead}{word}{after}"


def _reference(before: str, whole: str) -> int:
    """Return where the one reference to a model ends, -1 if there is none, or several."""
    found = list(re.finditer(_REFERS.replace("WHOLE", re.escape(whole)), before))
    return found[0].end() if len(found) == 1 else -1
