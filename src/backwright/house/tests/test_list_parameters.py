"""What is so for the list of every resource: its parameters, and its pages.

The lists are read from the API's own description, so that each new one is tested too.
"""

import pytest
from httpx import AsyncClient

from tests.factories import make
from tests.helpers import UNKNOWN_ID, read_all
from tests.openapi import Operation, read_operations

OPERATIONS = read_operations()
LISTS = [operation for operation in OPERATIONS if "limit" in operation.query]
CREATES = [operation for operation in OPERATIONS if operation.creates]


@pytest.mark.parametrize("operation", LISTS, ids=str)
@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("limit", "0", 422),
        ("limit", "-1", 422),
        ("limit", "101", 422),
        ("limit", "1" + "0" * 20, 422),
        ("sort", "unheard-of", 422),
        ("sort", "owner_id", 422),
        ("owner_id", UNKNOWN_ID, 422),
        ("cursor", "no cursor", 400),
        ("cursor", "W10=", 400),
        ("cursor", "\0", 400),
        ("with_total", "perhaps", 422),
    ],
)
async def test_a_parameter_that_is_not_known_or_not_valid_is_refused(
    alice: AsyncClient, operation: Operation, name: str, value: str, status: int
) -> None:
    """It is never ignored: a list that leaves a filter out would show too much.

    Below a row that is not there, nothing is read, so that no cursor is, either.
    """
    response = await alice.get(operation.url(), params={name: value})
    is_below = "{" in operation.path and status == 400
    assert response.status_code == (404 if is_below else status), response.text


@pytest.mark.parametrize("operation", CREATES, ids=str)
async def test_a_cursor_is_good_for_the_order_that_it_was_made_for(
    alice: AsyncClient, operation: Operation
) -> None:
    """In another order it would skip rows."""
    path = operation.url()
    for _ in range(2):
        await make(alice, path, await operation.valid_fields(alice))
    page = (await alice.get(path, params={"limit": 1, "sort": "created_at"})).json()
    cursor = page["next_cursor"]
    for sort, status in (("created_at", 200), ("-created_at", 400)):
        response = await alice.get(path, params={"cursor": cursor, "sort": sort})
        assert response.status_code == status, response.text


@pytest.mark.parametrize("operation", CREATES, ids=str)
async def test_a_range_has_what_lies_between_its_bounds_and_at_them(
    alice: AsyncClient, operation: Operation
) -> None:
    """Each bound by itself; the order is the database's own."""
    path = operation.url()
    for fields in (operation.valid_fields, operation.changed_fields, operation.valid_fields):
        await make(alice, path, await fields(alice))
    columns = (await read_all(alice, path))[0].keys()
    listing = next(other for other in LISTS if other.path == operation.path)
    bounds = set(listing.query) - columns  # a column may be named as if it were a bound
    for field in [name for name in columns if {f"{name}_min", f"{name}_max"} <= bounds]:
        rows = await read_all(alice, path, sort=field)
        low, high = rows[0][field], rows[-1][field]
        assert low != high, field
        for bound, expected in (
            ({f"{field}_min": low}, rows),
            ({f"{field}_max": high}, rows),
            ({f"{field}_min": high}, [row for row in rows if row[field] == high]),
            ({f"{field}_max": low}, [row for row in rows if row[field] == low]),
        ):
            assert await read_all(alice, path, sort=field, **bound) == expected, bound


@pytest.mark.parametrize("operation", CREATES, ids=str)
async def test_an_id_that_is_named_twice_counts_once(
    alice: AsyncClient, operation: Operation
) -> None:
    """Where a list of ids is a filter, it says which are meant, not how often."""
    path = operation.url()
    row = await make(alice, path, await operation.valid_fields(alice))
    listing = next(other for other in LISTS if other.path == operation.path)
    for name in [name for name in listing.query if isinstance(row.get(name), list)]:
        assert await read_all(alice, path, **{name: row[name] * 2}) == [row], name


@pytest.mark.parametrize("operation", CREATES, ids=str)
async def test_every_page_has_the_same_total(alice: AsyncClient, operation: Operation) -> None:
    """It is of all rows, and not of those behind the cursor."""
    path = operation.url()
    for _ in range(3):
        await make(alice, path, await operation.valid_fields(alice))
    params = {"with_total": True, "limit": 2}
    first = (await alice.get(path, params=params)).json()
    second = (await alice.get(path, params=params | {"cursor": first["next_cursor"]})).json()
    assert [len(page["items"]) for page in (first, second)] == [2, 1]
    assert [page["total"] for page in (first, second)] == [3, 3]
