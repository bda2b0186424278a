"""Tasks: what can be done with them, and that nobody can do it with anybody else's."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient
from sqlmodel import delete, insert, select

from app.database import Session
from app.fields import LONGEST_TEXT, MOST_LINKS
from app.models import LoginSession, Task
from app.schemas import TaskPublic
from tests.factories import (
    changed_task,
    make_project,
    make_tag,
    make_task,
    valid_task,
)
from tests.helpers import (
    UNKNOWN_ID,
    assert_not_found,
    assert_sorted,
    brief,
    filters_by,
    hold_row,
    read_all,
    start_waiting,
    use_every_verb,
)

PATH = "/api/v1/tasks"

# How the fields behave: said here, and not read from the schemas, which are under test.
REQUIRED: list[str] = ["title", "project_id"]
DEFAULTS: dict[str, Any] = {
    "notes": None,
    "done": False,
    "priority": 3,
    "status": "open",
    "due": None,
    "score": None,
    "tag_ids": [],
}
NULLABLE: list[str] = ["notes", "due", "score"]
FILTERS: list[str] = [
    "title",
    "done",
    "priority",
    "status",
    "due",
    "project_id",
    "tag_ids",
]
RANGES: list[str] = ["priority", "due", "score"]
SORTS: list[str] = [
    "created_at",
    "-created_at",
    "title",
    "-title",
    "done",
    "-done",
    "priority",
    "-priority",
    "status",
    "-status",
    "due",
    "-due",
    "score",
    "-score",
]
BOUNDS: list[dict[str, Any]] = [
    {"title": "n"},
    {"title": "n" * 200},
    {"notes": ""},
    {"notes": "n" * LONGEST_TEXT},
    {"priority": 1},
    {"priority": 5},
]
INVALID: list[dict[str, Any]] = [
    {"title": ""},
    {"title": "n" * 201},
    {"title": 1},
    {"notes": 1},
    {"done": "perhaps"},
    {"priority": 0},
    {"priority": 6},
    {"priority": "many"},
    {"priority": True},
    {"status": "unheard-of"},
    {"due": "2030-02-31"},
    {"due": "2030-01-31T00:00:00"},
    {"due": 0},
    {"score": "much"},
    {"score": True},
    {"project_id": "no-id"},
    {"tag_ids": ["no-id"]},
    {"tag_ids": None},
]


def path_of(task: dict[str, Any]) -> str:
    """Return the path of a task."""
    return f"{PATH}/{task['id']}"


# --- Create


async def test_create(alice: AsyncClient) -> None:
    """The answer has what was sent, and says where the task is."""
    fields = await valid_task(alice)
    response = await alice.post(PATH, json=fields)
    assert response.status_code == 201, response.text
    task = response.json()
    assert task.items() >= fields.items()
    assert task["updated_at"] == task["created_at"]
    assert response.headers["Location"] == path_of(task)
    assert (await alice.get(path_of(task))).json() == task


async def test_create_with_required_fields_only(alice: AsyncClient) -> None:
    """What has a default may be left out, and has the default then."""
    fields = await valid_task(alice)
    response = await alice.post(PATH, json={name: fields[name] for name in REQUIRED})
    assert response.status_code == 201, response.text
    task = response.json()
    assert task.keys() == fields.keys() | {"id", "created_at", "updated_at"}
    assert task.items() >= DEFAULTS.items()


async def test_create_without_one_field(alice: AsyncClient) -> None:
    """Whichever is left out: what has no default must be there."""
    for name in await valid_task(alice):
        fields = await valid_task(alice)
        del fields[name]
        response = await alice.post(PATH, json=fields)
        assert response.status_code == (422 if name in REQUIRED else 201), name


@pytest.mark.parametrize("bound", BOUNDS, ids=brief)
async def test_create_at_a_bound(alice: AsyncClient, bound: dict[str, Any]) -> None:
    """What is only just within its bounds is taken as it is."""
    response = await alice.post(PATH, json=await valid_task(alice) | bound)
    assert response.status_code == 201, response.text
    assert response.json().items() >= bound.items()


@pytest.mark.parametrize("invalid", INVALID, ids=brief)
async def test_create_with_an_invalid_field(alice: AsyncClient, invalid: dict[str, Any]) -> None:
    """What is out of bounds, or of the wrong kind, is refused."""
    response = await alice.post(PATH, json=await valid_task(alice) | invalid)
    assert response.status_code == 422, response.text


async def test_create_for_another_user(alice: AsyncClient, bob: AsyncClient) -> None:
    """The owner never comes from the body."""
    owner_id = (await bob.get("/api/v1/auth/me")).json()["id"]
    fields = await valid_task(alice) | {"owner_id": owner_id}
    assert (await alice.post(PATH, json=fields)).status_code == 422
    assert await read_all(bob, PATH) == []


async def test_create_with_another_users_project(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's project is not found, exactly like one that never was."""
    fields = await valid_task(alice)
    for project_id in ((await make_project(bob))["id"], UNKNOWN_ID):
        response = await alice.post(PATH, json=fields | {"project_id": project_id})
        assert_not_found(response, "Project", "project_id")
    assert await read_all(alice, PATH) == []


