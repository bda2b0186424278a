"""Single capabilities: CORS, versions, limits, pages, indexes, authentication."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import describes, spot
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.frames.lists import (
    URL,
    all_lists,
    as_begun,
    listed,
    lists_of,
    mention,
    models_of,
)
from backwright.agent.planner.frames.routes import (
    counted,
    endpoints_of,
    route_in,
    route_of_new,
)
from backwright.agent.planner.lexicon import first, pattern
from backwright.agent.planner.likeness import likeness
from backwright.agent.planner.state import State
from backwright.agent.planner.types import Options
from backwright.agent.planner.wording import number

_UNNAMED = re.compile(
    r"(?i)\b(?:the|that|this|some|certain)\s+(?:\w+\s+){0,2}(?:ones?|endpoint|route|call|request|query)\b(?! per| an?\b|/)"
)
# Whom a limit counts; addresses are counted where nothing is said.
_BY = re.compile(
    r"(?i)\b(?:per|by|for (?:each|every)|each|every|a) (?:(?:api )?(key)|(?:\w+ )?(?:user|account|customer|member))\b"
)
_MOST = re.compile(
    r"(?i)\b(?:at most|max(?:imum)?(?: of| is|:)?|(?:no|not|never) (?:more than|above|over|beyond)|up to|cap(?:ped)?(?: is| at| of|:)?) (?P<most>\d+)\b|\b(?P<tops>\d+) (?:at (?:the )?most|max(?:imum)?|tops)\b"
)
# `it polls us 40 times per second`: how it is, and no limit.
_TELLS_HOW_OFTEN = re.compile(
    r"(?i)\b(?:it|he|she|they|who|which|somebody|someone|[a-z]+) (?:now |even |just |already |sometimes |constantly )?(?:(?:polls|calls|hits|hammers|floods|bombards|queries|asks|fires)\b|(?:is|are|was|were) (?:polling|calling|hitting|hammering|flooding|bombarding|querying|asking|firing|coming|sending)\b|(?:polled|called|hammered|flooded|bombarded|queried|fired)\b)"
)
_LIMITS = re.compile(
    r"(?i)\b(?:limit\w*|throttl\w*|at most|max\w*|(?:no |not |never )?more than|only|allow\w*|should|must|may|can|cap|caps|up to|above|over|beyond|429)\b"
)
# Which columns is for the engine to find out: it reads the queries.
_BY_QUERIES = re.compile(
    r"(?i)\bindex(?:es)?\b.*\b(?:(?:they|queries) (?:\w+ )?(?:calls? for|needs?|wants?|lacks?|misses|are missing|would (?:help|profit|benefit))|for (?:the |our |all )*(?:\w+ )?quer(?:y|ies))"
)
_LACKS = re.compile(
    r"(?i)\b(?:lacks?|misses|missing|without|(?:has|have|is|are) no|lacking)\b(?!.*\b(?:add|put|create)\b)"
)
_UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}


def read_cors(clause: Clause, state: State) -> bool:
    """`allow https://app.example.org in CORS, with credentials`."""
    if not first(clause.text, "cues", "cors", "cues"):
        return False
    if first(clause.text, "cues", "audit", "cues") and not URL.search(clause.text):
        return False  # `code review: CORS sane, docstrings there?`
    if (clause.asks or first(clause.text, "cues", "inspect", "cues")) and re.match(
        r"(?i)(?:why|what|how|which|where|who|is|are|do|does)\b", clause.text
    ):
        return False
    origins = [one.rstrip("/") for one in URL.findall(clause.text)]
    if not origins and re.search(
        r"(?i)\b(?:all|any|every|wildcard) (?:origins?|domains?|sites?|hosts?)\b|\*", clause.text
    ):
        origins = ["*"]
    origins = origins or [one.rstrip("/") for one in URL.findall(state.said)]
    origins = origins or [one.rstrip("/") for one in URL.findall(state.beside)]
    options = [("origin", one) for one in dict.fromkeys(origins)]
    if first(clause.text, "cues", "cors", "without"):
        options.append(("no-credentials", ""))
    elif first(clause.text, "cues", "cors", "credentials"):
        options.append(("credentials", ""))
    state.step("add cors", clause.raw, options=tuple(options))
    return True


def read_rate(clause: Clause, state: State) -> bool:
    """`5 requests per minute per IP, then 429`."""
    found = first(clause.text, "cues", "rate", "cues")
    limited = any(getattr(one, "verb", "") == "add rate-limit" for one in state.acts)
    if likeness(clause.text).kind == "cors":
        return False  # `allow http://localhost:4200`
    if limited and not found and re.search(r"\b429\b", clause.text):
        return True
    if not found or is_field(clause, state):
        return False
    if _is_told_rate(clause, state):
        return True
    options = []
    amount = first(clause.text, "cues", "rate", "amount")
    if amount:
        several = f"{number(amount['several'])} " if amount["several"] else ""
        unit = _UNITS[amount["unit"][0].lower()]
        options.append(("limit", f"{number(amount['count'])}/{several}{unit}"))
    if by := _BY.search(clause.text):
        options.append(("by", "key" if by[1] is not None else "user"))
    route = route_in(clause.text, state)
    if route is None and (
        _UNNAMED.search(clause.text) or counted(clause.text) or endpoints_of(clause.text, state)
    ):
        state.doubts.append(lambda s: _ask_route(clause, tuple(options), s))
        return True
    if route:
        options.append(("route", route))
    if amount or limited:
        state.step("add rate-limit", clause.raw, options=tuple(options))
    else:
        state.doubts.append(lambda s: _ask_rate(clause, tuple(options), s))
    return True


def _is_told_rate(clause: Clause, state: State) -> bool:
    """Tell whether a clause says how often somebody asks today; the limit is asked for, where the text has none."""
    if not _TELLS_HOW_OFTEN.search(clause.text) or _LIMITS.search(clause.text):
        return False
    state.aside.append(clause.raw)
    state.doubts.append(lambda s: _ask_rate(clause, (), s))
    return True


def _ask_rate(clause: Clause, options: Options, state: State) -> None:
    if any(getattr(one, "verb", "") == "add rate-limit" for one in state.acts):
        return  # said further on
    from backwright.agent.planner.questions import ask_rate

    rate = (
        ("limit", ask_rate(state, clause.raw, one_route=any(k == "route" for k, _ in options))),
    )
    state.step("add rate-limit", clause.raw, options=(*rate, *options))


def _ask_route(clause: Clause, options: Options, state: State) -> None:
    from backwright.agent.planner.questions import ask_route

    route = (("route", route_of_new(clause.text, state) or ask_route(state, clause.raw)),)
    state.step("add rate-limit", clause.raw, options=(*options, *route))


def read_pagination(clause: Clause, state: State) -> bool:
    """`paginate GET /orders (limit/offset, 50 a page)`."""
    if not first(clause.text, "cues", "pagination", "cues") or is_field(clause, state):
        return False
    options = []
    if re.search(r"(?i)\b(?:keyset|cursors?|cursor-based)\b", clause.text):
        options.append(("style", "keyset"))
    size = first(clause.text, "cues", "pagination", "size")
    if size:
        options.append(("default", str(number(size["size"]))))
    most = _MOST.search(clause.text)
    highest = (most["most"] or most["tops"]) if most else None
    if highest and not (size and size["size"] == highest):
        options.append(("max", str(number(highest))))
    named = (
        lists_of(clause.text, state)
        or models_of(clause.text, state)
        or all_lists(clause.text, state)
        or _made(clause.text, state)
        or listed(state)
    )
    narrowed = _narrowed(clause.text, state)
    if not narrowed and re.search(r"(?i)\b(?:filter|sort)\w* (?:\w+ )*?by\b", clause.text):
        state.unclear.append(clause.raw)  # by what is there no column for
    options += narrowed
    begun = len(state.acts)
    for one in named:
        state.step("add pagination", clause.raw, as_begun(one, state), options=tuple(options))
    if cue := first(clause.text, "cues", "index", "cues"):
        _index_too(cue, clause, state, begun)
    if not named:
        state.doubts.append(lambda s: _ask_list(clause, tuple(options), s))
    return True


def _index_too(cue: re.Match[str], clause: Clause, state: State, begun: int) -> None:
    """Read the index that a clause about pages asks for, too, and put it before them where it is said so."""
    paged = state.acts[begun:]
    if not _columns(clause.text, state):
        state.unclear.append(clause.raw)
    elif read_index(clause, state) and _comes_first(cue, clause):
        state.acts[begun:] = [*state.acts[begun + len(paged) :], *paged]


def _comes_first(index: re.Match[str], clause: Clause) -> bool:
    """Tell whether a clause asks for the index before the pages: what is asked is done in its order."""
    pages = first(clause.text, "cues", "pagination", "cues")
    return pages is not None and index.start() < pages.start()


def _narrowed(text: str, state: State) -> list[tuple[str, str]]:
    """Return the columns that a list is to be filtered and sorted by."""
    columns = [name for names in _columns(text, state).values() for name in names]
    kinds = [
        k
        for k, cue in (("filter", r"filter|search"), ("sort", r"sort|order(?:ed|ing|able)\b"))
        if re.search(rf"(?i)\b(?:{cue})", text)
    ]
    return [(kind, name) for kind in kinds for name in dict.fromkeys(columns)]


def _ask_list(clause: Clause, options: Options, state: State) -> None:
    from backwright.agent.planner.questions import ask_list

    state.step("add pagination", clause.raw, ask_list(state, clause.raw), options=options)


def read_index(clause: Clause, state: State) -> bool:
    """`index on Order.created_at`, `the email column of users should be indexed`."""
    if not first(clause.text, "cues", "index", "cues") or _describes(clause):
        return False
    columns = _columns(clause.text, state)
    if not columns and re.search(
        r"(?i)\b(?:that|it|this|those|them|these|the index)\b", clause.text
    ):
        told = _columns(f"{state.said} {state.beside}", state)
        columns = _only_in(clause.text, told) or told
    elif not columns:
        columns = _only_in(clause.text, _columns(state.said, state))
    if not columns and _index_drafts(clause.text, state):
        return True
    if not columns and _BY_QUERIES.search(clause.text):
        state.step("add index", clause.raw)
        return True
    if not columns:
        state.doubts.append(lambda s: _ask_index(clause, s))
        return True
    state.unclear += [f"index on {one}" for one in _no_columns(clause.text, columns, state)]
    columns = _without_drafted(columns, state)
    if not columns:
        return True
    words = [f"{model}.{name}" for model, names in columns.items() for name in names]
    state.step("add index", clause.raw, *words)
    return True


def _only_in(text: str, columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the columns that a clause names without their model: `give Task a …, and put an index on created_at`."""
    named = {
        m: [n for n in names if re.search(rf"(?<![\w.]){n}(?!\w)", text)]
        for m, names in columns.items()
    }
    found = {model: names for model, names in named.items() if names}
    return found if len(found) == 1 else {}


