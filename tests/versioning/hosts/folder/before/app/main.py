from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app.api.v1.api import api_router
from app.core.config import settings

app = FastAPI(title=settings.name)

app.add_middleware(CORSMiddleware, allow_origins=["*"])

app.include_router(api_router, prefix=settings.API_V1_STR)


@app.get("/health")
def health():
    return "ok"
