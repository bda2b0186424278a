"""Lists in pages: filters, a stable order, and a cursor to the next page.

The cursor holds the place of the last row (keyset pagination), so the thousandth page costs no
more than the first, and rows that come or go meanwhile are neither repeated nor skipped.
"""

import base64
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from types import GenericAlias
from typing import Annotated, Any, Generic, TypeVar, cast, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy import ColumnElement, Select, Tuple, func, select, tuple_
from sqlalchemy.orm import Mapped
from sqlmodel import SQLModel, col

from app.auth import Caller
from app.database import Session
from app.exceptions import ValidationError

LARGEST_PAGE = 100
LONGEST_CURSOR = 2000

Item = TypeVar("Item", bound=BaseModel)
PageOf = TypeVar("PageOf", bound="Page[Any]")


class Page(BaseModel, Generic[Item]):
    """A page of a list."""

    items: list[Item]
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page, if any.")
    total: int | None = Field(description="How many there are, if `with_total` was asked for.")


class PageQuery(BaseModel):
    """Parameters for listing; what else a subclass declares is a filter.

    A filter with the name of a column is by equality; the others are the service's own.
    """

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE, description="The size of the page.")] = 20
    cursor: Annotated[
        str | None,
        Field(max_length=LONGEST_CURSOR, description="The `next_cursor` of the page before."),
    ] = None
    with_total: Annotated[bool, Field(description="Whether to count all rows, too.")] = False
    sort: str


async def paginate(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    model: type[SQLModel],
    query: PageQuery,
    page: type[PageOf],
    *,
    caller: Caller | None = None,
) -> PageOf:
    """Return the page of a statement that a query asks for.

    Raises:
        ValidationError: If the cursor does not come from the same list.
    """
    for name in _filters_of(query, model):
        statement = statement.where(getattr(model, name) == getattr(query, name))
    total = await _count(session, statement, caller) if query.with_total else None

    schema = _item_schema(page)
    order = _order_of(model, query.sort)
    if query.cursor is not None:
        place = tuple_(*_read_cursor(query.cursor, order, schema))
        after = order.columns < place if order.descending else order.columns > place
        statement = statement.where(after)
    statement = statement.order_by(*order.clauses).limit(query.limit + 1)
    items = await session.all(statement, schema, caller=caller)
    next_cursor = None
    if len(items) > query.limit:
        items.pop()
        next_cursor = _write_cursor(order, items[-1])
    return cast(PageOf, page.model_construct(items=items, next_cursor=next_cursor, total=total))


def linked_with_all(
    ids: Collection[UUID],
    row_id: Mapped[UUID],
    link_row_id: Mapped[UUID],
    link_id: Mapped[UUID],
    *conditions: ColumnElement[bool],
) -> ColumnElement[bool]:
    """Return the condition that a row is linked with all of these ids.

    Args:
        ids: What it must be linked with.
        row_id: The column of the row's id.
        link_row_id: The column of the link table that holds it.
        link_id: The column of the link table that holds what it is linked with.
        conditions: What else must be true in the link table.
    """
    linked = (
        select(link_row_id)
        .where(*conditions, link_id.in_(ids))
        .group_by(link_row_id)
        .having(func.count() == len(set(ids)))
    )
    return row_id.in_(linked)


def _filters_of(query: PageQuery, model: type[SQLModel]) -> list[str]:
    """Return the columns to filter by."""
    names = query.model_fields_set & model.model_fields.keys()
    return sorted(names - PageQuery.model_fields.keys())


async def _count(
    session: Session, statement: Select[*tuple[Any, ...]], caller: Caller | None
) -> int:
    """Return how many rows a statement has."""
    count = statement.with_only_columns(func.count(), maintain_column_froms=True)
    total: int = await session.scalar(count, caller=caller)
    return total


@dataclass(frozen=True)
class _Order:
    """An order of a list: by a field, and by id where that is the same."""

    sort: str
    field: str
    descending: bool
    columns: Tuple
    clauses: tuple[ColumnElement[Any], ...]


@lru_cache
def _order_of(model: type[SQLModel], sort: str) -> _Order:
    """Return the order that a `sort` parameter asks for."""
    field = sort.removeprefix("-")
    descending = sort.startswith("-")
    columns = (col(getattr(model, field)), col(model.id))  # type: ignore[attr-defined]
    return _Order(
        sort=sort,
        field=field,
        descending=descending,
        columns=tuple_(*columns),
        clauses=tuple(column.desc() if descending else column.asc() for column in columns),
    )


@lru_cache
def _item_schema(page: type[Page[Any]]) -> type[BaseModel]:
    """Return the schema of the items of a page."""
    schema: type[BaseModel] = get_args(page.model_fields["items"].annotation)[0]
    return schema


@lru_cache
def _cursor_type(schema: type[BaseModel], name: str) -> TypeAdapter[Any]:
    """Return what a cursor contains: the sort order, the value of the sorted field, the id."""
    value, row_id = (schema.model_fields[field].annotation for field in (name, "id"))
    place: Any = GenericAlias(tuple, (str, value, row_id))
    return TypeAdapter(place)


def _write_cursor(order: _Order, last: BaseModel) -> str:
    """Return the cursor to what comes after a row."""
    place = (order.sort, getattr(last, order.field), last.id)  # type: ignore[attr-defined]
    text = _cursor_type(type(last), order.field).dump_json(place)
    return base64.urlsafe_b64encode(text).decode()


def _read_cursor(cursor: str, order: _Order, schema: type[BaseModel]) -> tuple[Any, Any]:
    """Return the place that a cursor holds: the value of the sorted field, and the id.

    Raises:
        ValidationError: If it is none of ours, or of a list in another order.
    """
    try:
        text = base64.b64decode(cursor, altchars=b"-_", validate=True)
        sort, value, row_id = _cursor_type(schema, order.field).validate_json(text)
    except ValueError as error:
        raise ValidationError("The cursor is not valid") from error
    if sort != order.sort:
        raise ValidationError("The cursor belongs to a list in another order")
    return value, row_id
