"""What somebody should know of new fields that does not show where they are declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from backwright.spec.names import Names, one
from backwright.spec.types import FieldSpec
from backwright.transfer.draft import Draft
from backwright.transfer.extend import SCHEMAS, class_of, service_path
from backwright.transfer.survey import MODELS, survey
from backwright.transfer.trees import is_guarded
from backwright.values import Note


def field_notes(folder: Path, resource: Names, fields: Iterable[FieldSpec]) -> tuple[Note, ...]:
    """Return notes on new fields of a resource, in a project in the house style that has them."""
    draft = Draft(folder)
    table = survey(draft).table(resource.pascal)
    made = (SCHEMAS, class_of(draft.text(SCHEMAS), f"{resource.pascal}Create").lineno)
    places = {"model": (MODELS, table.line if table else 1), "create": made}
    service = service_path(resource)
    code = draft.text(service) if draft.exists(service) else ""
    return tuple(
        Note(*places[place], text)
        for field in fields
        for place, text in _texts(resource, field, code)
    )


def _texts(resource: Names, field: FieldSpec, service: str) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of a field, and of which part of the resource."""
    itself = field.kind == "ref" and field.target == resource.pascal
    if itself and not is_guarded(service, resource.pascal, field.column):
        text = (
            f"nothing keeps {one(resource.human)} from being its own {field.name}, or a circle of "
            "them: forbid it if that must not be"
        )
        yield "model", text
    if field.kind == "many":
        yield "create", f"{field.column} takes 100 ids at most: MOST_LINKS in app/fields.py"
