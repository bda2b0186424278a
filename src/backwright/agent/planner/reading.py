"""Reading a task: clause by clause, each by the first frame that knows it."""

from __future__ import annotations

import re
from dataclasses import replace

from backwright.agent.planner.agreeing import agreed
from backwright.agent.planner.announced import unannounced
from backwright.agent.planner.clauses import Clause, clauses_of
from backwright.agent.planner.defining import bracketed
from backwright.agent.planner.deletions import deletions_placed
from backwright.agent.planner.dictated import punctuated
from backwright.agent.planner.dividing import divided
from backwright.agent.planner.existing import rows_placed
from backwright.agent.planner.foreign import GRAVE, outside
from backwright.agent.planner.forms import likely_plan
from backwright.agent.planner.frames import judges, owners, relations
from backwright.agent.planner.frames.table import FRAMES, likeliest_first
from backwright.agent.planner.hanging import placed
from backwright.agent.planner.headings import without_heads
from backwright.agent.planner.holding import without_held
from backwright.agent.planner.implied import is_implied
from backwright.agent.planner.items import itemised
from backwright.agent.planner.judging import asked_in
from backwright.agent.planner.layout import laid_out_plainly
from backwright.agent.planner.layout.inline import points_in_lines
from backwright.agent.planner.layout.usual import without_stack
from backwright.agent.planner.leadin import without_leads
from backwright.agent.planner.lexicon import first, pattern
from backwright.agent.planner.likeness import likeness
from backwright.agent.planner.misread import is_part
from backwright.agent.planner.nouns import pascal, read_noun
from backwright.agent.planner.ownership import owners_behind
from backwright.agent.planner.parameters import without_parameters
from backwright.agent.planner.phrases import (
    addressed,
    asked_by,
    in_order,
    model_first,
    named_again,
    named_in_one,
    ordered,
    parted,
    placed_here,
    spelt_plainly,
    turned,
    unquoted,
)
from backwright.agent.planner.questions import ask_unclear
from backwright.agent.planner.refusing import refuse_foreign
from backwright.agent.planner.remarks import BARS, Cleared, cleared
from backwright.agent.planner.said_of import unheld
from backwright.agent.planner.sections import denied
from backwright.agent.planner.slots.describing import BY_SEGMENTS
from backwright.agent.planner.state import State
from backwright.agent.planner.structured import written_out
from backwright.agent.planner.tagged import untagged
from backwright.agent.planner.targets import named_alone
from backwright.agent.planner.types import JUDGES, Plan, World
from backwright.agent.planner.unread import has_types, place_unread, wish
from backwright.agent.planner.whole.reader import read_whole
from backwright.agent.planner.wording import Message, read_message
from backwright.agent.planner.written import grouped, read_commands
from backwright.errors import UsageError
from backwright.spec.names import split_words
from backwright.tasks.questions import Answers

_RETRACTS = re.compile(
    r"(?i)\b(?:no,? (?:wait|make that|sorry)|scratch that|correction:|on second thought|forget that)\b"
)
_REQUEST = re.compile(r"(?:GET|POST|PUT|PATCH|DELETE)\s+/")  # a step of how to see the failure
_IN_PLAIN_TEXT = re.compile(r"(?i)\bin plain ?text\b")  # how passwords are not to be stored
_PLAIN_WORDS = re.compile(r"[A-Za-z,/'’ -]+")
_WISHES = re.compile(
    r"(?i)\b(?:needs?|wants?|should|must|shall|would|please|add|fix|then|also|limit|cors for|allow|tests?|audit|probe|why)\b"
)
_UNDECIDED = re.compile(
    r"(?i)[^.;:,]*\b(?:(?:do|have) not (?:know|decided?)(?: it)? yet|not (?:sure|certain) (?:yet|which)|undecided|or else|or (?:maybe|perhaps)"
    r"|(?:(?:do|can) ?not (?:quite |really )?(?:remember|recall|tell)(?: any ?more| exactly| right now)?|forgot|have forgotten),? (?:which|whether|how many|what)(?!(?: \w+){0,2} (?:asked|wants?|wanted|said|requested|reported|told))"
    r"|(?:ticket|spec(?:ification)?|issue|request|story|brief|user|customer|text) (?:does not|doesn't|did not|didn't|never) (?:say|state|specify|mention|define|settle)s? (?:which|whether|how many))\b[^.;]*"
)
_ANNOUNCES = (
    r"(?:the |our |my )?(?!i\b|we\b|you\b)\w+(?: \w+)? (?:wants?|needs?|asks? for|asked for|would like|likes?|wished? for|requests?|requested)"
    r" (?:to (?:have|see|sell|offer|track|store) )?(?P<noun>[\w -]+)"
    r"|(?:the |our |all )?(?:<USER>) (?:shall|should|can|must|will|may|want to|are to|would like to|need to)(?: be able to)? (?:open|create|write|make|keep|leave|add|file|submit|place|have|register)(?P<made>(?: \w+){1,3})"
)
# Frames that look for the names of models; the others only look for cues.
_NAMING = ("declined", "lacking", "owner", "new", "pagination", "index", "relation", "resources")
_DEFINING = (
    "owner",
    "new",
    "relation",
    "resources",
)  # a clause with types in it is tried for these first


