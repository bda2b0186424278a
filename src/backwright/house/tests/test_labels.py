"""Labels: what can be done with them by whoever is signed in, and by nobody else."""

from typing import Any

import pytest
from httpx import AsyncClient
from sqlmodel import delete

from app.database import Session
from app.models import LoginSession
from app.schemas import LabelCreate, LabelFilter, LabelPublic
from tests.factories import (
    INVALID_LABEL,
    changed_label,
    make_label,
    valid_label,
)
from tests.helpers import (
    UNKNOWN_ID,
    UNSTORABLE_TEXTS,
    assert_conflict,
    assert_not_found,
    assert_sorted,
    defaults_of,
    filters_of,
    nullable,
    read_all,
    required_of,
    send,
    sorts_of,
    texts_of,
    use_every_verb,
)

PATH = "/api/v1/labels"


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
    response = await alice.post(
        PATH, json={name: fields[name] for name in required_of(LabelCreate)}
    )
    assert response.status_code == 201, response.text
    assert response.json().keys() == LabelPublic.model_fields.keys()
    label = LabelPublic.model_validate(response.json()).model_dump()
    assert label.items() >= defaults_of(LabelCreate).items()


async def test_create_without_a_required_field(alice: AsyncClient) -> None:
    """What has no default must be there."""
    fields = await valid_label(alice)
    for name in required_of(LabelCreate):
        rest = {key: value for key, value in fields.items() if key != name}
        assert (await alice.post(PATH, json=rest)).status_code == 422, name


@pytest.mark.parametrize("invalid", INVALID_LABEL, ids=str)
async def test_create_with_an_invalid_field(alice: AsyncClient, invalid: dict[str, Any]) -> None:
    """What is out of bounds, or of the wrong kind, is refused."""
    response = await alice.post(PATH, json=await valid_label(alice) | invalid)
    assert response.status_code == 422, response.text


@pytest.mark.parametrize("unstorable", UNSTORABLE_TEXTS, ids=ascii)
async def test_create_with_text_that_cannot_be_stored(alice: AsyncClient, unstorable: str) -> None:
    """Every text is refused if the database could not hold it."""
    fields = await valid_label(alice)
    for name in texts_of(fields):
        response = await send(alice, "POST", PATH, fields | {name: unstorable})
        assert response.status_code == 422, name


async def test_create_with_a_taken_name(alice: AsyncClient, bob: AsyncClient) -> None:
    """No two labels have the same name."""
    label = await make_label(alice)
    response = await bob.post(PATH, json=await valid_label(bob) | {"name": label["name"]})
    assert_conflict(response, "Label with this name already exists")


# --- Read


async def test_read(alice: AsyncClient, bob: AsyncClient) -> None:
    """Everybody sees the same label."""
    label = await make_label(alice)
    for client in (alice, bob):
        response = await client.get(path_of(label))
        assert response.status_code == 200, response.text
        assert response.json() == label


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_use_a_malformed_id(alice: AsyncClient, method: str) -> None:
    """What is not an id is refused before anything is looked up."""
    response = await alice.request(method, f"{PATH}/no-id", json={} if method == "PATCH" else None)
    assert response.status_code == 422, response.text


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
    for params in filters_of(LabelFilter, label):
        assert await read_all(alice, PATH, **params) == [label], params


async def test_filter_by_what_no_label_has(alice: AsyncClient) -> None:
    """A filter leaves out what does not pass it."""
    label = await make_label(alice)
    other = await make_label(alice, **await changed_label(alice))
    for params in filters_of(LabelFilter, other):
        assert label not in await read_all(alice, PATH, **params), params


@pytest.mark.parametrize("sort", sorts_of(LabelFilter))
async def test_sort_and_page(alice: AsyncClient, sort: str) -> None:
    """Each order is that of its column, and the same in pages; backwards is the reverse."""
    given = [await fields(alice) for fields in (valid_label, changed_label) * 2]
    created = [await make_label(alice, **given[number]) for number in (1, 0, 3, 2)]
    labels = await read_all(alice, PATH, sort=sort)
    assert sorted(label["id"] for label in labels) == sorted(label["id"] for label in created)
    assert_sorted(labels, LabelPublic, sort)
    assert await read_all(alice, PATH, sort=sort, limit=3) == labels
    backwards = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
    assert await read_all(alice, PATH, sort=backwards, limit=1) == labels[::-1]


async def test_cursor_of_another_order(alice: AsyncClient) -> None:
    """A cursor is good for the order that it was made for."""
    for _ in range(2):
        await make_label(alice)
    page = (await alice.get(PATH, params={"limit": 1, "sort": "created_at"})).json()
    params = {"cursor": page["next_cursor"], "sort": "-created_at"}
    assert (await alice.get(PATH, params=params)).status_code == 400


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("limit", "0", 422),
        ("limit", "-1", 422),
        ("limit", "101", 422),
        ("limit", "1" + "0" * 20, 422),
        ("sort", "owner_id", 422),
        ("owner_id", UNKNOWN_ID, 422),
        ("cursor", "no cursor", 400),
        ("cursor", "W10=", 400),
        ("cursor", "\0", 400),
        ("with_total", "perhaps", 422),
    ],
)
async def test_list_with_an_invalid_parameter(
    alice: AsyncClient, name: str, value: str, status: int
) -> None:
    """What a list does not know, or cannot do, is refused."""
    response = await alice.get(PATH, params={name: value})
    assert response.status_code == status, response.text


# --- Update


async def test_update(alice: AsyncClient) -> None:
    """Every field can be changed."""
    label = await make_label(alice)
    fields = await changed_label(alice)
    response = await alice.patch(path_of(label), json=fields)
    assert response.status_code == 200, response.text
    changed = response.json()
    assert changed.items() >= fields.items()
    assert changed["updated_at"] > label["updated_at"]
    assert (await alice.get(path_of(label))).json() == changed


async def test_update_one_field(alice: AsyncClient) -> None:
    """What is left out stays as it is."""
    label = await make_label(alice)
    for name, value in (await changed_label(alice)).items():
        response = await alice.patch(path_of(label), json={name: value})
        assert response.status_code == 200, response.text
        label |= {name: value, "updated_at": response.json()["updated_at"]}
        assert response.json() == label, name


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
        assert response.status_code == (200 if nullable(LabelPublic, name) else 422), name


@pytest.mark.parametrize("invalid", INVALID_LABEL, ids=str)
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
    label = await make_label(alice)
    assert (await alice.delete(path_of(label))).status_code == 204
    assert_not_found(await alice.get(path_of(label)), "Label")
    assert_not_found(await alice.delete(path_of(label)), "Label")
    assert await read_all(alice, PATH) == []


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
    await session.execute(delete(LoginSession))
    for response in await use_every_verb(alice, PATH, label, fields):
        assert response.status_code == 401, response.text
