"""Where choices stand, so that a module of tables and one of schemas do not import each other."""

from __future__ import annotations

import ast
from dataclasses import replace

from backwright.transfer.dialect import Dialect
from backwright.transfer.grow.homes import Homes
from backwright.transfer.grow.sources import Sources


def without_a_circle(dialect: Dialect, homes: Homes, sources: Sources) -> Dialect:
    """Let choices stand with the schemas, where the module of the tables imports those.

    It may have the longest text that a field takes from there. The schemas, which name the choices
    of a table, would import it while it is being imported.
    """
    if dialect.enum.home or homes.schemas == homes.models:
        return dialect
    tree = sources.trees.get(homes.models)
    schemas = sources.module(homes.schemas)
    imports = [n for n in (tree.body if tree else ()) if isinstance(n, ast.ImportFrom | ast.Import)]
    brought = {
        found
        for node in imports
        for alias in node.names
        for module, name in [sources.resolve(homes.models, alias.asname or alias.name)]
        for found in (module, f"{module}.{name}")
    }
    if schemas not in brought:
        return dialect
    enum = replace(dialect.enum, home=homes.schemas, home_module=schemas)
    return replace(dialect, enum=enum)
