"""What leads in to an order and holds nothing of it: `Before the release on Friday we must add …`, `The PM asked us to add …`."""

from __future__ import annotations

import re
from collections.abc import Collection

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.foreign import GRAVE, outside
from backwright.agent.planner.lexicon import names_capability

_VERBS = (
    r"(?:add|put|create|give|make|extend|introduce|paginate|rate-limit|limit|throttle|allow|index|run|set up|implement|build|protect|secure|undo|revert"
    r"|scaffold|start|generate|store|equip|audit|link|connect|relate|enable|version)"
)
_AT = r"(?P<at>\A\W*|(?<=[.!?] )|(?<=\n)(?:[-*•]\s+|\d+[.)]\s+)?)"
_MUST = r"(?:we|i|you)(?:['’]d| would)? (?:(?:just|really|also|now|still|all) )*(?:must|should|have to|need to|need you to|want you to|want to|like you to|like to|are to|shall|ask you to|can)"
_WHO = r"(?:(?:[Tt]he|[Oo]ur|[Mm]y|[Aa]|[Yy]our) (?:[\w-]+ ){0,3}?[\w-]+|[A-Z][a-z]+(?: from [\w ]{2,20})?)"
_ASKS = r"(?:(?:wants?|needs?|asks?|asked|told|would like|requests?|requested|expects?) (?P<whom>us|me|you) to|(?:asks?|asked|requests?|requested) to)"
_LABEL = (
    r"(?:(?:(?:your|the|my|our|next|new|main|overall|current|delegated) )?(?:task|goal|objective|request|job|to-?do|assignment|mission|action|instruction|ask|order|what|what to do|work item)"
    r"|(?:sub-?)?task \d+(?: ?(?:/|of) ?\d+)?|(?!(?:new|resource|model|table|entity|fields?|columns?)\b)"
    rf"(?!{_VERBS}\b)[a-z]+(?: [a-z]+){{1,2}})\s*:"
    r"|\[[a-z-]+\]"
    r"|(?:hi|hey|hello|morning|good (?:morning|afternoon|evening)|moin|servus|hallo|dear)(?: (?:all|team|there|everybody|everyone|folks|colleague|bot|claude|[A-Z][a-z]+))?(?: again)?\s*(?:[,!.]|[-–—]|\n)+"
    r"|it (?:would|will|'d) be (?:really |so |very )?(?:great|nice|good|lovely|cool|helpful|awesome|useful|fantastic|perfect) if (?:you|we|somebody|someone) (?:could|can|would)"
    r"|(?:please )?(?:implement|do|handle|take care of|build) the following(?: (?:task|change|changes|for (?:me|us)))?\s*:|@[\w-]+[:,]?|(?:your|the) (?:job|task|assignment|goal|mission) (?:here |now |today )?is to"
    r"|(?:go ahead and|time to|feel free to|make sure to|remember to|be sure to|the next step is to|the plan is to|the idea is to)"
    r"|(?:would you mind to|would you be so kind as to|do you mind to|be so kind and|be so kind as to|any chance you (?:could|can)|is it possible to|would it be possible to)"
)
_WHEN = (
    r"(?:before|after|until|by|for|per|as per|as|according to|following|in preparation of|in preparation for|ahead of|in|with|based on|due to|because of|on) "
    r"[^.!?:;()\n,]{3,60}?"
)
_LEADS = re.compile(
    rf"(?i){_AT}(?P<lead>(?P<label>{_LABEL})|(?-i:{_WHO}) {_ASKS}|{_WHEN},? {_MUST}|{_WHEN},)(?P<please>,? (?:please|kindly|then|also|finally|first))* (?={_VERBS}\b(?! ?[:(-]))"
)
# `As discussed: we need …`: it says nothing, whatever stands behind it
_SAYS_NOTHING = re.compile(
    r"(?i)(?P<at>\A\s*(?:(?:hi|hey|hello)(?: \w+)?[,!.] )?)(?:as (?:discussed|agreed|promised|mentioned|planned|requested|talked about)(?: (?:yesterday|today|earlier|before|last week|in the \w+|on \w+))?"
    r"|(?:the )?(?:next|another|new|small|tiny|quick|last|second|following) (?:task|one|thing|request|item|job|question|up|change|ticket|step)(?: for you)?|one more(?: (?:thing|task|request))?|for you|fyi|next up"
    r"|(?-i:[A-Z]{2,}-\d+)|(?:ticket|issue|task|story) #?\d+|(?:feature|change|small|quick) request)\s*[:–—-]\s+(?=\w)"
)
# `Task: I want …`
_IN_PERSON = re.compile(
    r"(?i)\A\W*(?P<label>task|to-?do|request|story|ticket|goal|wish):\s+(?=(?:i|we)\b)"
)
_BOLD = re.compile(r"(?m)^[ \t]*(?:\*\*|__)(?P<bold>[A-Z][\w ]{2,20}):(?:\*\*|__)[ \t]+(?=\S)")
_TICKET = re.compile(r"[ ]\((?:see |cf\. )?(?:[A-Z]{2,}-\d+|#\d+)(?:, ?(?:[A-Z]{2,}-\d+|#\d+))*\)")
_READ_ONLY = re.compile(
    r"(?i)\A\W*(?:this is an? )?read[- ]only(?: task| job| request| assignment)?[.:;!]\s+"
)
# `Extend Task with scheduling data.` above a list
_EXTENDS = re.compile(
    r"(?P<order>(?:^|(?<=\n))(?:please )?extend [\w`]+(?: model)?) with (?:(?!optional\b|unique\b)[a-z-]+ ){1,3}(?:data|information|info|details|metadata|fields|columns|attributes)[.:]\s*\n+(?:#+ [\w ]+\n+)?(?=\s*[-*•] )",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"(?m)^\W*[A-Z][^:\n]{1,40}:|^#+ ")
# A model, a name, a field: then it says more than when, or for whom.
_NAMES = re.compile(r"[`\"\d/]|\w_\w")


def without_leads(text: str, names: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """Return a text whose orders begin with their verbs, and what stood before them.

    Args:
        text: What the user wrote.
        names: What the project's models are called, in small letters.
    """
    aside: list[str] = []
    is_form = len(_LABELLED.findall(text)) > 1  # a form tells by its labels what each line is for

    def told(found: re.Match[str]) -> str:
        is_model = found["label"] and found["label"].strip(" :").lower() in names
        if found["label"] and found["label"].endswith(":") and is_form:
            return found[0]
        bare = found["label"] or found["whom"]
        if is_model or (not bare and _matters(found["lead"], names)):
            return found[0]
        if not found["label"]:
            aside.append(found["lead"].strip(" ,"))
        return found["at"]

    text = _SAYS_NOTHING.sub(r"\g<at>", text)
    if (first := _IN_PERSON.match(text)) and first["label"].lower() not in names:
        text = text[first.end() :]
    text = _EXTENDS.sub(r"\g<order> with:\n", _READ_ONLY.sub("", _TICKET.sub("", text)))
    return _LEADS.sub(told, text if is_form else _BOLD.sub(r"\g<bold>: ", text)), tuple(aside)


def _matters(lead: str, names: Collection[str]) -> bool:
    """Tell whether what leads in names a model, a field or a capability, or asks for harm."""
    if _NAMES.search(lead) or any(word in names for word in re.findall(r"[\w-]+", lead.lower())):
        return True
    about = outside(Clause(lead, lead), None, ())
    if about and about.startswith(GRAVE):
        return True
    return describes(lead, ("type", "enum", "length", "default", "unique", "optional")) or (
        names_capability(lead)
    )
