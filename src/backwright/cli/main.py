"""The command line: `backwright`."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from backwright import __version__

FACES = {
    "new": "new",
    "inspect": "inspect",
    "audit": "audit",
    "probe": "probe",
    "doctor": "doctor",
    "add": "add",
    "do": "do",
    "history": "history",
    "undo": "history",
    "agent": "agent",
    "mcp": "mcp",
}


class Commands(TyperGroup):
    """The commands of `FACES`; the module of a command is imported when somebody asks for it."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - the library's own type
        """Return the names of all commands, in the order in which help shows them."""
        return list(FACES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - the library's own types
        """Return a command; of an unknown one all are loaded, so that the like is suggested."""
        asked = [FACES[cmd_name]] if cmd_name in FACES else FACES.values()
        if cmd_name not in self.commands:
            for module in dict.fromkeys(asked):
                self._load(module)
        return super().get_command(ctx, cmd_name)

    def _load(self, module: str) -> None:
        face = typer.Typer(rich_markup_mode=None, add_completion=False)
        face.callback()(lambda: None)
        import_module(f"backwright.cli.{module}").register(face)
        for name, command in typer.main.get_group(face).commands.items():
            self.add_command(command, name)


app = typer.Typer(
    name="backwright",
    cls=Commands,
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


def run() -> None:
    """Run the command line, as the console script does."""
    app()
