"""Names that are used and not defined, words that this Python does not know, versions of libraries."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from backwright.doctor.edits import finished, rewritten
from backwright.doctor.evidence import Evidence
from backwright.doctor.known import Known, recognised
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, called
from backwright.report.doctor_types import Cause, Repair
from backwright.source.imports import add_imports

_START = "start the application again"
# Where names of the field are imported from, when a module forgets to.
_KNOWN_AT = {
    "typing": "Any Optional List Dict Union Annotated Literal Callable Iterator Generator AsyncGenerator AsyncIterator Type",
    "fastapi": "APIRouter Body Cookie Depends FastAPI File Form Header HTTPException Path Query Request Response "
    "Security UploadFile WebSocket BackgroundTasks status",
    "fastapi.middleware.cors": "CORSMiddleware",
    "fastapi.responses": "JSONResponse HTMLResponse StreamingResponse RedirectResponse FileResponse",
    "fastapi.security": "OAuth2PasswordBearer OAuth2PasswordRequestForm HTTPBearer HTTPAuthorizationCredentials",
    "fastapi.encoders": "jsonable_encoder",
    "pydantic": "BaseModel EmailStr ConfigDict field_validator model_validator",
    "datetime": "datetime timedelta timezone date UTC",
    "uuid": "UUID uuid4",
    "decimal": "Decimal",
    "enum": "Enum StrEnum",
    "contextlib": "asynccontextmanager contextmanager",
    "sqlalchemy": "select insert update delete func text and_ or_ ForeignKey String Integer Boolean DateTime",
    "sqlalchemy.orm": "relationship selectinload joinedload mapped_column Mapped sessionmaker",
    "sqlalchemy.exc": "IntegrityError",
    "sqlalchemy.ext.asyncio": "AsyncSession async_sessionmaker create_async_engine",
}
_MODULES = (
    "os", "sys", "re", "json", "logging", "asyncio", "time", "math", "uuid", "jwt", "bcrypt", "secrets",
    "datetime", "typing", "enum",
)  # fmt: skip


@diagnosis
def undefined(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a name that nobody has imported or defined, and import it where it is known."""
    for ground, raised, match in evidence.raised(r"NameError: (?:free variable |name )'(?P<name>\w+)' (?:is not defined|referenced)"):  # fmt: skip
        name, place = match["name"], ground.place
        if place is None or name == "sqlmodel":
            continue
        module = _home(evidence, place.file, name)
        near = None if module else _near(evidence, place.file, name)
        yield Cause(
            "environment", "name-undefined",
            f"{name} is used in {place.file}, and neither imported nor defined there"
            + (f"; there is {near}" if near else ""),
            (raised.text.split("\n", 1)[0],), place,
            (f"import {name}" if module == name else f"from {module} import {name}") if module else
            f"write {near}" if near else "import it, or mend the name", _START,
            repairs=_imported(evidence, place.file, name, module) if module else
            evidence.replaced(place, name, near) if near else (),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _home(evidence: Evidence, file: str, name: str) -> str | None:
    """Return the module that has a name: the one of the project that defines it, else a library."""
    holders = {one for one in evidence.sources.own if one != file and _defines(evidence, one, name)}
    if len(holders) == 1:
        return _as_imported(evidence, holders.pop())
    found = [module for module, names in _KNOWN_AT.items() if name in names.split()]
    return found[0] if found else name if name in _MODULES else None


def _defines(evidence: Evidence, file: str, name: str) -> bool:
    tree = evidence.sources.syntax(file)
    return any(isinstance(node, ast.ClassDef | FunctionNode) and node.name == name
               for node in (tree.body if tree else ()))  # fmt: skip


def _as_imported(evidence: Evidence, file: str) -> str | None:
    """Return the name by which other modules of the project import a file."""
    plain = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    for one in evidence.sources.own:
        for match in re.finditer(r"(?m)^\s*from ([\w.]+) import", evidence.sources.text(one)):
            if plain == match[1] or plain.endswith(f".{match[1]}"):
                return match[1]
    return plain


def _imported(evidence: Evidence, file: str, name: str, module: str) -> tuple[Repair, ...]:
    text = evidence.sources.text(file)
    if module == name:
        tree = evidence.sources.syntax(file)
        first = next((n for n in (tree.body if tree else ()) if isinstance(n, ast.Import | ast.ImportFrom)
                      and getattr(n, "module", "") != "__future__"), None)  # fmt: skip
        lines = text.splitlines(keepends=True)
        lines.insert(first.lineno - 1 if first else 0, f"import {name}\n")
        return finished(file, text, "".join(lines))
    return finished(file, text, add_imports(text, {module: {name}}))


def _near(evidence: Evidence, file: str, name: str) -> str | None:
    """Return the name of the module that is nearly this one."""
    known = {
        one.id for one in evidence.sources.nodes(file)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    } | {one.arg for one in evidence.sources.nodes(file) if isinstance(one, ast.arg)} | {
        one.name for one in evidence.sources.nodes(file) if isinstance(one, FunctionNode | ast.ClassDef)
    } | {
        (one.asname or one.name).partition(".")[0] for one in evidence.sources.nodes(file)
        if isinstance(one, ast.alias)
    }  # fmt: skip
    return next(iter(get_close_matches(name, sorted(known - {name}), 1, 0.8)), None)


_KNOWN = (
    Known(
        "python-too-old",
        r"unsupported operand type\(s\) for \|: '(?:type|NoneType|\w*Meta\w*|ModelMetaclass)' and|"
        r"'type' object is not subscriptable|cannot import name '(?P<name>StrEnum|UTC|Self|TypeAlias|ParamSpec|"
        r"Annotated|override)' from '(?:enum|datetime|typing)'|No module named 'tomllib'",
        "this Python is older than the code: {name}`X | None` wants 3.10, list[int] 3.9, StrEnum, UTC and tomllib 3.11",
        "run it with a newer Python (the Dockerfile's FROM, .python-version), or write Optional[X]", _START,
    ),
    Known(
        "library-version",
        r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)' \([^)]*(?:site|dist)-packages",
        "the installed {module} has no {name}: it is of another version than the code was written for",
        "install the version that the requirements (or the lock file) name, or import what this one has: pip show it",
        "pip check, and start the application again",
    ),
    Known(
        "loop-missing",
        r"no running event loop|There is no current event loop in thread",
        "a task or a loop's object is made where no event loop runs: at import, or in a thread",
        "make it in the lifespan or in an async function; from a thread: asyncio.run_coroutine_threadsafe",
        _START,
    ),
    Known(
        "cache-refused",
        r"Error (?:\d+|-\d+) connecting to (?P<host>[\w.-]+):(?P<port>\d+)",
        "Redis does not answer at {host}, port {port}",
        "start it, or put its host and port into the URL; inside docker compose the host is the service's name, "
        "not localhost", "redis-cli -h {host} -p {port} ping",
    ),
    Known(
        "broker-unreachable",
        r"kombu\.exceptions\.OperationalError|'ChannelPromise' object has no attribute '__value__'"
        r"|amqp\.exceptions\.\w+|aio_pika\.exceptions\.\w*Connection\w*",
        "the broker of background tasks (Celery, RabbitMQ) is not reachable where the application runs",
        "start it, or mend its host and port (inside docker compose the service's name, outside localhost); in "
        "tests task_always_eager=True", "repeat the request",
    ),
    Known(
        "service-unreachable",
        r"httpx\.Connect(?:Error|Timeout)|httpcore\.Connect(?:Error|Timeout)|requests\.exceptions\.ConnectionError|"
        r"aiohttp\.client_exceptions\.ClientConnector\w+",
        "another service that the application calls does not answer",
        "mend its address, or start it; and answer 502 or 504 where it is away", "curl -i its URL",
    ),
    Known(
        "folder-missing",
        r"(?i:directory) '(?P<name>[^']+)' does not exist",
        "the folder {name} is not there where the application is started: its path is relative to that",
        'Path(__file__).parent / "{name}", or make the folder', _START,
    ),
    Known(
        "file-missing",
        r"FileNotFoundError: \[Errno 2\] No such file or directory: '(?P<folder>/(?:var|srv|opt|data|mnt|app|etc)/[^']*)/(?P<name>[^'/]+)'",
        "{folder}/{name} cannot be opened: the folder {folder} is not there, on this machine or in this image",
        "make the folder before it is used (os.makedirs, RUN mkdir -p in the Dockerfile), or name another one by a setting", _START,
    ),
    Known(
        "file-missing",
        r"FileNotFoundError: \[Errno 2\] No such file or directory: '(?P<name>[^']+)'|"
        r"FileNotFoundError: Config file '(?:[^']*/changed/)?(?P<third>[^']+)' not found|TemplateNotFound: '?(?P<other>[^'\n]+)",
        "the file {name}{other}{third} is not there: a relative path begins where the application is started",
        "name it from the module: Path(__file__).parent / …; and copy it into the image", _START,
    ),
    Known(
        "syntax",
        r"(?:SyntaxError|IndentationError|TabError): (?P<what>[^\n]+)",
        "this is no Python: {what}",
        "mend the line; `python -m compileall .` finds the next one", _START,
    ),
)  # fmt: skip
_FOLDERS = ("folder-missing",)


