"""Parts of a prompt that ask for nothing: what is to be told at the end, what is out of scope, why something is wanted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.foreign import GRAVE, outside
from backwright.agent.planner.layout.fields import field_of
from backwright.agent.planner.layout.tree import BULLET, HEADING
from backwright.agent.planner.layout.usual import is_usual
from backwright.agent.planner.lexicon import CAPABLE, first, lexicon, pattern
from backwright.agent.planner.ownership import take_owner

_FACTS = (
    "type", "money", "decimal", "enum", "length", "range", "default", "unique", "cascade", "restrict",
)  # fmt: skip
_TYPES = ("type", "money", "decimal", "length", "range", "ref", "many")
# How large an answer is, which is no field's size: `returns the full catalogue (12 MB of JSON)`.
_SIZE = re.compile(r"(?i)\(?\b\d[\d.,]*\s?[kmg]i?b\b(?: of [a-z]+)?\)?")
# What is wished for is a task, wherever it stands; so is the name of what is to be begun.
_WISHES = re.compile(
    r"(?i)\b(?:should|must|shall|needs?|wants?|please|add|create|give|called|named|belongs? to|references?|only|never|each|every)\b"
    r"|`[\w-]+`,? (?:(?:is )?an? |our |the )?(?:new )?(?:\w+ )?(?:project|service|api|backend|app)\b|\b(?:project|service|api|backend|app):? `"
)
# When something happens, and what others need of what every resource has: `it needs REST endpoints to write to`.
_OF_OTHERS = re.compile(
    r"(?i)\bevery (?:night|day|hour|morning|evening|week|month|minute|second|time|few \w+|\d+ \w+)\b"
    r"|\b(?:needs?|wants?) to (?:know|see|show|display|read|poll|fetch)\b"
    r"|\b(?:needs?|wants?) (?:(?:new|rest|crud|http|json|the|some|normal|usual) )*(?:endpoints?|routes?|apis?) (?:for (?:it|them|that|this)|to (?:write|read|post|push|pull|fetch|talk|call|send|get)(?: (?:data|rows|it|them|to|from|there|into|in|against))*)(?=\W*$|[.;,])"
)
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_WORK = re.compile(
    r"(?i)^\W*(?:(?:also|then|please|and|finally|first|\d+\.)\W+)*(?:add|create|build|implement|introduce|make|put|give|paginate|limit|index|allow|protect|secure|run|test|audit|fix|undo|extend|write)\b"
)
_LABEL = re.compile(
    r"^\s*(?:[-*•]\s+)?(?:\*\*|__)?(?P<label>[A-Z][\w ,/&'’-]{2,40}?)\s*(?:\*\*|__)?:(?:\*\*|__)?\s*$"
)
_ENDS = re.compile(r"(?<=[.!?])\s+(?=[A-Z`\"'])")
_POINTS = re.compile(
    r"(?i)(?P<order>\b(?:paginate|page|throttle|limit|rate[- ]?limit|index|protect|secure|version|give|extend|equip)) (?:it|this|that|them)\b(?! \w+(?:point|list)\b)"
)
_ADDRESS = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE) /[\w/{}-]+")
# Below `Hands off` stand things, below `Don't` mostly what is done.
_TOUCHES = re.compile(
    r"(?i)\b(?:(?P<verb>touch|change|add)|hands off|off[- ]limits|leave (?:alone|untouched))\b"
)
_DENIES = re.compile(r"(?i)\W*(?:no|not|never|nothing|none|do not|don['’]t|avoid|without)\b")
_ACTS = r"(?:(?!new\b|model\b|log\b)(?:<VERB>|<ADD>|touch|change|edit|modify|alter|use|commit|merge|start|break)\b(?! ?[:(-])|[a-z]+(?<!ing) (?:<DET>|new|existing|it|them)\b)"
_AMONG = re.compile(
    r"(?i)\s*[,;]\s*(?:(?:or|and)\s+)?|\s+(?:or|and)\s+"
)  # `backfill data, touch login`
_OF_BOLD, _OF_LABEL = 7, 8  # below every heading with marks


def apart(text: str, *, stories: bool) -> tuple[str, tuple[str, ...]]:
    """Return a text without its parts that ask for nothing, and what stood in them.

    Args:
        text: What the user wrote.
        stories: Whether sentences that tell the reasons are left aside, too, where they hold no fact and no wish.
    """
    kept: list[str] = []
    aside: list[str] = []
    for kind, (head, *lines) in _parts(text):
        before = len(aside)
        if kind == "story" and stories:
            left = [_without_story(line, aside) for line in lines]
        elif kind == "usual":
            left = [_without_usual(line, aside) for line in lines]
        elif kind == "outside" or (kind == "report" and not any(map(_is_field, lines))):
            left = [_without_report(line, kind, text, aside) for line in lines]
        else:
            kept += [head, *lines]
            continue
        if len(aside) > before and not any(one.strip() for one in left):
            aside.insert(before, head.strip())
            continue
        kept += [head, *left]
    return ("\n".join(kept[1:]), tuple(aside)) if aside else (text, ())


def denied(text: str) -> str:
    """Return a text in which each point below `Don't` says so itself: `Do not touch the frontend`."""
    lines: list[str] = []
    for kind, (head, *below) in _parts(text):
        if kind != "denied" or not any(map(str.strip, below)) or any(map(_is_field, below)):
            lines += [head, *below]
            continue
        lines += ["", *(_denied(one, head) for one in below)]
    form = lexicon("layout")["sections"]["denied"]
    inline = pattern(rf"(?P<at>\A|(?<=\n)|(?<=[.!?] ))(?P<head>{form}):[ \t]+(?P<said>[^.\n]+)")

    def said(one: re.Match[str]) -> str:
        is_field = describes(one["said"], _TYPES)
        return one[0] if is_field else _denied(one["said"], one["head"]).rstrip(".")

    return inline.sub(said, "\n".join(lines[1:]))


def _denied(line: str, head: str) -> str:
    """Return a point that denies what it says: `sessions` as `No sessions`, `use sessions` as `Do not use sessions`."""
    mark = BULLET.match(line)
    said = line[mark.end() :] if mark else line.strip()
    if not said.strip() or _DENIES.match(said):
        return line
    end = "" if re.search(r"[.!?:,;]\s*$", said) else "."
    begin = mark[0] if mark else ""
    if verb := _TOUCHES.search(head):
        return f"{begin}Do not {verb['verb'].lower() if verb['verb'] else 'touch'} {said}{end}"
    if not any(pattern(_ACTS).match(one) for one in _AMONG.split(said)):
        bare = re.sub(r"(?i)^(?:an?|any) ", "", said)
        none = re.sub(r"(?i)(,|\b(?:and|or)) (?:an?|any) ", r"\1 no ", bare)
        return f"{begin}No {none}{end}"
    said = pattern(rf"(?P<join>[,;]|\bor|\band)\s+(?={_ACTS})").sub(r"\g<join> do not ", said)
    return f"{begin}Do not {said[0].lower()}{said[1:]}{end}"


def pointed(text: str, told: Iterable[str], names: Collection[str]) -> str:
    """Return a text in which `paginate it` names what it is, where only what is left aside names it.

    Args:
        text: What is left of what the user wrote.
        told: What is left aside.
        names: What the project's models are called, in small letters.
    """
    points = _POINTS.search(text)
    if not points or _named(text[: points.start()], names):
        return text
    named = _named("\n".join(told), names)
    if len(named) != 1:
        return text
    return f"{text[: points.start()]}{points['order']} {named[0]}{text[points.end() :]}"


def _named(text: str, names: Collection[str]) -> list[str]:
    """Return the addresses that a text names; where it names none, the models."""
    if addresses := list(dict.fromkeys(_ADDRESS.findall(text))):
        return addresses
    words = [one for one in re.findall(r"\w+", text) if one.lower() in names]
    return list({one.lower(): one for one in words}.values())


def _parts(text: str) -> Iterator[tuple[str, list[str]]]:
    """Cut a text before its headings and labels, and yield each part with its kind, empty where that is not known."""
    kind, level, lines = "", 0, [""]  # a line without words stands above the first
    fenced = False
    for line in text.split("\n"):
        fenced ^= line.lstrip().startswith("```")
        begins = None if fenced else _begin(line)
        goes_on = not line.strip() or BULLET.match(line) or line[0].isspace()
        if (begins and (not kind or begins[1] <= level)) or (level == _OF_LABEL and not goes_on):
            yield kind, lines
            kind, level = begins or ("", 0)
            lines = []
        lines.append(line)
    yield kind, lines


def _begin(line: str) -> tuple[str, int] | None:
    """Return the kind and the level of the part that a line begins; None where it begins none."""
    if heading := HEADING.match(line):
        said = heading["hash"] or heading["bold"]
        return _kind(said.strip("*_: ")), len(heading["marks"] or "") or _OF_BOLD
    label = _LABEL.match(line)
    kind = _kind(label["label"]) if label else ""
    return (kind, _OF_LABEL) if kind else None


def _kind(said: str) -> str:
    forms = lexicon("layout")["sections"]
    return next((str(kind) for kind, form in forms.items() if pattern(form).fullmatch(said)), "")


def _without_report(line: str, kind: str, text: str, aside: list[str]) -> str:
    """Return a line only where it orders something that is not asked for elsewhere."""
    if not line.strip() or _is_grave(line):
        return line
    if kind == "report" and (_WORK.match(line) or _is_new(line, text.replace(line, ""))):
        return line
    aside.append(line.strip())
    return ""


def _without_usual(line: str, aside: list[str]) -> str:
    """Return a line that lists what is to be delivered, unless every project has all of it anyway."""
    if not line.strip() or not is_usual(line, ("model",)):
        return line
    aside.append(line.strip())
    return ""


def _is_field(line: str) -> bool:
    """Tell whether a point describes a field by its type: `## Report` may be the name of a resource."""
    mark = BULLET.match(line)
    told = field_of(re.sub(r"\*\*|__", "", line[mark.end() :]), ()) if mark else None
    if told is None or not re.fullmatch(r"`?[a-z]\w*`?", told[0]):
        return False
    return describes(told[1], _TYPES) or told[1].startswith("reference to")


def _without_story(line: str, aside: list[str]) -> str:
    """Return what of a line holds a fact or a wish."""
    mark = BULLET.match(line)
    head = mark[0] if mark else ""
    said = [one for one in _ENDS.split(line[len(head) :]) if one.strip()]
    kept = [one for one in said if _matters(one)]
    aside += [one.strip() for one in said if one not in kept]
    return head + " ".join(kept) if kept else ""


def _matters(told: str) -> bool:
    """Tell whether a sentence of a story holds a fact or a wish that a plan may need."""
    bare = _PARENTHESES.sub(_unless_usual, _SIZE.sub(" ", told))
    return bool(
        _is_grave(told)
        or _WISHES.search(_OF_OTHERS.sub(" ", told))
        or describes(bare, _FACTS)
        or take_owner(told)[1]
        or _is_new(told, "")
    )


def _unless_usual(found: re.Match[str]) -> str:
    """Return what stands in parentheses, unless it only names what the project is built with: `(FastAPI, Postgres)`."""
    return " " if pattern(lexicon("layout")["remarks"]["usual"]).fullmatch(found[1]) else found[0]


def _is_new(line: str, elsewhere: str) -> bool:
    """Tell whether a line names a capability that is not asked for elsewhere."""
    return any(
        first(line, "cues", one, "cues") and not first(elsewhere, "cues", one, "cues")
        for one in CAPABLE
    )


def _is_grave(line: str) -> bool:
    about = outside(Clause(line, line), None, ())
    return bool(about and about.startswith(GRAVE))
