"""The first version of the API: which router answers where."""

from ..endpoints.authors import router as authors_router
from ..endpoints.books import router as books_router

ROUTES = [
    {"router": authors_router, "prefix": "/authors", "tags": ["authors"]},
    {"router": books_router, "prefix": "/books", "tags": ["books"]},
]
