"""`inspect --html`: one page that needs nothing but itself."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup, escape

from backwright import __version__
from backwright.errors import MissingError
from backwright.report.inspect_guards import guard_groups
from backwright.report.inspect_layout import find_hubs, lay_out, target_of
from backwright.report.inspect_svg import draw, hub_note
from backwright.report.inspect_types import EndpointEntry, InspectDocument, ModelEntry
from backwright.report.rendering import read_template, render

_PARAMETER = re.compile(r"(\{[^}]*\})")


def html_page(document: InspectDocument, *, root: Path, folder: Path) -> str:
    """Return the page for a project in `root`, to be written into `folder`.

    Places link to the files by their path from `folder`, or in an editor that the reader chooses.
    Without Graphviz the page says so in the diagram's place.
    """

    def link(file: str, line: int) -> str:
        path = os.path.relpath(root / file, folder).replace(os.sep, "/")
        return f"{quote(path)}#L{line}"

    values = {
        "document": document,
        "version": __version__,
        "root": root.as_posix(),
        "style": Markup(read_template("page.css") + read_template("diagram.css")),  # noqa: S704
        "script": Markup(read_template("page.js")),  # noqa: S704 - our own files
        "link": link,
        "drawing": _drawing(document["models"], link),
        "guards": guard_groups(document["endpoints"]),
        "counts": Counter(one["auth"] for one in document["endpoints"]),
        "several_apps": len(document["apps"]) > 1,
        "hubs": find_hubs(document["models"]),
        "referrers": _referrers(document["models"]),
        "path": marked_path,
        "broken": broken_file,
        "searched": _searched,
        "searched_table": _searched_table,
        "target_of": target_of,
        "percent": _percent,
    }
    return render("page.html", values)


def _drawing(models: Sequence[ModelEntry], link: Callable[[str, int], str]) -> dict[str, object]:
    """Return the diagram, or why there is none."""
    if not models:
        return {"svg": "", "note": "", "missing": "No tables were found."}
    try:
        diagram = lay_out(models)
    except MissingError as error:
        return {"svg": "", "note": "", "missing": f"{error.message}. {error.remedy}"}
    svg = Markup(draw(diagram, link))  # noqa: S704 - the template has escaped what it was given
    return {"svg": svg, "note": hub_note(diagram), "missing": ""}


def marked_path(path: str) -> Markup:
    """Return a path with its parameters marked."""
    parts = _PARAMETER.split(path)
    return Markup("").join(
        Markup("<i>{}</i>").format(part) if part.startswith("{") else escape(part) for part in parts
    )


def broken_file(file: str) -> Markup:
    """Return a file's path that may be broken after its slashes."""
    return Markup("/<wbr>").join(file.split("/"))


def _searched(endpoint: EndpointEntry) -> str:
    """Return everything that a search may hit, in lower case."""
    words = (
        endpoint["method"],
        endpoint["path"],
        endpoint["handler"],
        endpoint["file"],
        endpoint["request_model"] or "",
        endpoint["response_model"] or "",
        *endpoint["dependencies"],
    )
    return " ".join(words).lower()


def _searched_table(model: ModelEntry) -> str:
    words = (model["name"], model["table"], model["file"], *(c["name"] for c in model["columns"]))
    return " ".join(words).lower()


def _referrers(models: Sequence[ModelEntry]) -> dict[str, list[str]]:
    """Return for each table which others refer to it."""
    found: dict[str, list[str]] = {}
    for model in models:
        for table in dict.fromkeys(target_of(column) for column in model["columns"]):
            if table:
                found.setdefault(table, []).append(model["table"])
    return found


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0
