from sqlalchemy.ext.asyncio import create_async_engine

from app.lib import env

engine = create_async_engine(env.DB_URL)
