"""Comments: what can be done with them, and that nobody can do it with anybody else's."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlmodel import delete, insert, select

from app.database import Session
from app.fields import LONGEST_TEXT
from app.models import Comment, LoginSession
from app.schemas import CommentPublic
from tests.factories import (
    changed_comment,
    make_comment,
    make_tag,
    make_task,
    valid_comment,
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

PATH = "/api/v1/comments"

# How the fields behave: said here, and not read from the schemas, which are under test.
REQUIRED: list[str] = ["body", "said_at", "meta", "task_id"]
DEFAULTS: dict[str, Any] = {
    "tag_id": None,
    "parent_id": None,
}
NULLABLE: list[str] = ["tag_id", "parent_id"]
FILTERS: list[str] = ["task_id", "tag_id"]
RANGES: list[str] = ["said_at"]
SORTS: list[str] = ["created_at", "-created_at", "said_at", "-said_at"]
BOUNDS: list[dict[str, Any]] = [
    {"body": ""},
    {"body": "n" * LONGEST_TEXT},
]
INVALID: list[dict[str, Any]] = [
    {"body": 1},
    {"said_at": "2030-01-31T12:00:00"},
    {"said_at": 0},
    {"meta": "no object"},
    {"task_id": "no-id"},
    {"tag_id": "no-id"},
    {"parent_id": "no-id"},
]


def path_of(comment: dict[str, Any]) -> str:
    """Return the path of a comment."""
    return f"{PATH}/{comment['id']}"


# --- Create


async def test_create(alice: AsyncClient) -> None:
    """The answer has what was sent, and says where the comment is."""
    fields = await valid_comment(alice)
    response = await alice.post(PATH, json=fields)
    assert response.status_code == 201, response.text
    comment = response.json()
    assert comment.items() >= fields.items()
    assert comment["updated_at"] == comment["created_at"]
    assert response.headers["Location"] == path_of(comment)
    assert (await alice.get(path_of(comment))).json() == comment


async def test_create_with_required_fields_only(alice: AsyncClient) -> None:
    """What has a default may be left out, and has the default then."""
    fields = await valid_comment(alice)
    response = await alice.post(PATH, json={name: fields[name] for name in REQUIRED})
    assert response.status_code == 201, response.text
    comment = response.json()
    assert comment.keys() == fields.keys() | {"id", "created_at", "updated_at"}
    assert comment.items() >= DEFAULTS.items()


async def test_create_without_one_field(alice: AsyncClient) -> None:
    """Whichever is left out: what has no default must be there."""
    for name in await valid_comment(alice):
        fields = await valid_comment(alice)
        del fields[name]
        response = await alice.post(PATH, json=fields)
        assert response.status_code == (422 if name in REQUIRED else 201), name


@pytest.mark.parametrize("bound", BOUNDS, ids=brief)
async def test_create_at_a_bound(alice: AsyncClient, bound: dict[str, Any]) -> None:
    """What is only just within its bounds is taken as it is."""
    response = await alice.post(PATH, json=await valid_comment(alice) | bound)
    assert response.status_code == 201, response.text
    assert response.json().items() >= bound.items()


@pytest.mark.parametrize("invalid", INVALID, ids=brief)
async def test_create_with_an_invalid_field(alice: AsyncClient, invalid: dict[str, Any]) -> None:
    """What is out of bounds, or of the wrong kind, is refused."""
    response = await alice.post(PATH, json=await valid_comment(alice) | invalid)
    assert response.status_code == 422, response.text


async def test_create_for_another_user(alice: AsyncClient, bob: AsyncClient) -> None:
    """The owner never comes from the body."""
    owner_id = (await bob.get("/api/v1/auth/me")).json()["id"]
    fields = await valid_comment(alice) | {"owner_id": owner_id}
    assert (await alice.post(PATH, json=fields)).status_code == 422
    assert await read_all(bob, PATH) == []


async def test_create_with_another_users_task(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's task is not found, exactly like one that never was."""
    fields = await valid_comment(alice)
    for task_id in ((await make_task(bob))["id"], UNKNOWN_ID):
        response = await alice.post(PATH, json=fields | {"task_id": task_id})
        assert_not_found(response, "Task", "task_id")
    assert await read_all(alice, PATH) == []


