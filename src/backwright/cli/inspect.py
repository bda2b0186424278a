"""`backwright inspect`: understand a project."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from backwright.cli.options import JsonOption, ProjectOption, QuietOption, existing_folder
from backwright.cli.run import Face
from backwright.errors import UsageError
from backwright.report.events import Listener, StepStarted
from backwright.report.jsonable import Json

if TYPE_CHECKING:
    from rich.console import Console

    from backwright.report.inspect_types import InspectDocument, ModelEntry

StaticOption = Annotated[
    bool, typer.Option("--static", help="Read the source only; never import the program.")
]
HtmlOption = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write one self-contained page.")
]
DiagramOption = Annotated[
    Path | None,
    typer.Option("--diagram", metavar="FILE.svg|.mmd", help="Write the entity diagram."),
]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("inspect")(inspect)


def inspect(
    project: ProjectOption = Path(),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    static: StaticOption = False,
    html: HtmlOption = None,
    diagram: DiagramOption = None,
) -> None:
    """Understand: apps, endpoints, models, auth, CORS, migrations, conventions."""

    def work(listener: Listener) -> InspectDocument:
        from backwright.project.document import inspect_document
        from backwright.project.inspection import inspect_project

        draw = _drawing(diagram) if diagram else None
        root = existing_folder(project)
        document = inspect_document(inspect_project(root, listener, static=static))
        if html:
            from backwright.report.inspect_html import html_page

            listener(StepStarted(f"page {html}"))
            _write(html, html_page(document, root=root, folder=html.absolute().parent))
        if diagram and draw:
            listener(StepStarted(f"diagram {diagram}"))
            _write(diagram, draw(document["models"]))
        return document

    face = Face("inspect", as_json=as_json, quiet=quiet)
    face.run(work, document=_as_json, text=_as_text)


def _drawing(file: Path) -> Callable[[Sequence[ModelEntry]], str]:
    """Return what draws a diagram for a file of this name.

    Raises:
        UsageError: the name ends in neither .svg nor .mmd.
    """
    if file.suffix == ".svg":
        from backwright.report.inspect_svg import svg_diagram

        return svg_diagram
    if file.suffix == ".mmd":
        from backwright.report.inspect_mermaid import mermaid_diagram

        return mermaid_diagram
    raise UsageError(
        f"{file.name!r} is no kind of diagram", remedy="name a file that ends in .svg or .mmd"
    )


def _write(file: Path, text: str) -> None:
    """Write a file that the user asked for.

    Raises:
        UsageError: it cannot be written there.
    """
    try:
        file.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written: {error.strerror}",
            remedy="name a file in an existing folder",
        ) from error


def _as_text(console: Console, document: InspectDocument) -> None:
    from backwright.report.inspect_text import print_inspection

    print_inspection(console, document)


def _as_json(document: InspectDocument) -> Mapping[str, Json]:
    return cast("Mapping[str, Json]", document)
