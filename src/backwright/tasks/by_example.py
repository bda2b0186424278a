"""`add resource` by example: in a project that Backwright never saw, in that project's own style."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from backwright.errors import UsageError
from backwright.project.types import Model, Project
from backwright.spec.fields import nearest
from backwright.spec.types import ResourceSpec
from backwright.tasks.drafted import for_python
from backwright.tasks.habits import Habits, Written, width_of
from backwright.tasks.questions import Answers
from backwright.transfer.dialect import python_of
from backwright.transfer.draft import Draft
from backwright.transfer.example.choose import Choice, choose
from backwright.transfer.example.modules import read_modules
from backwright.transfer.example.nouns import read_nouns
from backwright.transfer.example.ownership import Ownership
from backwright.transfer.example.scoping import holes, is_scoped, unscoped
from backwright.transfer.example.transfer import Transferred, learn, transfer
from backwright.values import Choice as Answer
from backwright.values import Place, Question


@dataclass(frozen=True, eq=False)
class Lesson:
    """What is to be made, and from whom it is learnt.

    `keeps_maker` tells that rows say who made them as the exemplar's do, whoever may change them;
    `closes` that what of the exemplar forgets whose a row is looks in what is made.
    """

    project: Project
    owners: Ownership
    spec: ResourceSpec
    choice: Choice
    keeps_maker: bool = False
    closes: bool = False

    @property
    def owned(self) -> bool:
        """Whether the new rows belong to users, as the exemplar's do or are meant to."""
        return self.closes or is_scoped(self.choice.chain)

    @property
    def whose(self) -> str:
        """Say whose the rows are."""
        if self.owned:
            return "each row belongs to the user who made it"
        return f"rows are shared{', and say who made them' if self.keeps_maker else ''}"

    @property
    def exemplar(self) -> str:
        """The exemplar's name, and where its model stands."""
        model = self.choice.chain.model
        return f"{self.choice.chain.names.pascal} ({model.file}:{model.line})"


def lessons(
    draft: Draft, project: Project, spec: ResourceSpec, answers: Answers
) -> tuple[Lesson, ...]:
    """Return the exemplars to learn from, the best first, and settle whose the rows are.

    Raises:
        UsageError: the request does not fit the project.
        QuestionError: it is not clear whose the rows are.
    """
    owners = Ownership(project, read_modules(draft), read_nouns(project.models))
    _check_targets(owners, spec)
    choices = choose(owners, spec)
    if not choices:
        return ()
    asked = spec.owner is None and owner_question(project, choices[0], spec)
    if asked:
        spec = replace(spec, owner=answers.to(asked))
    scoped = is_scoped(choices[0].chain) if spec.owner is None else _wants_owner(project, spec)
    as_it_is = [choices[0]] if asked and not scoped else []
    found = []
    for choice in choices:
        closes = scoped and bool(holes(choice.chain))
        if closes or is_scoped(choice.chain) == scoped or choice in as_it_is:
            keeps = bool(asked) and choice.chain.model.owner is not None
            found.append(Lesson(project, owners, spec, choice, keeps, closes))
    return tuple(found)


def _wants_owner(project: Project, spec: ResourceSpec) -> bool:
    """Tell whether rows are to belong to users.

    Raises:
        UsageError: `--owner` names something else than the project's users.
    """
    if (spec.owner or "none").lower() == "none":
        return False
    user = project.auth.user_model
    if user is None or spec.owner != user:
        known = f"{user}, none" if user else "none (this project has no users who sign in)"
        raise UsageError(f"{spec.owner!r} owns nothing here", remedy=f"--owner takes {known}")
    return True


def existing(project: Project, spec: ResourceSpec) -> Model | None:
    """Return the model that the resource has already, if it is the one asked for.

    Raises:
        UsageError: a model of this name is there, and has other fields.
    """
    nouns = read_nouns(project.models)
    for model in project.models:
        if nouns.names[model.name].snake != spec.names.snake:
            continue
        have = {c.name for c in model.columns} | {r.name for r in model.relationships}
        lacking = [f.word for f in spec.fields if not {f.name, f.column} & have]
        if not lacking:
            return model
        raise UsageError(
            f"{model.name} is there already, without {', '.join(lacking)}",
            place=Place(model.file, model.line),
            remedy="name the new resource otherwise, or use `add field`",
        )
    return None


