"""The Jinja templates of pages and pictures; everything put into them is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

LETTER = 0.605  # advance of a monospaced letter, in parts of the font's size


def shorten(text: str, room: float, size: float) -> str:
    """Return text that fits into `room` pixels at a monospaced font of `size`."""
    letters = max(int(room / (LETTER * size)), 3)
    return text if len(text) <= letters else text[: letters - 1] + "…"


def read_template(name: str) -> str:
    """Return a file of the template folder as it is (a style sheet, a script)."""
    return (files("backwright.report") / "templates" / name).read_text(encoding="utf-8")


def render(name: str, values: Mapping[str, object]) -> str:
    """Fill in a template."""
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    """Return the environment; Jinja is imported only when a page or picture is made."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(read_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shorten"] = shorten
    return environment
