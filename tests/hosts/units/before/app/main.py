from fastapi import FastAPI

from .api.versions.v1 import ROUTES
from .core import errors

app = FastAPI(title="Library")
errors.install(app)

for route in ROUTES:
    app.include_router(route["router"], prefix=f"/api/v1{route['prefix']}", tags=route["tags"])
