"""`probe --html`: one page that needs nothing but itself."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from backwright import __version__
from backwright.report.inspect_html import broken_file, marked_path
from backwright.report.probe_types import (
    AREAS,
    Actor,
    CellKind,
    ProbeCell,
    ProbeCheck,
    ProbeReport,
)
from backwright.report.rendering import read_template, render

_ACTORS: tuple[Actor, ...] = ("owner", "other", "anonymous", "privileged")
_WORST: tuple[CellKind, ...] = ("leak", "not-proven", "public", "shared", "isolated")
_WORDS: Mapping[CellKind, str] = {
    "leak": "leak",
    "not-proven": "not proven",
    "public": "public",
    "shared": "shared",
    "isolated": "kept",
}
_PILLS: Mapping[str, str] = {
    "leak": "none", "not-proven": "optional", "isolated": "required",
    "fail": "none", "skipped": "optional", "pass": "required",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One operation of the matrix: its cells by caller, and the worst of them."""

    method: str
    path: str
    cells: Mapping[Actor, ProbeCell]
    worst: CellKind

    @property
    def text(self) -> str:
        """Return everything that a search may hit, in lower case."""
        words = " ".join(f"{one.cell} {one.why}" for one in self.cells.values())
        return f"{self.method} {self.path} {words}".lower()


def probe_page(report: ProbeReport, *, root: Path, folder: Path) -> str:
    """Return the page of a probe, to be written into `folder`; places link into `root`."""

    def link(file: str, line: int) -> str:
        path = os.path.relpath(root / file, folder).replace(os.sep, "/")
        return f"{quote(path)}#L{line}"

    areas = {one: [c for c in report.checks if c.area == one] for one in AREAS}
    values = {
        "report": report,
        "version": __version__,
        "root": root.as_posix(),
        "style": Markup(read_template("page.css")),  # noqa: S704 - our own files
        "script": Markup(read_template("page.js")),  # noqa: S704 - our own files
        "link": link,
        "lines": list(_lines(report.matrix)),
        "actors": [one for one in _ACTORS if any(c.actor == one for c in report.matrix)],
        "kinds": [one for one in _WORST if any(c.cell == one for c in report.matrix)],
        "words": _WORDS,
        "pills": _PILLS,
        "areas": {name: _sorted(checks) for name, checks in areas.items() if checks},
        "counts": {name: Counter(c.verdict for c in checks) for name, checks in areas.items()},
        "proven": sum(one.cell != "not-proven" for one in report.matrix),
        "path": marked_path,
        "broken": broken_file,
    }
    return render("probe.html", values)


def _lines(cells: Sequence[ProbeCell]) -> Iterator[Line]:
    for method, path in dict.fromkeys((one.method, one.path) for one in cells):
        mine = {one.actor: one for one in cells if (one.method, one.path) == (method, path)}
        kinds = {one.cell for one in mine.values()}
        yield Line(method, path, mine, next(one for one in _WORST if one in kinds))


def _sorted(checks: Sequence[ProbeCheck]) -> list[ProbeCheck]:
    """Return checks with the failures first, then what was not tried."""
    return sorted(checks, key=lambda one: ("fail", "skipped", "pass").index(one.verdict))
