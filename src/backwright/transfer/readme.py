"""The table of resources in a project's README: a row for each, written as the exemplar's is."""

from __future__ import annotations

from collections.abc import Collection

from backwright.spec.names import Names
from backwright.transfer.rename import Renaming

README = "README.md"


def with_resource(text: str, learnt: str, old: Names, new: Names) -> str:
    """Return a README with a row for a new resource below those that are there.

    Args:
        text: the host's README.
        learnt: the README that has the exemplar's row; the host's own, or the house's.
        old: the exemplar's names.
        new: the new resource's names.
    """
    rows = [line for line in learnt.splitlines() if _is_row_of(line, old)]
    lines = text.splitlines(keepends=True)
    head = next((n for n, line in enumerate(lines) if line.startswith("| resource | path |")), None)
    if not rows or head is None:
        return text
    end = head
    while end < len(lines) and lines[end].startswith("|"):
        end += 1
    lines.insert(end, f"{Renaming(((old, new),)).string(rows[0])}\n")
    return "".join(lines)


def without_resources_in(text: str, names: Collection[Names]) -> str:
    """Return a README without the rows of some resources."""
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not any(_is_row_of(line, name) for name in names))


def _is_row_of(line: str, names: Names) -> bool:
    return line.startswith("|") and f"/{names.plural_kebab}/{{id}}`" in line
