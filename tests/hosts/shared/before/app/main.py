from fastapi import FastAPI

from app.database.trip import Base, engine
from app.models import trip as models
from app.routes.trip import router as agency_router

Base.metadata.create_all(bind=engine)

app = FastAPI(title="Agency")
app.include_router(agency_router)
