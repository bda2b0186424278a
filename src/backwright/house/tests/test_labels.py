"""Labels: what can be done with them by whoever is signed in, and by nobody else."""

from typing import Any

import pytest
from httpx import AsyncClient
from sqlmodel import delete, insert, select

from app.database import Session
from app.models import LoginSession
from app.schemas import LabelPublic
from tests.factories import (
    changed_label,
    make_label,
    valid_label,
)
from tests.helpers import (
    assert_conflict,
    assert_not_found,
    assert_sorted,
    brief,
    filters_by,
    read_all,
    use_every_verb,
)

PATH = "/api/v1/labels"

# How the fields behave: said here, and not read from the schemas, which are under test.
REQUIRED: list[str] = ["name"]
DEFAULTS: dict[str, Any] = {}
NULLABLE: list[str] = []
FILTERS: list[str] = ["name"]
RANGES: list[str] = []
SORTS: list[str] = ["created_at", "-created_at", "name", "-name"]
BOUNDS: list[dict[str, Any]] = [
    {"name": "n"},
    {"name": "n" * 30},
]
INVALID: list[dict[str, Any]] = [
    {"name": ""},
    {"name": "n" * 31},
    {"name": 1},
]


def path_of(label: dict[str, Any]) -> str:
    """Return the path of a label."""
    return f"{PATH}/{label['id']}"


# --- Create


async def test_create(alice: AsyncClient) -> None:
    """The answer has what was sent, and says where the label is."""
    fields = await valid_label(alice)
    response = await alice.post(PATH, json=fields)
    assert response.status_code == 201, response.text
    label = response.json()
    assert label.items() >= fields.items()
    assert label["updated_at"] == label["created_at"]
    assert response.headers["Location"] == path_of(label)
    assert (await alice.get(path_of(label))).json() == label


async def test_create_with_required_fields_only(alice: AsyncClient) -> None:
    """What has a default may be left out, and has the default then."""
    fields = await valid_label(alice)
    response = await alice.post(PATH, json={name: fields[name] for name in REQUIRED})
    assert response.status_code == 201, response.text
    label = response.json()
    assert label.keys() == fields.keys() | {"id", "created_at", "updated_at"}
    assert label.items() >= DEFAULTS.items()


async def test_create_without_one_field(alice: AsyncClient) -> None:
    """Whichever is left out: what has no default must be there."""
    for name in await valid_label(alice):
        fields = await valid_label(alice)
        del fields[name]
        response = await alice.post(PATH, json=fields)
        assert response.status_code == (422 if name in REQUIRED else 201), name


@pytest.mark.parametrize("bound", BOUNDS, ids=brief)
async def test_create_at_a_bound(alice: AsyncClient, bound: dict[str, Any]) -> None:
    """What is only just within its bounds is taken as it is."""
    response = await alice.post(PATH, json=await valid_label(alice) | bound)
    assert response.status_code == 201, response.text
    assert response.json().items() >= bound.items()


@pytest.mark.parametrize("invalid", INVALID, ids=brief)
async def test_create_with_an_invalid_field(alice: AsyncClient, invalid: dict[str, Any]) -> None:
    """What is out of bounds, or of the wrong kind, is refused."""
    response = await alice.post(PATH, json=await valid_label(alice) | invalid)
    assert response.status_code == 422, response.text


async def test_create_with_a_taken_name(alice: AsyncClient, bob: AsyncClient) -> None:
    """No two labels have the same name."""
    label = await make_label(alice)
    response = await bob.post(PATH, json=await valid_label(bob) | {"name": label["name"]})
    assert_conflict(response, "Label with this name already exists")


# --- Read


async def test_read(alice: AsyncClient, bob: AsyncClient) -> None:
    """Everybody sees the same label."""
    _, label, _ = [await make_label(alice) for _ in range(3)]
    for client in (alice, bob):
        response = await client.get(path_of(label))
        assert response.status_code == 200, response.text
        assert response.json() == label


# --- List


async def test_list(alice: AsyncClient, bob: AsyncClient) -> None:
    """Everybody sees the same labels, the newest first."""
    labels = [await make_label(alice) for _ in range(3)]
    assert await read_all(alice, PATH) == labels[::-1]
    assert await read_all(bob, PATH) == labels[::-1]


async def test_list_with_total(alice: AsyncClient) -> None:
    """The total counts the labels, and only if it was asked for."""
    for total in (0, 1, 2):
        page = (await alice.get(PATH, params={"with_total": True})).json()
        assert (page["total"], len(page["items"])) == (total, total)
        await make_label(alice)
    assert (await alice.get(PATH)).json()["total"] is None


async def test_filter(alice: AsyncClient) -> None:
    """A filter finds what passes it."""
    label = await make_label(alice)
    for params in filters_by(label, FILTERS, RANGES):
        assert await read_all(alice, PATH, **params) == [label], params


async def test_filter_by_what_no_label_has(alice: AsyncClient) -> None:
    """A filter leaves out what does not pass it."""
    label = await make_label(alice)
    other = await make_label(alice, **await changed_label(alice))
    for row, another in ((label, other), (other, label)):
        for params in filters_by(row, FILTERS, RANGES):
            found = await read_all(alice, PATH, **params)
            assert another not in found, params
            page = (await alice.get(PATH, params=params | {"with_total": True})).json()
            assert page["total"] == len(found), params


