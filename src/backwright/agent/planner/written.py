"""What is written as the command line takes it: whole commands, and field words among prose."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import get_args

from backwright.agent.planner.slots.speech import is_verb, joins, words
from backwright.agent.planner.types import Options, Part, Plan, Step
from backwright.spec.fields import KINDS
from backwright.tasks.add_relation import Kind

FIELD_WORD = re.compile(
    rf"(?<![\w:/])[a-z][a-z0-9_]*:(?:{'|'.join(KINDS)})(?::[^\s;()]*[^\s;().,])*(?!\w)"
)
_RUN = re.compile(
    rf"\b(?P<name>[A-Z]\w*)[ \t]+(?P<words>{FIELD_WORD.pattern}(?:,?[ \t]+{FIELD_WORD.pattern})*)"
)
# `please add field Order note:text:optional`: a command in a sentence
_FIELDS_OF = re.compile(rf"\b[Aa]dd field (?P<name>[A-Z]\w*)[ \t]+(?={FIELD_WORD.pattern})")
_OWNER = re.compile(r"[ \t]+--owner[ =](?P<owner>\w+)")
_PROMPT = re.compile(r"^\s*(?:\$\s+)?(?P<called>backwright\s+)?")
_DESCRIBING = ("add resource", "add field")
_VERBS = (
    *_DESCRIBING, "add relation", "add auth", "add cors", "add version", "add rate-limit", "add index",
    "add pagination", "new", "audit", "probe", "doctor", "inspect", "undo",
)  # fmt: skip
_OF_TWO = ("route",)  # options that take two words: `--route POST /login`


def read_commands(text: str) -> Plan | None:
    """Return the plan of a text in which each line is a command; None where one is not."""
    steps = [_step(line.rstrip(" .;!")) for line in text.strip().splitlines() if line.strip()]
    found = tuple(one for one in steps if one is not None)
    if not found or len(found) < len(steps):
        return None
    return Plan(found, tuple(Part(one.command, "your words: a command") for one in found))


def grouped(text: str) -> str:
    """Return a text in which field words behind a name stand in parentheses: `Brand name:str:60 site:url`."""
    text = _OWNER.sub(_owned, _FIELDS_OF.sub(r"add to \g<name> ", text))

    def group(match: re.Match[str]) -> str:
        low = match["name"].lower()
        opens = text[: match.start()].rstrip(" \t")[-1:] in ("", ".", "!", "?", "\n")
        if opens and (is_verb(low) or low in words("generic") or joins(low)):
            return match[0]  # `Add title:str:80 to …`
        written = [one[0] for one in FIELD_WORD.finditer(match["words"])]
        return f"{match['name']} ({', '.join(written)})"

    return _RUN.sub(group, text)


def _owned(option: re.Match[str]) -> str:
    """Return in words what a command's option says of owners."""
    return ", no owner" if option["owner"].lower() == "none" else ", each user's own"


def _step(line: str) -> Step | None:
    prompt = _PROMPT.match(line)
    called = bool(prompt and prompt["called"])
    try:
        said = shlex.split(line[prompt.end() :] if prompt else line)
    except ValueError:
        return None  # a quote that is not closed: prose
    verb = next((v for v in _VERBS if said[: len(v.split())] == v.split()), None)
    if verb is None:
        return None
    args, options = _apart(said[len(verb.split()) :])
    if not _fits(verb, args) or not (called or options or verb in (*_DESCRIBING, "add relation")):
        return None
    return Step(verb, args, options)


def _apart(words: Sequence[str]) -> tuple[tuple[str, ...], Options]:
    """Return arguments and options; one without a value is a flag."""
    args: list[str] = []
    options: list[tuple[str, str]] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--"):
            args.append(word)
            continue
        name, given, value = word.removeprefix("--").partition("=")
        count = 0 if given else 2 if name in _OF_TWO else 1
        values = [rest.pop(0) for _ in range(count) if rest and not rest[0].startswith("--")]
        options.append((name, value or " ".join(values)))
    return tuple(args), tuple(options)


def _fits(verb: str, args: Sequence[str]) -> bool:
    """Tell whether arguments are those of a verb, and no prose that begins with it."""
    if verb in _DESCRIBING:
        named = bool(args) and re.fullmatch(r"[A-Z]\w*", args[0]) is not None
        return named and len(args) > 1 and all(FIELD_WORD.fullmatch(one) for one in args[1:])
    if verb == "add relation":
        return len(args) == 3 and args[1] in get_args(Kind)
    if verb == "new":
        return len(args) == 1
    return all(re.fullmatch(r"[\w./{}*,-]+", one) for one in args)
