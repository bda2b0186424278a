from fastapi import FastAPI

from app.routes import authors

app = FastAPI()
app.include_router(authors.router)


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}
