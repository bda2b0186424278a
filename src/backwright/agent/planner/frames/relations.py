"""Relations between two resources: which two, and how many of each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.agent.planner.attributes import describes
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.lexicon import first, lexicon, pattern
from backwright.agent.planner.ownership import take_owner
from backwright.agent.planner.state import Entity, Relation, State

KINDS = ("many-to-many", "one-to-many", "many-to-one")
_PIECES = re.compile(r"\s*(?:[,;:()?!]|\.(?!\w)|\band\b|\bwhile\b|\bbut\b|\bwhereas\b)\s*")
_CARRIES_ON = re.compile(
    r"(?i)(?:it |also |can |may )*(?:has|have|contains?|holds?|groups?|carries|carry|belongs?|sits?|lives?|includes?|is in|be in)\b"
)
_ORDERS_FIELD = re.compile(
    r"(?i)(?:(?:give|add|put|equip)\b|(?:the |each |every |an? )?\w+ (?:gets?|needs?|should (?:have|get)|receives?) (?:an? |the |one )).*\b(?:reference|field|column|foreign key|fk|nullable|optional)\b"
)
_MAY_HAVE = re.compile(
    r"(?i)\b(?:can|may|could) have\b"
)  # `an order can have one invoice`: which refers is open
_HAS_MANY = re.compile(
    r"(?i)\bhas many\b"
)  # the field's word for one-to-many, where nothing is said from the other side
# `one client can have many invoices`, of what the text makes.
_ONE_HAS_MANY = pattern(
    r"^(?:and |so |then )?one \w+(?: \w+)? (?:can |may |will |shall |should |must )?(?:has|have|holds?|contains?|gets?|owns?) (?:<MANYWORD>) \w+(?: \w+)?\W*$"
)
_KIND_WITH = re.compile(
    r"(?i)(?:and |also )?(?:many|one)[- ]to[- ](?:many|one) (?:with|to) (?:the )?\w+\W*$"
)
# `link it to products many-to-many`
_LINKS_IT = re.compile(
    r"(?i)(?:link|connect|relate|associate|join|tie|attach|hook) (?:it|them|these|those|this)(?: up)? (?:to|with|and) "
)
_BETWEEN = re.compile(
    r"(?i)\b(?:relation(?:ship)?|link|connection) between (?:the two|them|these|those|both)\b|\b(?:connect|relate|link) (?:the two|them|both|these two)\b"
)
_ALREADY = re.compile(r"(?i)\b(?:already|so far|as it is|up to now)\b")
_RELATION = re.compile(r"(?i)\b(?:relations?(?:hips?)?|link|connection)\b")
_ONLY_ONE = r"(?:exactly one|only one|at most one|just one|a single|one single|one|1|precisely one)"


def read_elsewhere(said: str, state: State) -> bool:
    """Read what a description says of another resource: `Item (…), Supplier (…), Item belongs to Supplier`."""
    pair = _pair(_mentions(said, state))
    if pair is None:
        return False
    left, right = pair
    if _is_a_field(left, right, state) or _is_a_field(right, left, state):
        return True
    relate(Relation(left, right, None, said), state)
    return True


def _is_a_field(keeper: str, target: str, state: State) -> bool:
    entity = state.find(keeper)
    return entity is not None and any(
        draft.said.get("type") in ("ref", "many")
        and state.target(str(draft.said["thing"])) == target
        for draft in entity.drafts
    )


def read_relation(clause: Clause, state: State) -> bool:
    """Read a clause that relates two resources; tell whether it did."""
    text = clause.text
    named = _mentions(text, state)
    kind = next((k for k in KINDS if first(text, "relations", "kinds", k)), None)
    pair = _pair(named) or _with_current(text, named, state) or _pointed_at(text, named, state)
    if kind and not pair:
        return _kind_of_last(kind, state)
    if not pair:
        related = any(isinstance(one, Relation) for one in state.acts)
        return related and bool(_RELATION.search(text))
    kind = kind or _kind_of_one(text, *pair, state)
    links = first(text, "relations", "link")
    counted = any({a, b} == set(pair) for a, b, _ in _counts(text, state))
    open_kind = _BETWEEN.search(text) or (_MAY_HAVE.search(text) and not _is_described(text))
    if not (kind or counted or open_kind or (links and _is_bare(text))):
        return False
    if not kind and _ORDERS_FIELD.match(text):
        return False
    if not kind and (take_owner(text, state.people())[1] or (not counted and _has_fields(text))):
        return False
    left, right = pair
    if _is_described(text) and any(state.find(one) is None for one in pair):
        return False  # it makes one of the two
    if _is_owning(left, right, state):
        return True
    if _ALREADY.search(text) and not kind:
        return False
    starts = bool(
        re.match(
            r"(?i)(?:link|relate|connect|associate|join|tie|attach|hook|(?:the |a |their )?relation(?:ship)?s?)\b",
            text,
        )
    )
    if not kind and not starts and (_is_new(left, state) or _is_described(text)):
        return False
    relate(
        Relation(
            left,
            right,
            kind,
            clause.raw,
            ordered=starts
            or not counted
            or bool(re.match(r"(?i)(?:set up|create|add|make|build|need)\b", text)),
        ),
        state,
    )
    return True


def _kind_of_one(text: str, one: str, many: str, state: State) -> str | None:
    """Return the kind that `one client can have many invoices` says of two resources, one of which the text makes."""
    known = [state.find(name) for name in (one, many)]
    made = any(entity is not None and not entity.thing for entity in known)
    if not _ONE_HAS_MANY.match(text) or None in known or not made:
        return None
    return None if (many, one, "many") in set(_counts(state.said, state)) else "one-to-many"


def _with_current(text: str, named: list[tuple[str, int]], state: State) -> tuple[str, str] | None:
    """Return the two that `Many-to-many with Task.` relates: what the text speaks of, and what is named."""
    if not named or not (_KIND_WITH.match(text) or _LINKS_IT.match(text)):
        return None
    made = [one for one in state.entities if not one.thing]
    current = state.current or (made[-1] if made else None)
    if current is None or current.name == named[0][0]:
        return None
    return (current.name, named[0][0])


def _pointed_at(text: str, named: list[tuple[str, int]], state: State) -> tuple[str, str] | None:
    """Return the two that `a relation between the two` means: those that the text names."""
    return None if named or not _BETWEEN.search(text) else _pair(_mentions(state.said, state))


def _is_owning(left: str, right: str, state: State) -> bool:
    """`users can have several addresses`: rows of what the text makes belong to users."""
    entity = state.find(right)
    if left == state.world.user and entity is None and right in state.ahead:
        state.doubts.append(lambda later: _own(right, later))
        return True
    if left != state.world.user or entity is None or entity.thing:
        return False
    if not any(
        (a, b) == (left, right) and count == "many" for a, b, count in _counts(state.said, state)
    ):
        return False
    entity.owner, entity.owner_source = entity.owner or "user", entity.owner_source or state.said
    return True


def _own(name: str, state: State) -> None:
    """Give a resource that was made further on its owner, where nothing else was said."""
    entity = state.find(name)
    if entity is not None and entity.owner is None:
        entity.owner, entity.owner_source = "user", state.said


def _is_new(name: str, state: State) -> bool:
    return state.world.thing(name) is None


def _is_described(text: str) -> bool:
    """Tell whether fields are described, beside what is said of the relation."""
    return describes(text, ("type", "length", "enum", "money", "decimal"))


def relate(relation: Relation, state: State) -> None:
    """Keep a relation; what is said again of the same two adds to it."""
    for one in state.acts:
        if isinstance(one, Relation) and {one.left, one.right} == {relation.left, relation.right}:
            if relation.kind and not one.kind:
                one.kind, one.left, one.right = relation.kind, relation.left, relation.right
            return
    state.acts.append(relation)


def _kind_of_last(kind: str, state: State) -> bool:
    """`set up that many-to-many for me`: it is of the relation that was spoken of."""
    for one in reversed(state.acts):
        if isinstance(one, Relation):
            one.kind = one.kind or kind
            return True
    return False


def _is_bare(text: str) -> bool:
    """Tell whether a clause that links two names says nothing else that a field could be made of."""
    return not re.search(r"[:(]", text) or bool(
        re.match(r"(?i)(?:link|relate|connect|associate)", text)
    )


def _has_fields(text: str) -> bool:
    return bool(re.match(r"^[A-Za-z ]+:\s*\w", text)) and not re.match(
        r"(?i)(?:relate|link|connect|associate)", text
    )


def _mentions(text: str, state: State) -> list[tuple[str, int]]:
    """Return the models that a text names, with their places."""
    found = []
    for match in pattern(rf"(?<![\w.]){_names(state)}(?![\w]|'s\b)").finditer(text):
        name = _name(match[0], state)
        if name:
            found.append((name, match.start()))
    return found


def _names(state: State) -> str:
    spoken = [*state.entities, *(Entity(name) for name in state.ahead)]
    short = [form for one in spoken for form in one.called]
    forms = sorted({*state.forms(), *short}, key=len, reverse=True)
    known = "|".join(re.escape(one) for one in forms)
    people = "|<USER>" if state.world.user else ""
    return f"(?:{known or '(?!x)x'}{people})"


def _name(words: str, state: State) -> str | None:
    found = state.find(words)
    if found:
        return found.name
    if later := state.find_ahead(words) or state.find_short(words):
        return later
    return state.world.user if pattern(r"^(?:<USER>)$").match(words) else None


def _pair(named: list[tuple[str, int]]) -> tuple[str, str] | None:
    names = list(dict.fromkeys(name for name, _ in named))
    return (names[0], names[1]) if len(names) == 2 else None


def count_relations(state: State) -> None:
    """Keep what the whole text says of how many of each there are."""
    state.many = list(dict.fromkeys(_counts(state.said, state)))


def _counts(text: str, state: State) -> Iterator[tuple[str, str, str]]:
    """Yield `(A, B, many)` for `an A has many Bs`, `(A, B, one)` for `an A belongs to one B`."""
    names = _names(state)
    for piece in _with_subjects(text, names):
        for match in pattern(
            rf"(?:(?P<few><MANYWORD>|<ONEWORD>|each|every|any|an?|the|all)\s+)?(?P<a>{names})\b(?P<verb>(?:(?!{names}).)*?)"
            rf"(?:(?P<many><MANYWORD>)\s+(?:\w+\s+)?|(?P<one>{_ONLY_ONE})\s+|(?:an?|the|its|their|each)\s+|\s)(?P<b>{names})\b(?P<only>\s+only)?"
        ).finditer(piece):
            a, b = _name(match["a"], state), _name(match["b"], state)
            if a and b and a != b:
                yield from _facts(match, a, b)


def _with_subjects(text: str, names: str) -> Iterator[str]:
    """Yield pieces of a text; one that begins with a verb has the subject of the one before."""
    subject = ""
    for piece in _PIECES.split(text):
        if subject and _CARRIES_ON.match(piece):
            piece = f"{subject} {piece}"
        found = pattern(
            rf"^(?:<MANYWORD>|each|every|any|an?|the|all|one)?\s*(?P<name>{names})\b"
        ).match(piece)
        subject = found[0] if found else subject
        yield piece


def _facts(match: re.Match[str], a: str, b: str) -> Iterator[tuple[str, str, str]]:
    subject = (match["few"] or "").lower()
    belongs = pattern(lexicon("relations")["belongs"]).search(match["verb"])
    many_subject = bool(pattern(r"^(?:<MANYWORD>)$").match(subject))
    if match["many"]:
        yield a, b, "many"
        if many_subject:
            yield b, a, "many"
    elif match["one"] or match["only"] or (belongs and not match["many"]):
        if match["verb"].strip() and not _MAY_HAVE.search(match["verb"]):
            yield (b, a, "many") if many_subject and not belongs else (a, b, "one")
    elif many_subject and match["verb"].strip():
        yield b, a, "many"


def settle_kind(relation: Relation, state: State) -> Relation | None:
    """Return the relation with its kind and its order (`one-to-many`: one side first), None if open."""
    left, right, kind = relation.left, relation.right, relation.kind
    said = {(a, b): count for a, b, count in state.many}
    there, back = said.get((left, right)), said.get((right, left))
    if kind == "many-to-one":
        return Relation(right, left, "one-to-many", relation.source)
    if kind == "one-to-many" and (there == "one" or (back == "many" and there != "many")):
        return Relation(right, left, kind, relation.source)
    if kind:
        return relation
    if there == back == "many":
        return Relation(left, right, "many-to-many", relation.source)
    if there == "one" and back != "one":
        return Relation(right, left, "one-to-many", relation.source)
    if (back == "one" or _HAS_MANY.search(relation.source)) and there == "many":
        return Relation(left, right, "one-to-many", relation.source)
    if back == "one" and there != "one":
        return Relation(left, right, "one-to-many", relation.source)
    return None
