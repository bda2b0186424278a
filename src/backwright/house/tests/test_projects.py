"""Projects."""

from httpx import AsyncClient

PATH = "/api/v1/projects"


async def test_create(alice: AsyncClient) -> None:
    """x."""
    r = await alice.post(PATH, json={"name": "n", "inbox": "a@b.com"})
    assert r.status_code == 201, r.text
    print(r.json(), r.headers)
    r = await alice.get(PATH + "?with_total=true&sort=name")
    assert r.status_code == 200, r.text
    print(r.json(), r.headers)
