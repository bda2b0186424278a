from uuid import uuid4

from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from journal.models import Notebook
from journal.schemas.entry import EntryCreate
from journal.services import entry_service


async def test_create_and_change(client: AsyncClient, notebook: Notebook) -> None:
    body = {"text": "Oslo", "notebook_id": str(notebook.id)}
    made = await client.post("/api/entries/", json=body)
    assert made.status_code == 201
    path = f"/api/entries/{made.json()['id']}"
    changed = await client.patch(path, json={"text": "Bergen"})
    assert changed.json()["text"] == "Bergen"
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_no_entry(client: AsyncClient) -> None:
    assert (await client.get(f"/api/entries/{uuid4()}")).status_code == 404


async def test_list_by_notebook(
    client: AsyncClient, db: AsyncSession, notebook: Notebook
) -> None:
    data = EntryCreate(text="Oslo", notebook_id=notebook.id)
    entry = await entry_service.create_entry(db, data)
    listed = (await client.get(f"/api/entries/?notebook_id={notebook.id}")).json()
    assert [one["id"] for one in listed] == [str(entry.id)]


async def test_health(client: AsyncClient) -> None:
    assert (await client.get("/health")).json() == {"status": "ok"}
