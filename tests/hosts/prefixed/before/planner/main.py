from fastapi import FastAPI

from planner.db import Base, engine
from planner.routes.events import router as events

Base.metadata.create_all(engine)

app = FastAPI(title="Planner")
app.include_router(events)
