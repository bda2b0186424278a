"""The habits of a project, each with what speaks for and against it. One file per convention.

A new convention is one new file here: its function is entered by `@convention("name")`, and gives
a `Vote` for each place that shows the habit one way or another.
"""

from backwright.project.conventions.evidence import Source
from backwright.project.conventions.registry import read_conventions
from backwright.project.conventions.sources import sources_of

__all__ = ["Source", "read_conventions", "sources_of"]
