from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from .models import Base, Customer, Line, Order

ModelT = TypeVar("ModelT", bound=Base)


class Repository(Generic[ModelT]):
    model: type[ModelT]

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def newest(self, limit: int) -> list[ModelT]:
        result = await self.session.scalars(
            select(self.model).order_by(self.model.created_at.desc()).limit(limit)
        )
        return list(result)


class Customers(Repository[Customer]):
    model = Customer

    async def of_city(self, city: str) -> list[Customer]:
        result = await self.session.scalars(select(self.model).where(self.model.city == city))
        return list(result)


class Orders(Repository[Order]):
    model = Order

    async def of_customer(self, customer: Customer) -> list[Order]:
        statement = select(Order).where(Order.customer_id == customer.id)
        return list(await self.session.scalars(statement))

    async def lines(self, product: str, batch: str) -> list[Line]:
        result = await self.session.scalars(
            select(Line).join(Order, Line.order_id == Order.id).filter_by(product=product)
        )
        more = await self.session.scalars(
            select(Line).where(Line.product == product, Line.batch == batch)
        )
        return [*result, *more]
