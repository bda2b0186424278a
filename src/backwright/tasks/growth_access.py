"""Who may use a resource that was grown: asked where most of a project's endpoints are guarded."""

from __future__ import annotations

from dataclasses import replace

from backwright.errors import UsageError
from backwright.project.types import Endpoint, Project
from backwright.spec.names import Names
from backwright.spec.types import ResourceSpec
from backwright.tasks.questions import Answers
from backwright.transfer.grow import Grown
from backwright.values import Choice, Note, Place, Question


def settle_access(project: Project, grown: Grown, spec: ResourceSpec, answers: Answers) -> Grown:
    """Return what was grown as it may be: open to strangers among guarded ones if the user says so.

    Raises:
        QuestionError: nobody has said so.
        UsageError: it is not to be.
    """
    if not grown.opened:
        return grown
    guarded = [one for one in project.endpoints if one.auth == "required"]
    asked = guard_question(project, guarded[0], spec.names)
    where = Place(guarded[0].file, guarded[0].line)
    if answers.to(asked) == "stop":
        raise UsageError(
            f"{spec.names.plural_human} would be open to strangers, though {len(guarded)} of "
            f"{len(project.endpoints)} endpoints are not",
            place=where,
            remedy="give the project a function or an object that refuses strangers and that "
            "`Depends` can name, or answer --answer guard=open",
        )
    note = Note(
        where.file,
        where.line,
        f"strangers are refused here; the endpoints for {spec.names.plural_human} let them in, "
        "as was answered (guard=open)",
    )
    return replace(grown, notes=(*grown.notes, note))


def guard_question(project: Project, guarded: Endpoint, names: Names) -> Question:
    """Return the question who may use the new endpoints, where no guard could be taken over.

    Args:
        project: what is known of the project.
        guarded: one of its endpoints that refuse strangers.
        names: the new resource's.
    """
    count = sum(one.auth == "required" for one in project.endpoints)
    return Question(
        key="guard",
        text=f"May anybody use the endpoints for {names.plural_human}?",
        why=(
            f"{count} of {len(project.endpoints)} endpoints refuse strangers, such as "
            f"{guarded.method} {guarded.path} ({guarded.file}:{guarded.line}), by nothing that a "
            "new module could import and depend on."
        ),
        choices=(
            Choice(
                "stop",
                "Nothing is written.",
                "What refuses strangers is first made a function or an object of a module.",
            ),
            Choice(
                "open",
                "They are open to strangers.",
                f"Whoever reaches the API can read, change and delete {names.plural_human}.",
            ),
        ),
        recommended="stop",
    )
