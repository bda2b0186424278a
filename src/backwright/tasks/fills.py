"""What the rows that are there get in new fields that may not be null: asked, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from backwright.spec.types import FieldSpec
from backwright.tasks.questions import Answers
from backwright.transfer.migration import Fill, fill_of
from backwright.values import Choice, Question

Fills = Mapping[tuple[str, str], Fill]
KEY = "existing-rows"


@dataclass(frozen=True, slots=True)
class Rows:
    """The fields as they are to be added, and what existing rows get, by table and column."""

    fields: tuple[FieldSpec, ...]
    fills: Fills


def existing_rows(
    table: str,
    fields: Sequence[FieldSpec],
    answers: Answers,
    stored: Callable[[str], str] = str,
) -> Rows | None:
    """Settle what existing rows get in new fields; None where nothing is to be added.

    Args:
        table: the table's name.
        fields: the new fields.
        answers: what the user has answered.
        stored: what the database keeps for a word of a choice.

    Raises:
        QuestionError: a field is required and has no default, and nobody has said what to do.
        UsageError: the answer is none of the choices.
    """
    required = [field for field in fields if field.required]
    if not required:
        return Rows(tuple(fields), {})
    found = {field.column: _fill(field, stored) for field in required}
    known = {column: fill for column, fill in found.items() if fill is not None}
    answer = answers.to(_question(table, required, known))
    if answer == "stop":
        return None
    if answer == "optional":
        return Rows(tuple(_optional(field) for field in fields), {})
    name = table.rpartition(".")[2]
    return Rows(tuple(fields), {(name, column): fill for column, fill in known.items()})


def _fill(field: FieldSpec, stored: Callable[[str], str]) -> Fill | None:
    """Return a value for existing rows; none that no two rows may share is made up, but an id."""
    if field.unique and field.kind != "uuid":
        return None
    return fill_of(field, stored=stored(field.values[0]) if field.values else None)


def _optional(field: FieldSpec) -> FieldSpec:
    if not field.required:
        return field
    return replace(field, optional=True, word=f"{field.word}:optional")


def _question(table: str, required: Sequence[FieldSpec], known: Mapping[str, Fill]) -> Question:
    """Ask what becomes of rows that are there; a value is offered only where there is one for all."""
    columns = [field.column for field in required]
    named = ", ".join(columns)
    several = len(columns) > 1
    optional = Choice(
        "optional",
        f"{named} may be null: existing rows have nothing there.",
        f"Code that reads {'them' if several else 'it'} has to do without a value.",
    )
    stop = Choice("stop", "Leave the project as it is.", "Nothing is added.")
    lacking = [column for column in columns if column not in known]
    given = ", ".join(f"{column} = {fill.sql}" for column, fill in known.items())
    fill = Choice(
        "fill",
        f"Existing rows get {given}.",
        "Nobody has chosen that for them; new rows must bring a value of their own. A default for "
        f"both is a word of the field: {required[0].word}:default=VALUE.",
    )
    why = (
        f"{table} may have rows already, and {named} "
        f"{'are' if several else 'is'} required without a default."
    )
    if lacking:
        why += f" There is no value that would be right for {', '.join(lacking)}."
    return Question(
        key=KEY,
        text=f"What do existing rows of {table} get in {named}?",
        why=why,
        choices=(optional, stop) if lacking else (optional, fill, stop),
        recommended="optional",
    )
