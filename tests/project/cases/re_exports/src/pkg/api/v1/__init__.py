from pkg.api.v1 import users
from pkg.api.v1.items import router as items_router

__all__ = ["items_router", "users"]
