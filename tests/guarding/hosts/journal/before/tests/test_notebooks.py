from httpx import AsyncClient

from journal.models import Notebook


async def test_list_and_count(client: AsyncClient, notebook: Notebook) -> None:
    listed = (await client.get("/api/notebooks/")).json()
    assert [one["title"] for one in listed] == ["Travels"]
    assert (await client.get("/api/notebooks/count")).json() == 1


async def test_delete(client: AsyncClient, notebook: Notebook) -> None:
    path = f"/api/notebooks/{notebook.id}"
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
