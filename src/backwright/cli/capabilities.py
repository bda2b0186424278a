"""`backwright add …` of single capabilities: each command calls one task."""

from __future__ import annotations

from typing import Annotated

import typer

from backwright.cli.given import Given, changes_project
from backwright.report.change import ChangeReport
from backwright.report.events import Listener


def register(add: typer.Typer) -> None:
    """Add the commands to those of `add`."""
    add.command("cors")(cors)
    add.command("rate-limit")(rate_limit)


@changes_project
def cors(
    origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL", help="Where pages come from that may read answers; may be repeated."
        ),
    ] = None,
    credentials: Annotated[
        bool | None,
        typer.Option("--credentials/--no-credentials", help="Whether cookies may come along."),
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option(help="A method that pages may use; may be repeated."),
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(help="A header that pages may send; may be repeated."),
    ] = None,
    *,
    given: Given,
) -> None:
    """Add CORS: pages of the origins that the settings name may read the answers, errors too."""

    def work(listener: Listener) -> ChangeReport:
        from backwright.tasks.add_cors import add_cors
        from backwright.tasks.cors_request import read_asked

        asked = read_asked(origin or [], credentials, method or [], header or [])
        return add_cors(given.order, asked, listener)

    given.change("add cors", work)


@changes_project
def rate_limit(
    limit: Annotated[
        str | None,
        typer.Option(
            metavar="RATE",
            help="How many in how long: 100/minute, 5/15 minutes. Usual: 300/minute by address.",
        ),
    ] = None,
    by: Annotated[
        str, typer.Option(metavar="address|user|key", help="What is counted.")
    ] = "address",
    route: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="METHOD PATH", help="Only this route: POST /auth/login."),
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(
            metavar="memory|redis", help="Whether each worker counts, or all of them in Redis."
        ),
    ] = None,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CIDR", help="A proxy whose X-Forwarded-For is believed; may be repeated."
        ),
    ] = None,
    *,
    given: Given,
) -> None:
    """Add a limit on requests: by address, user or key, in memory or Redis, with headers and 429."""

    def work(listener: Listener) -> ChangeReport:
        from backwright.tasks.add_rate_limit import add_rate_limit
        from backwright.tasks.rate_limit_request import read_limit

        asked = read_limit(limit, by, route, storage, trusted_proxy or [])
        return add_rate_limit(given.order, asked, listener)

    given.change("add rate-limit", work)
