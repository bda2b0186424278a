"""`backwright agent …`: the definition of the delegate, here and in the formats of other agents."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from backwright.cli.options import (
    DryRunOption,
    JsonOption,
    ProjectOption,
    QuietOption,
    existing_folder,
)
from backwright.cli.run import Face
from backwright.report.boundary_text import BoundaryReport, boundary_document, print_boundary
from backwright.report.change import ChangeReport, change_document
from backwright.report.definition_text import (
    ConversionReport,
    DefinitionReport,
    conversion_document,
    definition_document,
    print_conversion,
    print_definition,
)
from backwright.report.events import Listener
from backwright.report.terminal import print_change
from backwright.report.transcript_text import (
    TranscriptReport,
    print_transcript,
    transcript_document,
)

FormatName = Annotated[str, typer.Option(help="claude, codex, copilot, cursor or opencode.")]
WriteOption = Annotated[
    bool, typer.Option("--write", help="Write it to its place in the project; undo takes it back.")
]

agent = typer.Typer(no_args_is_help=True, help="The delegate's definition, and other agents.")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(agent, name="agent")


@agent.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(help="A definition file; without it the one that holds here.")
    ] = None,
    project: ProjectOption = Path(),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Check a definition strictly, and say what the delegate may use."""

    def work(_: Listener) -> DefinitionReport:
        from backwright.agent.convert import check_definition

        return check_definition(existing_folder(project), file)

    face = Face("agent check", as_json=as_json, quiet=quiet)
    face.run(work, document=definition_document, text=print_definition)


@agent.command("export")
def export(
    to: FormatName,
    project: ProjectOption = Path(),
    write: WriteOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Give the definition in the format of another coding agent, never with more tools."""

    def work(_: Listener) -> ConversionReport:
        from backwright.agent.convert import export_definition

        return _told(export_definition(existing_folder(project), to, write=write), quiet=quiet)

    face = Face("agent export", as_json=as_json, quiet=quiet)
    face.run(work, document=conversion_document, text=print_conversion)


@agent.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The definition of another coding agent.")],
    from_: Annotated[str, typer.Option("--from", help="Its format, as for export.")],
    project: ProjectOption = Path(),
    write: WriteOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read the definition of another coding agent; what it allows is narrowed, never widened."""

    def work(_: Listener) -> ConversionReport:
        from backwright.agent.convert import import_definition

        root = existing_folder(project)
        return _told(import_definition(root, file, from_, write=write), quiet=quiet)

    face = Face("agent import", as_json=as_json, quiet=quiet)
    face.run(work, document=conversion_document, text=print_conversion)


@agent.command("install")
def install(
    project: ProjectOption = Path(),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Tell the project's coding agents of Backwright: a skill file, a section of AGENTS.md."""

    def work(_: Listener) -> ChangeReport:
        from backwright.agent.install import install as write_skill

        return write_skill(existing_folder(project), dry_run=dry_run)

    face = Face("agent install", as_json=as_json, quiet=quiet)
    face.run(work, document=change_document, text=print_change)


@agent.command("boundary")
def boundary(as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Try on this machine whether anything gets out of the boundary that a delegate works in."""

    def work(_: Listener) -> BoundaryReport:
        from backwright.agent.trial import try_boundary

        return try_boundary()

    face = Face("agent boundary", as_json=as_json, quiet=quiet)
    face.run(work, document=boundary_document, text=print_boundary)


@agent.command("transcript")
def transcript(
    run: Annotated[str, typer.Argument(help="The name of a run, or the file of its transcript.")],
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show what a model did in a run, and whether somebody has changed the record of it."""

    def work(_: Listener) -> TranscriptReport:
        from backwright.agent.loop.showing import show

        return show(run)

    face = Face("agent transcript", as_json=as_json, quiet=quiet)
    face.run(work, document=transcript_document, text=print_transcript)


def _told(report: ConversionReport, *, quiet: bool) -> ConversionReport:
    """Say on stderr what was not carried over, since stdout is the file."""
    if not quiet:
        sys.stderr.writelines(f"note: {one}\n" for one in report.lost)
    return report
