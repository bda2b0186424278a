import pytest

pytestmark = pytest.mark.anyio
BASE = "/api"


class TestOrders:
    async def test_list(self, client, order):
        response = await client.get(f"{BASE}/orders")

        assert response.status_code == 200
        assert response.json()[0]["number"] == order.number
