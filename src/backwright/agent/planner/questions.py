"""The questions that a planner asks, each with choices and what they cost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from backwright.agent.planner.attributes import Attribute
from backwright.agent.planner.drafts import Draft
from backwright.agent.planner.nouns import pascal
from backwright.agent.planner.state import Entity, Relation, State
from backwright.agent.planner.types import Part
from backwright.errors import UsageError
from backwright.spec.fields import KINDS, read_field
from backwright.tasks.fills import KEY as EXISTING_ROWS
from backwright.values import Choice, Question

STOP = Choice("stop", "Do nothing.", "The project stays as it is.")


def ask(state: State, question: Question, *, free: str = "") -> str:
    """Return the answer to a question; where `free` is given, another value than a choice may match it.

    Raises:
        QuestionError: it is not answered.
        UsageError: the answer is none, or it is to do nothing.
    """
    question = replace(question, free=bool(free))
    given = state.answers.given.get(question.key)
    if free and given is not None and re.fullmatch(free, given):
        answer = given
    else:
        answer = state.answers.to(question)
    if answer == "stop":
        raise UsageError(f"nothing was done, as {question.key}=stop asks")
    state.parts.append(
        Part(
            f"{question.key}: {answer}",
            "your answer" if given else "the recommended answer, as --yes asks",
        )
    )
    return answer


def ask_field_place(state: State, drafts: Sequence[Draft], source: str) -> None:
    """Ask which resource gets a field, and what it is called, where the text says neither."""
    models = [t for t in state.world.things if t.name != state.world.user] or list(
        state.world.things
    )
    called = ", ".join(d.name for d in drafts) or "the field"
    if not models:
        raise UsageError(
            f"{source!r}: there is no resource that could get {called}",
            remedy="say which resource to make: `add a resource Task with a title`",
        )
    question = Question(
        key="resource",
        text=f"Which resource gets {called}?",
        why=f"{source!r} does not say where it goes; the project has {_listed([t.name for t in state.world.things])}.",
        choices=(*(Choice(t.name, f"{t.name} ({t.place}).", "Its table, schemas, tests and a migration change.") for t in models), STOP),
        recommended=models[0].name,
    )  # fmt: skip
    names = "|".join(t.name for t in state.world.things)
    answer = ask(state, question, free=names)
    entity = state.find(answer)
    assert entity is not None  # noqa: S101 - the choices are models
    named = list(drafts) or [Draft(_asked_name(state, source))]
    entity.drafts = [*entity.drafts, *named]
    entity.source = entity.source or source
    state.speak_of(entity)
    entity.asked = True


def _asked_name(state: State, source: str) -> str:
    question = Question(
        key="name",
        text="What is the field called?",
        why=f"{source!r} gives it no name.",
        choices=(Choice("due_date", "Write its name, such as due_date.", "A column cannot be renamed later without a migration."), STOP),
        recommended="stop",
    )  # fmt: skip
    return ask(state, question, free=r"[a-z][a-z0-9_]*")


def ask_type(state: State, entity: Entity, draft: Draft) -> None:
    """Ask for the type of a field that neither the text nor the name gives away."""
    target = pascal(draft.name)
    name = draft.name
    question = Question(
        key=f"type-{name}",
        text=f"Which type has {entity.name}.{name}?",
        why=f"{draft.words or name!r} does not say, and the name alone does not give it away.",
        choices=(
            Choice("str:200", "A short text.", "Anything can be written in it; nothing checks it."),
            Choice("text", "A long text.", "Not indexed, not for comparing."),
            Choice("int", "A whole number.", "No fractions."),
            Choice("enum:open,closed", "One of fixed values: write them as enum:A,B,C.", "A new value needs a migration."),
            Choice(f"ref:{target}", f"A reference to {target}.", f"{target} must be a resource of the project."),
            STOP,
        ),
        recommended="str:200",
    )  # fmt: skip
    answer = ask(state, question, free=rf"(?:{'|'.join(KINDS)})(?::\S+)?")
    words = [name, answer]
    if "default" in draft.said:
        words.append(f"default={draft.said['default']}")
    words += [m for m in ("optional", "unique", "index") if m in draft.said]
    draft.literal = ":".join(words)
    read_field(draft.literal)


def ask_existing(state: State, entity: Entity, draft: Draft) -> None:
    """Ask what rows that are there get in a field that must be given, as `add field` would."""
    question = Question(
        key=EXISTING_ROWS,
        text=f"What do existing rows of {entity.name} get in {draft.name}?",
        why=f"{draft.words!r} must be given and has no default, and there are rows.",
        choices=(Choice("optional", "They have nothing there: it may be null.", "Code that reads it has to do without a value."), STOP),
        recommended="optional",
    )  # fmt: skip
    ask(state, question)
    del draft.said["required"]
    draft.said["optional"] = 1


def ask_fields(state: State, entity: Entity) -> None:
    """Ask what a resource has, where the text names it alone."""
    hosts = [t for t in state.world.things if t.name != state.world.user]
    refs = [d for d in entity.drafts if d.said.get("type") == "ref"]
    if hosts and not entity.is_sure and not refs:
        ask_place_of(state, entity)
        if not any(one is entity for one in state.acts):
            return
    names = " ".join(d.word() for d in entity.drafts if d.literal)
    example = names or "title:str:1..200"
    question = Question(
        key="fields",
        text=f"Which fields has {entity.name}, and whose are its rows?",
        why=f"{entity.source!r} names it, and says nothing of what is in it.",
        choices=(
            Choice(example, f"Write field words: fields='{example} body:text:optional'.", "More can be added later with `add field`."),
            STOP,
        ),
        recommended=example,
    )  # fmt: skip
    for word in ask(state, question, free=r"[a-z]\w*:.+").split():
        read_field(word)
        entity.drafts.append(Draft(word.partition(":")[0], literal=word))


def ask_place_of(state: State, entity: Entity) -> None:
    """Ask on what a resource hangs: `add comments` does not say."""
    hosts = [t for t in state.world.things if t.name != state.world.user]
    whose = f" of the {state.world.user} who made them" if state.world.user else ""
    question = Question(
        key="on",
        text=f"What do {entity.name} rows belong to?",
        why=f"{entity.source!r} does not say on which resource they are, and whose they are.",
        choices=(
            *(Choice(t.name, f"Each refers to one {t.name} ({t.place}).", "Deleting it is refused while they are there.") for t in hosts),
            Choice("nothing", f"A resource of its own{whose}.", "It can be related later with `add relation`."),
            STOP,
        ),
        recommended=hosts[0].name,
    )  # fmt: skip
    answer = ask(state, question)
    if answer != "nothing":
        draft = Draft(f"<{answer}>", words="your answer")
        draft.take(Attribute("ref", 0, 0, {"thing": answer}))
        entity.drafts.append(draft)


def ask_kind(state: State, relation: Relation) -> Relation:
    """Ask how many of each there are."""
    left, right = relation.left, relation.right
    question = Question(
        key="kind",
        text=f"How do {left} and {right} relate?",
        why=f"{relation.source!r} does not say how many of each there are.",
        choices=(
            Choice("many-to-many", f"A {left} has many {right} rows, and the other way round.", "A link table; the most general."),
            Choice("one-to-many", f"A {left} has many {right} rows, a {right} one {left}.", f"A column on {right}; it cannot hold several."),
            Choice("many-to-one", f"A {right} has many {left} rows, a {left} one {right}.", f"A column on {left}; it cannot hold several."),
            STOP,
        ),
        recommended="many-to-many",
    )  # fmt: skip
    kind = ask(state, question)
    if kind == "many-to-one":
        return Relation(right, left, "one-to-many", relation.source)
    return Relation(left, right, kind, relation.source)


def ask_owner(state: State, entity: Entity) -> str:
    """Ask what to do where rows are to belong to users, and nobody signs in."""
    question = Question(
        key="owner",
        text=f"{entity.name} rows are to belong to users, but this project has none. What first?",
        why=f"{entity.owner_source!r} needs users who sign in.",
        choices=(
            Choice("none", "Rows that belong to nobody.", "Whoever reaches the API can read and change them."),
            STOP,
        ),
        recommended="none",
    )  # fmt: skip
    return ask(state, question)


def ask_index(state: State, source: str) -> None:
    """Ask which column is to be indexed."""
    choices = [
        Choice(f"{t.name}.{c}", f"{t.name}.{c} ({t.place}).", "Faster to look up and sort by; each write costs a little more.")
        for t in state.world.things
        for c in t.columns
        if c != "id"
    ]  # fmt: skip
    question = Question(
        "index", "Which column is to be indexed?", f"{source!r} names no column.", (*choices[:12], STOP),
        choices[0].value if choices else "stop",
    )  # fmt: skip
    state.step("add index", source, ask(state, question, free=r"[A-Za-z]\w*\.\w+"))


def ask_list(state: State, source: str) -> str:
    """Ask which list is to come in pages."""
    lists = [path for method, path in state.world.endpoints if method == "GET" and "{" not in path]
    question = Question(
        key="list",
        text="Which list is to come in pages?",
        why=f"{source!r} names none.",
        choices=(*(Choice(p, f"GET {p}.", "Clients that read the whole list must be changed.") for p in lists[:12]), STOP),
        recommended=lists[0] if lists else "stop",
    )  # fmt: skip
    return ask(state, question, free=r"/\S+|[A-Z]\w+")


def ask_route(state: State, source: str) -> str:
    """Ask which one endpoint is to be limited."""
    ways = [f"{method} {path}" for method, path in state.world.endpoints]
    question = Question(
        key="route",
        text="Which endpoint is to be limited?",
        why=f"{source!r} names none.",
        choices=(*(Choice(way, f"{way}.", "Busy clients get 429.") for way in ways[:12]), STOP),
        recommended=ways[0] if ways else "stop",
    )  # fmt: skip
    return ask(state, question, free=r"(?:GET|POST|PUT|PATCH|DELETE) /\S*")


def ask_limit(state: State, source: str) -> None:
    """Ask what is to be limited."""
    question = Question(
        key="limit",
        text=f"What does {source!r} limit?",
        why="A limit can be of requests, of the rows in an answer, or of the length of a field.",
        choices=(
            Choice("add rate-limit", "How often somebody may ask.", "Busy clients get 429."),
            Choice("add pagination", "How many rows an answer has.", "Clients must ask for further pages."),
            STOP,
        ),
        recommended="add rate-limit",
    )  # fmt: skip
    state.step(ask(state, question), source)


def ask_rate(state: State, source: str, *, one_route: bool) -> str:
    """Ask how often somebody may ask."""
    few = Choice(
        "5/minute",
        "Five times a minute.",
        "Stops who guesses passwords; too few for what pages call.",
    )
    many = Choice(
        "300/minute",
        "Three hundred times a minute.",
        "Stops floods; nobody who uses a page meets it.",
    )
    question = Question(
        key="rate",
        text="How often may somebody ask?",
        why=f"{source!r} does not say it.",
        choices=(few, many, STOP),
        recommended=few.value if one_route else many.value,
    )  # fmt: skip
    return ask(state, question, free=r"\d+\s*/\s*(?:\d+ )?[a-z]+")


def ask_origin(state: State, source: str) -> str:
    """Ask from where pages may read answers."""
    question = Question(
        key="origin",
        text="Which origins may read the answers?",
        why=f"{source!r} names none.",
        choices=(
            Choice("http://localhost:3000", "Write the address of the front end.", "Only pages from there can read answers."),
            Choice("*", "Every page.", "No credentials may come along then; fit for public data only."),
            STOP,
        ),
        recommended="http://localhost:3000",
    )  # fmt: skip
    return ask(state, question, free=r"https?://\S+")


def ask_part(state: State, outside: Sequence[tuple[str, str]]) -> None:
    """Ask whether the part that can be done is wanted without the one that cannot."""
    what = "; ".join(f"{source!r} is {about}" for source, about in outside)
    ask(
        state,
        Question(
            key="part",
            text="One part of this cannot be done here. Is the other wanted alone?",
            why=f"{what}, which is outside of what Backwright does.",
            choices=(
                Choice(
                    "backend", "Do the part of the backend alone.", "The rest is left to others."
                ),
                STOP,
            ),
            recommended="backend",
        ),
    )


def ask_reading(state: State, source: str, why: str) -> str:
    """Ask what is meant by a wish that has several readings; return the verb of the engine's task."""
    return ask(
        state,
        Question(
            key="meaning",
            text=f"What is to be done for {source!r}?",
            why=why,
            choices=(
                Choice("audit", "Judge the code by the checklist and report.", "Changes nothing; shows where to begin."),
                Choice("probe", "Test endpoints, sign-in, isolation and errors live.", "Changes nothing; takes a minute or two."),
                Choice("inspect", "Show what is there.", "Changes nothing."),
                Choice("add auth", "Accounts, tokens, and an owner for each row.", "Clients must sign in from then on."),
                Choice("add rate-limit", "Limit how often somebody may ask.", "Busy clients get 429."),
                Choice("add pagination", "Lists in pages.", "Clients that read whole lists must be changed."),
                STOP,
            ),
            recommended="audit",
        ),
    )  # fmt: skip


def ask_unclear(state: State, parts: Sequence[str], key: str = "unclear") -> None:
    """Ask whether to go on without what was not understood; each reason has a key, and so an answer, of its own."""
    shown = "; ".join(repr(one) for one in parts)
    ask(
        state,
        Question(
            key=key,
            text=f"Go on without {shown}?",
            why="It asks for something that the plan has no place for.",
            choices=(
                Choice("leave-out", "Do the rest.", "What it asks for is not done."),
                STOP,
            ),
            recommended="leave-out",
        ),
    )


def ask_project(state: State, source: str) -> None:
    """Ask what a new project is for."""
    ask(
        state,
        Question(
            key="resources",
            text="What is the new project for: which resources, with which fields?",
            why=f"{source!r} names none.",
            choices=(
                Choice(
                    "examples",
                    "Begin with the house's two examples.",
                    "They can be taken out later.",
                ),
                STOP,
            ),
            recommended="examples",
        ),
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "no resource yet"
