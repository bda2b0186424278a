"""Categories: what can be done with them by whoever is signed in, and by nobody else."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlmodel import delete, insert, select

from app.database import Session
from app.fields import LARGEST_INTEGER, MOST_LINKS
from app.models import Category, LoginSession
from app.schemas import CategoryPublic
from tests.factories import (
    changed_category,
    make_category,
    make_label,
    valid_category,
)
from tests.helpers import (
    UNKNOWN_ID,
    assert_conflict,
    assert_not_found,
    assert_sorted,
    brief,
    count_kept_locks,
    filters_by,
    hold_row,
    read_all,
    start_waiting,
    use_every_verb,
)

PATH = "/api/v1/categories"

# How the fields behave: said here, and not read from the schemas, which are under test.
REQUIRED: list[str] = ["name"]
DEFAULTS: dict[str, Any] = {
    "position": 0,
    "parent_id": None,
    "label_ids": [],
}
NULLABLE: list[str] = ["parent_id"]
FILTERS: list[str] = ["name", "position", "label_ids"]
RANGES: list[str] = ["position"]
SORTS: list[str] = ["created_at", "-created_at", "name", "-name", "position", "-position"]
BOUNDS: list[dict[str, Any]] = [
    {"name": ""},
    {"name": "n" * 80},
    {"position": 0},
    {"position": LARGEST_INTEGER},
]
INVALID: list[dict[str, Any]] = [
    {"name": "n" * 81},
    {"name": 1},
    {"position": -1},
    {"position": LARGEST_INTEGER + 1},
    {"position": "many"},
    {"position": True},
    {"parent_id": "no-id"},
    {"label_ids": ["no-id"]},
    {"label_ids": None},
]


def path_of(category: dict[str, Any]) -> str:
    """Return the path of a category."""
    return f"{PATH}/{category['id']}"


# --- Create


async def test_create(alice: AsyncClient) -> None:
    """The answer has what was sent, and says where the category is."""
    fields = await valid_category(alice)
    response = await alice.post(PATH, json=fields)
    assert response.status_code == 201, response.text
    category = response.json()
    assert category.items() >= fields.items()
    assert category["updated_at"] == category["created_at"]
    assert response.headers["Location"] == path_of(category)
    assert (await alice.get(path_of(category))).json() == category


async def test_create_with_required_fields_only(alice: AsyncClient) -> None:
    """What has a default may be left out, and has the default then."""
    fields = await valid_category(alice)
    response = await alice.post(PATH, json={name: fields[name] for name in REQUIRED})
    assert response.status_code == 201, response.text
    category = response.json()
    assert category.keys() == fields.keys() | {"id", "created_at", "updated_at"}
    assert category.items() >= DEFAULTS.items()


async def test_create_without_one_field(alice: AsyncClient) -> None:
    """Whichever is left out: what has no default must be there."""
    for name in await valid_category(alice):
        fields = await valid_category(alice)
        del fields[name]
        response = await alice.post(PATH, json=fields)
        assert response.status_code == (422 if name in REQUIRED else 201), name


@pytest.mark.parametrize("bound", BOUNDS, ids=brief)
async def test_create_at_a_bound(alice: AsyncClient, bound: dict[str, Any]) -> None:
    """What is only just within its bounds is taken as it is."""
    response = await alice.post(PATH, json=await valid_category(alice) | bound)
    assert response.status_code == 201, response.text
    assert response.json().items() >= bound.items()


@pytest.mark.parametrize("invalid", INVALID, ids=brief)
async def test_create_with_an_invalid_field(alice: AsyncClient, invalid: dict[str, Any]) -> None:
    """What is out of bounds, or of the wrong kind, is refused."""
    response = await alice.post(PATH, json=await valid_category(alice) | invalid)
    assert response.status_code == 422, response.text


async def test_create_with_a_taken_name(alice: AsyncClient, bob: AsyncClient) -> None:
    """No two categories have the same name."""
    category = await make_category(alice)
    response = await bob.post(PATH, json=await valid_category(bob) | {"name": category["name"]})
    assert_conflict(response, "Category with this name already exists")


async def test_create_with_an_unknown_parent(alice: AsyncClient) -> None:
    """A parent must exist."""
    fields = await valid_category(alice) | {"parent_id": UNKNOWN_ID}
    assert_not_found(await alice.post(PATH, json=fields), "Category", "parent_id")
    assert await read_all(alice, PATH) == []


async def test_create_with_an_unknown_label(alice: AsyncClient) -> None:
    """A label must exist."""
    fields = await valid_category(alice) | {"label_ids": [UNKNOWN_ID]}
    assert_not_found(await alice.post(PATH, json=fields), "Label", "label_ids")
    assert await read_all(alice, PATH) == []


async def test_create_with_several_labels(alice: AsyncClient) -> None:
    """Each is there once, in order, however they were sent."""
    ids = sorted([(await make_label(alice))["id"] for _ in range(2)])
    fields = await valid_category(alice) | {"label_ids": [*ids[::-1], *ids]}
    response = await alice.post(PATH, json=fields)
    assert response.status_code == 201, response.text
    assert response.json()["label_ids"] == ids


async def test_create_with_too_many_labels(alice: AsyncClient) -> None:
    """There is a bound: as many are looked for, one more is refused."""
    fields = await valid_category(alice)
    ids = [str(uuid4()) for _ in range(MOST_LINKS + 1)]
    response = await alice.post(PATH, json=fields | {"label_ids": ids})
    assert response.status_code == 422, response.text
    response = await alice.post(PATH, json=fields | {"label_ids": ids[1:]})
    assert_not_found(response, "Label", "label_ids")
    assert await read_all(alice, PATH) == []


# --- Read


async def test_read(alice: AsyncClient, bob: AsyncClient) -> None:
    """Everybody sees the same category."""
    _, category, _ = [await make_category(alice) for _ in range(3)]
    for client in (alice, bob):
        response = await client.get(path_of(category))
        assert response.status_code == 200, response.text
        assert response.json() == category


# --- List


async def test_list(alice: AsyncClient, bob: AsyncClient) -> None:
    """Everybody sees the same categories, the newest first."""
    categories = [await make_category(alice) for _ in range(3)]
    assert await read_all(alice, PATH) == categories[::-1]
    assert await read_all(bob, PATH) == categories[::-1]


async def test_list_with_total(alice: AsyncClient) -> None:
    """The total counts the categories, and only if it was asked for."""
    for total in (0, 1, 2):
        page = (await alice.get(PATH, params={"with_total": True})).json()
        assert (page["total"], len(page["items"])) == (total, total)
        await make_category(alice)
    assert (await alice.get(PATH)).json()["total"] is None


async def test_filter(alice: AsyncClient) -> None:
    """A filter finds what passes it."""
    category = await make_category(alice)
    for params in filters_by(category, FILTERS, RANGES):
        assert await read_all(alice, PATH, **params) == [category], params


async def test_filter_by_what_no_category_has(alice: AsyncClient) -> None:
    """A filter leaves out what does not pass it."""
    category = await make_category(alice)
    other = await make_category(alice, **await changed_category(alice))
    for row, another in ((category, other), (other, category)):
        for params in filters_by(row, FILTERS, RANGES):
            found = await read_all(alice, PATH, **params)
            assert another not in found, params
            page = (await alice.get(PATH, params=params | {"with_total": True})).json()
            assert page["total"] == len(found), params


async def test_filter_by_a_parent(alice: AsyncClient) -> None:
    """What has this parent is found, by `null` what has none, and nothing else."""
    above = await make_category(alice)
    category = await make_category(alice, parent_id=above["id"])
    assert await read_all(alice, PATH, parent_id=above["id"]) == [category]
    assert await read_all(alice, PATH, parent_id=category["id"]) == []
    assert await read_all(alice, PATH, parent_id="null") == [above]


async def test_filter_by_several_labels(alice: AsyncClient) -> None:
    """What has all of them is found, and nothing that has but some."""
    ids = [(await make_label(alice))["id"] for _ in range(2)]
    category = await make_category(alice, label_ids=ids)
    other = await make_category(alice, label_ids=ids[:1])
    assert await read_all(alice, PATH, label_ids=ids) == [category]
    assert await read_all(alice, PATH, label_ids=ids[:1]) == [other, category]
    assert await read_all(alice, PATH, label_ids=[*ids, UNKNOWN_ID]) == []


async def test_list_labels_by_the_category(alice: AsyncClient) -> None:
    """The labels of a category are found by it, and no others."""
    linked = await make_label(alice)
    await make_label(alice)
    category = await make_category(alice, label_ids=[linked["id"]])
    assert await read_all(alice, "/api/v1/labels", category_ids=[category["id"]]) == [linked]


@pytest.mark.parametrize("sort", SORTS)
async def test_sort_and_page(alice: AsyncClient, sort: str) -> None:
    """Each order is that of its column, empty ones last, and the same in pages of any size."""
    given = [await fields(alice) for fields in (valid_category, changed_category) * 2]
    given += [
        row | dict.fromkeys(NULLABLE)
        for row in [await valid_category(alice), await changed_category(alice)]
    ]
    created = [await make_category(alice, **given[number]) for number in (1, 4, 0, 3, 5, 2)]
    categories = await read_all(alice, PATH, sort=sort)
    assert sorted(category["id"] for category in categories) == sorted(
        category["id"] for category in created
    )
    assert_sorted(categories, CategoryPublic, sort)
    for limit in (1, 4):
        assert await read_all(alice, PATH, sort=sort, limit=limit) == categories


# --- Update


async def test_update(alice: AsyncClient) -> None:
    """Every field can be changed, and no other row is."""
    before, category, after = [await make_category(alice) for _ in range(3)]
    fields = await changed_category(alice)
    response = await alice.patch(path_of(category), json=fields)
    assert response.status_code == 200, response.text
    changed = response.json()
    assert changed.items() >= fields.items()
    assert changed["updated_at"] > category["updated_at"]
    for row in (before, changed, after):
        assert (await alice.get(path_of(row))).json() == row


async def test_update_one_field(alice: AsyncClient) -> None:
    """What is left out stays as it is."""
    before, category, after = [await make_category(alice) for _ in range(3)]
    for name, value in (await changed_category(alice)).items():
        response = await alice.patch(path_of(category), json={name: value})
        assert response.status_code == 200, response.text
        changed = response.json()
        assert changed["updated_at"] > category["updated_at"], name
        category |= {name: value, "updated_at": changed["updated_at"]}
        assert changed == category, name
    for row in (before, category, after):
        assert (await alice.get(path_of(row))).json() == row


async def test_update_nothing(alice: AsyncClient) -> None:
    """An empty change changes nothing, not even the time of the last one."""
    category = await make_category(alice)
    response = await alice.patch(path_of(category), json={})
    assert response.status_code == 200, response.text
    assert response.json() == category


async def test_update_to_null(alice: AsyncClient) -> None:
    """Null is for what may be null only."""
    category = await make_category(alice)
    for name in await changed_category(alice):
        response = await alice.patch(path_of(category), json={name: None})
        assert response.status_code == (200 if name in NULLABLE else 422), name
    emptied = (await alice.get(path_of(category))).json()
    assert emptied == category | dict.fromkeys(NULLABLE) | {"updated_at": emptied["updated_at"]}


@pytest.mark.parametrize("bound", BOUNDS, ids=brief)
async def test_update_to_a_bound(alice: AsyncClient, bound: dict[str, Any]) -> None:
    """What is only just within its bounds is taken as it is."""
    category = await make_category(alice)
    response = await alice.patch(path_of(category), json=bound)
    assert response.status_code == 200, response.text
    assert response.json().items() >= bound.items()


@pytest.mark.parametrize("invalid", INVALID, ids=brief)
async def test_update_to_an_invalid_value(alice: AsyncClient, invalid: dict[str, Any]) -> None:
    """What is out of bounds, or of the wrong kind, is refused, and nothing changes."""
    category = await make_category(alice)
    response = await alice.patch(path_of(category), json=await changed_category(alice) | invalid)
    assert response.status_code == 422, response.text
    assert (await alice.get(path_of(category))).json() == category


async def test_update_to_a_taken_name(alice: AsyncClient) -> None:
    """A name cannot be taken from another category."""
    category, other = await make_category(alice), await make_category(alice)
    response = await alice.patch(path_of(category), json={"name": other["name"]})
    assert_conflict(response, "Category with this name already exists")
    assert (await alice.get(path_of(category))).json() == category


async def test_update_to_an_unknown_parent(alice: AsyncClient) -> None:
    """A parent must exist."""
    category = await make_category(alice)
    response = await alice.patch(path_of(category), json={"parent_id": UNKNOWN_ID})
    assert_not_found(response, "Category", "parent_id")
    assert (await alice.get(path_of(category))).json() == category


async def test_update_the_parent(alice: AsyncClient) -> None:
    """A category can be put below another, and taken away from there."""
    above, category = await make_category(alice), await make_category(alice)
    for parent_id in (above["id"], None):
        response = await alice.patch(path_of(category), json={"parent_id": parent_id})
        assert response.status_code == 200, response.text
        assert response.json()["parent_id"] == parent_id
        assert (await alice.get(path_of(category))).json() == response.json()


async def test_update_to_a_circle_of_parents(alice: AsyncClient) -> None:
    """Nothing can stand below itself, or below what stands below it."""
    category = await make_category(alice)
    below = await make_category(alice, parent_id=category["id"])
    lowest = await make_category(alice, parent_id=below["id"])
    for other in (category, below, lowest):
        response = await alice.patch(path_of(category), json={"parent_id": other["id"]})
        assert response.status_code == 400, response.text
        assert response.json()["detail"]["error"].startswith("parent_id: ")
    assert (await alice.get(path_of(category))).json() == category
    response = await alice.patch(path_of(lowest), json={"parent_id": category["id"]})
    assert response.status_code == 200, response.text


async def test_update_at_once_to_a_circle_of_parents(alice: AsyncClient) -> None:
    """Of two moves at the same moment that would close one together, one is refused."""
    for _ in range(5):
        first, second = [await make_category(alice) for _ in range(2)]
        responses = await asyncio.gather(
            alice.patch(path_of(first), json={"parent_id": second["id"]}),
            alice.patch(path_of(second), json={"parent_id": first["id"]}),
        )
        done, refused = sorted(response.status_code for response in responses)
        assert done == 200
        assert refused in {400, 409}  # after the other, or in the midst of it


async def test_update_the_parent_during_another_move(alice: AsyncClient, session: Session) -> None:
    """Nobody waits for another's move: the second of two is refused."""
    first, second, above = [await make_category(alice) for _ in range(3)]
    async with hold_row(session, Category, first):
        moved = await start_waiting(
            session, alice.patch(path_of(first), json={"parent_id": above["id"]})
        )
        response = await alice.patch(path_of(second), json={"parent_id": above["id"]})
        assert_conflict(response, "Another one is being moved; try again")
    assert (await moved).status_code == 200
    assert await count_kept_locks(session) == 0


