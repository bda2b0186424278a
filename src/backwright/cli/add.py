"""`backwright add …`: one capability each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from backwright.cli import api_capabilities, capabilities
from backwright.cli.options import (
    AnswerOption,
    DryRunOption,
    JsonOption,
    ProjectOption,
    QuietOption,
    YesOption,
    existing_folder,
    read_answers,
)
from backwright.cli.run import Face
from backwright.report.change import ChangeReport, change_document
from backwright.report.events import Listener
from backwright.report.terminal import print_change
from backwright.spec.fields import read_fields
from backwright.spec.resource import read_resource

add = typer.Typer(no_args_is_help=True, help="Add to a project, in its own style.")

FIELD_HELP = (
    "Field words, NAME:TYPE[:ARGS][:MODIFIER]…, for example: title:str:1..200 "
    "notes:text:optional priority:int:1..5:default=3:index price:decimal:10,2 "
    "status:enum:open,closed:default=open project:ref:Project:cascade tags:many:Tag"
)


@add.command("resource")
def resource(
    name: Annotated[str, typer.Argument(help="The resource, singular: Product, OrderItem.")],
    fields: Annotated[list[str] | None, typer.Argument(metavar="FIELD…", help=FIELD_HELP)] = None,
    owner: Annotated[
        str | None,
        typer.Option(help="The model that owns the rows, or none.", metavar="MODEL|none"),
    ] = None,
    like: Annotated[str | None, typer.Option(help="The resource to learn from.")] = None,
    plural: Annotated[str | None, typer.Option(help="The plural, if it is irregular.")] = None,
    project: ProjectOption = Path(),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    yes: YesOption = False,
    answer: AnswerOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Add a resource: model, schemas, service, routes, wiring, migration, tests."""

    def work(listener: Listener) -> ChangeReport:
        from backwright.tasks.add_resource import AddResource, add_resource
        from backwright.tasks.questions import Answers

        answers = Answers(read_answers(answer), yes)
        spec = read_resource(name, fields or [], owner=owner, like=like, plural=plural)
        return add_resource(AddResource(existing_folder(project), spec, answers, dry_run), listener)

    face = Face("add resource", as_json=as_json, quiet=quiet)
    face.run(work, document=change_document, text=print_change)


@add.command("field")
def field(
    resource: Annotated[str, typer.Argument(help="The resource that gets the fields: Task.")],
    fields: Annotated[list[str], typer.Argument(metavar="FIELD…", help=FIELD_HELP)],
    project: ProjectOption = Path(),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    yes: YesOption = False,
    answer: AnswerOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Add fields to a resource: model, schemas, filters, tests, a migration that is safe on rows."""

    def work(listener: Listener) -> ChangeReport:
        from backwright.tasks.add_field import AddField, add_field
        from backwright.tasks.questions import Answers

        answers = Answers(read_answers(answer), yes)
        asked = read_fields(fields)
        request = AddField(existing_folder(project), resource, asked, answers, dry_run)
        return add_field(request, listener)

    face = Face("add field", as_json=as_json, quiet=quiet)
    face.run(work, document=change_document, text=print_change)


@add.command("relation")
def relation(
    left: Annotated[str, typer.Argument(metavar="A", help="One of the two: Project.")],
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="one-to-many, many-to-many or many-to-one.")
    ],
    right: Annotated[str, typer.Argument(metavar="B", help="The other: Task.")],
    name: Annotated[
        str | None, typer.Option(help="What the side that keeps it calls it.", metavar="NAME")
    ] = None,
    cascade: Annotated[
        bool, typer.Option("--cascade", help="Deleting the one deletes the many.")
    ] = False,
    project: ProjectOption = Path(),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    yes: YesOption = False,
    answer: AnswerOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Add a relation between two resources: both sides, link table, endpoints, tests."""

    def work(listener: Listener) -> ChangeReport:
        from backwright.tasks.add_relation import AddRelation, add_relation
        from backwright.tasks.questions import Answers

        request = AddRelation(
            existing_folder(project),
            left,
            kind,
            right,
            name,
            cascade,
            Answers(read_answers(answer), yes),
            dry_run,
        )
        return add_relation(request, listener)

    face = Face("add relation", as_json=as_json, quiet=quiet)
    face.run(work, document=change_document, text=print_change)


@add.command("auth")
def auth(
    project: ProjectOption = Path(),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    yes: YesOption = False,
    answer: AnswerOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Add authentication: accounts, tokens, owners of rows, every query scoped to its caller."""

    def work(listener: Listener) -> ChangeReport:
        from backwright.tasks.add_auth import AddAuth, add_auth
        from backwright.tasks.questions import Answers

        answers = Answers(read_answers(answer), yes)
        return add_auth(AddAuth(existing_folder(project), answers, dry_run), listener)

    face = Face("add auth", as_json=as_json, quiet=quiet)
    face.run(work, document=change_document, text=print_change)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    capabilities.register(add)
    api_capabilities.register(add)
    app.add_typer(add, name="add")
