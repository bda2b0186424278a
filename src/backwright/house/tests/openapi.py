"""The operations of the API, as its own description lists them."""

import re
from dataclasses import dataclass
from typing import Any

from httpx import AsyncClient

from app.main import create_app
from tests import factories
from tests.helpers import UNKNOWN_ID, Fields


@dataclass(frozen=True)
class Operation:
    """An endpoint and a method."""

    method: str
    path: str
    query: tuple[str, ...]
    body: str | None  # the name of its schema

    def __str__(self) -> str:
        """Return how reports of tests name it."""
        return f"{self.method} {self.path}"

    @property
    def creates(self) -> bool:
        """Whether the factories know what it creates."""
        return hasattr(factories, self._factory)

    async def valid_fields(self, client: AsyncClient) -> Fields:
        """Return what a client may send, where it creates something."""
        fields: Fields = await getattr(factories, self._factory)(client)
        return fields

    async def changed_fields(self, client: AsyncClient) -> Fields:
        """Return other values for all of these fields."""
        factory = self._factory.replace("valid_", "changed_", 1)
        fields: Fields = await getattr(factories, factory)(client)
        return fields

    @property
    def _factory(self) -> str:
        """The name of the factory: `valid_blog_post` where the body is a `BlogPostCreate`."""
        resource = (self.body or "").removesuffix("Create")
        return "valid_" + re.sub(r"(?<!^)(?=[A-Z])", "_", resource).lower()

    def url(self, value: str = UNKNOWN_ID) -> str:
        """Return the path with its parameters filled in."""
        return re.sub(r"{\w+}", value, self.path)


def read_operations() -> list[Operation]:
    """Return all operations under the prefix of the API."""
    paths: dict[str, dict[str, Any]] = create_app().openapi()["paths"]
    return [
        Operation(method.upper(), path, _query(description), _body(description))
        for path, methods in paths.items()
        for method, description in methods.items()
        if path.startswith("/api/")
    ]


def _query(description: dict[str, Any]) -> tuple[str, ...]:
    """Return the names of the query parameters."""
    parameters = description.get("parameters", [])
    return tuple(item["name"] for item in parameters if item["in"] == "query")


def _body(description: dict[str, Any]) -> str | None:
    """Return the name of the schema of the JSON body, if there is one."""
    content = description.get("requestBody", {}).get("content", {})
    reference: str = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    return reference.rpartition("/")[2] or None
