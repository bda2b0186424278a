"""Checking a definition, and giving it to and taking it from other coding agents."""

from __future__ import annotations

from pathlib import Path

from backwright.agent.definition import (
    FOLDER,
    Definition,
    definition_of,
    read_definition,
    write_definition,
)
from backwright.agent.exchange import format_named
from backwright.agent.install import file_edit, write_files
from backwright.errors import UsageError
from backwright.report.definition_text import ConversionReport, DefinitionReport


def check_definition(root: Path, file: Path | None) -> DefinitionReport:
    """Report a definition file, or the definition that holds in a project.

    Raises:
        UsageError: it is not exactly what a definition is.
    """
    found = definition_of(root) if file is None else read_definition(_bytes(file), str(file))
    return DefinitionReport(found.file, found.name, found.description, found.tools)


def export_definition(root: Path, name: str, *, write: bool) -> ConversionReport:
    """Report the definition of a project in the format of another agent.

    Raises:
        UsageError: there is no such format, or it would allow more than the definition.
    """
    definition, target = definition_of(root), format_named(name)
    written = target.write(definition)
    file = target.place.format(name=definition.name)
    if write:
        edits = [file_edit(root, file, written.text)]
        write_files(root, edits, command=f"agent export --to {name}", dry_run=False)
    return ConversionReport("agent export", file, written.text, written.lost)


def import_definition(root: Path, source: Path, name: str, *, write: bool) -> ConversionReport:
    """Report the definition of another agent in ours.

    Raises:
        UsageError: there is no such format, or the file would lose a restriction in ours.
    """
    taken = format_named(name).read(_bytes(source), str(source))
    text = write_definition(_checked(taken.definition))
    file = f"{FOLDER}/{taken.definition.name}.md"
    if write:
        write_files(root, [file_edit(root, file, text)], command="agent import", dry_run=False)
    return ConversionReport("agent import", file, text, taken.notes)


def _checked(definition: Definition) -> Definition:
    """Return a definition as our own reader reads it, so that nothing is written that it refuses."""
    return read_definition(write_definition(definition).encode(), definition.file)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
