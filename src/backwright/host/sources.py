"""What a project's sources say that they need, for what its files of requirements leave out.

Requirements are often incomplete (a driver that only a URL names, a library that came with
another), and without versions they mean what was current when the code was written. Only names
in the tables here are ever added: a name that is not known is nobody's to install.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from backwright.host.requirements import Requirements, name_of
from backwright.host.syntax import needed_python

_IMPORT = re.compile(r"^\s*(?:from|import)\s+([A-Za-z_]\w*)", re.MULTILINE)
_SKIPPED = frozenset({"node_modules", "site-packages", "__pycache__", ".git", ".venv", "venv"})
_MOST = 3000

# Top-level module -> distribution, where people import it in web backends.
_DISTRIBUTIONS = {
    name: name.replace("_", "-")
    for name in [
        "aiofiles",
        "aiohttp",
        "aiomysql",
        "aiosmtplib",
        "aiosqlite",
        "alembic",
        "arq",
        "asyncpg",
        "bcrypt",
        "boto3",
        "casbin",
        "celery",
        "databases",
        "factory_boy",
        "faker",
        "fastapi",
        "fastapi_mail",
        "fastapi_pagination",
        "fastapi_users",
        "fastcrud",
        "freezegun",
        "httpx",
        "itsdangerous",
        "jinja2",
        "loguru",
        "motor",
        "orjson",
        "ormar",
        "passlib",
        "peewee",
        "pendulum",
        "phonenumbers",
        "polyfactory",
        "psutil",
        "psycopg",
        "pydantic",
        "pydantic_settings",
        "pymongo",
        "pymysql",
        "pytest",
        "pytz",
        "redis",
        "requests",
        "sentry_sdk",
        "sqladmin",
        "sqlalchemy",
        "sqlalchemy_utils",
        "sqlmodel",
        "starlette",
        "structlog",
        "tenacity",
        "typer",
        "uvicorn",
        "validators",
        "pwdlib",
        "nanoid",
        "slowapi",
        "uuid6",
        "emails",
        "fakeredis",
        "requests_mock",
        "respx",
        "psycopg2",
        "aioredis",
        "shortuuid",
        "slugify",
        "advanced_alchemy",
        "dependency_injector",
        "fastapi_filter",
        "fastapi_cache",
        "apscheduler",
        "async_asgi_testclient",
        "asgi_lifespan",
        "dirty_equals",
        "pytest_asyncio",
        "cryptography",
        "greenlet",
    ]
} | {
    "PIL": "pillow",
    "alembic_utils": "alembic-utils",
    "asgi_correlation_id": "asgi-correlation-id",
    "async_fastapi_jwt_auth": "async-fastapi-jwt-auth",
    "decouple": "python-decouple",
    "dotenv": "python-dotenv",
    "email_validator": "email-validator",
    "environs": "environs",
    "factory": "factory-boy",
    "fastapi_jwt_auth": "fastapi-jwt-auth",
    "fastapi_restful": "fastapi-restful",
    "fastapi_utils": "fastapi-utils",
    "fastapi_cache": "fastapi-cache2",
    "jose": "python-jose[cryptography]",
    "jwt": "pyjwt",
    "magic": "python-magic",
    "multipart": "python-multipart",
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "pytest_mock": "pytest-mock",
    "slugify": "python-slugify",
    "sqlalchemy": "sqlalchemy",
    "starlette_context": "starlette-context",
    "toml": "toml",
    "yaml": "pyyaml",
}
# A pattern in the sources -> what it needs besides, unless it is named already.
_IMPLIED = (
    (r"\+asyncpg\b", "asyncpg"),
    (r"\+aiosqlite\b", "aiosqlite"),
    (r"\+psycopg2\b|postgres(?:ql)?://", "psycopg2-binary"),
    (r"\+psycopg\b", "psycopg[binary]"),
    (r"create_async_engine|AsyncSession|async_sessionmaker", "greenlet"),
    (r"\bEmailStr\b", "email-validator"),
    (r"\b(?:UploadFile|OAuth2PasswordRequestForm)\b|\bForm\(", "python-multipart"),
    (r"\bJinja2Templates\b", "jinja2"),
    (r"CryptContext\([^)]*[\"']bcrypt", "bcrypt"),
    (r"CryptContext\([^)]*[\"']argon2", "argon2-cffi"),
    (r"\bSessionMiddleware\b", "itsdangerous"),
    (r"pytest\.mark\.asyncio|asyncio_mode|@pytest_asyncio", "pytest-asyncio"),
    (r"--cov\b", "pytest-cov"),
    (r"addopts.*-n\s*(?:auto|\d)", "pytest-xdist"),
    (r"\bmocker\b", "pytest-mock"),
)
# What code of another time needs: a pattern, and the versions that it was written for.
_PERIODS = (
    (r"CryptContext\(", "bcrypt<4.1"),
    (r"from pydantic import [^\n]*\b(?:BaseSettings|validator, BaseSettings)\b", "pydantic<2"),
    (r"\bAsyncClient\(\s*app\s*=", "httpx<0.28"),
    (r"def event_loop\(", "pytest-asyncio<0.24"),
    (r"\bevent_loop\b", "pytest-asyncio<1"),
    (r"sqlalchemy|sqlmodel|SQLModel", "sqlalchemy<2.1"),
    (r"create_async_engine\([^)]*future=True|sqlalchemy\.ext\.declarative", "sqlalchemy<2.1"),
    (r"\bimport aioredis\b", "aioredis<3"),
    (r"\.add_event_handler\(", "starlette<1"),
)
# What comes with Python: distributions of these names are of Python 2's time, or something else.
_IN_PYTHON = frozenset(
    ("asyncio", "logging", "pathlib", "typing", "uuid", "datetime", "json", "os")
)
_CONFIGURATION = ("pytest.ini", "setup.cfg", "tox.ini", "pyproject.toml", "alembic.ini")
_TWINS = {"psycopg2-binary": ("psycopg2", "psycopg"), "psycopg[binary]": ("psycopg",)}


def with_sources(needs: Requirements, folder: Path) -> Requirements:
    """Add what the sources of a folder need and what their time means to what it says it needs."""
    texts = tuple(_texts(folder))
    text = "\n".join(texts)
    local = _local_modules(folder)
    named = {name_of(line) for line in (*needs.needed, *needs.wished, *needs.pins)}
    added: list[str] = []
    for module in sorted(set(_IMPORT.findall(text)) - local - set(sys.stdlib_module_names)):
        distribution = _DISTRIBUTIONS.get(module)
        if distribution and not _is_named(distribution, named):
            added.append(distribution)
            named.add(name_of(distribution))
    for pattern, requirement in _IMPLIED:
        if re.search(pattern, text) and not _is_named(requirement, named):
            added.append(requirement)
            named.add(name_of(requirement))
    if re.search(r"create_async_engine|AsyncEngine", text) and not _has_async_driver(needs, added):
        added.append("asyncpg")
    bounded = re.compile(r"(?<!>)=|<")  # a lower bound alone leaves open what came later
    exact = {name_of(line) for line in (*needs.needed, *needs.pins) if bounded.search(line)}
    periods = [
        limit
        for pattern, limit in _PERIODS
        if name_of(limit) not in exact and re.search(pattern, text)
    ]
    needed = [line for line in needs.needed if name_of(line) not in _IN_PYTHON]
    syntax = needed_python(_python_files(folder))
    return replace(needs, needed=(*needed, *added), periods=tuple(periods), syntax=syntax)


def _has_async_driver(needs: Requirements, added: list[str]) -> bool:
    drivers = ("asyncpg", "aiosqlite", "aiomysql", "asyncmy", "psycopg[", "psycopg>", "psycopg=")
    lines = [line.lower() for line in (*needs.needed, *needs.wished, *added)]
    return any(driver in line or line == "psycopg" for driver in drivers for line in lines)


def _is_named(requirement: str, named: set[str]) -> bool:
    return bool({name_of(requirement), *_TWINS.get(requirement, ())} & named)


def _texts(folder: Path) -> Iterator[str]:
    """Yield the sources, and the files that configure tests and migrations."""
    for path in _python_files(folder):
        yield path.read_text(encoding="utf-8", errors="replace")
    for name in _CONFIGURATION:
        if (folder / name).is_file():
            yield (folder / name).read_text(encoding="utf-8", errors="replace")


def _python_files(folder: Path) -> Iterator[Path]:
    waiting, count = [folder], 0
    while waiting and count < _MOST:
        try:
            entries = sorted(waiting.pop().iterdir())
        except OSError:
            continue
        for path in entries:
            if path.is_dir() and not path.is_symlink():
                if path.name not in _SKIPPED and not (path / "pyvenv.cfg").exists():
                    waiting.append(path)
            elif path.suffix == ".py" and path.is_file():
                count += 1
                yield path


def _local_modules(folder: Path) -> set[str]:
    """Return the names of modules and folders of the project, which hide what is installed."""
    found = {path.stem for path in _python_files(folder)}
    found |= {path.parent.name for path in _python_files(folder)}
    return found - {"redis", "celery", "alembic"}
