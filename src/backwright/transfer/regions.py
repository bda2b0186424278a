"""Regions: lines of a file that only some projects have, between two marks.

A mark stands on a line of its own, as a comment of the file's own kind: `# [auth]` or
`<!-- [auth] -->` before the lines, `# [/auth]` or `<!-- [/auth] -->` after them. Regions nest.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_MARK = re.compile(r"\s*(?:#|<!--) \[(/?)([a-z-]+)\](?: -->)?\s*")


def resolve(text: str, features: Collection[str], known: Collection[str]) -> str:
    """Return the text without marks, and without the regions of features that are not there.

    Args:
        text: a file.
        features: those that the project has.
        known: all that marks may name; other comments in brackets are no marks.

    Raises:
        ValueError: a region begins without an end, or the other way round.
    """
    kept: list[str] = []
    within: list[str] = []
    marked = False
    for line in text.splitlines(keepends=True):
        mark = _MARK.fullmatch(line)
        if not mark or mark[2] not in known:
            if all(feature in features for feature in within):
                kept.append(line)
            continue
        marked = True
        if not mark[1]:
            within.append(mark[2])
        elif not within or within.pop() != mark[2]:
            raise ValueError(f"{line.strip()} ends a region that does not begin")
    if within:
        raise ValueError(f"the region [{within[-1]}] does not end")
    return re.sub(r"\n{3,}", "\n\n", "".join(kept)) if marked else text
