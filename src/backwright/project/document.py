"""A project as the JSON document of `inspect` (contract: JSON, inspect)."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import TypeVar, cast

from backwright.project.types import Convention, Project, Setting
from backwright.report.inspect_types import (
    AppEntry,
    AuthEntry,
    CorsEntry,
    DatabaseEntry,
    EndpointEntry,
    EvidenceEntry,
    InspectDocument,
    MigrationsEntry,
    ModelEntry,
    RuntimeEntry,
    SchemaEntry,
    ServiceEntry,
    SettingEntry,
    UnresolvedEntry,
)
from backwright.report.jsonable import jsonable

Entry = TypeVar("Entry")
HIDDEN = "(not shown)"
_SECRET = re.compile(
    r"(?i)secret|passw|pwd|token(?!_?url)|(api|private|access)_?key|salt|pepper|dsn"
)


def inspect_document(project: Project) -> InspectDocument:
    """Return everything known of a project as plain JSON values."""
    return InspectDocument(
        schema=1,
        command="inspect",
        project=project.root.name,
        apps=_entries(project.apps, AppEntry),
        endpoints=_entries(project.endpoints, EndpointEntry),
        models=_entries(project.models, ModelEntry),
        schemas=_entries(project.schemas, SchemaEntry),
        services=_entries(project.services, ServiceEntry),
        auth=_entry(project.auth, AuthEntry),
        cors=_entry(project.cors, CorsEntry) if project.cors else None,
        migrations=_entry(project.migrations, MigrationsEntry) if project.migrations else None,
        database=_entry(project.database, DatabaseEntry) if project.database else None,
        settings=[_setting(one) for one in project.settings],
        tests=list(project.tests),
        package_manager=project.package_manager,
        python_version=project.python_version,
        conventions={one.name: one.value for one in project.conventions},
        evidence=[_evidence(one) for one in project.conventions],
        runtime=_entry(project.runtime, RuntimeEntry),
        unresolved=_entries(project.unresolved, UnresolvedEntry),
    )


def _entry(fact: object, _: type[Entry]) -> Entry:
    """Return a fact as its entry: the names of its fields are the keys of the contract."""
    return cast("Entry", jsonable(fact))


def _entries(facts: tuple[object, ...], kind: type[Entry]) -> list[Entry]:
    """Return facts as entries."""
    return [_entry(one, kind) for one in facts]


def _setting(setting: Setting) -> SettingEntry:
    """Return a setting; what may be a secret is not carried out of the source."""
    hidden = setting.default and _SECRET.search(setting.name)
    return _entry(replace(setting, default=HIDDEN) if hidden else setting, SettingEntry)


def _evidence(convention: Convention) -> EvidenceEntry:
    """Return a convention with its places as objects."""
    entry = asdict(convention)
    entry["places"] = [{"file": file, "line": line} for file, line in convention.places]
    return cast("EvidenceEntry", entry)
