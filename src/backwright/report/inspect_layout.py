"""Where tables and references stand in an entity diagram; Graphviz places them.

Sizes and positions are in CSS pixels, y downwards. Graphviz comes inside pygraphviz's wheel and is
imported only when a diagram is asked for.
"""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from backwright.errors import MissingError
from backwright.report.inspect_types import ColumnEntry, ModelEntry

CHARACTER = 7.3  # advance of a 12 px monospaced letter
HEADER = 30
ROW = 20
PADDING = 10
GAP = 28
LARGE = 20
MANY_REFERENCES = 10
NARROWEST, WIDEST = 130, 330


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table's box: a column, or (without one) the number of columns left out."""

    key: str
    name: str
    detail: str
    column: ColumnEntry | None


@dataclass(frozen=True, slots=True)
class Box:
    """A table at its place; `x` and `y` are of the upper left corner."""

    model: ModelEntry
    rows: tuple[Row, ...]
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """A reference, as a Bézier path from the table referred to (`parent`) to the one that refers.

    `parent` and `child` are indexes of boxes; `unique` says that one row at most refers.
    """

    parent: int
    child: int
    column: str
    optional: bool
    unique: bool
    path: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """A placed diagram; references to `hubs` are written in the rows and not drawn."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    hubs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reference:
    parent: int
    child: int
    row: int
    column: ColumnEntry


@dataclass(frozen=True, slots=True)
class _Placed:
    width: float
    height: float
    corners: dict[int, tuple[float, float]]
    paths: tuple[str, ...]


def lay_out(models: Sequence[ModelEntry]) -> Diagram:
    """Place tables and references.

    More than twenty tables show their keys only. A table that nearly everything refers to (a
    tenant, a user) would hide all else under its lines: the rows name it instead.

    Raises:
        MissingError: Graphviz is not there.
    """
    if not models:
        return Diagram(0, 0, (), (), ())
    brief = len(models) > LARGE
    rows = [_rows(model, brief=brief) for model in models]
    sizes = [_size(model, lines) for model, lines in zip(models, rows, strict=True)]
    hubs = find_hubs(models)
    references = list(_references(models, rows, hubs))
    linked = sorted({index for one in references for index in (one.parent, one.child)})
    placed = _run_graphviz(linked, sizes, rows, references) if linked else _Placed(0, 0, {}, ())
    singles = [index for index in range(len(models)) if index not in placed.corners]
    singles.sort(key=lambda index: models[index]["table"])
    grid = _grid(singles, sizes, placed)
    corners = {**placed.corners, **grid.corners}
    boxes = tuple(
        Box(model, rows[index], *corners[index], *sizes[index])
        for index, model in enumerate(models)
    )
    lines = tuple(
        _line(one, models, path) for one, path in zip(references, placed.paths, strict=True)
    )
    return Diagram(grid.width, grid.height, boxes, lines, tuple(sorted(hubs)))


def find_hubs(models: Sequence[ModelEntry]) -> set[str]:
    """Return the tables that so many others refer to that lines to them would hide the rest."""
    counts = Counter(
        target
        for model in models
        for target in {target_of(column) for column in model["columns"]}
        if target and target != model["table"]
    )
    enough = max(MANY_REFERENCES, len(models) / 6)
    return {table for table, count in counts.items() if count >= enough}


def target_of(column: ColumnEntry) -> str:
    """Return the table that a column refers to, empty when it refers to none."""
    return (column["foreign_key"] or "").rpartition(".")[0]


def _rows(model: ModelEntry, *, brief: bool) -> tuple[Row, ...]:
    """Return the lines of a table's box: keys first, as written otherwise."""
    columns = sorted(model["columns"], key=lambda one: not one["primary_key"])
    shown = [one for one in columns if not brief or one["primary_key"] or one["foreign_key"]]
    rows = [_row(one) for one in shown]
    left = len(columns) - len(shown)
    if left:
        rows.append(Row("", f"+ {left} column{'s' if left > 1 else ''}", "", None))
    return tuple(rows)


def _row(column: ColumnEntry) -> Row:
    target = target_of(column)
    key = "PK" if column["primary_key"] else "FK" if target else "UQ" if column["unique"] else ""
    detail = f"→ {target}" if target else column["type"]
    return Row(key, column["name"], detail + ("?" if column["nullable"] else ""), column)


def _size(model: ModelEntry, rows: Sequence[Row]) -> tuple[float, float]:
    """Return the width and height of a table's box."""
    longest = max((28 + (len(r.name) + len(r.detail) + 2) * CHARACTER for r in rows), default=0.0)
    width = max(longest, len(model["name"]) * CHARACTER * 1.12) + 2 * PADDING
    return min(max(width, NARROWEST), WIDEST), HEADER + ROW * len(rows) + 4