def plan_task(text: str, world: World, answers: Answers | None = None) -> Plan:
    """Return the plan for a task in plain words.

    Args:
        text: The task. What is pasted in it (logs, answers) is data, never an instruction.
        world: What is known of the project.
        answers: Answers to questions.

    Raises:
        UsageError: it is not understood, or outside of what the engine does.
        QuestionError: something must be answered first.
    """
    if not text.strip():
        raise UsageError(
            "there is no task", remedy='write it in quotes: backwright do "add a due date to tasks"'
        )
    if commands := read_commands(text):
        return commands
    said = text
    text = written_out(text)
    refuse_foreign(text)
    names = frozenset(form for thing in world.things for form in thing.forms)
    text = untagged(points_in_lines(named_again(in_order(turned(text)))))
    text = deletions_placed(punctuated(ordered(denied(text)), names))
    text, told = (text, ()) if world.is_empty else rows_placed(text, names)
    text, leads = without_leads(text, names)
    text = itemised(model_first(text, world), world)
    forms = [cleared(text, bar, names) for bar in BARS]
    forms = [replace(one, aside=(*told, *leads, *one.aside)) for one in forms]
    return likely_plan(
        forms,
        asked_in(said, world),
        lambda form, known: _divided(form, world, known),
        answers or Answers(),
    )


def _divided(clear: Cleared, world: World, known: Answers) -> Plan:
    """Return the plan of a text's orders, each by itself, or of the text as a whole."""
    whole = State(world, known, said="\n".join((clear.text, *clear.aside)))
    if named := [one for one in clear.aside if is_part(one, whole)]:
        ask_unclear(whole, named)

    def of_part(part: str, there: World) -> Plan:
        return read_commands(part) or _planned(Cleared(part), there, Answers())

    parts = None if world.is_empty else divided(clear.text, world, of_part)
    return parts or _planned(clear, world, known)


def _planned(clear: Cleared, world: World, known: Answers) -> Plan:
    """Return the plan of a text that says what is to be done."""
    text = clear.text
    text, heads = without_heads(text, world)
    text, given = without_parameters(text)
    text, announced = unannounced(text, world)
    laid = laid_out_plainly(grouped(_in_place(text, world)), world)
    spelt = spelt_plainly(laid.text, is_empty=world.is_empty)
    written, text = laid.text, spelt.text
    forms = [form for thing in world.things for form in thing.forms]
    message = read_message(text, forms, beside=" ".join(clear.aside))
    plan = agreed(
        lambda: _by_frames(message, world, known),
        lambda: read_whole(text, message, world, known, BY_SEGMENTS),
        lambda: read_whole(text, message, world, known),
    )
    if lost := unheld(read_message(written, ()).said, plan, forms):
        ask_unclear(State(world, known, said=written), lost, "lost")
        plan = replace(plan, aside=(*plan.aside, *lost))
    plan = placed(plan, world, known)
    return replace(plan, aside=(*plan.aside, *heads, *given, *announced, *laid.aside, *spelt.aside))


