"""Tables that a module cannot call by their name, since it means something else by that."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from backwright.transfer.declaration import Import
from backwright.transfer.grow.sources import Sources
from backwright.transfer.guarding.edits import Edits


def called_otherwise(
    sources: Sources, path: str, edits: Edits, tables: Mapping[str, Import], taken: Collection[str]
) -> set[Import]:
    """Let what is put into a module call tables otherwise where a schema has their name.

    Args:
        sources: the host's modules.
        path: the module.
        edits: what is put into it.
        tables: the tables that it names, with where each is defined.
        taken: the names that the module has.

    Returns:
        What it must import for that.
    """
    found = set()
    for name, origin in sorted(tables.items()):
        module, original = sources.resolve(path, name)
        if (module, original) == origin or sources.file(module) is None:
            continue
        other = next(n for n in (f"{name}Model", f"{name}Row", f"{name}Table") if n not in taken)
        edits.rename(name, other)
        found.add((origin[0], f"{name} as {other}"))
    return found
