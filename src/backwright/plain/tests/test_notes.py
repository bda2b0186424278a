"""What the endpoints for notes promise."""

from http import HTTPStatus
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import get_current_user
from app.main import app
from app.models import Tag, Topic, User
from tests.conftest import sign_in

pytestmark = pytest.mark.anyio

PATH = "/notes"
REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
Fields = dict[str, Any]
INVALID_NOTE: list[Fields] = [
    {"title": ""},
    {"title": "n" * 201},
    {"title": "\0"},
    {"done": "perhaps"},
    {"topic_id": "no-id"},
    {"tag_ids": ["no-id"]},
]

_numbers = count(1)


async def valid_note(connection: AsyncConnection, owner: User) -> Fields:
    """Return what a client may send to create a note."""
    return {
        "title": f"title {next(_numbers)}",
        "done": False,
        "topic_id": await make_topic(connection, owner),
        "tag_ids": [await make_tag(connection, owner)],
    }


async def changed_note(connection: AsyncConnection, owner: User) -> Fields:
    """Return what a client may send to change every field of a note."""
    return {
        "title": f"title {next(_numbers)}",
        "done": True,
        "topic_id": await make_topic(connection, owner),
        "tag_ids": [await make_tag(connection, owner)],
    }


async def make_topic(connection: AsyncConnection, owner: User) -> str:
    """Make a topic, and return its id."""
    topic = Topic(name="name", owner_id=owner.id)
    await save(connection, topic)
    return str(topic.id)


async def make_tag(connection: AsyncConnection, owner: User) -> str:
    """Make a tag, and return its id."""
    tag = Tag(name="name", owner_id=owner.id)
    await save(connection, tag)
    return str(tag.id)


async def save(connection: AsyncConnection, row: object) -> None:
    """Store a row."""
    async with AsyncSession(
        connection,
        join_transaction_mode="create_savepoint",
        expire_on_commit=False,
    ) as session:
        session.add(row)
        await session.commit()


async def make_note(client: AsyncClient, fields: Fields) -> Fields:
    """Create a note, and return what the client gets to see of it."""
    response = await client.post(PATH, json=fields)
    assert response.status_code == HTTPStatus.CREATED, response.text
    note: Fields = response.json()
    return note


async def test_create_note(
    client: AsyncClient, connection: AsyncConnection, users: tuple[User, User]
) -> None:
    """What was created can be read and listed."""
    owner, _ = users
    sign_in(owner)
    fields = await valid_note(connection, owner)
    note = await make_note(client, fields)
    assert note.items() >= fields.items()
    assert (await client.get(f"{PATH}/{note['id']}")).json() == note
    assert note in (await client.get(PATH)).json()


@pytest.mark.parametrize("invalid", INVALID_NOTE, ids=str)
async def test_create_invalid_note(
    client: AsyncClient,
    connection: AsyncConnection,
    users: tuple[User, User],
    invalid: Fields,
) -> None:
    """What is out of bounds, or of the wrong kind, is refused."""
    owner, _ = users
    sign_in(owner)
    fields = await valid_note(connection, owner) | invalid
    response = await client.post(PATH, json=fields)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, response.text


async def test_create_note_twice(
    client: AsyncClient, connection: AsyncConnection, users: tuple[User, User]
) -> None:
    """A second note with the same unique value is refused."""
    owner, _ = users
    sign_in(owner)
    fields = await valid_note(connection, owner)
    await make_note(client, fields)
    response = await client.post(PATH, json=fields)
    assert response.status_code == HTTPStatus.CONFLICT, response.text


async def test_list_notes(
    client: AsyncClient, connection: AsyncConnection, users: tuple[User, User]
) -> None:
    """A list comes a page at a time."""
    owner, _ = users
    sign_in(owner)
    before = len((await client.get(PATH, params={"limit": 100})).json())
    for _number in range(3):
        await make_note(client, await valid_note(connection, owner))
    first = await client.get(PATH, params={"offset": before, "limit": 2})
    second = await client.get(PATH, params={"offset": before + 2, "limit": 2})
    assert (len(first.json()), len(second.json())) == (2, 1)


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 101}, {"offset": -1}])
async def test_list_notes_out_of_bounds(
    client: AsyncClient, users: tuple[User, User], params: dict[str, int]
) -> None:
    """A page has a size."""
    sign_in(users[0])
    assert (
        await client.get(PATH, params=params)
    ).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_update_note(
    client: AsyncClient, connection: AsyncConnection, users: tuple[User, User]
) -> None:
    """Each field can be changed by itself; the others stay."""
    owner, _ = users
    sign_in(owner)
    note = await make_note(client, await valid_note(connection, owner))
    for name, value in (await changed_note(connection, owner)).items():
        response = await client.patch(f"{PATH}/{note['id']}", json={name: value})
        assert response.status_code == HTTPStatus.OK, response.text
        note |= {name: value}
        assert response.json() == note