async def test_create_with_another_users_tag(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's tag is not found, exactly like one that never was."""
    fields = await valid_task(alice)
    for tag_id in ((await make_tag(bob))["id"], UNKNOWN_ID):
        response = await alice.post(PATH, json=fields | {"tag_ids": [tag_id]})
        assert_not_found(response, "Tag", "tag_ids")
    assert await read_all(alice, PATH) == []


async def test_create_with_several_tags(alice: AsyncClient) -> None:
    """Each is there once, in order, however they were sent."""
    ids = sorted([(await make_tag(alice))["id"] for _ in range(2)])
    fields = await valid_task(alice) | {"tag_ids": [*ids[::-1], *ids]}
    response = await alice.post(PATH, json=fields)
    assert response.status_code == 201, response.text
    assert response.json()["tag_ids"] == ids


async def test_create_with_too_many_tags(alice: AsyncClient) -> None:
    """There is a bound: as many are looked for, one more is refused."""
    fields = await valid_task(alice)
    ids = [str(uuid4()) for _ in range(MOST_LINKS + 1)]
    response = await alice.post(PATH, json=fields | {"tag_ids": ids})
    assert response.status_code == 422, response.text
    response = await alice.post(PATH, json=fields | {"tag_ids": ids[1:]})
    assert_not_found(response, "Tag", "tag_ids")
    assert await read_all(alice, PATH) == []


# --- Read


async def test_read(alice: AsyncClient) -> None:
    """The owner sees the task."""
    _, task, _ = [await make_task(alice) for _ in range(3)]
    response = await alice.get(path_of(task))
    assert response.status_code == 200, response.text
    assert response.json() == task


async def test_read_another_users_task(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's task is not found, exactly like one that never was."""
    task = await make_task(alice)
    assert_not_found(await bob.get(path_of(task)), "Task")
    assert_not_found(await bob.get(f"{PATH}/{UNKNOWN_ID}"), "Task")


# --- List


async def test_list(alice: AsyncClient, bob: AsyncClient) -> None:
    """Everybody sees their own tasks only, the newest first."""
    tasks = [await make_task(alice) for _ in range(3)]
    other = await make_task(bob)
    assert await read_all(alice, PATH) == tasks[::-1]
    assert await read_all(bob, PATH) == [other]


async def test_list_with_total(alice: AsyncClient, bob: AsyncClient) -> None:
    """The total counts the caller's own tasks only, and only if it was asked for."""
    await make_task(alice)
    for client, total in ((alice, 1), (bob, 0)):
        page = (await client.get(PATH, params={"with_total": True})).json()
        assert (page["total"], len(page["items"])) == (total, total)
    assert (await alice.get(PATH)).json()["total"] is None


async def test_filter(alice: AsyncClient, bob: AsyncClient) -> None:
    """A filter finds what passes it, and nothing of another user's."""
    task = await make_task(alice)
    for params in filters_by(task, FILTERS, RANGES):
        assert await read_all(alice, PATH, **params) == [task], params
        page = (await bob.get(PATH, params=params | {"with_total": True})).json()
        assert (page["items"], page["total"]) == ([], 0), params


async def test_filter_by_what_no_task_has(alice: AsyncClient) -> None:
    """A filter leaves out what does not pass it."""
    task = await make_task(alice)
    other = await make_task(alice, **await changed_task(alice))
    for row, another in ((task, other), (other, task)):
        for params in filters_by(row, FILTERS, RANGES):
            found = await read_all(alice, PATH, **params)
            assert another not in found, params
            page = (await alice.get(PATH, params=params | {"with_total": True})).json()
            assert page["total"] == len(found), params


async def test_filter_by_several_tags(alice: AsyncClient) -> None:
    """What has all of them is found, and nothing that has but some."""
    ids = [(await make_tag(alice))["id"] for _ in range(2)]
    task = await make_task(alice, tag_ids=ids)
    other = await make_task(alice, tag_ids=ids[:1])
    assert await read_all(alice, PATH, tag_ids=ids) == [task]
    assert await read_all(alice, PATH, tag_ids=ids[:1]) == [other, task]
    assert await read_all(alice, PATH, tag_ids=[*ids, UNKNOWN_ID]) == []


async def test_list_tags_by_the_task(alice: AsyncClient, bob: AsyncClient) -> None:
    """The tags of a task are found by it, and by nobody else."""
    linked = await make_tag(alice)
    await make_tag(alice)
    task = await make_task(alice, tag_ids=[linked["id"]])
    assert await read_all(alice, "/api/v1/tags", task_ids=[task["id"]]) == [linked]
    assert await read_all(bob, "/api/v1/tags", task_ids=[task["id"]]) == []


@pytest.mark.parametrize("sort", SORTS)
async def test_sort_and_page(alice: AsyncClient, sort: str) -> None:
    """Each order is that of its column, empty ones last, and the same in pages of any size."""
    given = [await fields(alice) for fields in (valid_task, changed_task) * 2]
    given += [
        row | dict.fromkeys(NULLABLE)
        for row in [await valid_task(alice), await changed_task(alice)]
    ]
    created = [await make_task(alice, **given[number]) for number in (1, 4, 0, 3, 5, 2)]
    tasks = await read_all(alice, PATH, sort=sort)
    assert sorted(task["id"] for task in tasks) == sorted(task["id"] for task in created)
    assert_sorted(tasks, TaskPublic, sort)
    for limit in (1, 4):
        assert await read_all(alice, PATH, sort=sort, limit=limit) == tasks


# --- Update


async def test_update(alice: AsyncClient) -> None:
    """Every field can be changed, and no other row is."""
    before, task, after = [await make_task(alice) for _ in range(3)]
    fields = await changed_task(alice)
    response = await alice.patch(path_of(task), json=fields)
    assert response.status_code == 200, response.text
    changed = response.json()
    assert changed.items() >= fields.items()
    assert changed["updated_at"] > task["updated_at"]
    for row in (before, changed, after):
        assert (await alice.get(path_of(row))).json() == row


async def test_update_one_field(alice: AsyncClient) -> None:
    """What is left out stays as it is."""
    before, task, after = [await make_task(alice) for _ in range(3)]
    for name, value in (await changed_task(alice)).items():
        response = await alice.patch(path_of(task), json={name: value})
        assert response.status_code == 200, response.text
        changed = response.json()
        assert changed["updated_at"] > task["updated_at"], name
        task |= {name: value, "updated_at": changed["updated_at"]}
        assert changed == task, name
    for row in (before, task, after):
        assert (await alice.get(path_of(row))).json() == row


async def test_update_nothing(alice: AsyncClient) -> None:
    """An empty change changes nothing, not even the time of the last one."""
    task = await make_task(alice)
    response = await alice.patch(path_of(task), json={})
    assert response.status_code == 200, response.text
    assert response.json() == task


async def test_update_to_null(alice: AsyncClient) -> None:
    """Null is for what may be null only."""
    task = await make_task(alice)
    for name in await changed_task(alice):
        response = await alice.patch(path_of(task), json={name: None})
        assert response.status_code == (200 if name in NULLABLE else 422), name
    emptied = (await alice.get(path_of(task))).json()
    assert emptied == task | dict.fromkeys(NULLABLE) | {"updated_at": emptied["updated_at"]}


@pytest.mark.parametrize("bound", BOUNDS, ids=brief)
async def test_update_to_a_bound(alice: AsyncClient, bound: dict[str, Any]) -> None:
    """What is only just within its bounds is taken as it is."""
    task = await make_task(alice)
    response = await alice.patch(path_of(task), json=bound)
    assert response.status_code == 200, response.text
    assert response.json().items() >= bound.items()


@pytest.mark.parametrize("invalid", INVALID, ids=brief)
async def test_update_to_an_invalid_value(alice: AsyncClient, invalid: dict[str, Any]) -> None:
    """What is out of bounds, or of the wrong kind, is refused, and nothing changes."""
    task = await make_task(alice)
    response = await alice.patch(path_of(task), json=await changed_task(alice) | invalid)
    assert response.status_code == 422, response.text
    assert (await alice.get(path_of(task))).json() == task


async def test_update_another_users_task(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's task is not found, and stays as it is."""
    task = await make_task(alice)
    fields = await changed_task(bob)
    assert_not_found(await bob.patch(path_of(task), json=fields), "Task")
    assert_not_found(await bob.patch(f"{PATH}/{UNKNOWN_ID}", json=fields), "Task")
    assert (await alice.get(path_of(task))).json() == task


async def test_give_to_another_user(alice: AsyncClient, bob: AsyncClient) -> None:
    """The owner cannot be changed."""
    task = await make_task(alice)
    owner_id = (await bob.get("/api/v1/auth/me")).json()["id"]
    assert (await alice.patch(path_of(task), json={"owner_id": owner_id})).status_code == 422
    assert (await alice.get(path_of(task))).json() == task
    assert await read_all(bob, PATH) == []


async def test_update_to_another_users_project(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's project is not found, exactly like one that never was."""
    task = await make_task(alice)
    for project_id in ((await make_project(bob))["id"], UNKNOWN_ID):
        response = await alice.patch(path_of(task), json={"project_id": project_id})
        assert_not_found(response, "Project", "project_id")
    assert (await alice.get(path_of(task))).json() == task


async def test_update_to_another_users_tag(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's tag is not found, exactly like one that never was."""
    task = await make_task(alice)
    for tag_id in ((await make_tag(bob))["id"], UNKNOWN_ID):
        response = await alice.patch(path_of(task), json={"tag_ids": [tag_id]})
        assert_not_found(response, "Tag", "tag_ids")
    assert (await alice.get(path_of(task))).json() == task


async def test_update_some_tags(alice: AsyncClient) -> None:
    """One stays, one goes and one comes; another task keeps its own."""
    ids = sorted([(await make_tag(alice))["id"] for _ in range(3)])
    task, other = [await make_task(alice, tag_ids=ids[:2]) for _ in range(2)]
    response = await alice.patch(path_of(task), json={"tag_ids": ids[1:]})
    assert response.status_code == 200, response.text
    assert response.json()["tag_ids"] == ids[1:]
    assert (await alice.get(path_of(task))).json() == response.json()
    assert (await alice.get(path_of(other))).json() == other


async def test_update_to_no_tags(alice: AsyncClient) -> None:
    """An empty list takes all away."""
    task = await make_task(alice)
    response = await alice.patch(path_of(task), json={"tag_ids": []})
    assert response.status_code == 200, response.text
    assert response.json()["tag_ids"] == []
    assert (await alice.get(path_of(task))).json() == response.json()


async def test_update_during_a_change_of_tags(alice: AsyncClient, session: Session) -> None:
    """Who waits while the tags are changed answers with the new ones."""
    ids = [(await make_tag(alice))["id"] for _ in range(2)]
    task = await make_task(alice, tag_ids=ids[:1])
    fields = await changed_task(alice)
    del fields["tag_ids"]
    async with hold_row(session, Task, task):
        relinked = await start_waiting(
            session, alice.patch(path_of(task), json={"tag_ids": ids[1:]})
        )
        changed = await start_waiting(session, alice.patch(path_of(task), json=fields))
    assert (await relinked).status_code == 200
    response = await changed
    assert response.status_code == 200, response.text
    assert response.json()["tag_ids"] == ids[1:]
    assert (await alice.get(path_of(task))).json() == response.json()


# --- Delete


async def test_delete(alice: AsyncClient) -> None:
    """A deleted task is gone, and cannot be deleted again."""
    before, task, after = [await make_task(alice) for _ in range(3)]
    assert (await alice.delete(path_of(task))).status_code == 204
    assert_not_found(await alice.get(path_of(task)), "Task")
    assert_not_found(await alice.delete(path_of(task)), "Task")
    assert await read_all(alice, PATH) == [after, before]


async def test_delete_another_users_task(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's task is not found, and stays."""
    task = await make_task(alice)
    assert_not_found(await bob.delete(path_of(task)), "Task")
    assert (await alice.get(path_of(task))).json() == task


async def test_delete_with_the_project(alice: AsyncClient) -> None:
    """A task goes with its project."""
    task = await make_task(alice)
    assert (await alice.delete(f"/api/v1/projects/{task['project_id']}")).status_code == 204
    assert_not_found(await alice.get(path_of(task)), "Task")


async def test_delete_a_tag(alice: AsyncClient) -> None:
    """A task loses a tag that is deleted, and stays."""
    task = await make_task(alice)
    for tag_id in task["tag_ids"]:
        assert (await alice.delete(f"/api/v1/tags/{tag_id}")).status_code == 204
    assert (await alice.get(path_of(task))).json() == task | {"tag_ids": []}


# --- Strangers


async def test_use_without_signing_in(alice: AsyncClient, client: AsyncClient) -> None:
    """A stranger is asked to sign in, whatever they try."""
    task = await make_task(alice)
    for response in await use_every_verb(client, PATH, task, await changed_task(alice)):
        assert response.status_code == 401, response.text
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert await read_all(alice, PATH) == [task]


async def test_use_after_signing_out(alice: AsyncClient, session: Session) -> None:
    """A token is worth nothing once its session has ended, whatever it is used for."""
    task = await make_task(alice)
    fields = await changed_task(alice)
    login = await session.one(select(LoginSession), LoginSession)
    await session.execute(delete(LoginSession))
    for response in await use_every_verb(alice, PATH, task, fields):
        assert response.status_code == 401, response.text
    await session.execute(insert(LoginSession).values(**dict(login)))
    assert await read_all(alice, PATH) == [task]
