"""Definitions in the formats of other coding agents: one file a format, each with a `FORMAT`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from backwright.agent.exchange.format import Format
from backwright.errors import UsageError


@cache
def formats() -> dict[str, Format]:
    """Return the formats that there are, by name."""
    modules = [import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__)]
    found = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return {one.name: one for one in found}


def format_named(name: str) -> Format:
    """Return a format by its name.

    Raises:
        UsageError: there is none of that name.
    """
    known = formats()
    if name not in known:
        raise UsageError(f"{name!r} is no format", remedy=f"one of {', '.join(known)}")
    return known[name]
