"""Tags: what can be done with them, and that nobody can do it with anybody else's."""

from typing import Any

import pytest
from httpx import AsyncClient
from sqlmodel import delete, insert, select

from app.database import Session
from app.models import LoginSession
from app.schemas import TagPublic
from tests.factories import (
    changed_tag,
    make_tag,
    valid_tag,
)
from tests.helpers import (
    UNKNOWN_ID,
    assert_conflict,
    assert_not_found,
    assert_sorted,
    brief,
    filters_by,
    read_all,
    use_every_verb,
)

PATH = "/api/v1/tags"

# How the fields behave: said here, and not read from the schemas, which are under test.
REQUIRED: list[str] = ["name"]
DEFAULTS: dict[str, Any] = {
    "key": None,
}
NULLABLE: list[str] = ["key"]
FILTERS: list[str] = ["name", "key"]
RANGES: list[str] = []
SORTS: list[str] = ["created_at", "-created_at", "name", "-name"]
BOUNDS: list[dict[str, Any]] = [
    {"name": ""},
    {"name": "n" * 50},
]
INVALID: list[dict[str, Any]] = [
    {"name": "n" * 51},
    {"name": 1},
    {"key": "no-id"},
]


def path_of(tag: dict[str, Any]) -> str:
    """Return the path of a tag."""
    return f"{PATH}/{tag['id']}"


# --- Create


async def test_create(alice: AsyncClient) -> None:
    """The answer has what was sent, and says where the tag is."""
    fields = await valid_tag(alice)
    response = await alice.post(PATH, json=fields)
    assert response.status_code == 201, response.text
    tag = response.json()
    assert tag.items() >= fields.items()
    assert tag["updated_at"] == tag["created_at"]
    assert response.headers["Location"] == path_of(tag)
    assert (await alice.get(path_of(tag))).json() == tag


async def test_create_with_required_fields_only(alice: AsyncClient) -> None:
    """What has a default may be left out, and has the default then."""
    fields = await valid_tag(alice)
    response = await alice.post(PATH, json={name: fields[name] for name in REQUIRED})
    assert response.status_code == 201, response.text
    tag = response.json()
    assert tag.keys() == fields.keys() | {"id", "created_at", "updated_at"}
    assert tag.items() >= DEFAULTS.items()


async def test_create_without_one_field(alice: AsyncClient) -> None:
    """Whichever is left out: what has no default must be there."""
    for name in await valid_tag(alice):
        fields = await valid_tag(alice)
        del fields[name]
        response = await alice.post(PATH, json=fields)
        assert response.status_code == (422 if name in REQUIRED else 201), name


@pytest.mark.parametrize("bound", BOUNDS, ids=brief)
async def test_create_at_a_bound(alice: AsyncClient, bound: dict[str, Any]) -> None:
    """What is only just within its bounds is taken as it is."""
    response = await alice.post(PATH, json=await valid_tag(alice) | bound)
    assert response.status_code == 201, response.text
    assert response.json().items() >= bound.items()


@pytest.mark.parametrize("invalid", INVALID, ids=brief)
async def test_create_with_an_invalid_field(alice: AsyncClient, invalid: dict[str, Any]) -> None:
    """What is out of bounds, or of the wrong kind, is refused."""
    response = await alice.post(PATH, json=await valid_tag(alice) | invalid)
    assert response.status_code == 422, response.text


async def test_create_for_another_user(alice: AsyncClient, bob: AsyncClient) -> None:
    """The owner never comes from the body."""
    owner_id = (await bob.get("/api/v1/auth/me")).json()["id"]
    fields = await valid_tag(alice) | {"owner_id": owner_id}
    assert (await alice.post(PATH, json=fields)).status_code == 422
    assert await read_all(bob, PATH) == []


async def test_create_with_a_taken_name(alice: AsyncClient, bob: AsyncClient) -> None:
    """No two tags of a user have the same name, but those of two users may."""
    tag = await make_tag(alice)
    response = await alice.post(PATH, json=await valid_tag(alice) | {"name": tag["name"]})
    assert_conflict(response, "Tag with this name already exists")
    assert (await make_tag(bob, name=tag["name"]))["name"] == tag["name"]


async def test_create_with_a_taken_key(alice: AsyncClient, bob: AsyncClient) -> None:
    """No two tags of a user have the same key, but those of two users may."""
    tag = await make_tag(alice)
    response = await alice.post(PATH, json=await valid_tag(alice) | {"key": tag["key"]})
    assert_conflict(response, "Tag with this key already exists")
    assert (await make_tag(bob, key=tag["key"]))["key"] == tag["key"]


