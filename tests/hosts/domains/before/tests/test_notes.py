import uuid

from httpx import AsyncClient

NOTE = {'title': 'Shopping', 'body': 'Milk, bread', 'pinned': True}


async def create_note(client: AsyncClient, headers: dict[str, str]) -> dict:
    response = await client.post('/notes', json=NOTE, headers=headers)
    assert response.status_code == 201
    return response.json()


async def test_create_note(anonymous: AsyncClient, ann: dict[str, str]) -> None:
    note = await create_note(anonymous, ann)
    assert note['title'] == 'Shopping'
    assert note['body'] == 'Milk, bread'
    assert note['pinned'] is True


async def test_note_needs_a_title(anonymous: AsyncClient, ann: dict[str, str]) -> None:
    response = await anonymous.post('/notes', json={**NOTE, 'title': ''}, headers=ann)
    assert response.status_code == 422


async def test_list_notes(anonymous: AsyncClient, ann: dict[str, str], bob: dict[str, str]) -> None:
    note = await create_note(anonymous, ann)
    assert [n['id'] for n in (await anonymous.get('/notes', headers=ann)).json()] == [note['id']]
    assert (await anonymous.get('/notes', headers=bob)).json() == []


async def test_get_note(anonymous: AsyncClient, ann: dict[str, str], bob: dict[str, str]) -> None:
    note = await create_note(anonymous, ann)
    path = f'/notes/{note["id"]}'
    assert (await anonymous.get(path, headers=ann)).json() == note
    assert (await anonymous.get(path, headers=bob)).status_code == 404
    assert (await anonymous.get(path)).status_code == 401


async def test_get_missing_note(anonymous: AsyncClient, ann: dict[str, str]) -> None:
    response = await anonymous.get(f'/notes/{uuid.uuid4()}', headers=ann)
    assert response.status_code == 404
    assert response.json()['detail'] == 'Note not found'


async def test_update_note(
    anonymous: AsyncClient, ann: dict[str, str], bob: dict[str, str]
) -> None:
    note = await create_note(anonymous, ann)
    path = f'/notes/{note["id"]}'
    response = await anonymous.patch(path, json={'title': 'Errands'}, headers=ann)
    assert response.status_code == 200
    assert response.json()['title'] == 'Errands'
    assert response.json()['body'] == 'Milk, bread'
    response = await anonymous.patch(path, json={'title': 'Mine now'}, headers=bob)
    assert response.status_code == 404


async def test_delete_note(
    anonymous: AsyncClient, ann: dict[str, str], bob: dict[str, str]
) -> None:
    note = await create_note(anonymous, ann)
    path = f'/notes/{note["id"]}'
    assert (await anonymous.delete(path, headers=bob)).status_code == 404
    assert (await anonymous.delete(path, headers=ann)).status_code == 204
    assert (await anonymous.get(path, headers=ann)).status_code == 404
