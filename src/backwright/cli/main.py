"""The command line: `backwright`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from backwright import __version__
from backwright.cli import history, inspect, new, probe
from backwright.cli.add import add

app = typer.Typer(
    name="backwright",
    help="A backend developer you can run: it adds to FastAPI projects in their own style, "
    "proves each change on a real database, and can undo it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(value: bool) -> None:
    if value:
        sys.stdout.write(f"backwright {__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Parse the options that stand before a command."""


new.register(app)
inspect.register(app)
probe.register(app)
app.add_typer(add, name="add")
history.register(app)


def run() -> None:
    """Run the command line, as the console script does."""
    app()
