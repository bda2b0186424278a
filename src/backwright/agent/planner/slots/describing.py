"""Statements that describe fields, read by segments: each goes to the resource that it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from backwright.agent.planner.attributes import Attribute
from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.drafts import Draft, known_kind, snake
from backwright.agent.planner.lexicon import lexicon
from backwright.agent.planner.nouns import pascal
from backwright.agent.planner.slots.segments import TYPING, Segment, segments_of
from backwright.agent.planner.slots.speech import is_verb, joins, qualifies, words
from backwright.agent.planner.slots.subjects import Subject, announced, announces, subject_of
from backwright.agent.planner.slots.tokens import Token, tokens_of
from backwright.agent.planner.state import Entity, State, is_plural
from backwright.agent.planner.whole.giving import read_dotted
from backwright.agent.planner.whole.orders import relates
from backwright.agent.planner.whole.told import Manner, Reading
from backwright.agent.planner.whole.typed import DOTTED, counts_requests, is_typed
from backwright.spec.fields import KINDS

_LITERAL = re.compile(
    rf"(?<![\w:/])[a-z][a-z0-9_]*:(?:{'|'.join(KINDS)})(?::[^\s;()]*[^\s;().,])*(?!\w)"
)
_REFERRING = re.compile(
    r"(?i)\b((?:reference|link|pointer|refers?|points?|belongs?|linked) to )(?:it|them|that|this|one)\b"
)
_TELLING = frozenset(lexicon("names")["filler"]["telling"]) - {
    "or",
    "default",
    "together",
    "between",
    "max",
    "min",
}


@dataclass
class _Describing:
    """Goes through the segments of a statement, and knows which resource is spoken of."""

    reading: Reading
    clause: Clause
    spoken: Entity | None = None
    target: Entity | None = None
    waiting: list[Attribute] = field(default_factory=list)
    named: bool = False
    placed: bool = False
    literals: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    @property
    def state(self) -> State:
        return self.reading.state

    def take_literal(self, match: re.Match[str]) -> str:
        """Keep a field word that is written as the command line takes it, and leave its name."""
        name = match[0].partition(":")[0]
        self.literals[name] = match[0]
        return f"; `{name}`;"

    def known(self, text: str) -> bool:
        """Tell whether words name a resource."""
        low = text.replace("_", " ")
        return self.state.find(low) is not None or self.state.find_ahead(low) is not None


def describes_fields(text: str, state: State) -> bool:
    """Tell whether a statement says of fields what they are."""
    if state.current is not None:
        text = _REFERRING.sub(rf"\g<1>{state.current.forms[0]}", text)
    if is_typed(text, state):
        return True
    if counts_requests(text):
        return False
    tokens = tokens_of(text, state.forms())
    found = segments_of(*tokens, lambda noun: state.find(noun) is not None)
    typed = [
        one for one in found if one.name and any(a.kind in TYPING and not a.weak for a in one.said)
    ]
    pairs = pairwise(found)
    if any(
        not a.said
        and a.name
        and not a.lead
        and b.said
        and not b.name
        and any(c.kind in TYPING for c in b.said)
        for a, b in pairs
    ):
        return True  # `svg, text`
    return any(
        one.is_coded or (not one.rest and all(t.low in _DETS for t in one.lead)) for one in typed
    )


_MAIL = re.compile(r"^e_?mail(?:_address)?$")
_DETS = frozenset("a an the its their and optional with".split())


def noun_announced(text: str, state: State) -> str:
    """Return the noun that a statement without fields announces."""
    text = re.sub(r"^\s*(?:[A-Z]+-\d+|feat(?:ure)?|chore)\s*[:–-]\s*", "", text)
    _, tokens = tokens_of(text, state.forms())
    return announced(tokens, lambda noun: state.find(noun) is not None)


def read_by_segments(clause: Clause, reading: Reading) -> None:
    """Read a statement that describes fields; what it says that nothing explains is unclear."""
    state = reading.state
    spoken = state.current
    text = clause.text
    if spoken is not None:
        text = _REFERRING.sub(rf"\g<1>{spoken.forms[0]}", text)
    about = _Describing(reading, clause, spoken)
    if DOTTED.search(text):
        read_dotted(clause, reading)
        return
    text = _LITERAL.sub(about.take_literal, text)
    text, tokens = tokens_of(text, state.forms())
    open_field = Segment(name=reading.pending[0]) if reading.pending is not None else None
    found = segments_of(text, tokens, about.known, open_field)
    describes = any(one.is_coded or a.kind in TYPING for one in found for a in one.said)
    if not describes and not reading.inside and not reading.title and relates(clause, state):
        return
    for at, one in enumerate(found):
        _read(one, found[at + 1 :], about, opens=at == 0)
    if about.waiting:
        about.lost.append(clause.raw)
    state.described += [part for one in found for part in _kept(one, text)]
    state.unclear += about.lost


def _kept(segment: Segment, text: str) -> list[str]:
    """Return what of a segment must be in the plan: its name, and each thing that is said."""
    said = [text[one.start : one.end] for one in segment.said if one.kind != "unit"]
    return [f"{segment.name} {' '.join(said)}".strip()] if segment.name or said else []


def _read(segment: Segment, after: Sequence[Segment], about: _Describing, *, opens: bool) -> None:
    state = about.state
    if (
        segment.name
        and not segment.said
        and not segment.lead
        and about.placed
        and about.known(segment.name)
    ):
        about.lost.append(segment.text)  # `to product and order`
    about.placed = bool(segment.hosts)
    if _is_value(segment, about):
        return
    if announces(segment, after[0] if after else None, about.known):
        behind = segment.hosts[0] if segment.hosts and segment.rest else ""
        _turn_to(Subject(segment.name, parent=behind), about)
        return
    if segment.labelled and (host := _labelled_host(segment, about)):
        about.target = state.speak_of(host)
        host.asked = True
        segment.lead = ()
    elif not (about.reading.inside and opens) and _is_subject_itself(segment, about, opens=opens):
        _turn_to(Subject(segment.name), about)
        segment.name = ""
    elif not (about.reading.inside and opens) and (
        subject := subject_of(segment, about.known, opens=opens or segment.cut == ";")
    ):
        _turn_to(subject, about)
        segment.lead = segment.lead[subject.end :]
    elif host := _host_of(segment, about):
        about.target = state.speak_of(host)
        host.asked = True
    elif about.target is None:
        _settle_target(segment, about)
    _place_host(segment, about)
    if segment.reason:
        state.aside.append(segment.reason)
    about.lost += _unexplained(segment, about, opens=opens)
    if about.target is None:
        if segment.name or segment.said:
            about.lost.append(segment.text)
        return
    _give(segment, after, about)


def _is_value(segment: Segment, about: _Describing) -> bool:
    """Take one of the values that stand behind the word for a choice: `kind: enum, vacation, sick`."""
    draft = (
        about.target.drafts[-1] if about.target and about.target.drafts and about.named else None
    )
    if (
        draft is None
        or draft.said.get("type") != "enum"
        or segment.said
        or not re.fullmatch(r"[`\"']?\w+[`\"']?", segment.text)
    ):
        return False
    values = draft.said.get("values", ())
    if not draft.said.get("weak") or not isinstance(values, tuple):
        return False
    draft.said["values"] = (*values, segment.text.strip("`\"'"))
    return True


def _place_host(segment: Segment, about: _Describing) -> None:
    """Put a field that has a type on what it is stored with: `a gift_message (string) can be stored with an order`."""
    typed = [a for a in segment.said if a.kind in TYPING and a.kind != "enum"]
    placed = [a for a in segment.said if a.kind == "ref"]
    if not segment.name or not typed or not placed:
        return
    host = about.state.find(str(placed[0].values["thing"]))
    if host is None or (about.target is not None and about.target.name != host.name):
        return
    segment.said = [a for a in segment.said if a is not placed[0]]
    host.asked = True
    about.target = about.state.speak_of(host)


def _is_subject_itself(segment: Segment, about: _Describing, *, opens: bool) -> bool:
    """Tell whether the noun of a segment is what refers, and no field: `readings belong to a meter`."""
    typing = [a for a in segment.said if a.kind in (*TYPING, "ref", "many")]
    refs = [a for a in typing if a.kind in ("ref", "many")]
    words_of = [w for w in segment.name.split() if w.lower() not in words("classes")]
    proper = bool(words_of) and words_of[-1][0].isupper()
    if not words_of or segment.is_coded or not refs or len(refs) < len(typing):
        return False
    segment.name = " ".join(words_of)
    fresh = opens and bool(segment.lead) and segment.lead[0].low in ("a", "an", "each", "every")
    if not (about.known(segment.name) or proper or fresh):
        return False
    return all(pascal(str(a.values["thing"])) != pascal(segment.name) for a in refs)


def _turn_to(subject: Subject, about: _Describing) -> None:
    """Speak of a resource from now on, a new one where none is called so."""
    state, reading = about.state, about.reading
    if subject.clash:
        about.lost.append(f"{subject.noun} ({subject.clash})")
    noun = subject.noun
    if (
        reading.title
        and noun.islower()
        and " " in reading.title
        and pascal(reading.title.split()[-1]) == pascal(noun)
    ):
        noun = reading.title
    known = state.find(noun)
    if known is None:
        name = state.find_short(noun) or state.find_ahead(noun) or pascal(noun)
        known = state.find(name) or Entity(name, source=about.clause.raw, plural=is_plural(noun))
    known.is_sure = known.is_sure or subject.is_sure
    known.asked = True
    known.source = known.source or about.clause.raw
    reading.title = ""
    about.target = state.speak_of(known)
    if subject.parent and not known.thing:
        parent = Draft(f"<{subject.parent}>", words=f"{noun} of {subject.parent}")
        parent.take(Attribute("ref", 0, 0, {"thing": subject.parent}))
        if not any(d.said.get("thing") == subject.parent for d in known.drafts):
            known.drafts.append(parent)


def _labelled_host(segment: Segment, about: _Describing) -> Entity | None:
    """Return the model on which a text puts what it calls a field: `field ean on Product`."""
    hosts = [found for noun in segment.hosts if (found := about.state.find(noun)) is not None]
    if hosts:
        return hosts[0]
    return about.reading.host if about.target is None and about.reading.title else None


def _host_of(segment: Segment, about: _Describing) -> Entity | None:
    """Return the model that a segment puts its field on: `an optional project on every task`."""
    if about.reading.inside or not (segment.name or segment.said):
        return None
    for noun in segment.hosts:
        found = about.state.find(noun)
        if found is None or found is about.target or found.name == about.state.world.user:
            continue
        if any(
            a.kind in ("ref", "many") and pascal(str(a.values["thing"])) == found.name
            for a in segment.said
        ):
            continue
        if (
            about.target is None
            or about.target.thing
            or re.search(
                rf"(?i)\b(?:on|to|for|in|of) (?:each|every|all|the|our) {re.escape(noun)}\b",
                segment.text,
            )
        ):
            return found
    return None


def _settle_target(segment: Segment, about: _Describing) -> None:
    """Take up what was announced, or what was spoken of last."""
    state, reading = about.state, about.reading
    if not segment.name and not segment.said:
        return
    if reading.pending is not None:
        name, host, source = reading.pending
        reading.pending = None
        about.target = state.speak_of(host)
        host.asked = True
        draft = Draft(name, words=source.raw)
        called = segment.is_coded and any(
            t.low in ("call", "called", "name", "named") for t in segment.lead
        )
        if called or (segment.name and snake(segment.name).startswith(name)):
            segment.lead = ()
        elif not segment.name:
            host.drafts.append(draft)
        else:
            state.aside.append(source.raw)
        return
    if reading.title:
        noun, reading.title = reading.title, ""
        known = state.find(noun)
        entity = known or Entity(
            state.find_ahead(noun) or pascal(noun),
            source=reading.title_source,
            plural=is_plural(noun),
        )
        entity.asked = True
        about.target = state.speak_of(entity)
        return
    target = state.current or reading.host
    if target is not None:
        target.asked = True
        about.target = state.speak_of(target)


def _give(segment: Segment, after: Sequence[Segment], about: _Describing) -> None:
    """Give the resource that is spoken of what a segment says."""
    entity = about.target
    assert entity is not None  # noqa: S101 - the caller looked
    drafts = entity.drafts
    if segment.name:
        _give_named(segment, after, about, entity)
        return
    refs = [a for a in segment.said if a.kind in ("ref", "many")]
    rest = [a for a in segment.said if a not in refs and a.kind != "unit"]
    if refs and not (
        drafts
        and not drafts[-1].said
        and not drafts[-1].literal
        and not known_kind(drafts[-1].name)
        and not segment.lead
    ):
        for one in refs:
            if one.kind == "ref" and _target_of(one, about) == entity.name:
                about.lost.append(segment.text)
                continue
            if one.kind == "many" and _confirms(one, entity, about):
                continue
            named = {
                str(d.said.get("thing", "")).lower() for d in drafts if d.said.get("type") == "ref"
            }
            if str(one.values["thing"]).lower() in named:
                continue
            announced_as = [
                d for d in drafts if d.name == snake(_target_of(one, about)) and not d.said
            ]
            if not announced_as:
                drafts.append(Draft(f"<{one.values['thing']}>", words=segment.text))
            (announced_as or drafts)[-1].take(one)
            about.named = True
        refs = []
    if segment.grouped and len(drafts) > 1 and not refs:
        for draft in drafts[-2:] if segment.grouped == "both" else drafts:
            for one in rest:
                if not (segment.grouped in ("neither", "none") and one.kind == "required"):
                    draft.take(one)
                else:
                    draft.take(Attribute("optional", 0, 0))
        return
    if refs or rest:
        if not about.named and (segment.is_plural or segment.grouped):
            about.lost.append(segment.text)
            return
        adverb = [t.low for t in segment.lead] == [] and segment.text.lower() in (
            "optionally",
            "optional",
        )
        waits = not about.named and (
            not _goes_on(entity, about) or (adverb and any(s.name for s in after))
        )
    else:
        waits = False
    if waits:
        about.waiting += segment.said
        return
    for one in (*refs, *rest):
        _said_of(one, drafts, about.clause.text).take(one)
    if refs or rest:
        drafts[-1].words = f"{drafts[-1].words}, {segment.text}".strip(", ")


def _target_of(one: Attribute, about: _Describing) -> str:
    """Return the name of what a reference refers to."""
    return about.state.target(str(one.values["thing"]))


def _confirms(one: Attribute, entity: Entity, about: _Describing) -> bool:
    """Tell whether `a task may be in several sprints` only says from the other side what a sprint has many of."""
    other = about.state.find(str(one.values["thing"]))
    for keeper, target in ((other, entity.name), (entity, None)):
        for draft in keeper.drafts if keeper is not None else ():
            if (
                draft.said.get("type") == "many"
                and (target or entity.name)
                in (about.state.target(str(draft.said["thing"])), entity.name)
                and other is not None
                and (
                    other.name == entity.name
                    or about.state.target(str(draft.said["thing"])) == entity.name
                )
            ):
                draft.said["sure"] = 1
                return True
    return False


def _said_of(one: Attribute, drafts: Sequence[Draft], text: str) -> Draft:
    """Return the field that something is said of: what becomes of rows is said of a reference."""
    refs = [d for d in drafts if d.said.get("type") == "ref"]
    if one.kind not in ("cascade", "restrict") or not refs:
        return drafts[-1] if drafts else Draft("")
    named = [d for d in refs if re.search(rf"(?i)\b{re.escape(str(d.said['thing']))}", text)]
    return (named or refs)[-1]


def _goes_on(entity: Entity, about: _Describing) -> bool:
    """Tell whether a statement without a name says more of the last field: `It must be unique`."""
    return bool(entity.drafts) and entity is about.spoken


def _give_named(
    segment: Segment, after: Sequence[Segment], about: _Describing, entity: Entity
) -> None:
    name = _MAIL.sub("email", snake(segment.name))
    if (
        not segment.said
        and not segment.is_coded
        and not _is_bare_field(segment, after, about, entity)
    ):
        about.lost.append(segment.text)
        return
    draft = next((d for d in entity.drafts if d.name == name), None)
    if draft is None:
        draft = Draft(name, words=segment.text, literal=about.literals.get(name))
        entity.drafts.append(draft)
    for one in (*segment.said, *about.waiting):
        if one.kind != "unit":
            draft.take(one)
    about.waiting, about.named = [], True
    if segment.is_plural and len(entity.drafts) == 1:
        about.lost.append(segment.text)  # `people want stable URLs`
    if segment.is_plural or segment.grouped == "both":
        for earlier in reversed(entity.drafts[:-1]):
            if earlier.said or earlier.literal or known_kind(earlier.name):
                break
            for one in segment.said:
                earlier.take(one)
    if draft.said.get("type") == "ref" and draft.name.endswith("_id"):
        draft.name = draft.name.removesuffix("_id")


def _is_bare_field(
    segment: Segment, after: Sequence[Segment], about: _Describing, entity: Entity
) -> bool:
    """Tell whether a noun of which nothing is said is a field all the same."""
    if about.known(segment.name):
        return not is_plural(segment.name) and pascal(segment.name) != entity.name
    if known_kind(snake(segment.name)) or segment.name.lower() in words("generic"):
        return True
    if after and not after[0].name and after[0].said and after[0].cut in (",", "–", ":"):
        return True
    said = next((one for one in after if one.said), None)
    return said is not None and (said.is_plural or said.grouped in ("both", "all"))


def _unexplained(segment: Segment, about: _Describing, *, opens: bool) -> list[str]:
    """Return the words of a segment that nothing explains."""
    hosts = {word.lower() for noun in segment.hosts for word in noun.split()}
    lead = [t for t in segment.lead if t.kind in ("word", "verb", "number", "code")]
    every = (*lead, *segment.rest)
    told = {
        b.start
        for a, b in pairwise(every)
        if a.low in ("a", "an") or (a.is_word and qualifies(a.text))
    }

    def is_open(token: Token) -> bool:
        return not (
            _is_plain(token) or token.low in hosts or token.start in told or about.known(token.text)
        )

    has = any(t.is_word and is_verb(t.text, "having") for t in lead)
    left = [t for t in segment.rest if is_open(t) or t.low in _TELLING]
    left += [
        t
        for t in lead
        if (t.low in _TELLING and not (has and t.low == "only")) or t.kind == "number"
    ]
    if not opens and not segment.is_coded and (segment.name or segment.said):
        left += [t for t in lead if is_open(t) and not is_verb(t.text)]
    return [f"{segment.text} ({', '.join(t.text for t in left)})"] if left else []


def _is_plain(token: Token) -> bool:
    """Tell whether a word says nothing by itself."""
    if token.kind == "number":
        return False
    return joins(token.text) or qualifies(token.text) or token.low in words("generic") or any(
        is_verb(token.text, kind) for kind in ("making", "having", "being")
    )  # fmt: skip


BY_SEGMENTS = Manner(read_by_segments, describes_fields, noun_announced)
