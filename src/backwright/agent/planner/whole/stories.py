"""What is told beside the orders: whose rows are, announcements, stories, and what nobody understood."""

from __future__ import annotations

import re

from backwright.agent.planner.clauses import Clause
from backwright.agent.planner.foreign import GRAVE, outside
from backwright.agent.planner.lexicon import first, lexicon, pattern
from backwright.agent.planner.state import State
from backwright.agent.planner.unread import place_unread
from backwright.agent.planner.whole.owning import CLASH
from backwright.agent.planner.whole.told import Reading, all_names
from backwright.agent.planner.whole.typed import says_of_fields

_A_SENTENCE = 4


def note_owner(owner: str, clause: Clause, reading: Reading) -> None:
    """Keep whose rows are by a statement: of the resources that it names, or of all."""
    state = reading.state
    made = [e for e in state.entities if not e.thing]
    named = [
        e
        for e in made
        if any(re.search(rf"(?i)(?<![\w-]){re.escape(n)}(?![\w-])", clause.text) for n in e.called)
    ]
    current = (
        [state.current] if state.current and not state.current.thing and not state.project else []
    )
    general = re.search(
        r"(?i)\b(?:both|all|everything|data|rows|records|for both|these|they)\b", clause.text
    )
    reading.owners.append((owner, clause.raw, named or ([] if general else current)))


def give_owners(reading: Reading) -> None:
    """Give resources their owners; what says of no one in particular is of all that have none."""
    made = [e for e in reading.state.entities if not e.thing]
    for owner, said, entities in reading.owners:
        if owner == CLASH:
            reading.state.unclear.append(said)
            continue
        for one in entities or made:
            if one.owner is not None and one.owner != owner and entities:
                reading.state.unclear.append(said)
            if one.owner is None:
                one.owner, one.owner_source = owner, said


def place_stories(reading: Reading) -> None:
    """Place what was told beside: it is a story, an announcement, or something that nobody understood."""
    state = reading.state
    names = all_names(state)
    for clause in reading.stories:
        about = outside(clause, None, [*names, *_pairs(clause.text, names)])
        tells = _only_tells(clause, state)
        if about and (about.startswith(GRAVE) or not tells):
            state.refused.append((clause.raw, about))
        elif tells or _is_announcement(clause, state):
            state.aside.append(clause.raw)
        elif says_of_fields(clause.text, state) and state.acts:
            state.unclear.append(clause.raw)
        else:
            place_unread(clause, state)


def _pairs(text: str, names: list[str]) -> list[str]:
    """Return names with the word before them, as a text has them: `newsletter subscribers`."""
    forms = "|".join(re.escape(n) for n in names) or "(?!x)x"
    return [m[0].lower() for m in re.finditer(rf"(?i)\b\w+ (?:{forms})\b", text)]


def _only_tells(clause: Clause, state: State) -> bool:
    """Tell whether a statement tells of others and today, and orders nothing: `users keep asking for stars`."""
    if not any(e.drafts for e in state.entities) and state.project is None:
        return False
    text = clause.text
    if says_of_fields(text, state) or first(text, "cues", "vague", "features"):
        return False
    if pattern(lexicon("whole")["wishes"]["tells"]).match(text) and not clause.asks:
        return True
    told = pattern(lexicon("whole")["wishes"]["telling"]).search(text)
    if (
        len(text.split()) < _A_SENTENCE
        or told is None
        or pattern(lexicon("whole")["wishes"]["demanding"]).search(text)
    ):
        return False
    return not clause.asks and not pattern(lexicon("whole")["wishes"]["ordering"]).search(
        clause.text
    )


def _is_announcement(clause: Clause, state: State) -> bool:
    """Tell whether a statement only wishes for what is described elsewhere: `we need a place to keep bookmarks`."""
    made = [e for e in state.entities if e.drafts]
    generic = frozenset(lexicon("whole")["wishes"]["generic"])
    if made and all(word.lower() in generic for word in re.findall(r"[A-Za-z]+", clause.text)):
        return True
    forms = {form for e in made for form in e.called} | {
        w for e in made for w in e.forms[0].split()
    }
    fields = {d.name.replace("_", " ") for e in made for d in e.drafts} | {
        d.name for e in made for d in e.drafts
    }
    names = (
        "|".join(re.escape(n) for n in sorted(forms | fields, key=len, reverse=True)) or "(?!x)x"
    )
    if not re.search(rf"(?i)(?<![\w-])(?:{names})(?:s|ing|ed)?(?![\w-])", clause.text):
        return bool(
            pattern(
                r"^(?:<DET>\s+)?\w+\s*$|^(?:can|could|would|will) you\b.{0,40}\b(?:it|that|this|them)\b.{0,12}$|^(?:put|add|build|implement|make|do|create|include) (?:it|that|this|them)\b.{0,12}$|\b(?:crud|endpoints?|project|tests?|app|api)\b.{0,24}\b(?:works?|runs?|pass(?:es)?|exists?|included|are there|up|written|usual)\b"
            ).search(clause.text)
        ) and bool(made)
    if says_of_fields(clause.text, state):
        return False
    rest = re.sub(rf"(?i)(?<![\w-])(?:{names})(?:s|ing|ed)?(?![\w-])", " ", clause.text)
    return not pattern(lexicon("whole")["wishes"]["demanding"]).search(rest)
