import importlib
import pkgutil

from fastapi import APIRouter

routers = []
for found in pkgutil.iter_modules(__path__):
    module = importlib.import_module(f"{__name__}.{found.name}")
    for value in vars(module).values():
        if isinstance(value, APIRouter):
            routers.append(value)
