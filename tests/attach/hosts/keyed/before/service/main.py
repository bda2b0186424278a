"""A service for programs."""

from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware

from service.keys import known_key

app = FastAPI(dependencies=[Depends(known_key)])

# Pages of the console
ORIGINS = ["https://console.example.com"]

app.add_middleware(
    CORSMiddleware,
    allow_origins=ORIGINS,
    allow_methods=["GET"],
    allow_headers=["X-Service-Key"],
)


@app.get("/echo")
def echo(word: str) -> str:
    """Say a word again."""
    return word
