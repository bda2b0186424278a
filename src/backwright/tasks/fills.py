"""What the rows that are there get in new fields that may not be null."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from backwright.errors import UsageError
from backwright.spec.types import FieldSpec
from backwright.transfer.migration import Fill, fill_of


def existing_rows(
    table: str, fields: Iterable[FieldSpec], stored: Callable[[str], str] = str
) -> dict[tuple[str, str], Fill]:
    """Return the fills of the fields that need one, by table and column.

    Args:
        table: the table's name.
        fields: the new fields.
        stored: what the database keeps for a word of a choice.

    Raises:
        UsageError: there is nothing that existing rows could get.
    """
    fills = {}
    for field in fields:
        if not field.required:
            continue
        fill = fill_of(field, stored=stored(field.values[0]) if field.values else None)
        if fill is None:
            raise UsageError(
                f"{field.word!r} is required, and rows that are there have nothing for it",
                remedy=f"make it optional: {field.word}:optional",
            )
        fills[table.rpartition(".")[2], field.column] = fill
    return fills
