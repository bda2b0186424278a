"""Turns of phrase, spelt out before any reading begins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.drafts import known_kind
from backwright.agent.planner.foreign import outside
from backwright.agent.planner.lexicon import lexicon, names_capability, pattern
from backwright.agent.planner.nouns import pascal
from backwright.agent.planner.ownership import take_owner
from backwright.agent.planner.prosaic import brought_together
from backwright.agent.planner.types import World
from backwright.spec.names import singularize

_ADDRESSED = re.compile(
    r"(?m)^(?P<head>\W*)(?P<name>[A-Z]\w*)(?P<says>\s*:\s*(?:please )?(?P<verb>add|give|needs?|gets?|new field)\b)"
    r"(?!.*\b(?:resource|model|table|entity|endpoints?|relation\w*|auth\w*|cors|index|rate|version\w*|paginat\w*)\b)(?=(?P<what>.*))"
)
# `Task: add Feedback with …` titles what is made.
_MADE = re.compile(r"\s+(?:(?:an?|the|new) )*(?P<name>[A-Z][a-z]\w+)(?= with\b|\s*[:(])")
_TYPED = ("type", "money", "decimal", "enum", "length", "range")
# `Add CRUD endpoints for meal plans`, `a new table for meal plans`
_IN_TWO_WORDS = (
    r"(?P<add>\b(?:<ADD>) )(?:an? )?(?:new |full |complete )*(?:rest(?:ful)? )?(?:crud(?: endpoints?| api| routes| resource)?|table|resource|model|endpoints|entity|collection) for "
    r"(?P<name>(?!(?:<DET>|managing|storing|<USER>)\b)[a-z]+ [a-z]+s)(?=\s*(?:[.,:(!\n]|$|(?:with|having|that|which|and)\b))"
)
# `Model meal plans as a new resource`
_AS_RESOURCE = re.compile(
    r"(?P<at>(?:^|(?<=[.!?:,\n] )|(?<=\n)|(?<=please )|(?<=Please )))(?:[Mm]odel|[Ii]mplement|[Ii]ntroduce|[Aa]dd|[Ee]xpose|[Cc]reate) (?:the )?(?P<name>[a-z]+(?: [a-z]+)?) as (?:an? )?(?:new |own )*(?:resource|model|entity)s?\b"
)
# `To Task, add …`
_MODEL_FIRST = re.compile(
    r"(?P<at>^|[.!?:\n] ?)(?:[Tt]o|[Oo]n|[Ff]or) (?:the |our |each |every |all )?`?(?P<name>\w+)`?(?: model| table)?, (?:please )?(?:add|put) "
)
# `the shop`, `the existing FastAPI app`, `the task manager API`
_PLACE = r"(?:(?:[\w/-]+ ){0,3}(?i:api|app|application|back-?end|service|project|code ?base|repo|repository|server)|(?P<place>[a-z]+))"
_PLACED = re.compile(
    r"(?P<named>\b(?:[A-Z]\w+ (?:resource|model|entity|table)|(?:resource|model|entity|table) (?:called |named )?(?:[A-Z]\w+|(?!(?:to|in|into|for|on|with|called|named) )[a-z]\w+(?: (?!(?:to|in|into|for|on|with) )[a-z]\w+)?)))"
    rf" (?:to|in|into|for|on) (?:the|our|my|this) {_PLACE}(?=\s*(?:[.?!:,;(]|$)|\s+(?:with|that|which|having)\b)"
)
_ADDED = re.compile(
    rf"(?P<named>\b[Aa]dd an? (?:new )?[A-Z][a-z]\w+) (?:to|in|into) (?:the|our|my|this) {_PLACE}(?=,? with\b|\s*[:(])"
)
_ASKED = re.compile(
    r"(?i)(?:(?<=[.!?,\n] )|(?<=\n)|^)(?:(?:our|the|my) (?P<who>(?:[a-z]+ ){0,2}[a-z]+)(?: team| department)? (?:would like|wants?|needs?|asks? for|asked for|requests?|wished for)"
    r"|(?:(?:thus|so|hence|therefore|consequently|that is why|for (?:this|that)(?: reason)?),? )?(?:i|we) (?:(?:would|must|have to|therefore|thus|hence|like to) )*(?:ask(?: you)?|wish) for)"
    r" (?:to have )?(?P<what>an? (?:additional |extra |new |further )?(?:field|column))\b"
)
# `Adds two fields to Task:`, as changes are described; what follows tells it from a noun.
_DOES = r"(?P<verb>add|create|introduce|extend|give|make|put|paginate|implement|build|enable|allow|index(?=es)|link|connect|relate)(?:es|s)"
_THING = r"(?=\s+(?:(?:an?|the|two|three|four|five|some|new|optional|it|them|all|every|resource|jwt|cors|pagination|auth\w*|cascad\w+|[2-9]|GET)\b|(?-i:[A-Z`])))"
_DESCRIBED = re.compile(
    rf"(?i)(?P<at>\A\W*|\n[ \t]*\n[ \t]*|\n[ \t]*[-*•][ \t]+|[.:!]\s+){_DOES}{_THING}"
)
_DESCRIBED_TOO = re.compile(rf"(?i)(?P<at>,? (?:and|then)(?: also)? |, ){_DOES}{_THING}")
# `Task gets reminder_at (datetime), User gets display_name (string)`
_NEXT = re.compile(
    r"(?P<end>[\w)])[,;] (?:and )?(?P<rest>(?P<name>[A-Z]\w+) (?:gets|needs) (?:an? |the )?[a-z])(?![^()]*\))"
)
_FACTS = (
    "type", "money", "decimal", "enum", "length", "range", "default", "unique", "cascade", "restrict",
)  # fmt: skip
FENCE = re.compile(r"(```.*?(?:```|\Z))", re.DOTALL)

# `Paginate the orders, but before that, extend Order with …`
_BEFORE_THAT = re.compile(
    r"(?i)(?:(?<=[.!?\n] )|(?<=\n)|^)(?P<then>[^.!?\n]{6,}?(?:\d\.\d[^.!?\n]*?)?)(?:,|;|\.|\s[-–—]+)? (?:(?:but|and|only) )?before (?:that|this|you do (?:that|this|so|it)|doing (?:that|this|so|it)),? (?P<first>(?:please |let us |you )?(?:add|create|give|extend|put|make|build|introduce|set up|paginate|index|limit|allow|undo|audit|probe)\b[^.!?\n]*(?:\d\.\d[^.!?\n]*)*)(?P<end>[.!?\n]|$)"
)
# `It lacks an index. Please put one on Task.created_at.`
_LACKED = r"(?:database )?index|rate[- ]?limit"
_LACKING = re.compile(
    rf"(?i)(?P<head>(?:\b(?:lacks?|misses|missing|without|has no|have no|had no|is no|are no|was no)(?: (?:an?|any))? (?P<what>{_LACKED})\b"
    rf"|\b(?P<first>{_LACKED}) (?:is|was) (?:missing|lacking))[^.!?\n]{{0,80}}[.!?;,:]\s+(?:(?:please|so|then|and|kindly|could you|can you|would you) )*(?:add|put|create|set|make|build) )one\b(?! (?:of(?! \d)|field|column|index)\b)"
)


@dataclass(frozen=True, slots=True)
class Spelt:
    """A text in plain words, and what of it was only told and is left aside."""

    text: str
    aside: tuple[str, ...] = ()


def spelt_plainly(text: str, *, is_empty: bool) -> Spelt:
    """Return a text in which turns of phrase are said as the readings know them.

    Args:
        text: What the user wrote; what stands in fences stays as it is.
        is_empty: Whether there is no project yet.
    """
    aside: list[str] = []
    parts = FENCE.split(text)
    for one in (*lexicon("prose")["phrase"], *lexicon("phrases")["phrase"]):
        if one.get("where", "") in ("", "empty" if is_empty else "project"):
            parts[::2] = [_spelt(part, one, aside) for part in parts[::2]]
    parts[::2] = [brought_together(part) for part in parts[::2]]
    return Spelt("".join(parts), tuple(aside))


def _spelt(text: str, phrase: Mapping[str, Any], aside: list[str]) -> str:
    """Return a text in which one turn of phrase is said plainly; what is only told goes aside, unless it matters."""
    found, means = pattern(phrase["pattern"]), phrase["means"]
    if not phrase.get("told"):
        return found.sub(means, text)

    def said(match: re.Match[str]) -> str:
        if _matters(match[0]):
            return match[0]
        if not means:
            aside.append(match[0].strip())
        return match.expand(means)

    return found.sub(said, text)


def _matters(told: str) -> bool:
    """Tell whether words that seem to be only told hold a fact or an order: a field, an owner, a limit, harm."""
    return bool(
        outside(Clause(told, told), None, ())
        or describes(told, _FACTS)
        or take_owner(told)[1]
        or names_capability(told)
    )


def turned(text: str) -> str:
    """Return a text in which turns of phrase of other languages are said in plain English: `we are wanting one field`."""
    for one in lexicon("turns")["turn"]:
        text = pattern(one["pattern"]).sub(one["means"], text)
    return text


def in_order(text: str) -> str:
    """Return a text in which comes first what is to be done first: `paginate the orders, but before that add a note to Order`."""
    return _BEFORE_THAT.sub(lambda one: f"{one['first']}. {one['then']}{one['end']}", text)


def named_again(text: str) -> str:
    """Return a text in which what is lacking is called so where it is ordered: `it lacks an index. Add one on …`."""

    def named(found: re.Match[str]) -> str:
        what = found["what"] or found["first"]
        return f"{found['head']}{'an' if what[0] in 'iI' else 'a'} {what.lower()}"

    return _LACKING.sub(named, text)


def ordered(text: str) -> str:
    """Return a text in which what a change does is what is to be done: `Adds two fields to Task and links it …`."""

    def told(found: re.Match[str]) -> str:
        return f"{found['at']}{found['verb']}"

    def sentence(found: re.Match[str]) -> str:
        return told(found) + _DESCRIBED_TOO.sub(told, found["rest"])

    return re.sub(rf"{_DESCRIBED.pattern}(?P<rest>[^.\n]*)", sentence, text)


def placed_here(text: str, world: World) -> str:
    """Return a text without where a resource is added, if that is the project itself: `a Supplier resource to the shop`."""

    def named(one: re.Match[str]) -> str:
        return one[0] if one["place"] and world.thing(one["place"]) else one["named"]

    return _ADDED.sub(named, _PLACED.sub(named, text))


def asked_by(text: str, world: World) -> str:
    """Return a text without who asks for a field, if that is no model: `our accountant would like a field …`."""
    return _ASKED.sub(
        lambda one: (
            one[0] if one["who"] and world.thing(one["who"].split()[-1]) else f"Add {one['what']}"
        ),
        text,
    )


def named_in_one(text: str, world: World) -> str:
    """Return a text in which a new resource that two words name is named by one: `CRUD for meal plans` makes MealPlan."""

    def named(found: re.Match[str]) -> str:
        words, last = found["name"], found["name"].split()[-1]
        if singularize(last) is None or world.thing(last) or world.thing(words):
            return found[0]
        return f"{found['add']}a {pascal(words)} resource"

    def as_resource(found: re.Match[str]) -> str:
        known = world.thing(found["name"]) or world.thing(found["name"].split()[-1])
        return found[0] if known else f"{found['at']}Add a {pascal(found['name'])} resource"

    return _AS_RESOURCE.sub(as_resource, pattern(_IN_TWO_WORDS).sub(named, text))


def model_first(text: str, world: World) -> str:
    """Return a text in which `To Task, add a note` is `Task should get a note`."""

    def told(found: re.Match[str]) -> str:
        known = world.thing(found["name"])
        return f"{found['at']}{known.name} should get " if known else found[0]

    return _MODEL_FIRST.sub(told, text)


def unquoted(text: str, world: World) -> str:
    """Return a text in which the project's models stand without the marks of code: a field to `Order` is one to Order."""
    names = "|".join(re.escape(one.name) for one in world.things)
    return re.sub(rf"`({names})`", r"\1", text) if names else text


