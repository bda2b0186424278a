"""What Backwright knows of a project: facts, each with its place.

Field names are the JSON keys of `inspect` in the contract; a fact that could not be settled
stands in `Project.unresolved`, never guessed and never left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Auth = Literal["required", "optional", "none"]
Seen = Literal["static", "runtime", "both"]
RelationKind = Literal["one-to-many", "many-to-one", "many-to-many", "one-to-one"]
SchemaRole = Literal["create", "update", "public", "other"]
ConstraintKind = Literal["primary-key", "foreign-key", "unique", "check", "index"]
UrlPart = Literal["url", "driver", "user", "password", "host", "port", "database", "other"]
Shape = Literal[
    "", "text", "integer", "number", "boolean", "list", "object", "choice", "nested",
    "email", "url", "database", "redis", "broker", "uuid", "date",
]  # fmt: skip
AuthApproach = Literal["none", "jwt", "session", "api-key", "basic", "other"]


@dataclass(frozen=True, slots=True)
class App:
    """A FastAPI application object, as `package.module:name` (a factory ends with `()`)."""

    object: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method on one full path of one app."""

    app: str
    method: str
    path: str
    handler: str
    file: str
    line: int
    auth: Auth
    dependencies: tuple[str, ...]
    request_model: str | None
    response_model: str | None
    owner_scoped: bool | None
    seen: Seen = "static"


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `foreign_key` is `table.column`, `type` the Python or SQL type as written."""

    name: str
    type: str
    nullable: bool
    primary_key: bool
    foreign_key: str | None
    index: bool
    unique: bool
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship attribute; `secondary` names the link table of a many-to-many."""

    name: str
    target: str
    kind: RelationKind
    secondary: str | None


@dataclass(frozen=True, slots=True)
class Constraint:
    """A key, index or check over columns; `target` is what a foreign key points to."""

    kind: ConstraintKind
    name: str | None
    columns: tuple[str, ...]
    target: tuple[str, ...] = ()
    expression: str | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """What makes a model's rows belong to users.

    `column` is the model's own column that leads to the users, `user` their model, `path` the
    columns on the way: `("Task.project_id", "Project.owner_id")` where only the parent is owned.
    """

    column: str
    user: str
    path: tuple[str, ...]

    @property
    def direct(self) -> bool:
        """Whether the model itself refers to its user."""
        return len(self.path) == 1


@dataclass(frozen=True, slots=True)
class Model:
    """A database table and the class (or `Table` object) that declares it.

    `owner` is `None` where the rows belong to no user.
    """

    name: str
    table: str
    file: str
    line: int
    columns: tuple[Column, ...]
    relationships: tuple[Relationship, ...]
    constraints: tuple[Constraint, ...] = ()
    seen: Seen = "static"
    owner: Owner | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """Rows of an owned model that an endpoint reads, changes or makes, as far as it was followed.

    `callers` tells whether they are the caller's own (`None`: not settled); `about` whether they
    are what the endpoint is about, `given` whether the request says which rows they are. A `link`
    is a row's reference to rows of `model`, taken from the request; `owner` that the request says who
    a row belongs to from now on. Of endpoints that anybody may call, nothing is the caller's.
    """

    app: str
    method: str
    path: str
    model: str
    kind: Literal["read", "change", "create", "link", "owner"]
    callers: bool | None
    about: bool
    given: bool
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What an endpoint, which was followed to its end, asks of rows of a model that it reads.

    `caller` tells whether the caller has a say in which rows they are, `owner` whether their owner is
    compared with the caller, `state` names the columns that must have some value (published, not
    deleted); `given` names what the request chooses them by. Without a model it says that the endpoint was
    followed at all.
    """

    app: str
    method: str
    path: str
    model: str = ""
    caller: bool = False
    owner: bool = False
    state: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """A Pydantic class, and the model it speaks for."""

    name: str
    file: str
    line: int
    role: SchemaRole
    model: str | None


@dataclass(frozen=True, slots=True)
class Service:
    """A service, repository or CRUD unit and the resource it serves."""

    name: str
    file: str
    line: int
    resource: str | None


@dataclass(frozen=True, slots=True)
class AuthFacts:
    """How the project authenticates as a whole; `user_model` is the model of its users."""

    approach: AuthApproach
    library: str | None = None
    algorithm: str | None = None
    secret: str | None = None
    hashing: str | None = None
    token_url: str | None = None
    current_user: str | None = None
    file: str | None = None
    line: int | None = None
    user_model: str | None = None


@dataclass(frozen=True, slots=True)
class Cors:
    """The CORS middleware's settings, as far as they are literal or have a default."""

    file: str
    line: int
    origins: tuple[str, ...]
    credentials: bool
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    origin_regex: str | None = None


@dataclass(frozen=True, slots=True)
class Middleware:
    """What stands around an application: its class or function, and where it is added."""

    app: str
    name: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Migrations:
    """The migration tool, its folder and its head revision."""

    tool: str
    folder: str
    head: str | None
    heads: tuple[str, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting and the environment variables that it is read from, first one first.

    `default` is as far as it is known text; a setting without one is `required`. `shape` is what its
    declared type takes, an empty text where that is not known; `choices` are the words of a choice.
    """

    name: str
    owner: str
    variables: tuple[str, ...]
    default: str | None
    required: bool
    file: str
    line: int
    shape: Shape = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DatabaseVariable:
    """An environment variable that leads to the database URL, and which part of it it gives."""

    name: str
    part: UrlPart
    default: str | None


@dataclass(frozen=True, slots=True)
class Database:
    """Where the engine is made, and what its URL is made of.

    `driver` is the URL's scheme (`postgresql+asyncpg`) as far as it is known, `url` the whole
    URL if defaults alone decide it.
    """

    file: str
    line: int
    is_async: bool
    driver: str | None
    url: str | None
    variables: tuple[DatabaseVariable, ...]


@dataclass(frozen=True, slots=True)
class Convention:
    """A habit of the project, with the votes for and against it and where they stand."""

    name: str
    value: str
    votes_for: int
    votes_against: int
    places: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A place that could not be read or settled, and why."""

    file: str
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Runtime:
    """What the second witness said: the applications that could be imported, and what they held.

    `why` tells why it was not heard, as far as it was not.
    """

    heard: bool = False
    why: str = "the program was not asked"
    apps: tuple[str, ...] = ()
    routes: int = 0
    tables: int = 0


@dataclass(frozen=True, slots=True)
class Project:
    """Everything known of one project. `root` is the folder that paths are relative to.

    `middleware` is in the order in which it is added: the last one sees a request first.
    """

    root: Path
    apps: tuple[App, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    models: tuple[Model, ...] = ()
    schemas: tuple[Schema, ...] = ()
    services: tuple[Service, ...] = ()
    auth: AuthFacts = field(default_factory=lambda: AuthFacts("none"))
    cors: Cors | None = None
    middleware: tuple[Middleware, ...] = ()
    migrations: Migrations | None = None
    database: Database | None = None
    settings: tuple[Setting, ...] = ()
    touches: tuple[Touch, ...] = ()
    asked: tuple[Asked, ...] = ()
    tests: tuple[str, ...] = ()
    package_manager: str | None = None
    python_version: str | None = None
    conventions: tuple[Convention, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    runtime: Runtime = field(default_factory=Runtime)
