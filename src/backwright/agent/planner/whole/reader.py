"""Reading a text as a whole: each statement is of a resource, of whose rows are, an order of another kind, or a story."""

from __future__ import annotations

import re

from backwright.agent.planner.attributes import describes, spot
from backwright.agent.planner.clauses import Clause, pieces_of
from backwright.agent.planner.foreign import outside
from backwright.agent.planner.frames import judges, relations
from backwright.agent.planner.lexicon import first, lexicon, pattern, patterns
from backwright.agent.planner.state import State
from backwright.agent.planner.types import Part, Step, World
from backwright.agent.planner.whole.describing import names_default, read_description
from backwright.agent.planner.whole.hosts import model_in
from backwright.agent.planner.whole.layout import Statement, plain, statements
from backwright.agent.planner.whole.naming import project_name
from backwright.agent.planner.whole.orders import read_order, relates
from backwright.agent.planner.whole.owning import owner_of, take_owner_of
from backwright.agent.planner.whole.pending import place_pending
from backwright.agent.planner.whole.stories import give_owners, note_owner, place_stories
from backwright.agent.planner.whole.titles import last_noun, read_title
from backwright.agent.planner.whole.told import Manner, Reading, all_names
from backwright.agent.planner.whole.typed import STRONG, has_content, is_line_of_field, is_typed
from backwright.agent.planner.wording import Message, without_courtesy
from backwright.tasks.questions import Answers

BY_MARKERS = Manner(read_description, is_typed, last_noun)

_ORDERS = r"\W*(?:(?:first|then|also|please|next|finally|so|and)\W+)*(?:<VERB>|put|set up|add|give)\b(?! ?:)"


def read_whole(
    text: str,
    message: Message,
    world: World,
    answers: Answers,
    manner: Manner = BY_MARKERS,
) -> State:
    """Return what a text asks for, read as a whole.

    Args:
        text: What the user wrote.
        message: The same, with what was pasted apart.
        world: What is known of the project.
        answers: Answers to questions.
        manner: How statements that describe fields are read.
    """
    said = plain(message.said if judges.is_evidence(message.pasted) else text)
    for wrong, right in message.mended:
        said = re.sub(rf"(?<![\w`.]){re.escape(wrong)}(?![\w`.])", right, said)
    name, said = project_name(said) if world.is_empty else ("", said)
    state = _pass(said, name, message, world, answers, (), manner)
    made = tuple(one.name for one in state.entities if not one.thing and one.drafts)
    return _pass(said, name, message, world, answers, made, manner)


def _pass(
    said: str,
    name: str,
    message: Message,
    world: World,
    answers: Answers,
    ahead: tuple[str, ...],
    manner: Manner,
) -> State:
    state = State(
        world, answers, pasted=message.pasted, said=said, beside=message.beside, ahead=ahead
    )
    reading = Reading(state, manner)
    if judges.is_evidence(message.pasted):
        judges.read_pasted(state)
    if world.is_empty:
        _begin(said, name, state)
    for statement in statements(said):
        _read(statement, reading)
    for remark in state.elsewhere:
        if not relations.read_elsewhere(remark, state):
            state.unclear.append(remark)
    place_pending(reading)
    give_owners(reading)
    place_stories(reading)
    state.unclear += [
        found[0] for one in patterns("whole", "wishes", "open") if (found := one.search(said))
    ]
    return state


def _begin(said: str, name: str, state: State) -> None:
    """Begin the project: where there is nothing yet, whatever is asked for begins one."""
    bare = first(said, "whole", "project", "bare")
    if not name and not first(said, "whole", "project", "speaks") and not spot(said, ()):
        return
    options = (("bare", ""),) if bare else ()
    state.project = Step("new", (re.sub(r"[\s_]+", "-", name.lower()),) if name else (), options)
    state.acts.append(state.project)
    state.parts.append(Part(f"new {name}".strip(), f"your words: {said.strip()[:80]!r}"))


def _read(statement: Statement, reading: Reading) -> None:
    labels = lexicon("whole")["labels"]
    text = statement.text.strip(" :")
    if statement.label or (pattern(labels["generic"]).match(text) and not statement.bullet):
        if pattern(labels["background"]).match(text):
            reading.mode = "background"
            return
        if pattern(labels["criteria"]).match(text):
            reading.mode = "criteria"
            return
        reading.mode = ""
        if pattern(labels["generic"]).match(text):
            return
    inside = is_line_of_field(statement.text[:1].lower() + statement.text[1:], statement, reading)
    text = statement.text if inside else _without_label(statement.text, reading)
    if reading.mode == "background" or _is_background(statement.text):
        _tell(Clause(text, statement.text), reading)
        reading.mode = (
            ""
            if not statement.label
            and reading.mode == "background"
            and statement.opens
            and not statement.bullet
            else reading.mode
        )
        return
    if names_default(text, reading.state):
        return
    for at, piece in enumerate(pieces_of(text)):
        said = without_courtesy(piece)
        if re.search(r"\w", said):
            clause = Clause(said, piece.strip(" ,;"), statement.asks, statement.opens and at == 0)
            _clause(clause, statement, reading)


