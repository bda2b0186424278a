"""`backwright add …`: one capability each."""

from __future__ import annotations

from typing import Annotated

import typer

from backwright.cli import api_capabilities, capabilities
from backwright.cli.given import Given, changes_project
from backwright.report.change import ChangeReport
from backwright.report.events import Listener
from backwright.spec.fields import read_fields
from backwright.spec.resource import read_resource

add = typer.Typer(no_args_is_help=True, help="Add to a project, in its own style.")

FIELD_HELP = (
    "Field words, NAME:TYPE[:ARGS][:MODIFIER]…, for example: title:str:1..200 "
    "notes:text:optional priority:int:1..5:default=3:index price:decimal:10,2 "
    "status:enum:open,closed:default=open project:ref:Project:cascade tags:many:Tag"
)


@add.command("resource")
@changes_project
def resource(
    name: Annotated[str, typer.Argument(help="The resource, singular: Product, OrderItem.")],
    fields: Annotated[list[str] | None, typer.Argument(metavar="FIELD…", help=FIELD_HELP)] = None,
    owner: Annotated[
        str | None,
        typer.Option(help="The model that owns the rows, or none.", metavar="MODEL|none"),
    ] = None,
    like: Annotated[str | None, typer.Option(help="The resource to learn from.")] = None,
    plural: Annotated[str | None, typer.Option(help="The plural, if it is irregular.")] = None,
    *,
    given: Given,
) -> None:
    """Add a resource: model, schemas, service, routes, wiring, migration, tests."""

    def work(listener: Listener) -> ChangeReport:
        from backwright.tasks.add_resource import AddResource, add_resource

        spec = read_resource(name, fields or [], owner=owner, like=like, plural=plural)
        return add_resource(AddResource(given.root, spec, given.answers, given.dry_run), listener)

    given.change("add resource", work)


@add.command("field")
@changes_project
def field(
    resource: Annotated[str, typer.Argument(help="The resource that gets the fields: Task.")],
    fields: Annotated[list[str], typer.Argument(metavar="FIELD…", help=FIELD_HELP)],
    *,
    given: Given,
) -> None:
    """Add fields to a resource: model, schemas, filters, tests, a migration that is safe on rows."""

    def work(listener: Listener) -> ChangeReport:
        from backwright.tasks.add_field import add_field
        from backwright.tasks.field_request import AddField

        asked = read_fields(fields)
        request = AddField(given.root, resource, asked, given.answers, given.dry_run)
        return add_field(request, listener)

    given.change("add field", work)


@add.command("relation")
@changes_project
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
    *,
    given: Given,
) -> None:
    """Add a relation between two resources: both sides, link table, endpoints, tests."""

    def work(listener: Listener) -> ChangeReport:
        from backwright.tasks.add_relation import AddRelation, add_relation

        request = AddRelation(
            given.root,
            left,
            kind,
            right,
            name,
            cascade,
            given.answers,
            given.dry_run,
        )
        return add_relation(request, listener)

    given.change("add relation", work)


@add.command("auth")
@changes_project
def auth(
    *,
    given: Given,
) -> None:
    """Add authentication: accounts, tokens, owners of rows, every query scoped to its caller."""

    def work(listener: Listener) -> ChangeReport:
        from backwright.tasks.add_auth import AddAuth, add_auth

        return add_auth(AddAuth(given.root, given.answers, given.dry_run), listener)

    given.change("add auth", work)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    capabilities.register(add)
    api_capabilities.register(add)
    app.add_typer(add, name="add")
