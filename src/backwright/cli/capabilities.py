"""`backwright add …` of single capabilities: each command calls one task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

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

if TYPE_CHECKING:
    from backwright.tasks.capability import Order


@dataclass(frozen=True, slots=True)
class Given:
    """The options that every capability has."""

    project: Path
    as_json: bool
    quiet: bool
    yes: bool
    answer: list[str] | None
    dry_run: bool

    def run(self, command: str, work: Callable[[Order, Listener], ChangeReport]) -> NoReturn:
        """Do the work of a capability, print what came of it, and exit."""

        def ordered(listener: Listener) -> ChangeReport:
            from backwright.tasks.capability import Order
            from backwright.tasks.questions import Answers

            answers = Answers(read_answers(self.answer), self.yes)
            return work(Order(existing_folder(self.project), answers, self.dry_run), listener)

        face = Face(command, as_json=self.as_json, quiet=self.quiet)
        face.run(ordered, document=change_document, text=print_change)


def register(add: typer.Typer) -> None:
    """Add the commands to those of `add`."""
    add.command("cors")(cors)
    add.command("rate-limit")(rate_limit)


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
    project: ProjectOption = Path(),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    yes: YesOption = False,
    answer: AnswerOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Add CORS: pages of the origins that the settings name may read the answers, errors too."""

    def work(order: Order, listener: Listener) -> ChangeReport:
        from backwright.tasks.add_cors import add_cors
        from backwright.tasks.cors_request import read_asked

        asked = read_asked(origin or [], credentials, method or [], header or [])
        return add_cors(order, asked, listener)

    Given(project, as_json, quiet, yes, answer, dry_run).run("add cors", work)


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
    project: ProjectOption = Path(),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    yes: YesOption = False,
    answer: AnswerOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Add a limit on requests: by address, user or key, in memory or Redis, with headers and 429."""

    def work(order: Order, listener: Listener) -> ChangeReport:
        from backwright.tasks.add_rate_limit import add_rate_limit
        from backwright.tasks.rate_limit_request import read_limit

        asked = read_limit(limit, by, route, storage, trusted_proxy or [])
        return add_rate_limit(order, asked, listener)

    Given(project, as_json, quiet, yes, answer, dry_run).run("add rate-limit", work)
