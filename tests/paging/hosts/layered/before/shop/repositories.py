from abc import ABC, abstractmethod
from typing import Optional

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shop.models import Customer, Order


class Orders(ABC):
    @abstractmethod
    async def list(self, number: Optional[int]) -> list[Order]: ...


class SqlOrders(Orders):
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list(self, number: Optional[int]) -> list[Order]:
        statement = select(Order).order_by(Order.number.desc())
        if number is not None:
            statement = statement.where(Order.number == number)
        result = await self.session.execute(statement)
        return list(result.scalars().all())


class Customers:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list(self, skip: int, limit: int) -> list[Customer]:
        statement = select(Customer).order_by(Customer.id).offset(skip).limit(limit)
        return list(await self.session.scalars(statement))
