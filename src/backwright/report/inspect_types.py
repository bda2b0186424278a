"""The JSON document of `inspect` in types (contract: JSON, inspect; additions are marked)."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

Seen = Literal["static", "runtime", "both"]


class AppEntry(TypedDict):
    """An application object, `package.module:name`."""

    object: str
    file: str
    line: int


class EndpointEntry(TypedDict):
    """One method on one full path of one app."""

    app: str
    method: str
    path: str
    handler: str
    file: str
    line: int
    auth: Literal["required", "optional", "none"]
    dependencies: list[str]
    request_model: str | None
    response_model: str | None
    owner_scoped: bool | None
    seen: Seen


class ColumnEntry(TypedDict):
    """A column; `foreign_key` is `table.column`. Added: file and line."""

    name: str
    type: str
    nullable: bool
    primary_key: bool
    foreign_key: str | None
    index: bool
    unique: bool
    file: str
    line: int


class RelationshipEntry(TypedDict):
    """A relationship attribute; `secondary` is the link table of a many-to-many."""

    name: str
    target: str
    kind: Literal["one-to-many", "many-to-one", "many-to-many", "one-to-one"]
    secondary: str | None


class OwnerEntry(TypedDict):
    """What makes rows belong to users: the column, the users' model, the path to them."""

    column: str
    user: str
    path: list[str]


class ModelEntry(TypedDict):
    """A database table and what declares it. Added: constraints, owner and seen."""

    name: str
    table: str
    file: str
    line: int
    columns: list[ColumnEntry]
    relationships: list[RelationshipEntry]
    seen: NotRequired[Seen]
    owner: NotRequired[OwnerEntry | None]


class SchemaEntry(TypedDict):
    """A Pydantic class and the model that it speaks for."""

    name: str
    file: str
    line: int
    role: Literal["create", "update", "public", "other"]
    model: str | None


class ServiceEntry(TypedDict):
    """A service, repository or CRUD unit."""

    name: str
    file: str
    line: int
    resource: str | None


class AuthEntry(TypedDict):
    """How the project authenticates as a whole.

    Added: the tokens' algorithm, the expression that gives their secret, the users' model.
    """

    approach: Literal["none", "jwt", "session", "api-key", "basic", "other"]
    library: str | None
    hashing: str | None
    token_url: str | None
    current_user: str | None
    file: str | None
    line: int | None
    algorithm: NotRequired[str | None]
    secret: NotRequired[str | None]
    user_model: NotRequired[str | None]


class CorsEntry(TypedDict):
    """The settings of the CORS middleware."""

    file: str
    line: int
    origins: list[str]
    credentials: bool
    methods: list[str]
    headers: list[str]


class MigrationsEntry(TypedDict):
    """The migration tool, its folder, its head."""

    tool: str
    folder: str
    head: str | None


class SettingEntry(TypedDict):
    """Addition: a setting, and the environment variables that it is read from."""

    name: str
    owner: str
    variables: list[str]
    default: str | None
    required: bool
    file: str
    line: int


class VariableEntry(TypedDict):
    """An environment variable that leads to the database URL, and which part of it it gives."""

    name: str
    part: str
    default: str | None


class DatabaseEntry(TypedDict):
    """Addition: where the engine is made, and what its URL is made of."""

    file: str
    line: int
    is_async: bool
    driver: str | None
    url: str | None
    variables: list[VariableEntry]


class PlaceEntry(TypedDict):
    """A file and a line in it."""

    file: str
    line: int


class EvidenceEntry(TypedDict):
    """Addition: what speaks for and against the value that a convention has."""

    name: str
    value: str
    votes_for: int
    votes_against: int
    places: list[PlaceEntry]


class UnresolvedEntry(TypedDict):
    """A place that could not be read or settled."""

    file: str
    line: int
    why: str


class InspectDocument(TypedDict):
    """The whole document.

    Added: `project`, `database`, `settings`, `tests` (their folders), `package_manager`,
    `python_version` (as the project writes it), `evidence` (of `conventions`), `runtime`.
    """

    schema: Literal[1]
    command: Literal["inspect"]
    project: str
    apps: list[AppEntry]
    endpoints: list[EndpointEntry]
    models: list[ModelEntry]
    schemas: list[SchemaEntry]
    services: list[ServiceEntry]
    auth: AuthEntry
    cors: CorsEntry | None
    migrations: MigrationsEntry | None
    database: DatabaseEntry | None
    settings: list[SettingEntry]
    tests: list[str]
    package_manager: str | None
    python_version: str | None
    conventions: dict[str, str]
    evidence: list[EvidenceEntry]
    runtime: RuntimeEntry
    unresolved: list[UnresolvedEntry]


class RuntimeEntry(TypedDict):
    """Addition: whether the second witness, the running program, was heard.

    `apps` are those that were imported; `why` says why not, when none was.
    """

    heard: bool
    why: str
    apps: list[str]
    routes: int
    tables: int
