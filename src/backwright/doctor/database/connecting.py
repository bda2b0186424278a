"""A database that does not let the application in: which part of its address is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.doctor.evidence import Evidence, Ground
from backwright.doctor.known import Known, recognised
from backwright.doctor.registry import diagnosis
from backwright.doctor.tracebacks import frames_of
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place


def _with_ssl(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that asks for TLS in asyncpg's words."""
    return evidence.replaced(place, "sslmode=", "ssl=")


_AGAIN = "start the application again"
_KNOWN = (
    Known(
        "database-refused",
        r"(?:server at \"(?P<host>[^\"]+)\"(?: \([^)]*\))?, port (?P<port>\d+) failed: Connection refused"
        r"|Connect call failed \('(?P<ip>[^']+)', (?P<at>\d+))",
        "nothing listens at {host}{ip}, port {port}{at}: the database is not running there",
        "start PostgreSQL, or put its host and port into the URL; inside docker compose the host is "
        "the service's name, not localhost",
        "pg_isready -h {host}{ip} -p {port}{at}",
    ),
    Known(
        "database-url-not-encoded",
        r"(?:could not translate host name \"|failed to resolve host ')(?P<host>[^\"'@]*@[^\"'@]+)",
        "the password in the database's URL has an @ that is not encoded: what stands behind it, {host}, is taken for the host",
        "write it as %40 (and : as %3A, / as %2F, # as %23), or build the URL by URL.create(…)",
        _AGAIN,
    ),
    Known(
        "database-host-unknown",
        r"could not translate host name \"(?P<host>[^\"]+)\"|failed to resolve host '(?P<other>[^']+)'"
        r"|gaierror: \[Errno -[235]\] ",
        "the database's host name {host}{other} is not known on this machine",
        "a docker compose service's name is only known inside compose: outside use localhost and "
        "the published port; else mend the host in the URL",
        _AGAIN,
    ),
    Known(
        "database-password",
        r"password authentication failed for user \"(?P<user>[^\"]+)\"",
        "PostgreSQL does not accept the password of {user} (or there is no such role with one)",
        "put the right password into the URL, percent-encoded (@ is %40, # is %23), or set it: "
        "ALTER ROLE \"{user}\" PASSWORD '…'; a docker volume keeps the password that it was made with",
        _AGAIN,
    ),
    Known(
        "database-no-password",
        r"no password supplied",
        "PostgreSQL wants a password, and the URL has none",
        "write it into the URL: postgresql://user:password@host/name",
        _AGAIN,
    ),
    Known(
        "database-role-missing",
        r"role \"(?P<user>[^\"]+)\" (?:does not exist|is not permitted to log in)",
        "there is no role {user} in PostgreSQL that may log in; without a user in the URL it is the "
        "system's user",
        "name the right user in the URL, or make it: createuser --login {user}",
        _AGAIN,
    ),
    Known(
        "database-missing",
        r"database \"(?P<name>[^\"]+)\" does not exist",
        "PostgreSQL answers, but has no database named {name}",
        "createdb {name}, then run the migrations; or mend the name at the end of the URL",
        "psql -l",
    ),
    Known(
        "database-tls",
        r"server does not support SSL|no pg_hba\.conf entry for host \"(?P<host>[^\"]*)\".*?(?:no encryption|SSL off)"
        r"|rejected SSL upgrade|SSL connection (?:is|has been) required",
        "the URL and the server disagree about TLS",
        "ask for what the server has: ?sslmode=require with psycopg, ?ssl=require with asyncpg, "
        "?sslmode=disable for a local server without it",
        _AGAIN,
    ),
    Known(
        "database-not-allowed",
        r"no pg_hba\.conf entry for host \"(?P<host>[^\"]*)\", user \"(?P<user>[^\"]*)\"",
        "PostgreSQL lets nobody in from {host} as {user}: pg_hba.conf has no line for that",
        "add a line for this host, database and user to pg_hba.conf, and reload the server",
        _AGAIN,
    ),
    Known(
        "database-sslmode-asyncpg",
        r"connect\(\) got an unexpected keyword argument '(?P<word>sslmode|channel_binding|pgbouncer)'",
        "asyncpg does not know {word}, which is a word of libpq's URLs",
        "write ?ssl=require instead of ?sslmode=require, and leave channel_binding out",
        _AGAIN,
        _with_ssl,
    ),
    Known(
        "database-too-many-connections",
        r"too many clients already|remaining connection slots are reserved",
        "PostgreSQL has no connection left: all workers' pools together want more than max_connections",
        "workers * (pool_size + max_overflow) must stay below max_connections; make one engine a "
        "process, not one a request, or put a pooler in between",
        "SELECT count(*) FROM pg_stat_activity",
    ),
    Known(
        "database-permission",
        r"permission denied for (?P<kind>table|schema|relation|sequence|database) (?P<what>\S+)",
        "the application's role may not use the {kind} {what}",
        "GRANT it to the role: USAGE and CREATE on the schema, SELECT, INSERT, UPDATE, DELETE on "
        "tables, USAGE on sequences; since PostgreSQL 15 schema public is no longer open to all",
        "repeat the request",
    ),
    Known(
        "database-timeout",
        r"(?:connection to server .*? failed: (?:timeout expired|Connection timed out)|"
        r"asyncpg.*TimeoutError|connection timeout expired)",
        "the database's host does not answer at all: a firewall, a wrong address, or a sleeping server",
        "mend host and port in the URL, or open the way to it",
        _AGAIN,
    ),
    Known(
        "database-encoding",
        r"(?:has no equivalent in encoding|invalid byte sequence for encoding|not representable in)"
        r" \"?(?P<name>[\w-]+)",
        "the database or the connection is in the encoding {name}, which cannot hold what is sent",
        "make the database in UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0; NUL bytes "
        "have to be refused by the schema",
        "SHOW server_encoding",
    ),
)  # fmt: skip