async def test_update_the_parent_after_signing_out(
    app: FastAPI, alice: AsyncClient, session: Session
) -> None:
    """That another one is being moved is not for everybody to know."""
    first, second, above = [await make_category(alice) for _ in range(3)]
    async with hold_row(session, Category, first):
        moved = await start_waiting(
            session, alice.patch(path_of(first), json={"parent_id": above["id"]})
        )
        await app.state.database.session().execute(delete(LoginSession))
        response = await alice.patch(path_of(second), json={"parent_id": above["id"]})
        assert response.status_code == 401, response.text
    await moved


async def test_update_to_an_unknown_label(alice: AsyncClient) -> None:
    """A label must exist."""
    category = await make_category(alice)
    response = await alice.patch(path_of(category), json={"label_ids": [UNKNOWN_ID]})
    assert_not_found(response, "Label", "label_ids")
    assert (await alice.get(path_of(category))).json() == category


async def test_update_some_labels(alice: AsyncClient) -> None:
    """One stays, one goes and one comes; another category keeps its own."""
    ids = sorted([(await make_label(alice))["id"] for _ in range(3)])
    category, other = [await make_category(alice, label_ids=ids[:2]) for _ in range(2)]
    response = await alice.patch(path_of(category), json={"label_ids": ids[1:]})
    assert response.status_code == 200, response.text
    assert response.json()["label_ids"] == ids[1:]
    assert (await alice.get(path_of(category))).json() == response.json()
    assert (await alice.get(path_of(other))).json() == other