def _index_drafts(text: str, state: State) -> bool:
    """Give fields of the resource that is spoken of their index: `also index expires_at`."""
    drafts = state.current.drafts if state.current else []
    both = len(drafts) == 2 and re.search(r"(?i)\bboth\b|\bthe two\b", text)
    named = [
        d
        for d in drafts
        if not d.literal and (both or re.search(rf"(?i)(?<!\w){d.name}(?!\w)", text))
    ]
    for draft in named:
        draft.said["index"] = 1
    return bool(named)


def _without_drafted(columns: dict[str, list[str]], state: State) -> dict[str, list[str]]:
    """Give new fields their index, and return the columns that are there already."""
    rest: dict[str, list[str]] = {}
    for model, names in columns.items():
        drafts = {d.name: d for e in state.entities if e.name == model for d in e.drafts}
        for name in names:
            if name in drafts and not drafts[name].literal:
                drafts[name].said["index"] = 1
            else:
                rest.setdefault(model, []).append(name)
    return rest


def _no_columns(text: str, columns: dict[str, list[str]], state: State) -> list[str]:
    """Return the words that a text lists beside columns, and that no model has."""
    known = {name for names in columns.values() for name in names}
    forms = "|".join(re.escape(f) for t in state.world.things for f in t.forms)
    listed = pattern(
        rf"\b(?:{forms or '(?!x)x'})(?:'s)?[\s(.]+(?P<names>\w+(?:\s*,\s*(?:and )?\w+|\s+and\s+\w+)*)\)?\s*$"
    ).search(text)
    said = re.split(r"\s*,\s*(?:and )?|\s+and\s+", listed["names"]) if listed else []
    named = [one for one in said if one in known or "_" in one]
    return [one for one in named if one not in known] if len(named) == len(said) else []