def _without_label(text: str, reading: Reading) -> str:
    """Return a statement without the label of a part: `Fields: …`, `Expected behaviour: …`."""
    found = re.match(r"\s*([A-Za-z][\w /-]{1,40}?)\s*:\s+(?=\S)", text)
    if not found or not pattern(lexicon("whole")["labels"]["generic"]).match(found[1]):
        return text
    if re.match(r"(?i)(?:entity|resource|model|table|task)s?$", found[1]):
        return text
    reading.mode = ""
    return text[found.end() :]


def _is_background(text: str) -> bool:
    found = re.match(r"\s*([A-Za-z][\w /-]{1,40}?)\s*:\s+\S", text)
    return bool(
        found
        and pattern(lexicon("whole")["labels"]["background"]).match(found[1])
        and not describes(text, STRONG)
    )


def _tell(clause: Clause, reading: Reading) -> None:
    """Keep what is only told; the model that it speaks of is what `it` means then."""
    reading.host = model_in(clause.text, reading.state) or reading.host
    reading.state.aside.append(clause.raw)


def _clause(clause: Clause, statement: Statement, reading: Reading) -> None:
    typed = reading.manner.describes(clause.text, reading.state)
    if statement.label and not typed:
        read_title(clause, reading)
    elif not typed and _tries(clause.text):
        read_order(clause, reading)
    elif not typed and _tells_of_others(clause, reading):
        reading.stories.append(clause)
    else:
        _owned_clause(clause, statement, reading)


def _tries(text: str) -> bool:
    """Tell whether a statement wants something tried, and says of nobody whose rows are."""
    wishes = lexicon("whole")["wishes"]
    return bool(pattern(wishes["trying"]).match(text) and first(text, "cues", "probe", "cues"))


def _tells_of_others(clause: Clause, reading: Reading) -> bool:
    """Tell whether a statement only tells who wants what is described elsewhere."""
    tells = pattern(lexicon("whole")["wishes"]["tells"]).match(clause.text)
    return bool(tells and reading.state.ahead and not clause.asks)


def _owned_clause(clause: Clause, statement: Statement, reading: Reading) -> None:
    """Read a statement apart from what it says of whose rows are."""
    state = reading.state
    typed = reading.manner.describes(clause.text, state)
    rest, owner, said = _without_owner(clause.text, state)
    more = has_content(rest)
    orders = more and pattern(_ORDERS).match(
        rest
    )  # `put a login in, so that notes belong to their users`
    alone = owner and not typed and not orders and (owner_of(clause.text, alone=False) or not more)
    whole = None if owner or typed else owner_of(clause.text)
    if owner and alone:
        note_owner(owner, clause, reading)
    elif whole and (state.acts or reading.title):
        note_owner(whole, clause, reading)
    elif reading.manner.describes(rest, state) or is_line_of_field(rest, statement, reading):
        reading.inside = is_line_of_field(rest, statement, reading)
        _fields(Clause(rest, clause.raw, clause.asks, clause.opens), reading, owner, said)
    else:
        _rest(Clause(rest, clause.raw, clause.asks, clause.opens), reading, owner, said)


def _without_owner(text: str, state: State) -> tuple[str, str | None, str]:
    rest, owner, said = take_owner_of(text, state.people())
    if owner:
        rest = re.sub(
            r"(?i)\band (?:also )?to (?=(?:an?|the|one|exactly one) )", "belongs to ", rest
        )
    rest = re.sub(r"\(\s*\)", "", rest)
    return rest.strip(" ,;–:" if rest.count("(") == rest.count(")") else " ,;–:()"), owner, said


def _fields(clause: Clause, reading: Reading, owner: str | None, said: str) -> None:
    state = reading.state
    before = len(state.entities)
    reading.manner.describe(clause, reading)
    if about := outside(clause, "resources", all_names(state)):
        state.refused.append((clause.raw, about))
    if owner:
        made = [e for e in state.entities[before:] if not e.thing]
        current = [state.current] if state.current else []
        reading.owners.append((owner, said, made or current))


def _rest(clause: Clause, reading: Reading, owner: str | None, said: str) -> None:
    """Read what is left of a statement that describes no field."""
    state = reading.state
    if owner:
        note_owner(owner, Clause(said, said), reading)
        hangs = state.current and re.match(r"\W*(?:and )?belongs?\b", clause.text)
        subject = f"{state.current.name} " if state.current and hangs else ""
        text = subject + re.sub(r"^\W*and ", "", clause.text)
        if relates(Clause(text, clause.raw), state):
            return
    if re.search(r"\w", clause.text):
        read_order(clause, reading)
