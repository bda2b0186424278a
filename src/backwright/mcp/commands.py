"""The commands of the command line, as functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

import typer

from backwright.cli.main import FACES


@cache
def commands() -> dict[tuple[str, ...], Callable[..., Any]]:
    """Return every command of the command line by its words."""
    found: dict[tuple[str, ...], Callable[..., Any]] = {}
    for module in dict.fromkeys(FACES.values()):
        face = typer.Typer()
        import_module(f"backwright.cli.{module}").register(face)
        found.update(_commands(face, ()))
    return found


def _commands(face: typer.Typer, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for command in face.registered_commands:
        if command.callback is not None:
            yield (*path, command.name or command.callback.__name__), command.callback
    for group in face.registered_groups:
        if group.typer_instance is not None:
            yield from _commands(group.typer_instance, (*path, str(group.name)))