def _ask_index(clause: Clause, state: State) -> None:
    if any(getattr(one, "verb", "") == "add index" for one in state.acts) and _LACKS.search(
        clause.text
    ):
        return  # `an index is missing`, and another sentence says of which column
    from backwright.agent.planner.questions import ask_index

    ask_index(state, clause.raw)


def is_field(clause: Clause, state: State) -> bool:
    """Tell whether the clause describes fields (`version: int`), not a capability."""
    return (
        bool(
            re.match(
                r"(?i)^[`\"]?\w+[`\"]?\s*(?:\(|:\s*(?:an? )?(?:str|int|text|date|bool|enum|one of))",
                clause.text,
            )
        )
        and state.current is not None
    )


def read_limit(clause: Clause, state: State) -> bool:
    """`put a limit on it, 100 is fine`: of what is asked."""
    if not pattern(r"^(?:(?:(?:i|we)\s+)?(?:<ADD>)\b.*\blimits?\b|(?:limit|restrict|cap)\b)").match(
        clause.text
    ) or any(one.kind in ("type", "length", "enum") for one in spot(clause.text, ())):
        return False
    from backwright.agent.planner.questions import ask_limit

    state.doubts.append(lambda s: ask_limit(s, clause.raw))
    return True


def _describes(clause: Clause) -> bool:
    """Tell whether the clause says what a field is like: its type, its bounds, its default."""
    kinds = ("type", "range", "length", "default", "enum", "decimal", "money")
    return describes(clause.text, kinds)


