"""`backwright add index`, `pagination`, `version`: what an API does with many rows and over years."""

from __future__ import annotations

from typing import Annotated

import typer

from backwright.cli.given import Given, changes_project
from backwright.errors import UsageError
from backwright.report.change import ChangeReport
from backwright.report.events import Listener


@changes_project
def index(
    columns: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL.COLUMN…",
            help="What is to be indexed: Item.owner_id, or Item.owner_id,created_at for one index "
            "of two columns. Nothing: what the project's queries call for is proposed.",
        ),
    ] = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Propose from the queries, as without arguments.")
    ] = False,
    rows: Annotated[
        int, typer.Option(help="On how many rows plan and time are shown.", min=1)
    ] = 100_000,
    *,
    given: Given,
) -> None:
    """Add indexes: proposed from the queries, tried with EXPLAIN, migrated concurrently."""

    def work(listener: Listener) -> ChangeReport:
        from backwright.tasks.add_index import AddIndex, add_index

        if propose and columns:
            raise UsageError(
                "--propose goes without columns",
                remedy="name columns, or let them be proposed",
            )
        return add_index(AddIndex(given.order, tuple(columns or ()), rows), listener)

    given.change("add index", work)


@changes_project
def pagination(
    list_: Annotated[
        str, typer.Argument(metavar="RESOURCE|PATH", help="The list: Item, or /items.")
    ],
    style: Annotated[
        str, typer.Option(help="How pages go on: offset or keyset.", metavar="offset|keyset")
    ] = "offset",
    default: Annotated[
        int | None, typer.Option("--default", help="Rows without being asked.")
    ] = None,
    most: Annotated[int | None, typer.Option("--max", help="Rows at most.")] = None,
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", metavar="COLUMN", help="A column to filter by; may be repeated."),
    ] = None,
    sorts: Annotated[
        list[str] | None,
        typer.Option("--sort", metavar="COLUMN", help="A column to sort by; may be repeated."),
    ] = None,
    *,
    given: Given,
) -> None:
    """Cut a list into pages, in the project's own words; the answer stays a plain list."""

    def work(listener: Listener) -> ChangeReport:
        from backwright.tasks.add_pagination import AddPagination, add_pagination

        columns = tuple(filters or ()), tuple(sorts or ())
        request = AddPagination(given.order, list_, style, default, most, *columns)
        return add_pagination(request, listener)

    given.change("add pagination", work)


@changes_project
def version(
    name: Annotated[str, typer.Argument(metavar="VERSION", help="The new version: v2.")],
    old: Annotated[
        str | None, typer.Option("--from", metavar="VERSION", help="The old one: v1.")
    ] = None,
    by: Annotated[
        str,
        typer.Option(help="How clients name it.", metavar="path|header|media-type"),
    ] = "path",
    sunset: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="When the old one is switched off: 2027-06-30."),
    ] = None,
    *,
    given: Given,
) -> None:
    """Add a version of the API: the old one stays as it is, and says that it is deprecated."""

    def work(listener: Listener) -> ChangeReport:
        from backwright.tasks.add_version import AddVersion, add_version

        return add_version(AddVersion(given.order, name, old, by, sunset), listener)

    given.change("add version", work)


def register(add: typer.Typer) -> None:
    """Add the commands to those of `add`."""
    add.command("index")(index)
    add.command("pagination")(pagination)
    add.command("version")(version)
