"""`backwright new`: a project in the house style."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from backwright.cli.options import (
    DryRunOption,
    JsonOption,
    ProjectOption,
    QuietOption,
    YesOption,
    existing_folder,
)
from backwright.cli.run import Face
from backwright.report.change import ChangeReport, change_document
from backwright.report.events import Listener
from backwright.report.terminal import print_change
from backwright.spec.resource import read_resource_line


def new(
    name: Annotated[str, typer.Argument(help="The project's name and folder: shop, web-shop.")],
    resource: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SPEC",
            help='A resource of your own, such as "Review rating:int:1..5 body:text '
            'product:ref:Product"; may be repeated. Without any, the exemplars stay.',
        ),
    ] = None,
    auth: Annotated[bool, typer.Option(help="Users, JWT authentication, owner isolation.")] = True,
    database: Annotated[Literal["postgresql", "sqlite"], typer.Option()] = "postgresql",
    project: ProjectOption = Path(),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    _yes: YesOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Make a project: FastAPI, SQLModel, PostgreSQL; tested when the command ends."""

    def work(listener: Listener) -> ChangeReport:
        from backwright.tasks.house import Features
        from backwright.tasks.new import NewProject, new_project

        resources = tuple(read_resource_line(line) for line in resource or [])
        features = Features(auth=auth, database=database)
        parent = existing_folder(project)
        return new_project(NewProject(parent, name, resources, features, dry_run), listener)

    face = Face("new", as_json=as_json, quiet=quiet)
    face.run(work, document=change_document, text=print_change)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(new)
