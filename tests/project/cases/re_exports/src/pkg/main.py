import pkg.api
from fastapi import FastAPI

app = FastAPI()
app.include_router(pkg.api.users.router)
app.include_router(pkg.api.items_router)
