"""Headings of a prompt that only say which part begins: `## Objective`, `**Do**`, `### Phase 2`, `# Subtask: estimates`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.foreign import outside
from backwright.agent.planner.layout.fields import field_of
from backwright.agent.planner.layout.tree import BULLET, HEADING
from backwright.agent.planner.lexicon import CAPABLE, first, lexicon, pattern
from backwright.agent.planner.ownership import take_owner
from backwright.agent.planner.types import World

_FENCE = re.compile(r"^\s*(?:```|~~~)")
_NAMED = re.compile(
    r"[`\"/\d]|[a-z]_[a-z]|[a-z][A-Z]"
)  # what a title says of itself, and a text may need
_GOAL = re.compile(
    r"(?i)^\W*(?:(?:the|main|overall|our) )?(?:goals?|objectives?|aim|mission|purpose|intent)\W*:\W*(?P<about>.*)$"
)
_ORDER = r"^\W*(?:(?:\d+|[a-h])[.)]\s+)?(?:[A-Z][\w ]{1,20}\W*:\W*)?(?!(?-i:GET|POST|PUT|PATCH|DELETE)\b)(?:<VERB>|<ADD>|new|resource|run|inspect|`?[A-Z]\w+`? (?:gets|needs|has))\b(?!\W{0,3}:)"
_FACTS = (
    "type", "money", "decimal", "enum", "length", "range", "default", "unique", "cascade", "restrict",
)  # fmt: skip
# A title that says what for, and not what.
_PROTECTS = re.compile(r"(?i)(?:protect|harden|guard|defend|prepare|unblock|support|help)\b")
# What the task is a part of, which is none of it: `Parent task: offline sync for the mobile app.`
_WHOLE = re.compile(
    r"(?i)^[\W_]*(?:parent(?: (?:task|ticket|issue|story|epic|goal|plan|job))|(?:overall|overarching|umbrella|bigger|larger|whole) (?:task|goal|plan|ticket|picture|effort|feature|job|story)|part of(?: (?:epic|plan|task|ticket))?)\s*[*_]*:[*_]*\s*(?!.*(?:https?://|`[^`]+`\s*[:(]))\S.*$"
)
_GOAL_WORDS = 14  # of more something is told
_STEM = 4  # letters by which a word of a title is found again
_LITTLE = 8  # words; a text of fewer needs its title


def without_heads(text: str, world: World) -> tuple[str, tuple[str, ...]]:
    """Return a text without headings that name a part of a prompt or title it, and those headings.

    A heading with fields beneath it stays: a resource may be called so. A title stays unless what stands below
    it says the same again.
    """
    lines = text.split("\n")
    aside: list[str] = []
    kept = list(_kept(lines, world, aside))
    return ("\n".join(kept), tuple(aside)) if aside and any(map(str.strip, kept)) else (text, ())


def _kept(lines: list[str], world: World, aside: list[str]) -> Iterator[str]:
    fenced = of_goal = False
    for at, line in enumerate(lines):
        fenced ^= bool(_FENCE.match(line))
        label = None if fenced else _GOAL.match(line)
        if (label or (of_goal and line.strip())) and not HEADING.match(line):
            about = label["about"] if label else line
            if _is_goal(about, lines[at + 1 :], world):
                aside.append(line.strip())
                yield ""
                continue
        if (
            not fenced
            and _WHOLE.match(line)
            and any(map(str.strip, [*lines[:at], *lines[at + 1 :]]))
        ):
            aside.append(line.strip())
            yield ""
            continue
        begins = not fenced and not any(map(str.strip, lines[:at]))
        if begins and _titles_plainly(line, lines[at + 1 :], world):
            aside.append(line.strip())
            yield ""
            continue
        heading = None if fenced else HEADING.match(line)
        said = (heading["hash"] or heading["bold"]).strip("*_: ") if heading else ""
        below = lines[at + 1 :]
        if said:
            of_goal = bool(_GOAL.match(f"{said}:") and not _has_fields(below))
        if (said and _PROTECTS.match(said) and _is_goal(said, below, world)) or (
            said and (_is_head(said, below, world) or _only_titles(said, below, world))
        ):
            aside.append(line.strip())
            yield ""
        else:
            yield line


def _is_head(said: str, below: list[str], world: World) -> bool:
    """Tell whether a heading only says which part of a prompt begins."""
    form = lexicon("layout")["prompt"]["heads"]
    return (
        bool(pattern(form).fullmatch(said)) and world.thing(said) is None and not _has_fields(below)
    )


def _has_fields(below: list[str]) -> bool:
    """Tell whether the first line below a heading describes a field of what the heading names."""
    line = next((one for one in below if one.strip()), "")
    mark = BULLET.match(line)
    bare = re.sub(r"\*\*|__", "", line[mark.end() :] if mark else line)
    found = field_of(bare, ())
    return found is not None and bare.lstrip("`")[:1].islower() and bool(mark or ":" in bare)


def _is_goal(about: str, below: list[str], world: World) -> bool:
    """Tell whether a line only says in general what for something is wanted, and below it that is asked for."""
    if not re.search(r"\w", about) or len(about.split()) > _GOAL_WORDS or _NAMED.search(about):
        return False
    rest = "\n".join(below)
    order = pattern(_ORDER)
    orders = [line for line in below if order.match(line)]
    if not orders or outside(Clause(about, about), None, ()):
        return False
    return not (
        describes(about, _FACTS)
        or take_owner(about)[1]
        or _is_new(about, "\n".join(orders))
        or _of_model(about, rest, world)
    )


def _of_model(about: str, rest: str, world: World) -> bool:
    """Tell whether only the goal names a model, on which something may be wanted."""
    about = re.sub(r"(?i)\w+(?= (?:api|app|backend|service|project)\b)", "", about)
    return any(
        re.search(rf"(?i)\b{form}\b", about)
        for thing in world.things
        if not any(re.search(rf"(?i)\b{form}\b", rest) for form in thing.forms)
        for form in thing.forms
    )


def _only_titles(said: str, below: list[str], world: World) -> bool:
    """Tell whether a heading titles the prompt, and what it is about is said again below it."""
    found = pattern(lexicon("layout")["prompt"]["titles"]).fullmatch(said)
    rest = "\n".join(below)
    if not found or len(rest.split()) < _LITTLE:
        return False
    about = found["about"] or ""
    if outside(Clause(about, about), None, ()) or _is_new(about, rest):
        return False
    names = [one.strip("`") for one in re.findall(r"`[^`]+`", about)]
    bare = re.sub(r"`[^`]+`", "", about)
    if _NAMED.search(bare) or not all(one in rest for one in names if found["kind"]):
        return False
    return not about or found["for"] is not None or _is_told_again(bare, names, rest, world)


def _titles_plainly(line: str, below: list[str], world: World) -> bool:
    """Tell whether the first line titles the orders below it, which name what it is about: `TASK: introduce projects`."""
    found = pattern(lexicon("layout")["prompt"]["titles"]).fullmatch(line.strip())
    about = found["about"] if found else None
    if not about or not _is_goal(about, below, world):
        return False
    names = [one for one in re.findall(r"[a-z]{4,}", about.lower()) if not _VERB.fullmatch(one)]
    rest = "\n".join(below)
    return bool(names) and _is_told_again(names[0], [], rest, world)


_VERB = pattern("<ADD>|<VERB>|with|some|this|that|these|those|please")


def _is_new(about: str, rest: str) -> bool:
    """Tell whether a title names a capability that nothing below it names."""
    return any(
        first(about, "cues", one, "cues") and not first(rest, "cues", one, "cues")
        for one in CAPABLE
    )


def _is_told_again(about: str, names: list[str], rest: str, world: World) -> bool:
    """Tell whether a word of a title that is no model of the project stands below it, too."""
    known = {form for thing in world.things for form in thing.forms}
    words = [one for one in re.findall(r"[a-z]{4,}", about.lower()) if one not in known]
    return bool(names) or any(one[: max(_STEM, len(one) - 3)] in rest.lower() for one in words)
