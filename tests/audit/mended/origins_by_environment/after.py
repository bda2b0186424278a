import os

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
origins = os.getenv("CORS_ORIGINS", "http://localhost:3000,https://shop.example").split(
    ","
)
app.add_middleware(CORSMiddleware, allow_origins=origins, allow_credentials=True)