def _references(
    models: Sequence[ModelEntry], rows: Sequence[tuple[Row, ...]], hubs: set[str]
) -> Iterator[_Reference]:
    """Yield the references to draw; of two tables of one name the first is meant."""
    tables = {model["table"]: index for index, model in reversed(list(enumerate(models)))}
    for child, lines in enumerate(rows):
        for number, row in enumerate(lines):
            target = target_of(row.column) if row.column else ""
            if row.column and target in tables and target not in hubs:
                yield _Reference(tables[target], child, number, row.column)


def _run_graphviz(
    linked: Sequence[int],
    sizes: Sequence[tuple[float, float]],
    rows: Sequence[tuple[Row, ...]],
    references: Sequence[_Reference],
) -> _Placed:
    """Let `dot` place the tables that references link."""
    graph = _new_graph()
    for index in linked:
        label = _table(sizes[index][0], len(rows[index]))
        graph.add_node(index, shape="plain", label=label, sortv=index + 1)
    for number, one in enumerate(references):
        side = "e" if one.parent == one.child else "w"
        ports = {"tailport": "h:e", "headport": f"r{one.row}:{side}"}
        graph.add_edge(one.parent, one.child, key=number, id=number, dir="none", **ports)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: dict[str, Any] = json.loads(graph.draw(format="json", prog="dot"))
    graph.close()
    _, _, width, height = (float(one) for one in found["bb"].split(","))
    corners = {}
    for one in found["objects"]:
        index = int(one["name"])
        x, y = (float(part) for part in one["pos"].split(","))
        box = sizes[index]
        corners[index] = (round(x - box[0] / 2, 1), round(height - y - box[1] / 2, 1))
    paths = {int(one["id"]): _path(one["pos"], height) for one in found["edges"]}
    return _Placed(width, height, corners, tuple(paths[n] for n in range(len(references))))


def _new_graph() -> Any:  # noqa: ANN401 - pygraphviz has no types
    """Return an empty graph of Graphviz's."""
    try:
        import pygraphviz
    except ImportError as error:
        raise MissingError(
            "Graphviz is not there: the package pygraphviz cannot be imported",
            remedy="install pygraphviz 2 or newer (its wheels carry Graphviz), "
            "or ask for a .mmd diagram",
        ) from error
    graph = pygraphviz.AGraph(directed=True, strict=False, rankdir="LR")
    graph.graph_attr.update(nodesep="0.32", ranksep="0.85", pack="24", packmode="node")
    return graph


def _path(positions: str, height: float) -> str:
    """Turn Graphviz's spline (points in y upwards) into an SVG path."""
    pairs = (pair.split(",") for pair in positions.split())
    points = [f"{float(x):.1f} {height - float(y):.1f}" for x, y in pairs]
    return f"M{points[0]} C{' '.join(points[1:])}"


def _grid(singles: Sequence[int], sizes: Sequence[tuple[float, float]], above: _Placed) -> _Placed:
    """Put tables without drawn references below the others, in columns of one width."""
    if not singles:
        return above
    step = max(sizes[index][0] for index in singles) + GAP
    area = sum(step * (sizes[index][1] + GAP) for index in singles)
    wanted = max(above.width, (area * 1.6) ** 0.5)
    columns = min(len(singles), max(1, round(wanted / step)))
    top = above.height + (2 * GAP if above.corners else 0)
    corners = {}
    for start in range(0, len(singles), columns):
        shelf = singles[start : start + columns]
        for number, index in enumerate(shelf):
            corners[index] = (round(number * step, 1), round(top, 1))
        top += max(sizes[index][1] for index in shelf) + GAP
    return _Placed(max(above.width, columns * step - GAP), top - GAP, corners, ())


def _table(width: float, rows: int) -> str:
    """Return a box as Graphviz's HTML-like label: empty cells of fixed size, a port for each."""
    cell = '<TR><TD PORT="{}" FIXEDSIZE="TRUE" WIDTH="{:.0f}" HEIGHT="{}"></TD></TR>'
    cells = [cell.format("h", width, HEADER)]
    cells += [cell.format(f"r{number}", width, ROW) for number in range(rows)]
    cells.append(f'<TR><TD FIXEDSIZE="TRUE" WIDTH="{width:.0f}" HEIGHT="4"></TD></TR>')
    return f'<<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="0">{"".join(cells)}</TABLE>>'


def _line(one: _Reference, models: Sequence[ModelEntry], path: str) -> Line:
    keys = [column for column in models[one.child]["columns"] if column["primary_key"]]
    alone = one.column["primary_key"] and len(keys) == 1
    return Line(
        one.parent,
        one.child,
        one.column["name"],
        optional=one.column["nullable"],
        unique=one.column["unique"] or alone,
        path=path,
    )
