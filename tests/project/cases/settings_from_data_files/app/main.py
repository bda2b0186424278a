from fastapi import APIRouter, FastAPI

from app.settings import menu, paths, settings

app = FastAPI()
items = APIRouter(prefix="/items")


@items.get("/")
def read_items():
    return []


app.include_router(items, prefix=settings.get("api", "prefix"))
app.mount("/auth", settings.getimport("login", "backend")().application())

for feature in settings.described["features"]:
    app.add_api_route(f"/{feature}", read_items)

for page in menu["pages"]:
    app.add_api_route(f"/{page}", read_items)

if paths.getboolean("admin", "enabled"):
    app.include_router(items, prefix=paths["admin"].get("prefix"))
if paths.has_section("metrics"):
    app.add_api_route("/metrics", read_items)
