from fastapi import FastAPI

from api import api_router

app = FastAPI()
app.include_router(api_router)


@app.get("/api/health")
def health() -> dict[str, str]:
    return {"status": "ok"}
