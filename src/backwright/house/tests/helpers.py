"""What the tests of all resources have in common."""

import json
from enum import Enum
from typing import Any, get_args

from httpx import AsyncClient, Response
from pydantic import BaseModel

from app.pagination import PageQuery

Fields = dict[str, Any]

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"  # nothing has it

# NUL, which PostgreSQL cannot store; half of a surrogate pair, which UTF-8 cannot.
UNSTORABLE_TEXTS = ["\0", "a\0b", "\ud800", "a\udfffb"]


def required_of(schema: type[BaseModel]) -> list[str]:
    """Return the fields that must be there."""
    return [name for name, field in schema.model_fields.items() if field.is_required()]


def defaults_of(schema: type[BaseModel]) -> Fields:
    """Return the values of fields that are left out, but for those that no two rows share."""
    return {
        name: field.default
        for name, field in schema.model_fields.items()
        if not field.is_required() and field.default_factory is None
    }


def nullable(schema: type[BaseModel], name: str) -> bool:
    """Return whether a field may be null."""
    return type(None) in get_args(schema.model_fields[name].annotation)


def texts_of(fields: Fields) -> list[str]:
    """Return the fields that contain text."""
    return [name for name, value in fields.items() if isinstance(value, str)]


def sorts_of(query: type[PageQuery]) -> list[str]:
    """Return the orders that a list can have."""
    return list(get_args(query.model_fields["sort"].annotation))


def filters_of(query: type[PageQuery], row: Fields) -> list[Fields]:
    """Return every single filter that a row passes."""
    names = query.model_fields.keys() - PageQuery.model_fields.keys()
    return [{name: row[name]} for name in sorted(names) if row[name] not in (None, [])]


async def read_all(client: AsyncClient, path: str, /, **params: Any) -> list[Fields]:
    """Return all rows of a list, from one page to the next."""
    rows: list[Fields] = []
    while True:
        response = await client.get(path, params=params)
        assert response.status_code == 200, response.text
        page = response.json()
        rows += page["items"]
        if page["next_cursor"] is None:
            return rows
        params["cursor"] = page["next_cursor"]


async def send(client: AsyncClient, method: str, path: str, fields: Fields) -> Response:
    """Send fields as JSON in ASCII, which can express what UTF-8 cannot."""
    headers = {"Content-Type": "application/json"}
    return await client.request(method, path, content=json.dumps(fields), headers=headers)


async def use_every_verb(
    client: AsyncClient, path: str, row: Fields, new: Fields
) -> list[Response]:
    """Return the answers to create, list, read, update and delete."""
    return [
        await client.post(path, json=new),
        await client.get(path),
        await client.get(f"{path}/{row['id']}"),
        await client.patch(f"{path}/{row['id']}", json=new),
        await client.delete(f"{path}/{row['id']}"),
    ]


def assert_not_found(response: Response, what: str) -> None:
    """Check that an answer is the one for a row that never was."""
    assert response.status_code == 404, response.text
    assert response.json() == {"detail": {"error": f"{what} not found"}}


def assert_sorted(rows: list[Fields], schema: type[BaseModel], sort: str) -> None:
    """Check that rows come in the order that a list was asked for."""
    name = sort.removeprefix("-")
    values = [_rank(getattr(schema.model_validate(row), name)) for row in rows]
    assert values == sorted(values, reverse=sort.startswith("-"))


def _rank(value: Any) -> Any:
    """Return what a value is sorted by: PostgreSQL sorts enumerations as they are declared."""
    return list(type(value)).index(value) if isinstance(value, Enum) else value


def assert_conflict(response: Response, error: str) -> None:
    """Check that an answer is the one for what clashes with what is there already."""
    assert response.status_code == 409, response.text
    assert response.json() == {"detail": {"error": error}}
