from fastapi import APIRouter, FastAPI

from shop.settings import settings

app = FastAPI()


def answer():
    return 1


router = APIRouter(prefix=settings.API_PREFIX)
for name in settings.sections:
    router.add_api_route(f"/{name}", answer)
app.include_router(router)
app.add_api_route(settings.admin.prefix, answer)
app.add_api_route(settings["admin"]["prefix"] + "/keys", answer)
app.add_api_route(settings.get("status_path", "/status"), answer)
if settings.docs:
    app.add_api_route("/handbook", answer)
