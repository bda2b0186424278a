"""What tests need to be there already: people who are signed in, and rows of every resource.

For each resource `valid_…` and `changed_…` return what a client may send, and `make_…` sends what is
valid, so that only the parts a test is about stand in the test.
"""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from httpx import AsyncClient
from sqlmodel import insert

from app.auth import TokenType, create_token
from app.config import get_settings
from app.database import Session
from app.models import LoginSession, User

Fields = dict[str, Any]

_numbers = count(1)


async def sign_in(session: Session, email: str) -> dict[str, str]:
    """Make a user with a login session, and return the headers of their requests."""
    expires_at = datetime.now(UTC) + timedelta(minutes=15)
    user_id, session_id, token_id = uuid4(), uuid4(), uuid4()
    await session.execute(insert(User).values(id=user_id, email=email, password_hash="none"))
    await session.execute(
        insert(LoginSession).values(
            user_id=user_id, id=session_id, refresh_token_id=token_id, expires_at=expires_at
        )
    )
    token = create_token(
        get_settings().secret_key.get_secret_value(),
        TokenType.ACCESS,
        user_id=user_id,
        session_id=session_id,
        token_id=token_id,
        expires_at=expires_at,
    )
    return {"Authorization": f"Bearer {token}"}


async def make(client: AsyncClient, path: str, fields: Fields) -> Fields:
    """Create a row, and return what the client gets to see of it."""
    response = await client.post(path, json=fields)
    assert response.status_code == 201, response.text
    row: Fields = response.json()
    return row


def text(shortest: int = 0, longest: int = 30) -> str:
    """Return a text of such a length that no other row has."""
    number = f"{next(_numbers):x}"[-longest:]
    return number.rjust(max(shortest, min(longest, 8)), "n")


def email() -> str:
    """Return an address that no other row has."""
    return f"{text()}@example.com"


# --- Categories


async def valid_category(client: AsyncClient) -> Fields:
    """Return what a client may send to create a category."""
    return {
        "name": text(0, 80),
        "position": 3,
        "parent_id": None,
        "label_ids": [(await make_label(client))["id"]],
    }


async def changed_category(client: AsyncClient) -> Fields:
    """Return what a client may send to change every field of a category."""
    return {
        "name": text(0, 80),
        "position": 4,
        "parent_id": None,
        "label_ids": [(await make_label(client))["id"]],
    }


async def make_category(client: AsyncClient, /, **fields: Any) -> Fields:
    """Create a category with these fields, and others that are valid."""
    return await make(client, "/api/v1/categories", await valid_category(client) | fields)


# --- Labels


async def valid_label(_client: AsyncClient) -> Fields:
    """Return what a client may send to create a label."""
    return {
        "name": text(1, 30),
    }


async def changed_label(_client: AsyncClient) -> Fields:
    """Return what a client may send to change every field of a label."""
    return {
        "name": text(1, 30),
    }


async def make_label(client: AsyncClient, /, **fields: Any) -> Fields:
    """Create a label with these fields, and others that are valid."""
    return await make(client, "/api/v1/labels", await valid_label(client) | fields)


# --- Projects


async def valid_project(client: AsyncClient) -> Fields:
    """Return what a client may send to create a project."""
    return {
        "name": text(1, 120),
        "inbox": email(),
        "site": "https://example.com/one",
        "budget": "19.90",
        "category_id": (await make_category(client))["id"],
    }


async def changed_project(client: AsyncClient) -> Fields:
    """Return what a client may send to change every field of a project."""
    return {
        "name": text(1, 120),
        "inbox": email(),
        "site": "https://example.com/two",
        "budget": "24.50",
        "category_id": (await make_category(client))["id"],
    }


async def make_project(client: AsyncClient, /, **fields: Any) -> Fields:
    """Create a project with these fields, and others that are valid."""
    return await make(client, "/api/v1/projects", await valid_project(client) | fields)


# --- Tasks


async def valid_task(client: AsyncClient) -> Fields:
    """Return what a client may send to create a task."""
    return {
        "title": text(1, 200),
        "notes": text(),
        "done": True,
        "priority": 4,
        "status": "closed",
        "due": "2030-01-31",
        "score": 2.5,
        "project_id": (await make_project(client))["id"],
        "tag_ids": [(await make_tag(client))["id"]],
    }


async def changed_task(client: AsyncClient) -> Fields:
    """Return what a client may send to change every field of a task."""
    return {
        "title": text(1, 200),
        "notes": text(),
        "done": False,
        "priority": 2,
        "status": "open",
        "due": "2031-02-28",
        "score": 4.0,
        "project_id": (await make_project(client))["id"],
        "tag_ids": [(await make_tag(client))["id"]],
    }


async def make_task(client: AsyncClient, /, **fields: Any) -> Fields:
    """Create a task with these fields, and others that are valid."""
    return await make(client, "/api/v1/tasks", await valid_task(client) | fields)


# --- Tags


async def valid_tag(_client: AsyncClient) -> Fields:
    """Return what a client may send to create a tag."""
    return {
        "name": text(0, 50),
        "key": str(uuid4()),
    }


async def changed_tag(_client: AsyncClient) -> Fields:
    """Return what a client may send to change every field of a tag."""
    return {
        "name": text(0, 50),
        "key": str(uuid4()),
    }


async def make_tag(client: AsyncClient, /, **fields: Any) -> Fields:
    """Create a tag with these fields, and others that are valid."""
    return await make(client, "/api/v1/tags", await valid_tag(client) | fields)


# --- Comments


async def valid_comment(client: AsyncClient) -> Fields:
    """Return what a client may send to create a comment."""
    return {
        "body": text(),
        "said_at": "2030-01-31T12:00:00Z",
        "meta": {"mood": "calm", "edits": [1, None]},
        "task_id": (await make_task(client))["id"],
        "tag_id": (await make_tag(client))["id"],
        "parent_id": None,
    }


async def changed_comment(client: AsyncClient) -> Fields:
    """Return what a client may send to change every field of a comment."""
    return {
        "body": text(),
        "said_at": "2031-02-28T12:00:00Z",
        "meta": {"mood": "merry"},
        "task_id": (await make_task(client))["id"],
        "tag_id": (await make_tag(client))["id"],
        "parent_id": None,
    }


async def make_comment(client: AsyncClient, /, **fields: Any) -> Fields:
    """Create a comment with these fields, and others that are valid."""
    return await make(client, "/api/v1/comments", await valid_comment(client) | fields)
