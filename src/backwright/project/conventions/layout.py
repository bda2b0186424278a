"""Where endpoints live: in a folder of routes, in a package of each domain, or in one file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.project.conventions.evidence import Evidence, Vote
from backwright.project.conventions.registry import convention

_LAYER = re.compile(
    r"(^|/)(routes?|routers?|endpoints?|api|apis|controllers?|views?|handlers?)(/v\d+)?/[^/]*\.py$"
)
_IN_DOMAIN = re.compile(r"^(\w*_)?(routes?|routers?|views?|api|endpoints?|controllers?)\.py$")


@convention("layout")
def layout(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each file with endpoints: layered, by domain, flat, or a single file."""
    apps = {one.file for one in evidence.project.apps}
    models = {one.file.rpartition("/")[0] for one in evidence.project.models}
    first = {one.source.file: one.node.lineno for one in reversed(evidence.handlers)}
    for file, line in sorted(first.items()):
        folder, _, name = file.rpartition("/")
        if _IN_DOMAIN.match(name) and (folder in models or not _LAYER.search(file)):
            yield Vote("by domain" if folder and file not in apps else "flat", file, line)
        elif _LAYER.search(file):
            yield Vote("layered", file, line)
        elif file in apps:
            alone = len(first) == 1
            if alone:
                yield Vote("single file", file, line)
        else:
            yield Vote("flat", file, line)