async def test_update_to_no_labels(alice: AsyncClient) -> None:
    """An empty list takes all away."""
    category = await make_category(alice)
    response = await alice.patch(path_of(category), json={"label_ids": []})
    assert response.status_code == 200, response.text
    assert response.json()["label_ids"] == []
    assert (await alice.get(path_of(category))).json() == response.json()


async def test_update_during_a_change_of_labels(alice: AsyncClient, session: Session) -> None:
    """Who waits while the labels are changed answers with the new ones."""
    ids = [(await make_label(alice))["id"] for _ in range(2)]
    category = await make_category(alice, label_ids=ids[:1])
    fields = await changed_category(alice)
    del fields["label_ids"]
    async with hold_row(session, Category, category):
        relinked = await start_waiting(
            session, alice.patch(path_of(category), json={"label_ids": ids[1:]})
        )
        changed = await start_waiting(session, alice.patch(path_of(category), json=fields))
    assert (await relinked).status_code == 200
    response = await changed
    assert response.status_code == 200, response.text
    assert response.json()["label_ids"] == ids[1:]
    assert (await alice.get(path_of(category))).json() == response.json()


# --- Delete


async def test_delete(alice: AsyncClient) -> None:
    """A deleted category is gone, and cannot be deleted again."""
    before, category, after = [await make_category(alice) for _ in range(3)]
    assert (await alice.delete(path_of(category))).status_code == 204
    assert_not_found(await alice.get(path_of(category)), "Category")
    assert_not_found(await alice.delete(path_of(category)), "Category")
    assert await read_all(alice, PATH) == [after, before]


