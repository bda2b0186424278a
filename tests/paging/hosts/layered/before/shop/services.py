from typing import Optional

from shop.models import Order
from shop.repositories import Orders


class OrderService:
    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def find(
        self,
        number: Optional[int] = None,
    ) -> list[Order]:
        return await self._orders.list(number)

    async def count(self) -> int:
        return len(await self.find())