async def test_create_with_another_users_tag(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's tag is not found, exactly like one that never was."""
    fields = await valid_comment(alice)
    for tag_id in ((await make_tag(bob))["id"], UNKNOWN_ID):
        response = await alice.post(PATH, json=fields | {"tag_id": tag_id})
        assert_not_found(response, "Tag", "tag_id")
    assert await read_all(alice, PATH) == []


async def test_create_with_another_users_parent(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's parent is not found, exactly like one that never was."""
    fields = await valid_comment(alice)
    for parent_id in ((await make_comment(bob))["id"], UNKNOWN_ID):
        response = await alice.post(PATH, json=fields | {"parent_id": parent_id})
        assert_not_found(response, "Comment", "parent_id")
    assert await read_all(alice, PATH) == []


# --- Read


async def test_read(alice: AsyncClient) -> None:
    """The owner sees the comment."""
    _, comment, _ = [await make_comment(alice) for _ in range(3)]
    response = await alice.get(path_of(comment))
    assert response.status_code == 200, response.text
    assert response.json() == comment


async def test_read_another_users_comment(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's comment is not found, exactly like one that never was."""
    comment = await make_comment(alice)
    assert_not_found(await bob.get(path_of(comment)), "Comment")
    assert_not_found(await bob.get(f"{PATH}/{UNKNOWN_ID}"), "Comment")


# --- List


async def test_list(alice: AsyncClient, bob: AsyncClient) -> None:
    """Everybody sees their own comments only, the newest first."""
    comments = [await make_comment(alice) for _ in range(3)]
    other = await make_comment(bob)
    assert await read_all(alice, PATH) == comments[::-1]
    assert await read_all(bob, PATH) == [other]


async def test_list_with_total(alice: AsyncClient, bob: AsyncClient) -> None:
    """The total counts the caller's own comments only, and only if it was asked for."""
    await make_comment(alice)
    for client, total in ((alice, 1), (bob, 0)):
        page = (await client.get(PATH, params={"with_total": True})).json()
        assert (page["total"], len(page["items"])) == (total, total)
    assert (await alice.get(PATH)).json()["total"] is None


async def test_filter(alice: AsyncClient, bob: AsyncClient) -> None:
    """A filter finds what passes it, and nothing of another user's."""
    comment = await make_comment(alice)
    for params in filters_by(comment, FILTERS, RANGES):
        assert await read_all(alice, PATH, **params) == [comment], params
        page = (await bob.get(PATH, params=params | {"with_total": True})).json()
        assert (page["items"], page["total"]) == ([], 0), params


async def test_filter_by_what_no_comment_has(alice: AsyncClient) -> None:
    """A filter leaves out what does not pass it."""
    comment = await make_comment(alice)
    other = await make_comment(alice, **await changed_comment(alice))
    for row, another in ((comment, other), (other, comment)):
        for params in filters_by(row, FILTERS, RANGES):
            found = await read_all(alice, PATH, **params)
            assert another not in found, params
            page = (await alice.get(PATH, params=params | {"with_total": True})).json()
            assert page["total"] == len(found), params


async def test_filter_by_a_parent(alice: AsyncClient) -> None:
    """What has this parent is found, by `null` what has none, and nothing else."""
    above = await make_comment(alice)
    comment = await make_comment(alice, parent_id=above["id"])
    assert await read_all(alice, PATH, parent_id=above["id"]) == [comment]
    assert await read_all(alice, PATH, parent_id=comment["id"]) == []
    assert await read_all(alice, PATH, parent_id="null") == [above]


async def test_filter_by_no_tag(alice: AsyncClient) -> None:
    """What has none is found by `null`, and nothing else."""
    await make_comment(alice)
    comment = await make_comment(alice, tag_id=None)
    assert await read_all(alice, PATH, tag_id="null") == [comment]


@pytest.mark.parametrize("sort", SORTS)
async def test_sort_and_page(alice: AsyncClient, sort: str) -> None:
    """Each order is that of its column, empty ones last, and the same in pages of any size."""
    given = [await fields(alice) for fields in (valid_comment, changed_comment) * 2]
    given += [
        row | dict.fromkeys(NULLABLE)
        for row in [await valid_comment(alice), await changed_comment(alice)]
    ]
    created = [await make_comment(alice, **given[number]) for number in (1, 4, 0, 3, 5, 2)]
    comments = await read_all(alice, PATH, sort=sort)
    assert sorted(comment["id"] for comment in comments) == sorted(
        comment["id"] for comment in created
    )
    assert_sorted(comments, CommentPublic, sort)
    for limit in (1, 4):
        assert await read_all(alice, PATH, sort=sort, limit=limit) == comments


# --- Update


async def test_update(alice: AsyncClient) -> None:
    """Every field can be changed, and no other row is."""
    before, comment, after = [await make_comment(alice) for _ in range(3)]
    fields = await changed_comment(alice)
    response = await alice.patch(path_of(comment), json=fields)
    assert response.status_code == 200, response.text
    changed = response.json()
    assert changed.items() >= fields.items()
    assert changed["updated_at"] > comment["updated_at"]
    for row in (before, changed, after):
        assert (await alice.get(path_of(row))).json() == row


async def test_update_one_field(alice: AsyncClient) -> None:
    """What is left out stays as it is."""
    before, comment, after = [await make_comment(alice) for _ in range(3)]
    for name, value in (await changed_comment(alice)).items():
        response = await alice.patch(path_of(comment), json={name: value})
        assert response.status_code == 200, response.text
        changed = response.json()
        assert changed["updated_at"] > comment["updated_at"], name
        comment |= {name: value, "updated_at": changed["updated_at"]}
        assert changed == comment, name
    for row in (before, comment, after):
        assert (await alice.get(path_of(row))).json() == row


async def test_update_nothing(alice: AsyncClient) -> None:
    """An empty change changes nothing, not even the time of the last one."""
    comment = await make_comment(alice)
    response = await alice.patch(path_of(comment), json={})
    assert response.status_code == 200, response.text
    assert response.json() == comment


async def test_update_to_null(alice: AsyncClient) -> None:
    """Null is for what may be null only."""
    comment = await make_comment(alice)
    for name in await changed_comment(alice):
        response = await alice.patch(path_of(comment), json={name: None})
        assert response.status_code == (200 if name in NULLABLE else 422), name
    emptied = (await alice.get(path_of(comment))).json()
    assert emptied == comment | dict.fromkeys(NULLABLE) | {"updated_at": emptied["updated_at"]}


@pytest.mark.parametrize("bound", BOUNDS, ids=brief)
async def test_update_to_a_bound(alice: AsyncClient, bound: dict[str, Any]) -> None:
    """What is only just within its bounds is taken as it is."""
    comment = await make_comment(alice)
    response = await alice.patch(path_of(comment), json=bound)
    assert response.status_code == 200, response.text
    assert response.json().items() >= bound.items()


@pytest.mark.parametrize("invalid", INVALID, ids=brief)
async def test_update_to_an_invalid_value(alice: AsyncClient, invalid: dict[str, Any]) -> None:
    """What is out of bounds, or of the wrong kind, is refused, and nothing changes."""
    comment = await make_comment(alice)
    response = await alice.patch(path_of(comment), json=await changed_comment(alice) | invalid)
    assert response.status_code == 422, response.text
    assert (await alice.get(path_of(comment))).json() == comment


async def test_update_another_users_comment(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's comment is not found, and stays as it is."""
    comment = await make_comment(alice)
    fields = await changed_comment(bob)
    assert_not_found(await bob.patch(path_of(comment), json=fields), "Comment")
    assert_not_found(await bob.patch(f"{PATH}/{UNKNOWN_ID}", json=fields), "Comment")
    assert (await alice.get(path_of(comment))).json() == comment


async def test_give_to_another_user(alice: AsyncClient, bob: AsyncClient) -> None:
    """The owner cannot be changed."""
    comment = await make_comment(alice)
    owner_id = (await bob.get("/api/v1/auth/me")).json()["id"]
    assert (await alice.patch(path_of(comment), json={"owner_id": owner_id})).status_code == 422
    assert (await alice.get(path_of(comment))).json() == comment
    assert await read_all(bob, PATH) == []


async def test_update_to_another_users_task(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's task is not found, exactly like one that never was."""
    comment = await make_comment(alice)
    for task_id in ((await make_task(bob))["id"], UNKNOWN_ID):
        response = await alice.patch(path_of(comment), json={"task_id": task_id})
        assert_not_found(response, "Task", "task_id")
    assert (await alice.get(path_of(comment))).json() == comment


async def test_update_to_another_users_tag(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's tag is not found, exactly like one that never was."""
    comment = await make_comment(alice)
    for tag_id in ((await make_tag(bob))["id"], UNKNOWN_ID):
        response = await alice.patch(path_of(comment), json={"tag_id": tag_id})
        assert_not_found(response, "Tag", "tag_id")
    assert (await alice.get(path_of(comment))).json() == comment


async def test_update_to_another_users_parent(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's parent is not found, exactly like one that never was."""
    comment = await make_comment(alice)
    for parent_id in ((await make_comment(bob))["id"], UNKNOWN_ID):
        response = await alice.patch(path_of(comment), json={"parent_id": parent_id})
        assert_not_found(response, "Comment", "parent_id")
    assert (await alice.get(path_of(comment))).json() == comment


async def test_update_the_parent(alice: AsyncClient) -> None:
    """A comment can be put below another, and taken away from there."""
    above, comment = await make_comment(alice), await make_comment(alice)
    for parent_id in (above["id"], None):
        response = await alice.patch(path_of(comment), json={"parent_id": parent_id})
        assert response.status_code == 200, response.text
        assert response.json()["parent_id"] == parent_id
        assert (await alice.get(path_of(comment))).json() == response.json()


async def test_update_to_a_circle_of_parents(alice: AsyncClient) -> None:
    """Nothing can stand below itself, or below what stands below it."""
    comment = await make_comment(alice)
    below = await make_comment(alice, parent_id=comment["id"])
    lowest = await make_comment(alice, parent_id=below["id"])
    for other in (comment, below, lowest):
        response = await alice.patch(path_of(comment), json={"parent_id": other["id"]})
        assert response.status_code == 400, response.text
        assert response.json()["detail"]["error"].startswith("parent_id: ")
    assert (await alice.get(path_of(comment))).json() == comment
    response = await alice.patch(path_of(lowest), json={"parent_id": comment["id"]})
    assert response.status_code == 200, response.text


async def test_update_at_once_to_a_circle_of_parents(alice: AsyncClient) -> None:
    """Of two moves at the same moment that would close one together, one is refused."""
    for _ in range(5):
        first, second = [await make_comment(alice) for _ in range(2)]
        responses = await asyncio.gather(
            alice.patch(path_of(first), json={"parent_id": second["id"]}),
            alice.patch(path_of(second), json={"parent_id": first["id"]}),
        )
        done, refused = sorted(response.status_code for response in responses)
        assert done == 200
        assert refused in {400, 409}  # after the other, or in the midst of it


async def test_update_the_parent_during_another_move(
    alice: AsyncClient, bob: AsyncClient, session: Session
) -> None:
    """The second of two moves is refused, and does not wait; nobody else is kept from theirs."""
    first, second, above = [await make_comment(alice) for _ in range(3)]
    other, over = [await make_comment(bob) for _ in range(2)]
    async with hold_row(session, Comment, first):
        moved = await start_waiting(
            session, alice.patch(path_of(first), json={"parent_id": above["id"]})
        )
        response = await alice.patch(path_of(second), json={"parent_id": above["id"]})
        assert_conflict(response, "Another one is being moved; try again")
        response = await bob.patch(path_of(other), json={"parent_id": over["id"]})
        assert response.status_code == 200, response.text
    assert (await moved).status_code == 200
    assert await count_kept_locks(session) == 0


async def test_update_the_parent_after_signing_out(
    app: FastAPI, alice: AsyncClient, session: Session
) -> None:
    """That another one is being moved is not for everybody to know."""
    first, second, above = [await make_comment(alice) for _ in range(3)]
    async with hold_row(session, Comment, first):
        moved = await start_waiting(
            session, alice.patch(path_of(first), json={"parent_id": above["id"]})
        )
        await app.state.database.session().execute(delete(LoginSession))
        response = await alice.patch(path_of(second), json={"parent_id": above["id"]})
        assert response.status_code == 401, response.text
    await moved


# --- Delete


async def test_delete(alice: AsyncClient) -> None:
    """A deleted comment is gone, and cannot be deleted again."""
    before, comment, after = [await make_comment(alice) for _ in range(3)]
    assert (await alice.delete(path_of(comment))).status_code == 204
    assert_not_found(await alice.get(path_of(comment)), "Comment")
    assert_not_found(await alice.delete(path_of(comment)), "Comment")
    assert await read_all(alice, PATH) == [after, before]


async def test_delete_another_users_comment(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's comment is not found, and stays."""
    comment = await make_comment(alice)
    assert_not_found(await bob.delete(path_of(comment)), "Comment")
    assert (await alice.get(path_of(comment))).json() == comment


async def test_delete_with_the_task(alice: AsyncClient) -> None:
    """A comment goes with its task."""
    comment = await make_comment(alice)
    assert (await alice.delete(f"/api/v1/tasks/{comment['task_id']}")).status_code == 204
    assert_not_found(await alice.get(path_of(comment)), "Comment")


async def test_delete_the_tag(alice: AsyncClient) -> None:
    """A tag cannot be deleted while a comment has it."""
    comment = await make_comment(alice)
    response = await alice.delete(f"/api/v1/tags/{comment['tag_id']}")
    assert_conflict(response, "Tag is still in use (comment)")
    assert (await alice.get(path_of(comment))).json() == comment


async def test_delete_with_the_parent(alice: AsyncClient) -> None:
    """A comment goes with its parent."""
    above = await make_comment(alice)
    comment = await make_comment(alice, parent_id=above["id"])
    assert (await alice.delete(path_of(above))).status_code == 204
    assert_not_found(await alice.get(path_of(comment)), "Comment")


# --- Strangers


async def test_use_without_signing_in(alice: AsyncClient, client: AsyncClient) -> None:
    """A stranger is asked to sign in, whatever they try."""
    comment = await make_comment(alice)
    for response in await use_every_verb(client, PATH, comment, await changed_comment(alice)):
        assert response.status_code == 401, response.text
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert await read_all(alice, PATH) == [comment]


async def test_use_after_signing_out(alice: AsyncClient, session: Session) -> None:
    """A token is worth nothing once its session has ended, whatever it is used for."""
    comment = await make_comment(alice)
    fields = await changed_comment(alice)
    login = await session.one(select(LoginSession), LoginSession)
    await session.execute(delete(LoginSession))
    for response in await use_every_verb(alice, PATH, comment, fields):
        assert response.status_code == 401, response.text
    await session.execute(insert(LoginSession).values(**dict(login)))
    assert await read_all(alice, PATH) == [comment]
