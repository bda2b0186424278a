"""The entity diagram as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backwright.report.inspect_layout import PADDING, Diagram, lay_out
from backwright.report.inspect_types import ModelEntry
from backwright.report.rendering import read_template, render

MARGIN = 24
NOTE = 28


def svg_diagram(models: Sequence[ModelEntry]) -> str:
    """Return an SVG file of its own: light and dark, a tooltip with all columns on each table.

    Raises:
        MissingError: Graphviz is not there.
    """
    style = read_template("diagram.css")
    return draw(lay_out(models), relative_link, style=style, standalone=True)


def relative_link(file: str, line: int) -> str:
    """Return the address of a place for a file that lies in the project's root."""
    return f"{file}#L{line}"


def draw(
    diagram: Diagram, link: Callable[[str, int], str], *, style: str = "", standalone: bool = False
) -> str:
    """Return a placed diagram as an `svg` element; a page brings the style itself."""
    note, count = hub_note(diagram), len(diagram.boxes)
    values = {
        "diagram": diagram,
        "link": link,
        "style": style,
        "standalone": standalone,
        "note": note,
        "label": f"entity diagram of {count} table{'' if count == 1 else 's'}",
        "margin": MARGIN,
        "pad": PADDING,
        "width": round(max(diagram.width + 2 * MARGIN, len(note) * 7.4 + 2 * MARGIN)),
        "height": round(diagram.height + 2 * MARGIN + (NOTE if note else 0)),
    }
    return render("diagram.svg", values)


def hub_note(diagram: Diagram) -> str:
    """Return the sentence that tells which references are not drawn; empty when all are."""
    if not diagram.hubs:
        return ""
    return f"References to {' and '.join(diagram.hubs)} are named in the tables, not drawn."
