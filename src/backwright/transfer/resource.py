"""Adding a resource by transfer: the exemplar's whole chain becomes the new one's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backwright.errors import UsageError
from backwright.spec.fields import nearest
from backwright.spec.types import FieldSpec, ResourceSpec
from backwright.transfer import steps
from backwright.transfer.clashes import check_meanings
from backwright.transfer.draft import Draft
from backwright.transfer.exemplar import Exemplar, choose_exemplar, house_words, identifiers, liked
from backwright.transfer.model import Target, link_word
from backwright.transfer.relationships import OWNER, Surroundings
from backwright.transfer.rename import Renaming
from backwright.transfer.steps import Job
from backwright.transfer.supplies import bring_supplies
from backwright.transfer.survey import MODELS, Survey, Table, survey
from backwright.values import Choice, Place, Question

STEPS: tuple[tuple[str, Callable[[Job], list[str]]], ...] = (
    ("model", steps.add_models),
    ("schemas", steps.add_schemas),
    ("service", steps.add_service),
    ("routes", steps.add_routes),
    ("wiring", steps.add_wiring),
    ("readme", steps.add_readme),
    ("tests", steps.add_tests),
)


@dataclass(frozen=True)
class Transfer:
    """What was learnt from which resource, in words, and the files of each step."""

    exemplar: str
    owned: bool
    steps: tuple[tuple[str, tuple[str, ...]], ...]


def transfer_resource(host: Draft, house: Draft, spec: ResourceSpec) -> Transfer:
    """Add a resource to a draft of the host; `house` is the house in the host's features.

    Raises:
        UsageError: the resource is there already, a model it refers to is not, or names clash.
    """
    facts = survey(host)
    owned = _is_owned(facts, spec)
    around = surroundings(host, facts, spec, owned=owned)
    exemplar = choose_exemplar(host, house, spec, owned=owned)
    _check_names(facts, spec, exemplar)
    check_references(facts, spec, around)
    job = Job(host, house, spec, exemplar, around, vocabulary(exemplar, house))
    written = [(name, tuple(step(job))) for name, step in STEPS]
    written.insert(0, ("common modules", tuple(bring_supplies(host, house))))
    done = tuple((name, files) for name, files in written if files)
    check_meanings(host)
    name = exemplar.table.name
    learnt_from = name if exemplar.draft is host else f"the {name} of the built-in example project"
    return Transfer(learnt_from, owned, done)


def existing(host: Draft, spec: ResourceSpec) -> Table | None:
    """Return the table of a resource that is there already, if it has just the fields asked for.

    Raises:
        UsageError: it is there with other fields.
    """
    table = survey(host).table(spec.names.pascal)
    if table is None:
        return None
    asked = {f.column for f in spec.fields}
    if asked == set(table.data):
        return table
    differing = ", ".join(sorted(asked ^ set(table.data)))
    raise UsageError(
        f"{table.name} is there already, and differs in {differing}",
        place=Place(MODELS, table.line),
        remedy="name the new resource otherwise",
    )


def owner_question(host: Draft, spec: ResourceSpec) -> Question | None:
    """Return the question whose the rows are, where `--like` and the project disagree."""
    facts = survey(host)
    if spec.owner is not None or spec.like is None or not facts.has_users:
        return None
    table = liked(facts, spec.like)
    if table.owned:
        return None
    return Question(
        key="owner",
        text=f"Whose are the rows of {spec.names.pascal}?",
        why=f"{table.name} ({MODELS}:{table.line}) belongs to nobody, but this project has users.",
        choices=(
            Choice("User", "Each row belongs to the user who made it.", "Nobody else can use it."),
            Choice(
                "none",
                f"Rows are shared, as those of {table.name} are.",
                "Every signed-in user can read, change and delete them.",
            ),
        ),
        recommended="User",
    )


def _is_owned(facts: Survey, spec: ResourceSpec) -> bool:
    if spec.owner is None:
        return facts.has_users
    if spec.owner.lower() == "none":
        return False
    if not facts.has_users or spec.owner != "User":
        known = "User, none" if facts.has_users else "none (this project has no users)"
        raise UsageError(f"{spec.owner!r} owns nothing here", remedy=f"--owner takes {known}")
    return True


def surroundings(host: Draft, facts: Survey, spec: ResourceSpec, *, owned: bool) -> Surroundings:
    """Return what a resource's tables stand among in a draft of its project."""
    columns = host.text("app/columns.py") if host.exists("app/columns.py") else ""
    of_its_own = "\nCURRENT_TIME = " in columns
    current_time = ("app.columns", "CURRENT_TIME") if of_its_own else ("sqlalchemy", "func")
    own = next((t.line for t in facts.tables if t.name == spec.names.pascal), None)
    return Surroundings(
        targets=targets(facts, spec, owned=owned),
        taken=taken(facts),
        owned=owned,
        has_users=facts.has_users,
        current_time=current_time,
        later=tuple(t.name for t in facts.tables if own is not None and t.line > own),
    )