def in_url(evidence: Evidence, ground: Ground | None) -> Place | None:
    """Return where the database's URL is given: a line of `.env`, else where the engine is made."""
    facts = evidence.project.database
    if facts is None:
        return ground.place if ground else None
    for variable in facts.variables:
        given = evidence.variables.get(variable.name.upper())
        if given is not None and given.place is not None:
            return given.place
    return Place(facts.file, facts.line)


@diagnosis
def connecting(evidence: Evidence) -> Iterator[Cause]:
    """Tell which part of the way to the database fails."""
    others = {one.number for one in evidence.grounds if _is_of_another(one)}
    for cause in recognised(evidence, "database", _KNOWN, in_url):
        named = cause.failure is not None or cause.name == "database-refused"  # by its port
        is_others = cause.failure in others if named else bool(others)
        if cause.name not in _OF_AN_ADDRESS or not is_others:
            yield cause


_OF_AN_ADDRESS = ("database-host-unknown", "database-refused")
_DRIVERS = ("asyncpg", "psycopg", "psycopg2", "pymysql", "aiomysql")
_OTHERS = ("kombu", "amqp", "redis", "httpx", "httpcore", "requests", "aiohttp", "aiosmtplib")


def _is_of_another(ground: Ground) -> bool:
    """Tell whether a failure comes of a library that asks another service than the database."""
    files = [frame.file.replace("\\", "/") for _, frame in frames_of(ground.failure)]
    asked = {one for one in (*_DRIVERS, *_OTHERS) if any(f"/{one}/" in file for file in files)}
    return bool(asked) and not asked & set(_DRIVERS)


@diagnosis
def refused_by_system(evidence: Evidence) -> Iterator[Cause]:
    """Tell what a refused connection was for, where the error names no address: by its callers."""
    for ground, raised, _ in evidence.raised(
        r"^(?:\w+\.)*Connection(?:Refused|Reset)?Error\b.*(?:refused|111|61)"
    ):
        files = [
            frame.file.replace("\\", "/") for one in ground.failure.chain for frame in one.frames
        ]
        driver = next((d for d in _DRIVERS if any(f"/{d}/" in file for file in files)), None)
        is_cache = any("/redis/" in file for file in files)
        if not driver and not is_cache:
            continue
        place = in_url(evidence, ground) if driver else ground.place
        what = "the database's" if driver else "Redis's"
        given = evidence.sources.line(place).strip() if place and place.file.endswith("env") else ""
        yield Cause(
            "database", "database-refused" if driver else "cache-refused",
            f"nothing listens at {what} address: it is not running there, or host and port are wrong",
            tuple(one for one in (raised.text.split("\n", 1)[0], _hidden(given)) if one), place,
            f"start {'PostgreSQL' if driver else 'Redis'}, or put its host and port into the URL; inside "
            "docker compose the host is the service's name, not localhost",
            _AGAIN, failure=ground.number, count=ground.count,
        )  # fmt: skip


def _hidden(line: str) -> str:
    """Return a line of a URL without its password."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:…@", line)