async def test_update_note_to_null(
    client: AsyncClient, connection: AsyncConnection, users: tuple[User, User]
) -> None:
    """Null is refused where a note must have a value."""
    owner, _ = users
    sign_in(owner)
    note = await make_note(client, await valid_note(connection, owner))
    for name in ("title", "done", "tag_ids"):
        response = await client.patch(f"{PATH}/{note['id']}", json={name: None})
        assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, response.text


async def test_delete_note(
    client: AsyncClient, connection: AsyncConnection, users: tuple[User, User]
) -> None:
    """What was deleted is gone."""
    owner, _ = users
    sign_in(owner)
    note = await make_note(client, await valid_note(connection, owner))
    assert (
        await client.delete(f"{PATH}/{note['id']}")
    ).status_code == HTTPStatus.NO_CONTENT
    assert (
        await client.get(f"{PATH}/{note['id']}")
    ).status_code == HTTPStatus.NOT_FOUND
    assert (
        await client.delete(f"{PATH}/{note['id']}")
    ).status_code == HTTPStatus.NOT_FOUND


async def test_use_a_note_that_never_was(
    client: AsyncClient, connection: AsyncConnection, users: tuple[User, User]
) -> None:
    """A note that is not there is not found, whatever is tried."""
    owner, _ = users
    sign_in(owner)
    fields = await changed_note(connection, owner)
    path = f"{PATH}/{uuid4()}"
    assert (await client.get(path)).status_code == HTTPStatus.NOT_FOUND
    assert (await client.patch(path, json=fields)).status_code == HTTPStatus.NOT_FOUND
    assert (await client.delete(path)).status_code == HTTPStatus.NOT_FOUND


async def test_refer_to_a_topic_that_never_was(
    client: AsyncClient, connection: AsyncConnection, users: tuple[User, User]
) -> None:
    """A topic that is not there is not found."""
    owner, _ = users
    sign_in(owner)
    fields = await valid_note(connection, owner) | {"topic_id": str(uuid4())}
    assert (await client.post(PATH, json=fields)).status_code == HTTPStatus.NOT_FOUND


async def test_link_to_a_tag_that_never_was(
    client: AsyncClient, connection: AsyncConnection, users: tuple[User, User]
) -> None:
    """A tag that is not there is not found."""
    owner, _ = users
    sign_in(owner)
    fields = await valid_note(connection, owner) | {"tag_ids": [str(uuid4())]}
    assert (await client.post(PATH, json=fields)).status_code == HTTPStatus.NOT_FOUND


async def test_use_another_users_note(
    client: AsyncClient, connection: AsyncConnection, users: tuple[User, User]
) -> None:
    """Another user's note is not found, and stays as it is."""
    owner, stranger = users
    sign_in(owner)
    note = await make_note(client, await valid_note(connection, owner))
    path = f"{PATH}/{note['id']}"
    sign_in(stranger)
    fields = await changed_note(connection, stranger)
    assert (await client.get(path)).status_code == HTTPStatus.NOT_FOUND
    assert (await client.patch(path, json=fields)).status_code == HTTPStatus.NOT_FOUND
    assert (await client.delete(path)).status_code == HTTPStatus.NOT_FOUND
    assert note not in (await client.get(PATH)).json()
    sign_in(owner)
    assert (await client.get(path)).json() == note


async def test_refer_to_another_users_topic(
    client: AsyncClient, connection: AsyncConnection, users: tuple[User, User]
) -> None:
    """Another user's topic is not found."""
    owner, stranger = users
    sign_in(owner)
    topic_id = await make_topic(connection, stranger)
    fields = await valid_note(connection, owner) | {"topic_id": topic_id}
    assert (await client.post(PATH, json=fields)).status_code == HTTPStatus.NOT_FOUND


async def test_link_to_another_users_tag(
    client: AsyncClient, connection: AsyncConnection, users: tuple[User, User]
) -> None:
    """Another user's tag is not found."""
    owner, stranger = users
    sign_in(owner)
    tag_id = await make_tag(connection, stranger)
    fields = await valid_note(connection, owner) | {"tag_ids": [tag_id]}
    assert (await client.post(PATH, json=fields)).status_code == HTTPStatus.NOT_FOUND


async def test_use_notes_without_signing_in(
    client: AsyncClient, connection: AsyncConnection, users: tuple[User, User]
) -> None:
    """A stranger is asked to sign in, whatever they try."""
    owner, _ = users
    sign_in(owner)
    fields = await valid_note(connection, owner)
    note = await make_note(client, fields)
    path = f"{PATH}/{note['id']}"
    del app.dependency_overrides[get_current_user]
    for response in (
        await client.post(PATH, json=fields),
        await client.get(PATH),
        await client.get(path),
        await client.patch(path, json=fields),
        await client.delete(path),
    ):
        assert response.status_code in REFUSED, response.text
