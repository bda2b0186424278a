from fastapi import Depends, FastAPI

from shop.access import get_user
from shop.database import Base, engine
from shop.schemas import Me

app = FastAPI()


@app.on_event('startup')
async def create_tables():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


@app.get('/me', response_model=Me)
async def me(user=Depends(get_user)):
    return user
