"""What routers are called, and where their prefixes are given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote, keyword, last_name
from backwright.project.conventions.registry import convention


@convention("router_names")
def router_names(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for the name of each router that a module with handlers makes."""
    for source in evidence.modules:
        for node in source.tree.body if source.file in evidence.route_files else ():
            if (
                isinstance(node, ast.Assign)
                and last_name(node.value).endswith("Router")
                and isinstance(node.value, ast.Call)
                and isinstance(node.targets[0], ast.Name)
            ):
                _, _, suffix = node.targets[0].id.rpartition("_")
                named = suffix != node.targets[0].id
                yield Vote(f"{{resource}}_{suffix}" if named else suffix, source.file, node.lineno)


@convention("prefixes")
def prefixes(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each prefix: given to the router, or where it is included."""
    for source in evidence.modules:
        for call in evidence.calls(source):
            name = last_name(call.func)
            if keyword(call, "prefix") is None:
                continue
            if name.endswith("Router"):
                yield Vote("on the router", source.file, call.lineno)
            elif name == "include_router":
                yield Vote("where it is included", source.file, call.lineno)
