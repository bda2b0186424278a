from fastapi import FastAPI

from half.database import Base, engine
from half.routes import accounts, posts, tasks

Base.metadata.create_all(engine)
app = FastAPI()
app.include_router(accounts.router)
app.include_router(tasks.router)
app.include_router(posts.router)
