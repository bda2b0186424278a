"""Lists in pages: filters, a stable order, and a cursor to the next page.

The cursor holds the place of the last row (keyset pagination), so rows that come or go meanwhile
are neither repeated nor skipped. In an order that has an index, as that by `created_at` has, the
thousandth page costs no more than the first.
"""

import base64
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import GenericAlias
from typing import Annotated, Any, ClassVar, Generic, TypeVar, cast, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.fields import FieldInfo
from sqlalchemy import ColumnElement, Select, and_, func, or_, tuple_
from sqlmodel import SQLModel, col

from app.auth import Caller
from app.database import Session
from app.exceptions import ValidationError
from app.fields import Null

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

    One with the name of a column is by equality (`null` where there is no value), one with `_min`
    or `_max` behind it by a bound that is included. Any other has a `Filter` in its annotation.
    """

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        """Say in the description of the API what each filter means."""
        super().__pydantic_init_subclass__(**options)
        for name, field in cls.model_fields.items():
            field.description = field.description or _meaning(cls, name)

    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE, description="The size of the page.")] = 20
    cursor: Annotated[
        str | None,
        Field(max_length=LONGEST_CURSOR, description="The `next_cursor` of the page before."),
    ] = None
    with_total: Annotated[bool, Field(description="Whether to count all rows, too.")] = False
    sort: str


class Filter(ABC):
    """What a filter means that is not about a column of the list's own table."""

    description: ClassVar[str]

    @abstractmethod
    def condition(
        self, model: type[SQLModel], value: Any, caller: Caller | None
    ) -> ColumnElement[bool]:
        """Return what is true of the rows that pass."""


def _meaning(query: type[PageQuery], name: str) -> str:
    """Return what a parameter asks for, in words for who calls the API."""
    field = query.model_fields[name]
    own = _own_filter(field)
    columns = [sort.removeprefix("-") for sort in get_args(query.model_fields["sort"].annotation)]
    if name == "sort":
        return "What to sort by, descending with `-`. Rows without a value come last either way."
    if own is not None:
        return own.description
    if Null in get_args(field.annotation):
        return "The id that the rows refer to, or `null` for those that refer to nothing."
    if name.endswith("_min") and name not in columns:
        return "At least this, which is included."
    if name.endswith("_max") and name not in columns:
        return "At most this, which is included."
    return "Exactly this."


def _own_filter(field: FieldInfo) -> Filter | None:
    """Return what a parameter means if it is not about a column of the list's own table."""
    return next((item for item in field.metadata if isinstance(item, Filter)), None)


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
    statement = statement.where(*_conditions(query, model, caller))
    total = await _count(session, statement, caller) if query.with_total else None

    schema = _item_schema(page)
    order = _order_of(model, query.sort)
    if query.cursor is not None:
        statement = statement.where(order.after(*_read_cursor(query.cursor, order, schema)))
    statement = statement.order_by(*order.clauses).limit(query.limit + 1)
    items = await session.all(statement, schema, caller=caller)
    next_cursor = None
    if len(items) > query.limit:
        items.pop()
        next_cursor = _write_cursor(order, items[-1])
    return cast(PageOf, page.model_construct(items=items, next_cursor=next_cursor, total=total))


def _conditions(
    query: PageQuery, model: type[SQLModel], caller: Caller | None
) -> Iterator[ColumnElement[bool]]:
    """Yield what is true of the rows that pass the filters of a query."""
    for name in sorted(query.model_fields_set - PageQuery.model_fields.keys()):
        value = getattr(query, name)
        if value is None:
            continue
        own = _own_filter(type(query).model_fields[name])
        if own is not None:
            yield own.condition(model, value, caller)
        elif value is Null.NULL:
            yield col(getattr(model, name)).is_(None)
        elif name in model.model_fields:
            yield getattr(model, name) == value
        elif name.endswith("_min"):
            yield getattr(model, name.removesuffix("_min")) >= value
        else:
            yield getattr(model, name.removesuffix("_max")) <= value


async def _count(
    session: Session, statement: Select[*tuple[Any, ...]], caller: Caller | None
) -> int:
    """Return how many rows a statement has."""
    count = statement.with_only_columns(func.count(), maintain_column_froms=True)
    total: int = await session.scalar(count, caller=caller)
    return total


@dataclass(frozen=True)
class _Order:
    """An order of a list: by a column, rows without a value last, and by id where that is equal."""

    sort: str
    field: str
    descending: bool
    nullable: bool
    column: Any
    row_id: Any

    @property
    def clauses(self) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """What to order by."""
        column, row_id = self.column, self.row_id
        if self.descending:
            column, row_id = column.desc(), row_id.desc()
        return column.nulls_last() if self.nullable else column, row_id

    def after(self, value: Any, row_id: UUID) -> ColumnElement[bool]:
        """Return what is true of the rows that come after a place."""
        if value is None:
            later = self.row_id < row_id if self.descending else self.row_id > row_id
            return and_(self.column.is_(None), later)
        columns, place = tuple_(self.column, self.row_id), tuple_(value, row_id)
        after = columns < place if self.descending else columns > place
        return or_(after, self.column.is_(None)) if self.nullable else after


@lru_cache
def _order_of(model: type[SQLModel], sort: str) -> _Order:
    """Return the order that a `sort` parameter asks for."""
    field = sort.removeprefix("-")
    column: Any = getattr(model, field)
    return _Order(
        sort=sort,
        field=field,
        descending=sort.startswith("-"),
        nullable=column.property.columns[0].nullable,
        column=column,
        row_id=col(model.id),  # type: ignore[attr-defined]
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
