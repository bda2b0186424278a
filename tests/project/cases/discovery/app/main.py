import importlib
import importlib.util
import inspect
import pkgutil
from importlib.metadata import entry_points
from pathlib import Path

from fastapi import APIRouter, FastAPI

from importlib_metadata import entry_points as older_entry_points

from app.features import routers

app = FastAPI()
for router in routers:
    app.include_router(router)
for point in entry_points(group="app.plugins"):
    app.include_router(point.load().routes)
for point in older_entry_points().select(group="app.plugins"):
    app.include_router(point.load().routes, prefix="/older")
for file in sorted(Path(__file__).parent.glob("features/*.py")):
    if file.stem.startswith("f"):
        app.add_api_route(f"/about/{file.stem}", lambda: None)


def collected(name: str) -> list[APIRouter]:
    module = importlib.import_module(name)
    found = [one for _, one in inspect.getmembers(module) if isinstance(one, APIRouter)]
    spec = importlib.util.find_spec(name)
    if spec and spec.submodule_search_locations:
        for _, inner, _ in pkgutil.iter_modules(spec.submodule_search_locations, f"{name}."):
            found += collected(inner)
    return found


for router in collected("app.views"):
    app.include_router(router)


def root_of_the_project() -> Path:
    folder = Path(__file__).resolve().parent
    while folder != folder.parent:
        if any((folder / name).exists() for name in ("setup.py", "pyproject.toml")):
            return folder
        folder = folder.parent
    return Path(__file__).parent


app.add_api_route(f"/has/{(root_of_the_project() / 'app').is_dir()}", lambda: None)
