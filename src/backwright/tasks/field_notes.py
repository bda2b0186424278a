"""What somebody should know of new fields that does not show where they are declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from backwright.spec.names import Names, one
from backwright.spec.types import FieldSpec
from backwright.transfer.draft import Draft
from backwright.transfer.extend import SCHEMAS, class_of
from backwright.transfer.schema import sort_options
from backwright.transfer.survey import MODELS, survey
from backwright.values import Note


def field_notes(folder: Path, resource: Names, fields: Iterable[FieldSpec]) -> tuple[Note, ...]:
    """Return notes on new fields of a resource, in a project in the house style that has them."""
    draft = Draft(folder)
    table = survey(draft).table(resource.pascal)
    model = (MODELS, table.line if table else 1)
    listed = (SCHEMAS, class_of(draft.text(SCHEMAS), f"{resource.pascal}Filter").lineno)
    made = (SCHEMAS, class_of(draft.text(SCHEMAS), f"{resource.pascal}Create").lineno)
    places = {"model": model, "list": listed, "create": made}
    return tuple(
        Note(*places[place], text) for field in fields for place, text in _texts(resource, field)
    )


def _texts(resource: Names, field: FieldSpec) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of a field, and of which part of the resource."""
    if field.kind == "ref" and field.target == resource.pascal:
        text = (
            f"nothing keeps {one(resource.human)} from being its own {field.name}, or a circle of "
            "them: forbid it if that must not be"
        )
        yield "model", text
    if field.index and field.optional and not sort_options([field]):
        text = (
            f"{field.column} is indexed, which helps to filter by it; lists cannot be sorted by it, "
            "since null has no place in their order"
        )
        yield "list", text
    if field.kind == "many":
        yield "create", f"{field.column} takes 100 ids at most: MOST_LINKS in app/fields.py"