def owner_question(project: Project, choice: Choice, spec: ResourceSpec) -> Question | None:
    """Return the question whose the rows are, where users exist and the exemplar has no owner."""
    user = project.auth.user_model
    if spec.owner is not None or user is None or project.auth.approach == "none":
        return None
    if holes(choice.chain):
        return _question_of_holes(choice, spec, user)
    if is_scoped(choice.chain):
        return None
    names = choice.chain.names
    return Question(
        key="owner",
        text=f"Whose are the rows of {spec.names.pascal}?",
        why=_why_asked(choice, user),
        choices=(
            Answer(
                user,
                "Each row belongs to the user who made it.",
                f"It is not written as {names.pascal} is: there is nothing here to learn it from.",
            ),
            Answer(
                "none",
                f"Rows are shared, as those of {names.pascal} are{_and_made_by(choice)}.",
                f"Whoever may use {names.plural_human} can read, change and delete them.",
            ),
        ),
        recommended="none",
    )


def _question_of_holes(choice: Choice, spec: ResourceSpec, user: str) -> Question:
    """Return the question whose the rows are, where a part of the exemplar forgets to look."""
    names, open_ones = choice.chain.names, holes(choice.chain)
    places = ", ".join(f"{e.method} {e.path} ({e.file}:{e.line})" for e in open_ones)
    rest = "does" if len(open_ones) == 1 else "do"
    return Question(
        key="owner",
        text=f"Whose are the rows of {spec.names.pascal}?",
        why=f"It is learnt from {names.pascal}, whose rows belong to {user}: but {places} {rest} not "
        "look whose the row is.",
        choices=(
            Answer(
                user,
                "Each row belongs to the user who made it, and every endpoint looks.",
                f"What {names.pascal} forgets is written otherwise than there, and stays open there.",
            ),
            Answer(
                "none",
                f"As {names.pascal} has it{_and_made_by(choice)}.",
                f"Whoever is signed in reaches rows of others by what {names.pascal} leaves open.",
            ),
        ),
        recommended=user,
    )


def _and_made_by(choice: Choice) -> str:
    owner = choice.chain.model.owner
    return f", and say in {owner.column} who made them" if owner and owner.direct else ""


def _why_asked(choice: Choice, user: str) -> str:
    """Say what leaves it open whose rows are, and where it stands."""
    model = choice.chain.model
    if endpoint := unscoped(choice.chain):
        return (
            f"{endpoint.method} {endpoint.path} ({endpoint.file}:{endpoint.line}), which is what it "
            f"is learnt from, does not look whose the row is, but this project has users ({user})."
        )
    return (
        f"{model.name} ({model.file}:{model.line}) is what it is learnt from, and its rows "
        f"belong to nobody, but this project has users ({user})."
    )


def _check_targets(owners: Ownership, spec: ResourceSpec) -> None:
    names = owners.nouns.names
    known = set(names) | {n.pascal for n in names.values()} | {spec.names.pascal}
    for field in spec.fields:
        if field.target and field.target not in known:
            raise UsageError(
                f"{field.target!r} in {field.word!r} is no model of this project"
                f"{nearest(field.target, known)}",
                remedy=f"models: {', '.join(sorted(n.pascal for n in names.values())) or 'none yet'}",
            )


def write(
    folder: Path, made: Lesson, installed: Mapping[str, str]
) -> tuple[Transferred, list[str]]:
    """Write the new resource into a copy of the project; return what was done, and the files."""
    draft = Draft(folder)
    width = width_of(convention(made.project, "line_length"))
    owned = made.owned or made.keeps_maker
    learning = learn(draft, made.owners, made.choice.chain, made.spec, installed, owned=owned)
    done = transfer(draft, learning, width=width)
    for_python(draft, python_of(made.project, installed))
    changed = draft.changes()
    likes = {learning.naming.path_of(p): p.path for p in made.choice.chain.parts}
    written = []
    for path, (before, after) in changed.items():
        assert after is not None  # noqa: S101 - adding deletes nothing
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(after)
        like = before if before is not None else (folder / likes.get(path, path)).read_bytes()
        written.append(Written(path, like, is_new=before is None))
    Habits(folder, width).keep(written)
    return done, list(changed)


def convention(project: Project, name: str) -> str | None:
    """Return the value of a habit of the project, None where it shows none."""
    return next((c.value for c in project.conventions if c.name == name), None)