def targets(facts: Survey, spec: ResourceSpec, *, owned: bool) -> dict[str, Target]:
    """Return the models that fields can refer to, the resource itself among them."""
    targets = {
        t.name: Target(t.names, t.table, t.owned)
        for t in facts.tables
        if not t.is_link and t.name != spec.names.pascal
    }
    targets[spec.names.pascal] = Target(spec.names, spec.names.snake, owned)
    return targets


def taken(facts: Survey) -> dict[str, tuple[str, ...]]:
    """Return the attributes that each model has."""
    return {t.name: (*t.columns, *t.relationships) for t in facts.tables}


def _check_names(facts: Survey, spec: ResourceSpec, exemplar: Exemplar) -> None:
    """Refuse a class name that a module of the new chain would have twice."""
    renaming = Renaming(((exemplar.names, spec.names),))
    clashes = {(MODELS, spec.names.pascal)} if spec.names.pascal in facts.taken else set()
    for path in exemplar.modules():
        words = {w for w in identifiers(exemplar.draft.text(path)) if w[:1].isupper()}
        new = {renaming.identifier(w) for w in words if exemplar.owns(w)}
        clashes |= {(renaming.path(path), w) for w in words & new if not exemplar.owns(w)}
    for path, name in sorted(clashes):
        there = name in {table.name for table in facts.tables}
        raise UsageError(
            f"{name} is there already, in {path}"
            if there
            else f"the name {name} means something else in {path}",
            remedy=f"use another, for example {spec.names.pascal}Item",
        )


def check_references(facts: Survey, spec: ResourceSpec, around: Surroundings) -> None:
    """Refuse fields that refer to what is not there or may not be referred to.

    Raises:
        UsageError: one does.
    """
    for field in spec.fields:
        if not field.target:
            continue
        target = around.targets.get(field.target)
        if target is None:
            known = [t.name for t in facts.resources]
            raise UsageError(
                f"{field.target!r} in {field.word!r} is no model of this project"
                f"{nearest(field.target, known)}",
                remedy=f"models: {', '.join(known)}" if known else f"add {field.target} first",
            )
        if target.owned and not around.owned:
            raise UsageError(
                f"{field.word!r}: rows that belong to nobody cannot refer to a {field.target}, "
                "which belongs to a user",
                remedy=f"leave {field.name} out, or let {spec.names.pascal} have an owner",
            )
        _check_self_reference(spec, field)
        _check_column(spec, field, has_users=facts.has_users)


def _check_column(spec: ResourceSpec, field: FieldSpec, *, has_users: bool) -> None:
    """Refuse a reference whose column, in its own table or a link table, is there already."""
    column = f"{link_word(field)}_id" if field.kind == "many" else field.column
    if has_users and column == OWNER:
        other = field.word.replace("owner", "holder", 1)
        raise UsageError(
            f"{field.word!r} would be called {OWNER}, which names the user whose row it is",
            remedy=f"use another name, for example {other}",
        )
    if field.kind == "many" and column == f"{spec.names.snake}_id":
        raise UsageError(
            f"{field.word!r}: both sides of the link would be called {column}",
            remedy=f"use another name, for example related:many:{field.target}",
        )


def _check_self_reference(spec: ResourceSpec, field: FieldSpec) -> None:
    if field.target == spec.names.pascal and field.kind == "ref" and not field.optional:
        raise UsageError(
            f"{field.word!r}: the first {spec.names.human} could never be made",
            remedy=f"make it optional: {field.word}:optional",
        )


def vocabulary(exemplar: Exemplar, house: Draft) -> frozenset[str]:
    """Return the words of the house's own chain, which name no resource of the host."""
    return frozenset() if exemplar.draft is house else house_words(house) | {OWNER}
