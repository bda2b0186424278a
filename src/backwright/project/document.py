"""A project as the JSON document of `inspect` (contract: JSON, inspect)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TypeVar, cast

from backwright.project.types import Convention, Project
from backwright.report.inspect_types import (
    AppEntry,
    AuthEntry,
    CorsEntry,
    EndpointEntry,
    EvidenceEntry,
    InspectDocument,
    MigrationsEntry,
    ModelEntry,
    RuntimeEntry,
    SchemaEntry,
    ServiceEntry,
    UnresolvedEntry,
)
from backwright.report.jsonable import jsonable

Entry = TypeVar("Entry")


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


def _evidence(convention: Convention) -> EvidenceEntry:
    """Return a convention with its places as objects."""
    entry = asdict(convention)
    entry["places"] = [{"file": file, "line": line} for file, line in convention.places]
    return cast("EvidenceEntry", entry)
