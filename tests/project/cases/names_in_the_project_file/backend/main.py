from endpoints.notes import router
from fastapi import FastAPI
from settings import PREFIX

app = FastAPI()
app.include_router(router, prefix=PREFIX)
