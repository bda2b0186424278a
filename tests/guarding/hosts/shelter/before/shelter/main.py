from fastapi import FastAPI

from shelter.api import animals, labels, visits
from shelter.database import Base, engine

app = FastAPI(title="Shelter")
app.include_router(animals.router)
app.include_router(visits.router)
app.include_router(labels.router)


@app.on_event("startup")
def create_tables() -> None:
    Base.metadata.create_all(engine)