def _in_place(text: str, world: World) -> str:
    """Return a text in which models are called so, and who asks, or where it is, is none."""
    text = owners_behind(text)
    for change in (
        without_stack,
        unquoted,
        named_in_one,
        named_alone,
        bracketed,
        without_held,
        addressed,
        parted,
        asked_by,
        placed_here,
    ):
        text = change(text, world)
    return text


def _by_frames(message: Message, world: World, answers: Answers) -> State:
    """Read a text clause by clause, each by the first frame that knows it."""
    state = _understood(message, world, answers, ())
    made = tuple(one.name for one in state.entities if not one.thing and one.asked)
    if len(made) > 1 or (made and world.things):
        state = _understood(message, world, answers, made)
    for open_end in (_RETRACTS.search(message.said), _UNDECIDED.search(message.said)):
        if open_end:
            state.unclear.append(open_end[0])
    _place_lacking(state)
    for wrong, right in message.mended:
        if wrong == right:
            continue
        state.aside.append(f"{wrong!r} was read as {right!r}")
    return state


def _place_lacking(state: State) -> None:
    """Leave aside what is so today, where the text says what is to be done; else it is a wish."""
    if state.acts or state.doubts or not state.lacking:
        state.aside += state.lacking
        return
    lacking = Clause(state.lacking[0], state.lacking[0])
    wish(lacking, state, "It says what is so today, but not what is to be done.")


def _understood(message: Message, world: World, answers: Answers, ahead: tuple[str, ...]) -> State:
    """Read every clause; what is known to come later in the text may be referred to before."""
    state = State(
        world, answers, pasted=message.pasted, said=message.said, beside=message.beside, ahead=ahead
    )
    judges.read_pasted(state)
    for clause in clauses_of(message.said):
        _read(clause, state)
    for said in state.elsewhere:
        if not relations.read_elsewhere(said, state):
            state.aside.append(said)
    return state


def _read(clause: Clause, state: State) -> None:
    """Give a clause to the frames; what none of them knows is outside, unclear or said in passing."""
    if clause.tells:
        _told(clause, state)
        return
    if _announces(clause.text, state.said):
        state.aside.append(clause.raw)
        return
    if _goes_on(clause, state) or is_implied(clause.text, state):
        state.aside.append(clause.raw)
        return
    before = (len(state.acts), len(state.doubts))
    frame = _frame_of(clause, state)
    about = None if frame == "owner" else outside(clause, frame, _names(state))
    if about and frame and (parts := _halves(clause)):
        _take_back(state, before)
        for part in parts:
            _read(part, state)
    elif about and _is_circumstance(clause, about, state):
        state.aside.append(clause.raw)
    elif about:
        _take_back(state, before)
        state.refused.append((clause.raw, about))
    elif frame is None:
        _place(clause, state)
    elif frame == "resources" or (frame == "relation" and has_types(clause.text)):
        state.described.append(clause.text)
    else:
        state.capable.append((frame, clause.text))


def _place(clause: Clause, state: State) -> None:
    """Place a clause that no frame knows: it may be like one that says whose rows are."""
    if not owners.read_likely_owner(clause, state):
        place_unread(clause, state)


def _goes_on(clause: Clause, state: State) -> bool:
    """Tell whether a clause says more of the failure whose log was pasted: `users get this right after logging in`."""
    if _is_listed(clause, state):
        return True
    begun = any(getattr(one, "verb", "") == "doctor" for one in state.acts)
    if not begun or not state.pasted or has_types(clause.text):
        return False
    if _REQUEST.match(clause.text):
        return True
    if first(clause.text, "cues", "audit", "cues"):
        return False  # `… and when you are at it, do an audit, too`
    if _orders(clause.text):
        return False
    return likeness(clause.text).kind in ("doctor", "aside")


def _is_listed(clause: Clause, state: State) -> bool:
    """Tell whether a clause only lists what is to be looked at: `an overview: endpoints, CORS and migrations, if any`."""
    judged = bool(state.acts) and all(getattr(one, "verb", "") in JUDGES for one in state.acts)
    text = _IN_PLAIN_TEXT.sub("", clause.text)
    if not judged or has_types(text) or _orders(text) or outside(clause, None, ()):
        return False
    return _PLAIN_WORDS.fullmatch(clause.text) is not None and not _WISHES.search(clause.text)


