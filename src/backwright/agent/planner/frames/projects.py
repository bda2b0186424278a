"""A project that is to be begun."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.frames.resources import read_resources
from backwright.agent.planner.lexicon import first, lexicon
from backwright.agent.planner.nouns import read_noun
from backwright.agent.planner.state import State
from backwright.agent.planner.types import Part, Step

_NAMES_IT = re.compile(
    r"(?i)\b(?:call|name) (?:it|the (?:thing|project|api|app|service|backend)|this|that)\b|^(?:its |the |project )*name(?: is|:)"
)


# What a project is made with, and no field of it.
_STACK = re.compile(
    r"(?i)[,;]?\s*\b(?:and )?(?:using|with|on|based on|backed by) (?:an? |the )?(?:sqlite|postgres\w*|sqlmodel|sqlalchemy|fastapi|alembic|jwt|docker|bcrypt)(?: (?:database|db|auth\w*|migrations?))?\b"
)


def read_project_wish(clause: Clause, state: State) -> bool:
    """`start a new API called bookshelf`, `i need a backend from scratch for a habit tracker`."""
    if state.project is not None:
        return _more(clause, state)
    kind = (
        "empty"
        if state.world.is_empty and not first(clause.text, "cues", "auth", "state")
        else "cues"
    )
    if not first(clause.text, "cues", "new", "cues") and not first(
        clause.text, "cues", "new", kind
    ):
        return False
    if not state.world.is_empty and not re.search(
        r"(?i)\bnew (?:\w+ ){0,2}(?:api|backend|project|service)|scratch|scaffold|bootstrap",
        clause.text,
    ):
        return False
    name, source = _name(clause.text)
    options = [("bare", "")] if first(clause.text, "cues", "new", "bare") else []
    options += [("no-auth", "")] if first(clause.text, "cues", "new", "noauth") else []
    if first(clause.text, "cues", "new", "sqlite"):
        options.append(("database", "sqlite"))
    state.project = Step("new", (name,) if name else (), tuple(options))
    state.acts.append(state.project)
    state.parts.append(Part(f"new {name}".strip(), f"your words: {clause.raw!r}{source}"))
    _fields_of(clause, state)
    return True


def _more(clause: Clause, state: State) -> bool:
    """`call it ledger`, `no resources yet`, `JWT, migrations, tests, the usual`."""
    if state.project is None:
        return False
    bare = first(clause.text, "cues", "new", "bare")
    says = _NAMES_IT.search(clause.text)
    described = _describes(clause.text)
    if described and state.current is not None and re.match(r"(?i)[`\"']?name\b", clause.text):
        return False  # a field of what is being described
    wanted = says or (not state.project.args and not described)
    named = first(clause.text, "cues", "new", "named") if wanted else None
    if not bare and not named and not _usual(clause.text):
        return False
    if named or bare:
        args = (_kebab(named["name"]),) if named else state.project.args
        renewed = Step("new", args, (*state.project.options, *([("bare", "")] if bare else [])))
        state.acts[state.acts.index(state.project)] = renewed
        state.project = renewed
    if described:
        _fields_of(clause, state)
    return True


def _describes(text: str) -> bool:
    """Tell whether a clause says of fields what they are: `Pet(name: str max 40)`."""
    return describes(text, ("type", "length"))


def _usual(text: str) -> bool:
    """Tell whether a clause only names what every new project has."""
    rest = re.sub(
        r"(?i)\b(?:jwt|auth\w*|login|log-?in|migrations?|alembic|tests?|pytest|the usual(?: things| stuff)?|docker\w*|cors|postgres\w*|fastapi|sqlmodel|rate limits?|with|and|plus|a|the|all|of it|it needs|it should have|we use|use|using|on|as|database|included|python|user accounts|isolation|everything|things|needed|as usual|framework|the database|is|backed by)\b|[,.+/&-]",
        " ",
        text,
    )
    return not rest.strip()


def _name(text: str) -> tuple[str, str]:
    """Return the project's name, and where it came from if the text does not give it as one."""
    if named := first(text, "cues", "new", "named"):
        return _kebab(named["name"]), ""
    plain = {
        "rest",
        "fastapi",
        "new",
        "small",
        "web",
        "python",
        "the",
        "a",
        "an",
        "my",
        "our",
        "backend",
        "api",
        "simple",
        "whole",
        "json",
        "http",
        "complete",
        "this",
        "that",
        "me",
        "crud",
    }
    for match in _purposes(text):
        noun = read_noun(match)
        if noun and not set(noun[0].lower().split()) <= plain:
            words = [w for w in noun[0].split() if w.lower() not in plain]
            return _kebab(" ".join(words)), f"; the name from {noun[0]!r}"
    return "", ""


def _purposes(text: str) -> list[str]:
    from backwright.agent.planner.lexicon import patterns

    return [m["name"] for one in patterns("cues", "new", "purpose") if (m := one.search(text))]


def _kebab(words: str) -> str:
    return re.sub(r"[\s_]+", "-", words.strip().lower())


def _fields_of(clause: Clause, state: State) -> None:
    """Read the resources that stand in the same clause: `… with books (title, isbn)`."""
    inside = re.search(
        r"\(\s*(?P<rest>[A-Z]\w+\s+(?:with|has)\b.+|[A-Z]\w+\s*[:(].+)\)", clause.text
    )
    header = inside or re.search(r"[,;]\s*(?P<rest>[A-Z][A-Za-z]+\s*[:(].+)$", clause.text)
    found = header or re.search(
        r"(?i)(?:\bwith|\bhaving|\bwhere|\bthat has|[:–])\s+(?P<rest>.+)$", clause.text
    )
    if not found or _usual(found["rest"]):
        return
    rest = re.sub(
        r"(?i)^(?:name|call) it [`\"']?[\w-]+[`\"']?\s*[,;]?\s*(?:and |with )?",
        "",
        found["rest"].strip(),
    )
    rest = _STACK.sub(" ", rest)
    inner = Clause(rest, rest, clause.asks, opens=True)
    if _speaks_of_fields(inner.text) and read_resources(inner, state):
        state.described.append(inner.text)


def _speaks_of_fields(text: str) -> bool:
    return bool(re.search(r"[(:]|\b(?:with|has|have)\b", text)) and bool(lexicon("names"))
