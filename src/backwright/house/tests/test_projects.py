"""Projects: what can be done with them, and that nobody can do it with anybody else's."""

from typing import Any

import pytest
from httpx import AsyncClient
from sqlmodel import delete, insert, select

from app.database import Session
from app.models import LoginSession
from app.schemas import ProjectPublic
from tests.factories import (
    changed_project,
    make_project,
    valid_project,
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

PATH = "/api/v1/projects"

# How the fields behave: said here, and not read from the schemas, which are under test.
REQUIRED: list[str] = ["name", "inbox"]
DEFAULTS: dict[str, Any] = {
    "site": None,
    "budget": "0.00",
    "category_id": None,
}
NULLABLE: list[str] = ["site", "category_id"]
FILTERS: list[str] = ["name", "inbox", "site", "budget", "category_id"]
RANGES: list[str] = ["budget"]
SORTS: list[str] = [
    "created_at",
    "-created_at",
    "name",
    "-name",
    "inbox",
    "-inbox",
    "site",
    "-site",
    "budget",
    "-budget",
]
BOUNDS: list[dict[str, Any]] = [
    {"name": "n"},
    {"name": "n" * 120},
    {"budget": "-9999999999.99"},
    {"budget": "9999999999.99"},
]
INVALID: list[dict[str, Any]] = [
    {"name": ""},
    {"name": "n" * 121},
    {"name": 1},
    {"inbox": "no-address"},
    {"site": "no-url"},
    {"budget": "10000000000"},
    {"budget": "0.001"},
    {"budget": "NaN"},
    {"category_id": "no-id"},
]


def path_of(project: dict[str, Any]) -> str:
    """Return the path of a project."""
    return f"{PATH}/{project['id']}"


# --- Create


async def test_create(alice: AsyncClient) -> None:
    """The answer has what was sent, and says where the project is."""
    fields = await valid_project(alice)
    response = await alice.post(PATH, json=fields)
    assert response.status_code == 201, response.text
    project = response.json()
    assert project.items() >= fields.items()
    assert project["updated_at"] == project["created_at"]
    assert response.headers["Location"] == path_of(project)
    assert (await alice.get(path_of(project))).json() == project


async def test_create_with_required_fields_only(alice: AsyncClient) -> None:
    """What has a default may be left out, and has the default then."""
    fields = await valid_project(alice)
    response = await alice.post(PATH, json={name: fields[name] for name in REQUIRED})
    assert response.status_code == 201, response.text
    project = response.json()
    assert project.keys() == fields.keys() | {"id", "created_at", "updated_at"}
    assert project.items() >= DEFAULTS.items()


async def test_create_without_one_field(alice: AsyncClient) -> None:
    """Whichever is left out: what has no default must be there."""
    for name in await valid_project(alice):
        fields = await valid_project(alice)
        del fields[name]
        response = await alice.post(PATH, json=fields)
        assert response.status_code == (422 if name in REQUIRED else 201), name


@pytest.mark.parametrize("bound", BOUNDS, ids=brief)
async def test_create_at_a_bound(alice: AsyncClient, bound: dict[str, Any]) -> None:
    """What is only just within its bounds is taken as it is."""
    response = await alice.post(PATH, json=await valid_project(alice) | bound)
    assert response.status_code == 201, response.text
    assert response.json().items() >= bound.items()


@pytest.mark.parametrize("invalid", INVALID, ids=brief)
async def test_create_with_an_invalid_field(alice: AsyncClient, invalid: dict[str, Any]) -> None:
    """What is out of bounds, or of the wrong kind, is refused."""
    response = await alice.post(PATH, json=await valid_project(alice) | invalid)
    assert response.status_code == 422, response.text


async def test_create_for_another_user(alice: AsyncClient, bob: AsyncClient) -> None:
    """The owner never comes from the body."""
    owner_id = (await bob.get("/api/v1/auth/me")).json()["id"]
    fields = await valid_project(alice) | {"owner_id": owner_id}
    assert (await alice.post(PATH, json=fields)).status_code == 422
    assert await read_all(bob, PATH) == []


async def test_create_with_a_taken_inbox(alice: AsyncClient, bob: AsyncClient) -> None:
    """No two projects of a user have the same inbox, but those of two users may."""
    project = await make_project(alice)
    response = await alice.post(PATH, json=await valid_project(alice) | {"inbox": project["inbox"]})
    assert_conflict(response, "Project with this inbox already exists")
    assert (await make_project(bob, inbox=project["inbox"]))["inbox"] == project["inbox"]


async def test_create_with_an_unknown_category(alice: AsyncClient) -> None:
    """A category must exist."""
    fields = await valid_project(alice) | {"category_id": UNKNOWN_ID}
    assert_not_found(await alice.post(PATH, json=fields), "Category", "category_id")
    assert await read_all(alice, PATH) == []


# --- Read


async def test_read(alice: AsyncClient) -> None:
    """The owner sees the project."""
    _, project, _ = [await make_project(alice) for _ in range(3)]
    response = await alice.get(path_of(project))
    assert response.status_code == 200, response.text
    assert response.json() == project


async def test_read_another_users_project(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's project is not found, exactly like one that never was."""
    project = await make_project(alice)
    assert_not_found(await bob.get(path_of(project)), "Project")
    assert_not_found(await bob.get(f"{PATH}/{UNKNOWN_ID}"), "Project")


# --- List


async def test_list(alice: AsyncClient, bob: AsyncClient) -> None:
    """Everybody sees their own projects only, the newest first."""
    projects = [await make_project(alice) for _ in range(3)]
    other = await make_project(bob)
    assert await read_all(alice, PATH) == projects[::-1]
    assert await read_all(bob, PATH) == [other]


async def test_list_with_total(alice: AsyncClient, bob: AsyncClient) -> None:
    """The total counts the caller's own projects only, and only if it was asked for."""
    await make_project(alice)
    for client, total in ((alice, 1), (bob, 0)):
        page = (await client.get(PATH, params={"with_total": True})).json()
        assert (page["total"], len(page["items"])) == (total, total)
    assert (await alice.get(PATH)).json()["total"] is None


async def test_filter(alice: AsyncClient, bob: AsyncClient) -> None:
    """A filter finds what passes it, and nothing of another user's."""
    project = await make_project(alice)
    for params in filters_by(project, FILTERS, RANGES):
        assert await read_all(alice, PATH, **params) == [project], params
        page = (await bob.get(PATH, params=params | {"with_total": True})).json()
        assert (page["items"], page["total"]) == ([], 0), params


async def test_filter_by_what_no_project_has(alice: AsyncClient) -> None:
    """A filter leaves out what does not pass it."""
    project = await make_project(alice)
    other = await make_project(alice, **await changed_project(alice))
    for row, another in ((project, other), (other, project)):
        for params in filters_by(row, FILTERS, RANGES):
            found = await read_all(alice, PATH, **params)
            assert another not in found, params
            page = (await alice.get(PATH, params=params | {"with_total": True})).json()
            assert page["total"] == len(found), params


@pytest.mark.parametrize("sort", SORTS)
async def test_sort_and_page(alice: AsyncClient, sort: str) -> None:
    """Each order is that of its column, empty ones last, and the same in pages of any size."""
    given = [await fields(alice) for fields in (valid_project, changed_project) * 2]
    given += [
        row | dict.fromkeys(NULLABLE)
        for row in [await valid_project(alice), await changed_project(alice)]
    ]
    created = [await make_project(alice, **given[number]) for number in (1, 4, 0, 3, 5, 2)]
    projects = await read_all(alice, PATH, sort=sort)
    assert sorted(project["id"] for project in projects) == sorted(
        project["id"] for project in created
    )
    assert_sorted(projects, ProjectPublic, sort)
    for limit in (1, 4):
        assert await read_all(alice, PATH, sort=sort, limit=limit) == projects


# --- Update


async def test_update(alice: AsyncClient) -> None:
    """Every field can be changed, and no other row is."""
    before, project, after = [await make_project(alice) for _ in range(3)]
    fields = await changed_project(alice)
    response = await alice.patch(path_of(project), json=fields)
    assert response.status_code == 200, response.text
    changed = response.json()
    assert changed.items() >= fields.items()
    assert changed["updated_at"] > project["updated_at"]
    for row in (before, changed, after):
        assert (await alice.get(path_of(row))).json() == row


async def test_update_one_field(alice: AsyncClient) -> None:
    """What is left out stays as it is."""
    before, project, after = [await make_project(alice) for _ in range(3)]
    for name, value in (await changed_project(alice)).items():
        response = await alice.patch(path_of(project), json={name: value})
        assert response.status_code == 200, response.text
        changed = response.json()
        assert changed["updated_at"] > project["updated_at"], name
        project |= {name: value, "updated_at": changed["updated_at"]}
        assert changed == project, name
    for row in (before, project, after):
        assert (await alice.get(path_of(row))).json() == row


async def test_update_nothing(alice: AsyncClient) -> None:
    """An empty change changes nothing, not even the time of the last one."""
    project = await make_project(alice)
    response = await alice.patch(path_of(project), json={})
    assert response.status_code == 200, response.text
    assert response.json() == project


async def test_update_to_null(alice: AsyncClient) -> None:
    """Null is for what may be null only."""
    project = await make_project(alice)
    for name in await changed_project(alice):
        response = await alice.patch(path_of(project), json={name: None})
        assert response.status_code == (200 if name in NULLABLE else 422), name
    emptied = (await alice.get(path_of(project))).json()
    assert emptied == project | dict.fromkeys(NULLABLE) | {"updated_at": emptied["updated_at"]}


@pytest.mark.parametrize("bound", BOUNDS, ids=brief)
async def test_update_to_a_bound(alice: AsyncClient, bound: dict[str, Any]) -> None:
    """What is only just within its bounds is taken as it is."""
    project = await make_project(alice)
    response = await alice.patch(path_of(project), json=bound)
    assert response.status_code == 200, response.text
    assert response.json().items() >= bound.items()


@pytest.mark.parametrize("invalid", INVALID, ids=brief)
async def test_update_to_an_invalid_value(alice: AsyncClient, invalid: dict[str, Any]) -> None:
    """What is out of bounds, or of the wrong kind, is refused, and nothing changes."""
    project = await make_project(alice)
    response = await alice.patch(path_of(project), json=await changed_project(alice) | invalid)
    assert response.status_code == 422, response.text
    assert (await alice.get(path_of(project))).json() == project


async def test_update_another_users_project(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's project is not found, and stays as it is."""
    project = await make_project(alice)
    fields = await changed_project(bob)
    assert_not_found(await bob.patch(path_of(project), json=fields), "Project")
    assert_not_found(await bob.patch(f"{PATH}/{UNKNOWN_ID}", json=fields), "Project")
    assert (await alice.get(path_of(project))).json() == project


async def test_give_to_another_user(alice: AsyncClient, bob: AsyncClient) -> None:
    """The owner cannot be changed."""
    project = await make_project(alice)
    owner_id = (await bob.get("/api/v1/auth/me")).json()["id"]
    assert (await alice.patch(path_of(project), json={"owner_id": owner_id})).status_code == 422
    assert (await alice.get(path_of(project))).json() == project
    assert await read_all(bob, PATH) == []


async def test_update_to_a_taken_inbox(alice: AsyncClient) -> None:
    """A inbox cannot be taken from another project."""
    project, other = await make_project(alice), await make_project(alice)
    response = await alice.patch(path_of(project), json={"inbox": other["inbox"]})
    assert_conflict(response, "Project with this inbox already exists")
    assert (await alice.get(path_of(project))).json() == project


async def test_update_to_an_unknown_category(alice: AsyncClient) -> None:
    """A category must exist."""
    project = await make_project(alice)
    response = await alice.patch(path_of(project), json={"category_id": UNKNOWN_ID})
    assert_not_found(response, "Category", "category_id")
    assert (await alice.get(path_of(project))).json() == project


# --- Delete


async def test_delete(alice: AsyncClient) -> None:
    """A deleted project is gone, and cannot be deleted again."""
    before, project, after = [await make_project(alice) for _ in range(3)]
    assert (await alice.delete(path_of(project))).status_code == 204
    assert_not_found(await alice.get(path_of(project)), "Project")
    assert_not_found(await alice.delete(path_of(project)), "Project")
    assert await read_all(alice, PATH) == [after, before]


async def test_delete_another_users_project(alice: AsyncClient, bob: AsyncClient) -> None:
    """Another user's project is not found, and stays."""
    project = await make_project(alice)
    assert_not_found(await bob.delete(path_of(project)), "Project")
    assert (await alice.get(path_of(project))).json() == project


async def test_delete_the_category(alice: AsyncClient) -> None:
    """A category cannot be deleted while a project has it."""
    project = await make_project(alice)
    response = await alice.delete(f"/api/v1/categories/{project['category_id']}")
    assert_conflict(response, "Category is still in use (project)")
    assert (await alice.get(path_of(project))).json() == project


# --- Strangers


async def test_use_without_signing_in(alice: AsyncClient, client: AsyncClient) -> None:
    """A stranger is asked to sign in, whatever they try."""
    project = await make_project(alice)
    for response in await use_every_verb(client, PATH, project, await changed_project(alice)):
        assert response.status_code == 401, response.text
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert await read_all(alice, PATH) == [project]


async def test_use_after_signing_out(alice: AsyncClient, session: Session) -> None:
    """A token is worth nothing once its session has ended, whatever it is used for."""
    project = await make_project(alice)
    fields = await changed_project(alice)
    login = await session.one(select(LoginSession), LoginSession)
    await session.execute(delete(LoginSession))
    for response in await use_every_verb(alice, PATH, project, fields):
        assert response.status_code == 401, response.text
    await session.execute(insert(LoginSession).values(**dict(login)))
    assert await read_all(alice, PATH) == [project]
