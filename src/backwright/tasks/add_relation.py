"""`add relation`: both sides of a relation, as one more field on the side that keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from backwright.errors import UsageError
from backwright.report.change import ChangeReport
from backwright.report.events import Listener
from backwright.spec.fields import nearest, read_field
from backwright.spec.names import names_of
from backwright.tasks.add_field import add_field
from backwright.tasks.field_request import AddField
from backwright.tasks.questions import Answers

COMMAND = "add relation"
Kind = Literal["one-to-many", "many-to-many", "many-to-one"]


@dataclass(frozen=True, slots=True)
class AddRelation:
    """The request: `Project one-to-many Task`; `name` is what the side that keeps it calls it."""

    root: Path
    left: str
    kind: str
    right: str
    name: str | None = None
    cascade: bool = False
    answers: Answers = field(default_factory=Answers)
    dry_run: bool = False


def add_relation(request: AddRelation, listener: Listener) -> ChangeReport:
    """Add a relation between two resources; a second run changes nothing.

    Raises:
        UsageError: the request does not fit the project.
        QuestionError: something could not be proved, and the user has not agreed to that.
        VerificationError: the change did not verify; the project is as it was.
        MissingError: something that the proof needs is not there.
    """
    resource, word = as_field(request)
    return add_field(
        AddField(
            request.root,
            resource,
            (read_field(word),),
            request.answers,
            request.dry_run,
            COMMAND,
            related=True,
        ),
        listener,
    )


def as_field(request: AddRelation) -> tuple[str, str]:
    """Return the resource that keeps a relation, and the field word for it.

    A reference is optional, since rows that are there refer to nothing yet. One to a row of its own
    kind is its parent, unless it is called otherwise.

    Raises:
        UsageError: there is no such kind of relation, or nothing tells its two sides apart.
    """
    kinds = get_args(Kind)
    if request.kind not in kinds:
        raise UsageError(
            f"{request.kind!r} is no kind of relation{nearest(request.kind, kinds)}",
            remedy=f"one of: {', '.join(kinds)}",
        )
    forms = [{n.snake, n.plural_snake} for n in map(names_of, (request.left, request.right))]
    itself = bool(forms[0] & forms[1])
    if request.kind == "many-to-many":
        if itself and not request.name:
            raise UsageError(
                f"both sides are {names_of(request.left).pascal}, and their roles are not said",
                remedy="--name ROLE is what the right side is to the left: --name followers gives each "
                "its followers, and what it is a follower of",
            )
        if request.cascade:
            raise UsageError(
                "--cascade is for references; the links of a many-to-many go with their rows anyway",
                remedy="leave it out",
            )
        target = names_of(request.right)
        return request.left, f"{request.name or target.plural_snake}:many:{target.pascal}"
    one, many = request.left, request.right
    if request.kind == "many-to-one":
        one, many = many, one
    target = names_of(one)
    rest = ":cascade" if request.cascade else ""
    name = request.name or ("parent" if itself else target.snake)
    return many, f"{name}:ref:{target.pascal}:optional{rest}"