@diagnosis
def names(evidence: Evidence) -> Iterator[Cause]:
    """Tell what the environment does not have."""
    for cause in recognised(evidence, "environment", _KNOWN):
        if cause.name in _FOLDERS and cause.place is not None:
            yield _anchored(evidence, cause)
        else:
            yield cause


def _anchored(evidence: Evidence, cause: Cause) -> Cause:
    """Return the cause with the repair that names a folder from the module, where it is there."""
    place = cause.place
    call = evidence.sources.call_at(place, "StaticFiles", "Jinja2Templates")
    node = next(
        (one.value for one in (call.keywords if call else ()) if one.arg == "directory"), None
    )
    node = node or (call.args[0] if call and call.args else None)
    if place is None or not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return cause
    module = (evidence.project.root / place.file).parent
    for ups, base in enumerate((module, *module.parents)):
        if (base / node.value).is_dir():
            up = ".parent" * (ups + 1)
            written = f'Path(__file__).resolve(){up} / "{node.value}"'
            made = rewritten(evidence, place.file, [(node, written)], {"pathlib": {"Path"}})
            return replace(cause, repairs=made)
        if base == evidence.project.root:
            break
    if call and called(call) == "StaticFiles" and re.fullmatch(r"\w[\w./-]*", node.value):
        # version control keeps no empty folder
        return replace(cause, repairs=(Repair(f"{node.value.rstrip('/')}/.gitkeep", "", "\n"),))
    return cause