@pytest.mark.parametrize("sort", SORTS)
async def test_sort_and_page(alice: AsyncClient, sort: str) -> None:
    """Each order is that of its column, empty ones last, and the same in pages of any size."""
    given = [await fields(alice) for fields in (valid_label, changed_label) * 2]
    given += [
        row | dict.fromkeys(NULLABLE)
        for row in [await valid_label(alice), await changed_label(alice)]
    ]
    created = [await make_label(alice, **given[number]) for number in (1, 4, 0, 3, 5, 2)]
    labels = await read_all(alice, PATH, sort=sort)
    assert sorted(label["id"] for label in labels) == sorted(label["id"] for label in created)
    assert_sorted(labels, LabelPublic, sort)
    for limit in (1, 4):
        assert await read_all(alice, PATH, sort=sort, limit=limit) == labels


# --- Update


async def test_update(alice: AsyncClient) -> None:
    """Every field can be changed, and no other row is."""
    before, label, after = [await make_label(alice) for _ in range(3)]
    fields = await changed_label(alice)
    response = await alice.patch(path_of(label), json=fields)
    assert response.status_code == 200, response.text
    changed = response.json()
    assert changed.items() >= fields.items()
    assert changed["updated_at"] > label["updated_at"]
    for row in (before, changed, after):
        assert (await alice.get(path_of(row))).json() == row


async def test_update_one_field(alice: AsyncClient) -> None:
    """What is left out stays as it is."""
    before, label, after = [await make_label(alice) for _ in range(3)]
    for name, value in (await changed_label(alice)).items():
        response = await alice.patch(path_of(label), json={name: value})
        assert response.status_code == 200, response.text
        changed = response.json()
        assert changed["updated_at"] > label["updated_at"], name
        label |= {name: value, "updated_at": changed["updated_at"]}
        assert changed == label, name
    for row in (before, label, after):
        assert (await alice.get(path_of(row))).json() == row


async def test_update_nothing(alice: AsyncClient) -> None:
    """An empty change changes nothing, not even the time of the last one."""
    label = await make_label(alice)
    response = await alice.patch(path_of(label), json={})
    assert response.status_code == 200, response.text
    assert response.json() == label


async def test_update_to_null(alice: AsyncClient) -> None:
    """Null is for what may be null only."""
    label = await make_label(alice)
    for name in await changed_label(alice):
        response = await alice.patch(path_of(label), json={name: None})
        assert response.status_code == (200 if name in NULLABLE else 422), name
    emptied = (await alice.get(path_of(label))).json()
    assert emptied == label | dict.fromkeys(NULLABLE) | {"updated_at": emptied["updated_at"]}


@pytest.mark.parametrize("bound", BOUNDS, ids=brief)
async def test_update_to_a_bound(alice: AsyncClient, bound: dict[str, Any]) -> None:
    """What is only just within its bounds is taken as it is."""
    label = await make_label(alice)
    response = await alice.patch(path_of(label), json=bound)
    assert response.status_code == 200, response.text
    assert response.json().items() >= bound.items()


@pytest.mark.parametrize("invalid", INVALID, ids=brief)
async def test_update_to_an_invalid_value(alice: AsyncClient, invalid: dict[str, Any]) -> None:
    """What is out of bounds, or of the wrong kind, is refused, and nothing changes."""
    label = await make_label(alice)
    response = await alice.patch(path_of(label), json=await changed_label(alice) | invalid)
    assert response.status_code == 422, response.text
    assert (await alice.get(path_of(label))).json() == label


async def test_update_to_a_taken_name(alice: AsyncClient) -> None:
    """A name cannot be taken from another label."""
    label, other = await make_label(alice), await make_label(alice)
    response = await alice.patch(path_of(label), json={"name": other["name"]})
    assert_conflict(response, "Label with this name already exists")
    assert (await alice.get(path_of(label))).json() == label


# --- Delete


async def test_delete(alice: AsyncClient) -> None:
    """A deleted label is gone, and cannot be deleted again."""
    before, label, after = [await make_label(alice) for _ in range(3)]
    assert (await alice.delete(path_of(label))).status_code == 204
    assert_not_found(await alice.get(path_of(label)), "Label")
    assert_not_found(await alice.delete(path_of(label)), "Label")
    assert await read_all(alice, PATH) == [after, before]


# --- Strangers


async def test_use_without_signing_in(alice: AsyncClient, client: AsyncClient) -> None:
    """A stranger is asked to sign in, whatever they try."""
    label = await make_label(alice)
    for response in await use_every_verb(client, PATH, label, await changed_label(alice)):
        assert response.status_code == 401, response.text
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert await read_all(alice, PATH) == [label]


async def test_use_after_signing_out(alice: AsyncClient, session: Session) -> None:
    """A token is worth nothing once its session has ended, whatever it is used for."""
    label = await make_label(alice)
    fields = await changed_label(alice)
    login = await session.one(select(LoginSession), LoginSession)
    await session.execute(delete(LoginSession))
    for response in await use_every_verb(alice, PATH, label, fields):
        assert response.status_code == 401, response.text
    await session.execute(insert(LoginSession).values(**dict(login)))
    assert await read_all(alice, PATH) == [label]
