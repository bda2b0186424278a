"""`backwright probe`: test a running API as an attacker and a user would."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from backwright.cli.options import JsonOption, ProjectOption, QuietOption, existing_folder
from backwright.cli.run import Face
from backwright.errors import UsageError
from backwright.report.events import Listener
from backwright.report.probe_junit import junit
from backwright.report.probe_text import print_probe, probe_document
from backwright.report.probe_types import ProbeReport

Format = Literal["text", "json", "junit"]
UrlOption = Annotated[
    str | None,
    typer.Option("--url", help="A server that runs already, instead of starting the project."),
]
DocumentOption = Annotated[
    str | None,
    typer.Option("--openapi", help="Where its OpenAPI document is: an address or a file."),
]
AreaOption = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="AREA", help="endpoints, auth, isolation, errors; may be repeated."
    ),
]
ScriptOption = Annotated[
    Path | None,
    typer.Option("--curl", metavar="FILE", help="Write the requests as a shell script."),
]
PageOption = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Write one self-contained page."),
]
TestsOption = Annotated[
    bool,
    typer.Option(
        "--write-tests",
        help="Write what was proved as a pytest file of the project, once it passes there.",
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print the result.")]
SecondsOption = Annotated[
    float, typer.Option("--seconds", min=1, help="How long the requests may take.")
]
RemoteOption = Annotated[
    bool,
    typer.Option(
        "--allow-remote",
        help="Probe a server on another machine. It makes users and rows there, and attacks it.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("probe")(probe)


def probe(
    project: ProjectOption = Path(),
    url: UrlOption = None,
    openapi: DocumentOption = None,
    only: AreaOption = None,
    curl: ScriptOption = None,
    html: PageOption = None,
    write_tests: TestsOption = False,
    format_: FormatOption = "text",
    seconds: SecondsOption = 600.0,
    allow_remote: RemoteOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Test a running API: endpoints, authentication flow, user isolation, error handling.

    The project is copied, its application started on a throw-away database, and probed by three
    users. Every verdict comes with the request that shows it; what was not proven says why.
    """

    def work(listener: Listener) -> ProbeReport:
        from backwright.tasks.probe import Probe, read_areas
        from backwright.tasks.probe import probe as run_probe

        root = existing_folder(project)
        areas = read_areas(only)
        if write_tests and (url or "isolation" not in areas):
            raise UsageError(
                "--write-tests writes what isolation has proved in a project",
                remedy="leave out --url, and --only or add --only isolation",
            )
        request = Probe(root, url, openapi, areas, allow_remote, seconds, write_tests)
        write = _writer(curl) if curl else None
        write_page = _writer(html) if html else None
        report = run_probe(request, listener)
        if write:
            write(report.script)
        if html and write_page:
            from backwright.report.probe_html import probe_page

            write_page(probe_page(report, root=root, folder=html.absolute().parent))
        return report

    face = Face("probe", as_json=as_json or format_ == "json", quiet=quiet)
    face.run(
        work,
        document=probe_document,
        text=_print_junit if format_ == "junit" else print_probe,
        found_problems=lambda report: bool(report.failures),
    )


def _print_junit(_: Console, report: ProbeReport) -> None:
    sys.stdout.write(junit(report))


def _writer(file: Path) -> Callable[[str], None]:
    """Return what writes the script, sure before the probe that it can be written.

    Raises:
        UsageError: there is no such folder.
    """
    if not file.absolute().parent.is_dir():
        raise UsageError(f"{file} cannot be written: no such folder")

    def write(text: str) -> None:
        try:
            file.write_text(text, encoding="utf-8", errors="replace")
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror}") from error

    return write
