"""`backwright mcp`: the same verbs for other agents."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import typer

from backwright.cli.options import ProjectOption, existing_folder
from backwright.cli.run import Face
from backwright.errors import MissingError
from backwright.report.events import Listener


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("mcp")(mcp)


def mcp(project: ProjectOption = Path()) -> None:
    """Serve the commands as tools to other agents: Model Context Protocol, on stdin and stdout.

    A call that names no project means the one given here.
    """

    def work(_: Listener) -> None:
        folder = existing_folder(project)
        if find_spec("mcp") is None:
            raise MissingError(
                "the Model Context Protocol's library is not installed",
                remedy="pip install 'backwright[mcp]'",
            )
        from backwright.mcp.stdio import serve

        serve(folder)

    face = Face("mcp", as_json=False, quiet=True)
    face.run(work, document=lambda _: {}, text=lambda _, __: None)
