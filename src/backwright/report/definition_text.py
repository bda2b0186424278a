"""What is said of a delegate's definition, and of one in another format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backwright.report.jsonable import Json, jsonable

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class DefinitionReport:
    """A definition as it holds: where it stands, and what the delegate may use."""

    file: str
    name: str
    description: str
    tools: tuple[str, ...]
    network: bool = False
    mcp: bool = False


@dataclass(frozen=True, slots=True)
class ConversionReport:
    """A definition in another format: where it belongs, its text, what was not carried over."""

    command: str
    file: str
    text: str
    lost: tuple[str, ...]


def definition_document(report: DefinitionReport) -> dict[str, Json]:
    """Return the JSON document of `agent check`."""
    return {"schema": 1, "command": "agent check", **_fields(report)}


def conversion_document(report: ConversionReport) -> dict[str, Json]:
    """Return the JSON document of `agent export` and `agent import`."""
    return {"schema": 1, **_fields(report)}


def _fields(report: DefinitionReport | ConversionReport) -> dict[str, Json]:
    fields = jsonable(report)
    return fields if isinstance(fields, dict) else {}


def print_definition(console: Console, report: DefinitionReport) -> None:
    """Print what a delegate may do, and where that is said."""
    console.print(f"{report.name}  ({report.file})", highlight=False, markup=False)
    console.print(f"  tools    {', '.join(report.tools)}", highlight=False)
    console.print(f"  network  {'yes' if report.network else 'no'}", highlight=False)
    console.print(f"  mcp      {'yes' if report.mcp else 'no'}", highlight=False)


def print_conversion(console: Console, report: ConversionReport) -> None:
    """Print the text as it is, for a file or a pipe."""
    console.file.write(report.text)