def addressed(text: str, world: World) -> str:
    """Return a text in which a model that is spoken to is called one: `Task: add a due date` is no ticket's title."""

    def called(match: re.Match[str]) -> str:
        known = world.thing(match["name"])
        if known is None:
            return match[0]
        made = _MADE.match(match["what"])
        is_new = made is not None and world.thing(made["name"]) is None
        if match["verb"] == "add" and (is_new or _is_elsewhere(match["what"], world)):
            return f"{match['head']}Add"  # `Task: add a nickname to users` titles what is asked
        if _is_field(match["what"]) and match["verb"] not in ("give", "new field"):
            return f"{match['head']}{known.name} gets"
        return f"{match['head']}{known.name} model{match['says']}"

    return _ADDRESSED.sub(called, text)


def _is_elsewhere(what: str, world: World) -> bool:
    """Tell whether a model is named to which something is added: `a nickname (str 1..30) to users`."""
    forms = "|".join(re.escape(form) for thing in world.things for form in thing.forms)
    to = rf"(?<!reference )(?<!ref )(?<!link )(?<!key )\b(?:to|on) (?:(?:the|our|all|every|each|an?) )*(?:{forms})\b"
    return bool(forms and pattern(to).search(re.sub(r"\([^()]*\)", " ", what)))


def _is_field(what: str) -> bool:
    """Tell whether what is added is a field with a type, and no resource: `an optional paid_at (datetime)`."""
    if re.match(r"(?:\W*(?:an?|the|new)\b)*\W*[A-Z]", what):
        return False
    bare = re.fullmatch(
        r"\W*(?:(?:an?|the|new|optional) )*(?P<name>[a-z]\w*(?: [a-z]+)?)(?: \([a-z, ]+\))?\W*",
        what,
    )
    known = bare and known_kind(bare["name"].replace(" ", "_"))
    return bool(known) or describes(what, _TYPED)


def parted(text: str, world: World) -> str:
    """Return a text in which a sentence goes no further than to the next model that gets something."""

    def ended(match: re.Match[str]) -> str:
        known = world.thing(match["name"])
        return f"{match['end']}. {match['rest']}" if known else match[0]

    return _NEXT.sub(ended, text)
