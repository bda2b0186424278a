from typing import List, Optional

from fastapi import APIRouter, Depends, FastAPI, Query
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from shop.repositories import Customers, SqlOrders
from shop.services import OrderService

engine = create_async_engine("postgresql+asyncpg://localhost/shop")
sessions = async_sessionmaker(engine)
router = APIRouter(prefix="/api")


class OrderOut(BaseModel):
    number: int


class CustomerOut(BaseModel):
    name: str


async def session():
    async with sessions() as one:
        yield one


def order_service(db: AsyncSession = Depends(session)) -> OrderService:
    return OrderService(SqlOrders(db))


@router.get("/orders", response_model=List[OrderOut])
async def orders(number: Optional[int] = None, service: OrderService = Depends(order_service)):
    return await service.find(number)


@router.get("/customers", response_model=List[CustomerOut])
async def customers(
    skip: int = 0, limit: int = Query(25, ge=1, le=200), db: AsyncSession = Depends(session)
):
    return await Customers(db).list(skip, limit)


app = FastAPI()
app.include_router(router)
