from fastapi import FastAPI

from journal.api import entries, moods, notebooks

app = FastAPI(title="Journal")
app.include_router(notebooks.router, prefix="/api/notebooks", tags=["notebooks"])
app.include_router(entries.router, prefix="/api/entries", tags=["entries"])
app.include_router(moods.router, prefix="/api/moods", tags=["moods"])


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}
