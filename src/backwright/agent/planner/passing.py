"""What a text only tells, or asks for beside a change that brings it anyway: no step of the plan."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backwright.agent.planner.lexicon import first, pattern
from backwright.agent.planner.state import Entity, Relation, State
from backwright.agent.planner.types import Step

# Words of a text (`that is why …` gives a reason) that ask for the cause of a failure; beside a new resource or field its own clause must ask,
# since a status (`another customer gets a 404`) is then a criterion.
_ASKS_WHY = re.compile(
    r"(?i)(?<!not )(?<!no )(?<!(?:that|this) is )(?<!which is )\b(?:why|fix|debug|find|cause|reason|what(?:'s| is) wrong|help|mend|repair|solve|investigate|explain|look into|track down|[45]\d\d|\w+Error)\b"
)
_ASKS_CAUSE = re.compile(
    r"(?i)(?<!not )(?<!no )(?<!(?:that|this) is )(?<!which is )\b(?:why|fix|debug|find|cause|reason|wrong|help|mend|repair|solve|investigate|explain|look (?:into|at)|check|please|track down|since|5\d\d|\w+Error)\b|\?"
)
# `… is broken, please look at it`: said in a clause of its own.
_LOOKS = re.compile(
    r"(?i)\blook (?:at|into) (?:it|this|that)\b|\bfind out (?:why|what)\b|\bfix (?:it|this|that)\b|(?<!(?:that|this) is )(?<!which is )\bwhy\b"
)
# How a clause begins that asks for something, and does not only tell.
_ORDERED = (
    r"^\W*(?:(?:and|then|also|please|finally|lastly|afterwards?|first(?:ly)?|second(?:ly)?|third(?:ly)?|next|now|last|at the (?:very )?end|in the end|as (?:a|the) (?:last|final|next|first|second|third) (?:step|thing)|to|step \w+|(?:once|when|after|as soon as) (?:that|this|it|all(?: of (?:it|this|that))?|everything|both)(?: is| are|'s| has been| have been| was)? (?:done|finished|ready|in|in place|there|complete|through|up|merged|built|added|live|green)\b|when [^,]*,|once [^,]*,|after [^,]*,|as soon as [^,]*,|before [^,]*,)[ ,:]*)*(?:<VERB>|<ADD>|audit|probe|prove|run|fire|check|test|verify|show|tell|make sure|see|try|confirm|ensure|give|do|go|walk|try out|live|an?|the|full|smoke|isolation|inspect)\b"
    r"|\b(?:please|i (?:want|need|would like)|we (?:want|need|would like)|(?:can|could|would) you|and (?:then|finally|afterwards)|then|afterwards|after that)\b"
)
# What is told at the end: `The list of endpoints and the result of the tests.`
_A_REPORT = re.compile(
    r"(?i)^your words: \W*(?:an?|the) (?:short |full )?(?:list|summary|table|overview|report)\b|^your words: \W*(?-i:List|Summary|Overview) of\b"
)
# What asks to look at a project, beside a change: `then show me all endpoints`.
_LOOKS_AT = re.compile(
    r"(?i)\b(?:inspect|overview|show|list|print|display|describe|explore|explain|draw|enumerate|give|map|first|all|every|whole|models)\b|\?"
)
# Tests of this are more than those that come with each change.
_OF_WHAT_IS_THERE = re.compile(
    r"(?i)\b(?:existing|current|all|every|each(?! with\b)|whole|entire|everything|other|missing|isolat\w+|another|endpoints|routes|coverage)\b"
)


def leave_stories(state: State) -> None:
    """Leave aside what is told beside a change: why it is wanted, tests and reports that come with it, what it should answer."""
    steps = [one for one in state.acts if isinstance(one, Step)]
    orders = [one for one in steps if one.verb.startswith("add ") or one.verb == "undo"]
    told = [one for one in steps if _is_told(one, orders, state)]
    state.acts = [one for one in state.acts if one not in told]
    stories = [part for part in state.parts if part.part in {one.verb for one in told}]
    state.parts = [part for part in state.parts if part not in stories]
    state.aside += [part.source.removeprefix("your words: ").strip("'") for part in stories]


def _is_ordered(source: str) -> bool:
    """Tell whether words ask for what was read in them, and do not only tell: `another user gets a 404`."""
    said = source.removeprefix("your words: ").strip("'\"")
    return "?" in said or bool(pattern(_ORDERED).search(said))


def _is_report(source: str) -> bool:
    """Tell whether words ask for what is told of the work anyway, and not to look at the whole: `tell me the path of the login`."""
    return bool(_A_REPORT.search(source)) or not _LOOKS_AT.search(source)


def _is_told(step: Step, orders: Sequence[Step], state: State) -> bool:
    """Tell whether a text only tells of what fails, or of what strangers can do, before it orders something else."""
    sources = [part.source for part in state.parts if part.part == step.verb]
    if step.verb == "doctor" and _is_mended(step, orders, state):
        return True
    if step.verb == "doctor":
        return not step.log and _is_told_failure(sources, orders, state)
    tried = any(first(one, "cues", "probe", "trial") or "?" in one for one in sources)
    made = any(first(one, "cues", "probe", "tests") for one in sources)
    made_here = bool(orders) or state.project is not None or _changes(state)
    if (
        step.verb in ("audit", "inspect", "probe")
        and made_here
        and not any(map(_is_ordered, sources))
    ):
        return True
    if step.verb == "inspect" and made_here and all(map(_is_report, sources)):
        return True
    if step.option("write-tests") is not None and made_here:
        there = "|".join(re.escape(form) for one in state.world.things for form in one.forms)
        return not any(
            _OF_WHAT_IS_THERE.search(one)
            or (there and re.search(rf"(?i)\b(?:for|of) (?:the |our )?(?:{there})\b", one))
            for one in sources
        )
    return step.verb == "probe" and bool(orders) and not tried and not made


def _is_mended(step: Step, orders: Sequence[Step], state: State) -> bool:
    """Tell whether what the browser refused is what the text orders to allow, and nobody asks for more."""
    origins = [
        value
        for one in orders
        if one.verb == "add cors"
        for name, value in one.options
        if name == "origin"
    ]
    return step.option("origin") in origins and not _LOOKS.search(state.said)


def _is_told_failure(sources: Sequence[str], orders: Sequence[Step], state: State) -> bool:
    """Tell whether a failure is only told: `another customer gets a 404`, `the browser blocks us, so allow …`."""
    if _changes(state) and not any(
        map(_ASKS_CAUSE.search, [*sources, *_LOOKS.findall(state.said)])
    ):
        return True
    trials = [one for one in state.acts if getattr(one, "verb", "") == "probe"]
    return bool(orders or trials) and not _ASKS_WHY.search(state.said)


def _changes(state: State) -> bool:
    """Tell whether a text makes resources, fields or relations."""
    return any(
        isinstance(one, Relation) or (isinstance(one, Entity) and one.asked) for one in state.acts
    )