async def test_create_two_without_a_key(alice: AsyncClient) -> None:
    """What no two have in common may be missing in several."""
    for _ in range(2):
        assert (await make_tag(alice, key=None))["key"] is None


# --- Read


async def test_read(alice: AsyncClient) -> None:
    """The owner sees the tag."""
    _, tag, _ = [await make_tag(alice) for _ in range(3)]
    response = await alice.get(path_of(tag))
    assert response.status_code == 200, response.text
    assert response.json() == tag


async def test_read_another_users_tag(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's tag is not found, exactly like one that never was."""
    tag = await make_tag(alice)
    assert_not_found(await bob.get(path_of(tag)), "Tag")
    assert_not_found(await bob.get(f"{PATH}/{UNKNOWN_ID}"), "Tag")


# --- List


async def test_list(alice: AsyncClient, bob: AsyncClient) -> None:
    """Everybody sees their own tags only, the newest first."""
    tags = [await make_tag(alice) for _ in range(3)]
    other = await make_tag(bob)
    assert await read_all(alice, PATH) == tags[::-1]
    assert await read_all(bob, PATH) == [other]


async def test_list_with_total(alice: AsyncClient, bob: AsyncClient) -> None:
    """The total counts the caller's own tags only, and only if it was asked for."""
    await make_tag(alice)
    for client, total in ((alice, 1), (bob, 0)):
        page = (await client.get(PATH, params={"with_total": True})).json()
        assert (page["total"], len(page["items"])) == (total, total)
    assert (await alice.get(PATH)).json()["total"] is None


async def test_filter(alice: AsyncClient, bob: AsyncClient) -> None:
    """A filter finds what passes it, and nothing of another user's."""
    tag = await make_tag(alice)
    for params in filters_by(tag, FILTERS, RANGES):
        assert await read_all(alice, PATH, **params) == [tag], params
        page = (await bob.get(PATH, params=params | {"with_total": True})).json()
        assert (page["items"], page["total"]) == ([], 0), params


async def test_filter_by_what_no_tag_has(alice: AsyncClient) -> None:
    """A filter leaves out what does not pass it."""
    tag = await make_tag(alice)
    other = await make_tag(alice, **await changed_tag(alice))
    for row, another in ((tag, other), (other, tag)):
        for params in filters_by(row, FILTERS, RANGES):
            found = await read_all(alice, PATH, **params)
            assert another not in found, params
            page = (await alice.get(PATH, params=params | {"with_total": True})).json()
            assert page["total"] == len(found), params


@pytest.mark.parametrize("sort", SORTS)
async def test_sort_and_page(alice: AsyncClient, sort: str) -> None:
    """Each order is that of its column, empty ones last, and the same in pages of any size."""
    given = [await fields(alice) for fields in (valid_tag, changed_tag) * 2]
    given += [
        row | dict.fromkeys(NULLABLE) for row in [await valid_tag(alice), await changed_tag(alice)]
    ]
    created = [await make_tag(alice, **given[number]) for number in (1, 4, 0, 3, 5, 2)]
    tags = await read_all(alice, PATH, sort=sort)
    assert sorted(tag["id"] for tag in tags) == sorted(tag["id"] for tag in created)
    assert_sorted(tags, TagPublic, sort)
    for limit in (1, 4):
        assert await read_all(alice, PATH, sort=sort, limit=limit) == tags


# --- Update


async def test_update(alice: AsyncClient) -> None:
    """Every field can be changed, and no other row is."""
    before, tag, after = [await make_tag(alice) for _ in range(3)]
    fields = await changed_tag(alice)
    response = await alice.patch(path_of(tag), json=fields)
    assert response.status_code == 200, response.text
    changed = response.json()
    assert changed.items() >= fields.items()
    assert changed["updated_at"] > tag["updated_at"]
    for row in (before, changed, after):
        assert (await alice.get(path_of(row))).json() == row


async def test_update_one_field(alice: AsyncClient) -> None:
    """What is left out stays as it is."""
    before, tag, after = [await make_tag(alice) for _ in range(3)]
    for name, value in (await changed_tag(alice)).items():
        response = await alice.patch(path_of(tag), json={name: value})
        assert response.status_code == 200, response.text
        changed = response.json()
        assert changed["updated_at"] > tag["updated_at"], name
        tag |= {name: value, "updated_at": changed["updated_at"]}
        assert changed == tag, name
    for row in (before, tag, after):
        assert (await alice.get(path_of(row))).json() == row


async def test_update_nothing(alice: AsyncClient) -> None:
    """An empty change changes nothing, not even the time of the last one."""
    tag = await make_tag(alice)
    response = await alice.patch(path_of(tag), json={})
    assert response.status_code == 200, response.text
    assert response.json() == tag


async def test_update_to_null(alice: AsyncClient) -> None:
    """Null is for what may be null only."""
    tag = await make_tag(alice)
    for name in await changed_tag(alice):
        response = await alice.patch(path_of(tag), json={name: None})
        assert response.status_code == (200 if name in NULLABLE else 422), name
    emptied = (await alice.get(path_of(tag))).json()
    assert emptied == tag | dict.fromkeys(NULLABLE) | {"updated_at": emptied["updated_at"]}


@pytest.mark.parametrize("bound", BOUNDS, ids=brief)
async def test_update_to_a_bound(alice: AsyncClient, bound: dict[str, Any]) -> None:
    """What is only just within its bounds is taken as it is."""
    tag = await make_tag(alice)
    response = await alice.patch(path_of(tag), json=bound)
    assert response.status_code == 200, response.text
    assert response.json().items() >= bound.items()


@pytest.mark.parametrize("invalid", INVALID, ids=brief)
async def test_update_to_an_invalid_value(alice: AsyncClient, invalid: dict[str, Any]) -> None:
    """What is out of bounds, or of the wrong kind, is refused, and nothing changes."""
    tag = await make_tag(alice)
    response = await alice.patch(path_of(tag), json=await changed_tag(alice) | invalid)
    assert response.status_code == 422, response.text
    assert (await alice.get(path_of(tag))).json() == tag


async def test_update_another_users_tag(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's tag is not found, and stays as it is."""
    tag = await make_tag(alice)
    fields = await changed_tag(bob)
    assert_not_found(await bob.patch(path_of(tag), json=fields), "Tag")
    assert_not_found(await bob.patch(f"{PATH}/{UNKNOWN_ID}", json=fields), "Tag")
    assert (await alice.get(path_of(tag))).json() == tag


async def test_give_to_another_user(alice: AsyncClient, bob: AsyncClient) -> None:
    """The owner cannot be changed."""
    tag = await make_tag(alice)
    owner_id = (await bob.get("/api/v1/auth/me")).json()["id"]
    assert (await alice.patch(path_of(tag), json={"owner_id": owner_id})).status_code == 422
    assert (await alice.get(path_of(tag))).json() == tag
    assert await read_all(bob, PATH) == []


async def test_update_to_a_taken_name(alice: AsyncClient) -> None:
    """A name cannot be taken from another tag."""
    tag, other = await make_tag(alice), await make_tag(alice)
    response = await alice.patch(path_of(tag), json={"name": other["name"]})
    assert_conflict(response, "Tag with this name already exists")
    assert (await alice.get(path_of(tag))).json() == tag


async def test_update_to_a_taken_key(alice: AsyncClient) -> None:
    """A key cannot be taken from another tag."""
    tag, other = await make_tag(alice), await make_tag(alice)
    response = await alice.patch(path_of(tag), json={"key": other["key"]})
    assert_conflict(response, "Tag with this key already exists")
    assert (await alice.get(path_of(tag))).json() == tag


# --- Delete


async def test_delete(alice: AsyncClient) -> None:
    """A deleted tag is gone, and cannot be deleted again."""
    before, tag, after = [await make_tag(alice) for _ in range(3)]
    assert (await alice.delete(path_of(tag))).status_code == 204
    assert_not_found(await alice.get(path_of(tag)), "Tag")
    assert_not_found(await alice.delete(path_of(tag)), "Tag")
    assert await read_all(alice, PATH) == [after, before]


async def test_delete_another_users_tag(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's tag is not found, and stays."""
    tag = await make_tag(alice)
    assert_not_found(await bob.delete(path_of(tag)), "Tag")
    assert (await alice.get(path_of(tag))).json() == tag


# --- Strangers


async def test_use_without_signing_in(alice: AsyncClient, client: AsyncClient) -> None:
    """A stranger is asked to sign in, whatever they try."""
    tag = await make_tag(alice)
    for response in await use_every_verb(client, PATH, tag, await changed_tag(alice)):
        assert response.status_code == 401, response.text
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert await read_all(alice, PATH) == [tag]


async def test_use_after_signing_out(alice: AsyncClient, session: Session) -> None:
    """A token is worth nothing once its session has ended, whatever it is used for."""
    tag = await make_tag(alice)
    fields = await changed_tag(alice)
    login = await session.one(select(LoginSession), LoginSession)
    await session.execute(delete(LoginSession))
    for response in await use_every_verb(alice, PATH, tag, fields):
        assert response.status_code == 401, response.text
    await session.execute(insert(LoginSession).values(**dict(login)))
    assert await read_all(alice, PATH) == [tag]
