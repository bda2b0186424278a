"""`backwright doctor`: why does this API fail?"""

from __future__ import annotations

from typing import Annotated

import typer

from backwright.cli.given import Given, changes_project
from backwright.report.doctor_text import doctor_document, print_doctor
from backwright.report.doctor_types import DoctorReport
from backwright.report.events import Listener

LogOption = Annotated[
    str | None,
    typer.Option("--log", metavar="FILE", help="What the server has said; - is standard input."),
]
UrlOption = Annotated[
    str | None,
    typer.Option("--url", help="A server that runs already, instead of starting the project."),
]
TokenOption = Annotated[
    str | None,
    typer.Option(
        "--token",
        metavar="JWT",
        envvar="BACKWRIGHT_TOKEN",
        help="A token that is not accepted; read here, never kept.",
    ),
]
OriginOption = Annotated[
    str | None,
    typer.Option("--origin", metavar="URL", help="Where the page comes from that may not read."),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        metavar="URL|project",
        help="A live PostgreSQL to look into, read-only: locks, long transactions, connections, "
        "migrations, tables against the models; `project` takes the URL of its settings.",
    ),
]
FixOption = Annotated[
    bool, typer.Option("--fix", help="Mend the cause, through staging and verification.")
]
RemoteOption = Annotated[
    bool, typer.Option("--allow-remote", help="Ask a server on another machine.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("doctor")(doctor)


@changes_project
def doctor(
    log: LogOption = None,
    url: UrlOption = None,
    token: TokenOption = None,
    origin: OriginOption = None,
    database_url: DatabaseOption = None,
    fix: FixOption = False,
    allow_remote: RemoteOption = False,
    *,
    given: Given,
) -> None:
    """Say why an API fails: the cause, its file and line, and what mends it.

    Logs, database, endpoints, validation, tokens, CORS, environment, in this order. Without a log, a
    server, a token or an origin the application is started on a throw-away database, and asked.
    """

    def work(listener: Listener) -> DoctorReport:
        from backwright.tasks.doctor import Doctor
        from backwright.tasks.doctor import doctor as examine

        request = Doctor(
            given.root,
            log,
            url,
            token,
            origin,
            database_url,
            fix and not given.dry_run,
            allow_remote,
            given.answers,
        )
        return examine(request, listener)

    given.face("doctor").run(
        work,
        document=doctor_document,
        text=print_doctor,
        found_problems=lambda report: len(report.causes) > bool(report.undo),
    )
