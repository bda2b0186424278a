from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
origins = [
    "http://localhost:3000",
    "https://shop.example",
]
app.add_middleware(CORSMiddleware, allow_origins=origins, allow_credentials=True)
