from fastapi import FastAPI

from routes.words import router as words

app = FastAPI(title="Words")
app.include_router(words)