async def test_delete_the_parent(alice: AsyncClient) -> None:
    """A category cannot be deleted while it is the parent of another."""
    above = await make_category(alice)
    category = await make_category(alice, parent_id=above["id"])
    response = await alice.delete(path_of(above))
    assert_conflict(response, "Category is still the parent of another")
    assert (await alice.delete(path_of(category))).status_code == 204
    assert (await alice.delete(path_of(above))).status_code == 204


async def test_delete_a_label(alice: AsyncClient) -> None:
    """A category loses a label that is deleted, and stays."""
    category = await make_category(alice)
    for label_id in category["label_ids"]:
        assert (await alice.delete(f"/api/v1/labels/{label_id}")).status_code == 204
    assert (await alice.get(path_of(category))).json() == category | {"label_ids": []}


# --- Strangers


async def test_use_without_signing_in(alice: AsyncClient, client: AsyncClient) -> None:
    """A stranger is asked to sign in, whatever they try."""
    category = await make_category(alice)
    for response in await use_every_verb(client, PATH, category, await changed_category(alice)):
        assert response.status_code == 401, response.text
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert await read_all(alice, PATH) == [category]


async def test_use_after_signing_out(alice: AsyncClient, session: Session) -> None:
    """A token is worth nothing once its session has ended, whatever it is used for."""
    category = await make_category(alice)
    fields = await changed_category(alice)
    login = await session.one(select(LoginSession), LoginSession)
    await session.execute(delete(LoginSession))
    for response in await use_every_verb(alice, PATH, category, fields):
        assert response.status_code == 401, response.text
    await session.execute(insert(LoginSession).values(**dict(login)))
    assert await read_all(alice, PATH) == [category]
