"""The operations of an API, read from its OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from backwright.errors import UsageError
from backwright.probe.schemas import Schemas, Value

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
Location = Literal["path", "query", "header", "cookie"]
Schema = Mapping[str, Any]
_PARAMETER = re.compile(r"\{([^}:]+)(?::[^}]*)?\}")
_JSON = re.compile(r"application/(?:[\w.+-]*\+)?json")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in the path, the query, a header or a cookie."""

    name: str
    location: Location
    required: bool
    schema: Schema


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path.

    Attributes:
        method: In capitals.
        path: With parameters in braces, the document's base path in front.
        parameters: Those of path, query, headers and cookies.
        media: The content type that a body is sent with; empty without a body.
        body: The schema of the body; None without one.
        body_required: Whether it must be sent.
        responses: The schemas of the answers by status; None for an answer without content.
        secured: Whether the document says that a caller must be known.
        scopes: Names of the security schemes it lists.
        words: Name and summary, to guess its purpose by.
    """

    method: str
    path: str
    parameters: tuple[Parameter, ...] = ()
    media: str = ""
    body: Schema | None = None
    body_required: bool = False
    responses: Mapping[str, Schema | None] = field(default_factory=dict)
    secured: bool = False
    scopes: tuple[str, ...] = ()
    words: str = ""

    @property
    def key(self) -> str:
        """Return the name it goes by: `GET /tasks/{task_id}`."""
        return f"{self.method} {self.path}"

    @property
    def segments(self) -> tuple[str, ...]:
        """Return the parts of the path."""
        return tuple(part for part in self.path.split("/") if part)

    @property
    def path_names(self) -> tuple[str, ...]:
        """Return the names of the path's parameters, in order."""
        return tuple(_PARAMETER.findall(self.path))

    @property
    def writes(self) -> bool:
        """Tell whether it may change something."""
        return self.method not in ("GET", "HEAD", "OPTIONS")

    def parameter(self, name: str, location: Location) -> Parameter | None:
        """Return a parameter of this name."""
        found = (one for one in self.parameters if (one.name, one.location) == (name, location))
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Api:
    """The operations, and what the document says of authentication."""

    operations: tuple[Operation, ...]
    schemas: Schemas
    security: Mapping[str, Schema]
    document: Schema

    def find(self, method: str, path: str) -> Operation | None:
        """Return an operation; a trailing slash makes no difference."""
        wanted = (method, path.rstrip("/"))
        return next(
            (one for one in self.operations if (one.method, one.path.rstrip("/")) == wanted), None
        )


def read_api(document: object) -> Api:
    """Read an OpenAPI document, version 3.

    Raises:
        UsageError: it is none, or has no operation.
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("paths"), Mapping):
        raise UsageError(
            "the API's document is no OpenAPI document: it has no `paths`",
            remedy="name the address of its openapi.json with --openapi",
        )
    schemas = Schemas(document)
    operations = tuple(_operations(document, schemas))
    if not operations:
        raise UsageError("the OpenAPI document has no operation")
    schemes = schemas.at("components", "securitySchemes")
    return Api(operations, schemas, {k: schemas.resolve(v) for k, v in schemes.items()}, document)


def _operations(document: Schema, schemas: Schemas) -> Iterator[Operation]:
    base = _base_path(document)
    for path, item in document["paths"].items():
        whole = schemas.resolve(item)
        shared = whole.get("parameters", ())
        for method in METHODS:
            if isinstance(whole.get(method), Mapping):
                yield _operation(document, schemas, method, base + path, whole[method], shared)


def _base_path(document: Schema) -> str:
    """Return the path of the first server, which all paths are relative to."""
    servers = document.get("servers") or [{}]
    path = urlsplit(str(servers[0].get("url", ""))).path.rstrip("/")
    return path if "{" not in path else ""


def _operation(
    document: Schema, schemas: Schemas, method: str, path: str, item: Schema, shared: Value
) -> Operation:
    media, body = _body(schemas, item)
    requirements = item.get("security", document.get("security", ()))
    names = tuple(name for one in requirements or () for name in one)
    return Operation(
        method=method.upper(),
        path=path,
        parameters=tuple(_parameters(schemas, path, [*shared, *item.get("parameters", ())])),
        media=media,
        body=body,
        body_required=bool(schemas.resolve(item.get("requestBody") or {}).get("required")),
        responses={str(k): _content(schemas, v) for k, v in item.get("responses", {}).items()},
        secured=bool(requirements) and all(requirements),
        scopes=names,
        words=f"{item.get('operationId', '')} {item.get('summary', '')}",
    )


def _parameters(schemas: Schemas, path: str, items: list[Schema]) -> Iterator[Parameter]:
    """Yield parameters; one that the path has and the document forgot is a string."""
    found: dict[tuple[str, str], Parameter] = {}
    for item in map(schemas.resolve, items):
        name, location = str(item.get("name", "")), item.get("in")
        if location not in ("path", "query", "header", "cookie"):
            continue
        content: Schema = next(iter(item.get("content", {}).values()), {})
        schema = schemas.whole(item.get("schema") or content.get("schema") or {})
        required = bool(item.get("required")) or location == "path"
        found[name, location] = Parameter(name, location, required, schema)
    for name in _PARAMETER.findall(path):
        found.setdefault((name, "path"), Parameter(name, "path", True, {"type": "string"}))
    yield from found.values()


def _body(schemas: Schemas, item: Schema) -> tuple[str, Schema | None]:
    """Return the content type to send and its schema, JSON before forms before others."""
    content: Schema = schemas.resolve(item.get("requestBody") or {}).get("content", {})
    ranked = sorted(content, key=lambda media: (not _JSON.match(media), media not in FORMS))
    if not ranked:
        return "", None
    return ranked[0], schemas.whole(content[ranked[0]].get("schema") or {})


def _content(schemas: Schemas, response: Schema) -> Schema | None:
    content = schemas.resolve(response).get("content") or {}
    media = next((one for one in content if _JSON.match(one)), None)
    return None if media is None else content[media].get("schema") or {}
