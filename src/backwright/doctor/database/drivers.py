"""Drivers that do not fit: a sync one in an async engine, a name that SQLAlchemy does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from backwright.doctor.database.connecting import in_url
from backwright.doctor.evidence import Evidence
from backwright.doctor.known import Known, recognised
from backwright.doctor.registry import diagnosis
from backwright.report.doctor_types import Cause, Repair

_KNOWN = (
    Known(
        "database-dialect",
        r"Can't load plugin: sqlalchemy\.dialects:(?P<name>[\w.]+)",
        "SQLAlchemy knows no dialect {name}: the URL's scheme is postgresql since 1.4",
        "write postgresql:// (or postgresql+asyncpg://) instead of {name}://",
        "start the application again",
    ),
    Known(
        "database-sync-driver",
        r"The asyncio extension requires an async driver to be used\. The loaded '(?P<driver>\w+)'",
        "the engine is async, and the URL's driver {driver} is not",
        "name an async driver in the URL: postgresql+asyncpg://, and install asyncpg",
        "start the application again",
    ),
    Known(
        "database-async-driver",
        r"MissingGreenlet.*(?=)|sqlalchemy\.exc\.MissingGreenlet",
        "an async driver is used by a synchronous engine",
        "make the engine with create_async_engine, or name psycopg in the URL",
        "start the application again",
    ),
    Known(
        "database-url",
        r"Could not parse (?:rfc1738|SQLAlchemy) URL from (?:given URL )?string",
        "the database's URL is empty or no URL",
        "write it as postgresql://user:password@host:5432/name, without quotes or blanks around it",
        "start the application again",
    ),
)  # fmt: skip
_SCHEMES = {
    "database-dialect": (r"postgres(?=[:+]|[\"']?\s*$)", "postgresql"),
    "database-sync-driver": (r"postgres(?:ql)?(?:\+psycopg2?)?(?=:)", "postgresql+asyncpg"),
}


@diagnosis
def drivers(evidence: Evidence) -> Iterator[Cause]:
    """Tell which driver does not fit, and mend the URL's scheme."""
    for cause in recognised(evidence, "database", _KNOWN, in_url):
        if cause.name == "database-async-driver":
            if _is_at_start(evidence, cause):
                yield cause
            continue
        if cause.name == "database-url":
            cause = _told(evidence, cause)
        yield replace(cause, repairs=_with_scheme(evidence, cause))


def _told(evidence: Evidence, cause: Cause) -> Cause:
    """Return the cause with what is wrong with the URL, where the environment shows it."""
    facts = evidence.project.database
    for variable in facts.variables if facts else ():
        found = evidence.variables.get(variable.name.upper())
        if found is None or variable.part != "url":
            continue
        value = found.value
        wrong = (
            "is empty" if not value.strip() else
            "has quotation marks within its value (docker's env_file and --env-file keep them)"
            if value.strip()[:1] in ("'", '"') else
            "has blanks around it" if value != value.strip() else
            "has no scheme: it must begin with postgresql://" if "://" not in value else ""
        )  # fmt: skip
        if wrong:
            return replace(cause, text=f"{variable.name} {wrong}", place=found.place or cause.place)
    return cause


def _is_at_start(evidence: Evidence, cause: Cause) -> bool:
    """Tell whether the engine is a synchronous one; otherwise something is loaded lazily."""
    facts = evidence.project.database
    driver = facts.driver if facts else None
    return bool(facts and not facts.is_async and driver and "async" in driver and cause.place)


def _with_scheme(evidence: Evidence, cause: Cause) -> tuple[Repair, ...]:
    if cause.place is None or cause.name not in _SCHEMES:
        return ()
    pattern, scheme = _SCHEMES[cause.name]
    line = evidence.sources.line(cause.place)
    found = re.search(pattern, line)
    return evidence.replaced(cause.place, found[0], scheme) if found and found[0] != scheme else ()
