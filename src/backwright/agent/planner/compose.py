"""From what was understood to the plan: fields become words, what is open becomes a question."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.agent.planner.account import unaccounted
from backwright.agent.planner.arrange import (
    begin_if_empty,
    drop_counts,
    fields_last,
    into_fields,
    merge_titles,
    one_way,
    relations_last,
    settle_many,
)
from backwright.agent.planner.clashing import clashes
from backwright.agent.planner.covered import uncovered, unkept
from backwright.agent.planner.fieldwords import field_words
from backwright.agent.planner.frames.relations import count_relations, settle_kind
from backwright.agent.planner.misread import (
    is_announced,
    is_made,
    is_part,
    names_resource,
    only_asks,
)
from backwright.agent.planner.ownership import take_owner
from backwright.agent.planner.passing import leave_stories
from backwright.agent.planner.questions import (
    ask_field_place,
    ask_fields,
    ask_kind,
    ask_origin,
    ask_owner,
    ask_part,
    ask_project,
    ask_unclear,
)
from backwright.agent.planner.remarks import UNPLACED, is_remark
from backwright.agent.planner.state import Entity, Relation, State
from backwright.agent.planner.types import Part, Plan, Step
from backwright.errors import UsageError

CHANGES = re.compile(
    r"(?i)(?:please )?(?:make|set|turn|mark|change|convert|switch|alter|let|declare|modify|resize|widen|shorten|lengthen|increase|decrease|extend)\b"
)
_A_SENTENCE = 4  # words; fewer tell too little
CAN = (
    "new projects; resources, fields and relations; authentication; CORS, versions, rate limits, indexes, pages; "
    "audit, probe, doctor, inspect; undo"
)
HARM = ("reading secrets", "an attack", "weakening")  # of these nothing is done, not even the rest


def compose(state: State) -> Plan:
    """Return the plan.

    Raises:
        UsageError: nothing of the text can be done.
        QuestionError: something is open.
    """
    leave_stories(state)
    _refuse(state)
    for doubt in [*state.doubts, *state.wishes]:
        doubt(state)
    if not state.acts:
        _nothing(state)
    _leave_remarks(state)
    if state.unclear:
        ask_unclear(state, state.unclear)
    merge_titles(state)
    begin_if_empty(state)
    _give_ahead(state)
    count_relations(state)
    _say_once(state)
    settle_many(state)
    drop_counts(state)
    into_fields(state)
    one_way(state)
    relations_last(state)
    fields_last(state)
    if clashing := clashes(state):
        ask_unclear(state, clashing, "clash")
    steps = tuple(_steps(state))
    if not steps:
        _nothing(state)
    _account(state, steps)
    return Plan(steps, tuple(dict.fromkeys(state.parts)), tuple(dict.fromkeys(state.aside)))


def _give_ahead(state: State) -> None:
    """Give resources the owner that was said before they were named: `suppliers have no owner. Add a Supplier …`.

    What only announces the points below it says so of each: `Add two resources, both private to the user:`.
    """
    announced = [take_owner(one)[1:] for one in state.aside if one.rstrip().endswith(":")]
    of_all = {(whose, source) for whose, source in announced if whose}
    for one in [e for e in state.entities if not e.thing and e.owner is None]:
        one.owner, one.owner_source = state.owners_ahead.get(one.name, (None, ""))
        if one.owner is None and len(of_all) == 1:
            one.owner, one.owner_source = next(iter(of_all))


def _say_once(state: State) -> None:
    """Leave out a relation of which only is said that it is there, where another sentence says of which kind it is."""
    known = [{a.left, a.right} for a in state.acts if isinstance(a, Relation) and a.kind]
    state.acts = [
        a
        for a in state.acts
        if not (isinstance(a, Relation) and a.kind is None and {a.left, a.right} in known)
    ]


def _leave_remarks(state: State) -> None:
    """Leave aside what no frame has a place for and what is rather a remark than an order; ask about its parts."""
    remarks = [
        one
        for one in state.unclear
        if len(one.split()) >= _A_SENTENCE and is_remark(one, UNPLACED, state.forms())
    ]
    named = [one for one in state.aside if is_part(one, state)]
    state.unclear = [one for one in (*state.unclear, *named) if one not in remarks]
    state.aside = [one for one in (*state.aside, *remarks) if one not in named]


def _account(state: State, steps: tuple[Step, ...]) -> None:
    """Ask where a word that describes a resource has come to nothing in the plan.

    What was answered is the user's own word, and no part of the text is held against it.
    """
    described = [
        one
        for one in state.described
        if len(one.split()) > 1 and not any(one in remark for remark in state.aside)
    ]
    left = unaccounted(described, steps, (*state.aside, *state.elsewhere), state.forms())
    left += uncovered(state.capable, steps, state.aside)
    left += unkept(described, steps, state.forms())
    if left:
        ask_unclear(state, left, "leftover")
        state.aside += left


def _refuse(state: State) -> None:
    if not state.refused:
        return
    harm = next((one for one in state.refused if one[1].startswith(HARM)), None)
    if (state.acts or state.doubts) and harm is None:
        ask_part(state, state.refused)
        return
    source, about = harm or state.refused[0]
    raise UsageError(
        f"{source!r} is outside of what Backwright does: {about}", remedy=f"it does {CAN}"
    )


def _nothing(state: State) -> None:
    told = next(iter([*state.unclear, *state.aside]), state.said)
    raise UsageError(f"{told!r} is not understood as a task for a backend", remedy=f"it does {CAN}")


def _steps(state: State) -> Iterator[Step]:
    lines = []
    for one in list(state.acts):
        if isinstance(one, Entity):
            step = _entity_step(one, state)
            if step is None:
                continue
            if state.project and step.verb == "add resource":
                lines.append(step)
            else:
                yield step
        elif isinstance(one, Relation):
            known = settle_kind(one, state) or ask_kind(state, one)
            state.parts.append(
                Part(f"{known.left} {known.kind} {known.right}", f"your words: {one.source!r}")
            )
            yield Step("add relation", (known.left, known.kind or "", known.right))
        elif one is state.project:
            yield _project_step(one, state)
        else:
            yield _settled(one, state)


def _project_step(project: Step, state: State) -> Step:
    """Return `new` with all its resources, whenever in the text they come."""
    lines = []
    for entity in state.entities:
        step = _entity_step(entity, state)
        if step is not None and step.verb == "add resource":
            lines.append(("resource", " ".join(step.args)))
    if not lines and not any(o == "bare" for o, _ in project.options):
        ask_project(state, state.said)
    options = tuple(o for o in project.options if o[0] != "bare")
    name = project.args or ("api",)
    if not project.args:
        state.parts.append(Part("the name: api", "a default: the text gives none"))
    return Step("new", name, (*options, *lines))


def _settled(step: Step, state: State) -> Step:
    """Return a step with what it needs, asked for where the text does not say it."""
    if step.verb == "add cors" and step.option("origin") is None:
        origin = ask_origin(state, state.said)
        return Step(step.verb, step.args, (("origin", origin), *step.options))
    if step.verb == "add version" and not step.args:
        newest = max(
            (int(n) for p in state.world.paths for n in re.findall(r"/v(\d+)(?:/|$)", p)), default=0
        )
        state.parts.append(
            Part(f"version v{newest + 1}", "a default: the one after what paths name")
        )
        return Step(step.verb, (f"v{newest + 1}",))
    return step


def _entity_step(entity: Entity, state: State) -> Step | None:
    """Return the step that makes a resource, or its new fields."""
    if entity not in state.acts or not entity.asked:
        return None
    if entity.thing:
        return _fields_step(entity, state)
    entity.drafts = [d for d in entity.drafts if not names_resource(d, entity)]
    own = [
        d
        for d in entity.drafts
        if d.said.get("type") not in ("ref", "many") or not d.name.startswith("<")
    ]
    if not own and not (entity.is_sure and len(entity.drafts) > 1):
        ask_fields(state, entity)
    words = field_words(entity, state)
    if not words and not entity.is_sure and any(e.is_sure and e.drafts for e in state.entities):
        state.aside.append(entity.source)  # `customers should be able to store addresses`
        return None
    options = _owner(entity, state)
    source = f"your words: {entity.source!r}"
    state.parts.insert(0, Part(f"resource {entity.name}", source))
    return Step("add resource", (entity.name, *words), options)


def _no_change_of_columns(entity: Entity, state: State) -> None:
    """Refuse to change what is there: `make the email of users unique`."""
    thing = entity.thing
    there = [d.name for d in entity.drafts if thing and d.name in thing.columns]
    if thing and there and any(CHANGES.match(clause) for clause in state.described):
        raise UsageError(
            f"{thing.name}.{there[0]} is there already ({thing.place}), and changing a column is outside of what Backwright does",
            remedy="change the model, and let Alembic write the migration; new fields are added by `add field`",
        )


def _fields_step(entity: Entity, state: State) -> Step | None:
    _no_change_of_columns(entity, state)
    entity.drafts = [d for d in entity.drafts if d.said or d.literal or not is_made(d, state)]
    announced = [d for d in entity.drafts if is_announced(d, entity)]
    entity.drafts = [d for d in entity.drafts if d not in announced]
    state.aside += [d.words for d in announced]
    if not entity.drafts:
        if entity.loose:
            ask_field_place(state, (), entity.source)
        else:
            return None
    if only_asks(entity, state):
        drafts, entity.drafts = entity.drafts, []
        state.acts = [one for one in state.acts if one is not entity]
        ask_field_place(state, drafts, entity.source)
        return None
    thing = entity.thing
    assert thing is not None  # noqa: S101 - the caller looked
    state.parts.insert(0, Part(f"resource {entity.name}", f"the project: {thing.place}"))
    return Step("add field", (entity.name, *field_words(entity, state)))


def _owner(entity: Entity, state: State) -> tuple[tuple[str, str], ...]:
    if entity.owner is None:
        whose = (
            "new projects keep rows per user" if state.project else "the engine follows the project"
        )
        state.parts.append(Part(f"whose {entity.name} rows are", f"a default: {whose}"))
        return ()
    state.parts.append(
        Part(f"owner of {entity.name}: {entity.owner}", f"your words: {entity.owner_source!r}")
    )
    if entity.owner == "none":
        return (("owner", "none"),)
    if state.project or state.world.user is None:
        guarded = state.project or any(
            isinstance(a, Step) and a.verb == "add auth" for a in state.acts
        )
        answer = "" if guarded else ask_owner(state, entity)
        return (("owner", answer),) if answer else ()
    return (("owner", state.world.user),)