def _made(text: str, state: State) -> list[str]:
    """Return the resources that the text makes and a clause names."""
    return [e.name for e in state.entities if not e.thing and mention(text, tuple(e.called))]


def _columns(text: str, state: State) -> dict[str, list[str]]:
    """Return the columns that a text names, by the model that has them."""
    found: dict[str, list[str]] = {}
    for thing in state.world.things:
        people = ("user", "users") if thing.name == state.world.user else ()
        if not mention(text, (*thing.forms, *people)):
            continue
        named = [
            column
            for column in (*thing.columns, *_drafted(thing.name, state))
            if pattern(
                rf"(?<![\w])(?:{re.escape(column)}|{re.escape(column.replace('_', ' '))}|{re.escape(column.removesuffix('_id'))}(?=\b(?! )|\s*(?:and|,|$)))(?!\w)"
            ).search(text)
            and column not in ("id",)
        ]
        called = "|".join(re.escape(one) for one in (thing.name, *people))
        written = re.findall(rf"\b(?i:{called})s?(?:\.|\(\s*)([a-z_]+)", text)
        names = list(dict.fromkeys([*named, *written]))
        names = [n for n in names if n not in thing.forms or n in written]
        if names:
            found[thing.name] = names
    return found


def _drafted(name: str, state: State) -> list[str]:
    return [d.name for e in state.entities if e.name == name for d in e.drafts]
