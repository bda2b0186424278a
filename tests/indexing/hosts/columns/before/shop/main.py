from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from .repository import Customers, Orders

engine = create_async_engine("postgresql+asyncpg://localhost/shop")
sessions = async_sessionmaker(engine)
router = APIRouter()


async def session():
    async with sessions() as one:
        yield one


@router.get("/customers")
async def customers(city: str, db: AsyncSession = Depends(session)):
    return await Customers(db).of_city(city)


@router.get("/orders")
async def orders(limit: int = 20, db: AsyncSession = Depends(session)):
    return await Orders(db).newest(limit)


app = FastAPI()
app.include_router(router)