def _orders(text: str) -> bool:
    return bool(pattern(r"^(?:<VERB>|<ADD>)\b").match(text))


def _told(clause: Clause, state: State) -> None:
    """Leave a story aside, unless harm is meant with it."""
    about = outside(clause, None, ())
    if about and about.startswith(GRAVE):
        state.refused.append((clause.raw, about))
    else:
        state.aside.append(clause.raw)


def _announces(text: str, said: str) -> bool:
    """Tell whether a clause only says who wants what is described elsewhere: `Sales wants coupons. Coupon: …`."""
    found = pattern(_ANNOUNCES).fullmatch(text)
    noun = read_noun((found["noun"] or found["made"]).strip()) if found else None
    if noun is None or not re.fullmatch(
        r"(?:\s+(?:in|for|on) (?:the|our|this) \w+)?", noun[1].rstrip()
    ):
        return False
    name = pascal(noun[0])
    human = " ".join(split_words(name)).lower()
    return bool(
        re.search(
            rf"\b(?:(?-i:[A-Z]\w*)?{name}\s*(?:[:(=,]|with\b|has\b|needs?\b|consists\b)|(?:an?|each|every)\s+{human}\s+(?:has|have|needs|consists|with)\b)",
            said.replace("A ", "a "),
        )
    )


def _halves(clause: Clause) -> tuple[Clause, ...]:
    """Cut a clause of which a part is outside, so that the other part is understood by itself."""
    for match in reversed(
        list(re.finditer(r"\s*,?\s*\b(?:and|plus|then|as well as|also)\b\s*|\s*;\s*", clause.text))
    ):
        head, tail = clause.text[: match.start()], clause.text[match.end() :]
        if head.count("(") != head.count(")") or not head.strip() or not tail.strip():
            continue
        if outside(Clause(tail, tail), None, ()) and not outside(
            Clause(head, head), "resources", ()
        ):
            return Clause(head, head, clause.asks, clause.opens), Clause(
                tail, tail, clause.asks, opens=False
            )
    return ()


def _is_circumstance(clause: Clause, about: str, state: State) -> bool:
    """Tell whether what is outside only says where something fails: `docker compose up, and then …`."""
    failing = any(getattr(one, "verb", "") == "doctor" for one in state.acts)
    return (
        failing and not about.startswith(GRAVE) and not pattern(r"^(?:<VERB>)\b").match(clause.text)
    )


def _frame_of(clause: Clause, state: State) -> str | None:
    defined = has_types(clause.text)
    order = (
        sorted(FRAMES, key=lambda one: one[0] not in _DEFINING)
        if defined
        else likeliest_first(clause.text, FRAMES)
    )
    masked = replace(clause, text=_without_names(clause.text, state))
    for name, frame in order:
        if frame(clause if name in _NAMING else masked, state):
            return name
    return None


def _without_names(text: str, state: State) -> str:
    """Return a text in which no word of a model's name can be taken for a cue: `AuditLog`, `rate limit`."""
    forms = [f for thing in state.world.things for f in (thing.name, *thing.forms)]
    long = [f for f in forms if re.search(r"[a-z][A-Z]|[ _-]", f)]
    if not long:
        return text
    names = "|".join(re.escape(f) for f in sorted(set(long), key=len, reverse=True))
    return re.sub(rf"(?i)(?<![\w-])(?:{names})s?(?![\w-])", "Thing", text)


def _names(state: State) -> list[str]:
    names = [
        e.name
        for e in state.entities
        if e.is_sure or any(d.literal or (d.said and "thing" not in d.said) for d in e.drafts)
    ]
    names += [" ".join(re.findall(r"[A-Z][a-z]*", n)).lower() for n in names]
    return [*names, *(d.name for e in state.entities for d in e.drafts if d.said or d.literal)]


def _take_back(state: State, before: tuple[int, int]) -> None:
    """Take back what a clause that is outside was half understood as."""
    acts, doubts = before
    for act in state.acts[acts:]:
        if act in state.entities:
            state.entities = [e for e in state.entities if e is not act]
    state.current = None if state.current and state.current not in state.entities else state.current
    if state.project in state.acts[acts:]:
        state.project = None
    del state.acts[acts:], state.doubts[doubts:]
