"""What `inspect` prints: one screen that answers "what is this project?"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from backwright.report.inspect_layout import target_of
from backwright.report.inspect_types import EndpointEntry, InspectDocument, ModelEntry

ROWS = 8
ITEMS = 6
LEFT = 14
LONGEST = 13
# Who signs in has no token yet: of what is open and writing, this is told last.
_SIGNING_IN = re.compile(
    r"(?i)log.?in|log.?out|token|regist|sign.?(in|up)|refresh|password|verif|auth"
)
TELLING = {
    "layout": "layout",
    "handlers": "handlers",
    "session": "sessions",
    "session_from": "from",
    "models": "models by",
    "id": "keys",
    "services": "services as",
    "errors": "",
    "pages": "pages by",
    "response_type": "answers typed by",
    "test_client": "tests by",
    "docstrings": "docstrings",
    "line_length": "lines to",
}


def print_inspection(console: Console, document: InspectDocument) -> None:
    """Print the project: apps, endpoints, guards, tables, conventions, what stayed open."""
    console.print(f"[bold]{escape(document['project'])}[/]  {_headline(document)}", highlight=False)
    grid = Table.grid(padding=(0, 2), pad_edge=False)
    grid.add_column(style="bold", no_wrap=True, min_width=LEFT)
    grid.add_column(overflow="fold")
    for title, text in _facts(document):
        grid.add_row(title, text)
    console.print()
    console.print(grid)
    if document["endpoints"]:
        console.print()
        console.print(_areas(document["endpoints"]))
    _print_open_ends(console, document)


def _headline(document: InspectDocument) -> str:
    counts = [
        _count(len(document["endpoints"]), "endpoint"),
        _count(len(document["models"]), "table"),
        _count(len(document["schemas"]), "schema"),
    ]
    return ", ".join(counts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _facts(document: InspectDocument) -> Iterable[tuple[str, str]]:
    """Yield the rows of the upper part."""
    yield "apps", _apps(document)
    yield "auth", _auth(document)
    yield "guards", _guards(document["endpoints"])
    if rows := _rows(document["endpoints"]):
        yield "rows", rows
    yield "tables", _tables(document["models"])
    yield "CORS", _cors(document)
    yield "migrations", _migrations(document)
    yield "tools", _tools(document)
    if document["conventions"]:
        yield "conventions", _conventions(document["conventions"])
    yield "witnesses", _witnesses(document)


def _apps(document: InspectDocument) -> str:
    if not document["apps"]:
        return "no FastAPI application was found"
    shown = [f"{one['object']} ({one['file']}:{one['line']})" for one in document["apps"][:ITEMS]]
    return escape(_listed(shown, len(document["apps"])))


def _auth(document: InspectDocument) -> str:
    auth = document["auth"]
    parts: list[str] = [auth["approach"]]
    parts += [f"by {auth['library']}"] if auth["library"] else []
    parts += [one] if (one := auth.get("algorithm")) else []
    parts += [f"passwords by {auth['hashing']}"] if auth["hashing"] else []
    parts += [f"token at {auth['token_url']}"] if auth["token_url"] else []
    parts += [f"user from {auth['current_user']}"] if auth["current_user"] else []
    return escape(", ".join(parts))


def _guards(endpoints: Sequence[EndpointEntry]) -> str:
    """Tell how many endpoints ask for credentials, and which open ones change something."""
    if not endpoints:
        return "none"
    counts = Counter[str](one["auth"] for one in endpoints)
    words = {"required": "guarded", "optional": "optional", "none": "open"}
    text = ", ".join(f"{counts[key]} {word}" for key, word in words.items() if counts[key])
    writes = [
        f"{one['method']} {one['path']}"
        for one in endpoints
        if one["auth"] == "none" and one["method"] in {"POST", "PUT", "PATCH", "DELETE"}
    ]
    writes.sort(key=lambda one: _SIGNING_IN.search(one) is not None)
    if not writes:
        return text
    return escape(f"{text}; open and writing: {_listed(writes[:3], len(writes))}")


def _rows(endpoints: Sequence[EndpointEntry]) -> str:
    """Tell how many endpoints keep to the rows of their caller, and name those that do not."""
    kept = sum(one["owner_scoped"] is True for one in endpoints)
    others = [f"{one['method']} {one['path']}" for one in endpoints if one["owner_scoped"] is False]
    if not kept and not others:
        return ""
    text = (
        f"{kept} of {_count(kept + len(others), 'endpoint')} with users' rows keep to the caller's"
    )
    return escape(f"{text}; not: {_listed(others[:3], len(others))}" if others else text)


def _tables(models: Sequence[ModelEntry]) -> str:
    """Name the tables, those first that most others refer to."""
    if not models:
        return "none"
    references = Counter(target_of(column) for model in models for column in model["columns"])
    ordered = sorted(models, key=lambda one: -references[one["table"]])
    return escape(_listed([one["table"] for one in ordered[: 2 * ITEMS]], len(models)))


def _cors(document: InspectDocument) -> str:
    cors = document["cors"]
    if cors is None:
        return "not set up"
    origins = _listed(cors["origins"][:ITEMS], len(cors["origins"])) or "no origin known"
    credentials = "with" if cors["credentials"] else "without"
    return escape(f"{origins}, {credentials} credentials ({cors['file']}:{cors['line']})")


def _migrations(document: InspectDocument) -> str:
    found = document["migrations"]
    if found is None:
        return "none"
    return escape(f"{found['tool']} in {found['folder']}, head {found['head'] or 'unknown'}")


def _tools(document: InspectDocument) -> str:
    """Tell how it is installed, configured and tested."""
    python = document["python_version"]
    required = [one["variables"][0] for one in document["settings"] if one["required"]]
    tests = document["tests"]
    parts = [document["package_manager"] or "no package manager"]
    parts += [f"Python {python}"] if python else []
    parts += [f"tests in {_listed(tests[:3], len(tests))}"] if tests else ["no tests"]
    parts += [f"needs {_listed(required[:3], len(required))}"] if required else []
    return escape(", ".join(parts))


def _conventions(found: dict[str, str]) -> str:
    """Name the habits that tell most, and how many there are more."""
    known = {name: found[name] for name in TELLING if name in found}
    shown = [_habit(name, value) for name, value in known.items()]
    return escape(_listed(shown, len(found)))


def _habit(name: str, value: str) -> str:
    if value in {"none", "one"} or value.startswith("not "):
        return f"{name.replace('_', ' ')}: {value}"
    return f"{TELLING[name]} {value}".strip()


def _witnesses(document: InspectDocument) -> str:
    runtime = document["runtime"]
    if not runtime["heard"]:
        return escape(f"source only: {runtime['why']}")
    seen = Counter[str](one["seen"] for one in document["endpoints"])
    text = f"source and running program agree on {_count(seen['both'], 'endpoint')}"
    words = {"static": "in the source only", "runtime": "in the program only"}
    text += "".join(f", {seen[key]} {word}" for key, word in words.items() if seen[key])
    return text


def _listed(shown: Sequence[str], total: int) -> str:
    left = total - len(shown)
    return ", ".join(shown) + (f" and {left} more" if left > 0 else "")


def _areas(endpoints: Sequence[EndpointEntry]) -> Table:
    """Return the endpoints by the first telling part of their path."""
    groups: dict[str, list[EndpointEntry]] = {}
    start = _common_start(endpoints)
    for one in endpoints:
        groups.setdefault(_area(one["path"], start), []).append(one)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for title in ("area", "methods", "guarded", "where"):
        table.add_column(title, no_wrap=title != "where", overflow="ellipsis")
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    for area, members in ordered[:ROWS]:
        table.add_row(*(escape(cell) for cell in _area_row(area, members)))
    rest = ordered[ROWS:]
    if rest:
        number = sum(len(members) for _, members in rest)
        table.add_row(f"… {_count(len(rest), 'area')} more", _count(number, "endpoint"), "", "")
    return table


def _area_row(area: str, members: Sequence[EndpointEntry]) -> tuple[str, str, str, str]:
    methods = Counter(one["method"] for one in members)
    guarded = sum(one["auth"] == "required" for one in members)
    files = Counter(one["file"] for one in members)
    shown = " ".join(f"{name} {count}" for name, count in sorted(methods.items()))
    where = _end_of(files.most_common(1)[0][0])
    where += f" +{len(files) - 1}" if len(files) > 1 else ""
    return area, shown, f"{guarded}/{len(members)}", where


def _end_of(file: str) -> str:
    """Return the end of a long path: the file says more than the folders above it."""
    parts = file.split("/")
    while len("/".join(parts)) > LONGEST and len(parts) > 1:
        parts = parts[1:]
    shown = "/".join(parts)
    return shown if shown == file else f"…/{shown}"


def _common_start(endpoints: Sequence[EndpointEntry]) -> str:
    """Return the folder-like start that most paths share, such as `/api/v1/`."""
    paths = [one["path"] for one in endpoints]
    starts = Counter(path[: end + 1] for path in paths for end in _slashes(path))
    common = [start for start, count in starts.items() if count >= 0.6 * len(paths)]
    return max((one for one in common if "{" not in one), key=len, default="/")


def _slashes(path: str) -> list[int]:
    return [index for index, letter in enumerate(path) if letter == "/" and index]


def _area(path: str, start: str) -> str:
    if not path.startswith(start):
        start = "/"
    rest = path[len(start) :].split("/")
    words = [part for part in rest if part and not part.startswith("{")]
    return start + (words[0] if words else "")


def _print_open_ends(console: Console, document: InspectDocument) -> None:
    found = document["unresolved"]
    if not found:
        return
    console.print(f"\n[yellow]{_count(len(found), 'place')} could not be settled[/]")
    for one in found[:ITEMS]:
        console.print(
            f"  {one['file']}:{one['line']}  {one['why']}",
            highlight=False,
            markup=False,
            soft_wrap=False,
            overflow="ellipsis",
            no_wrap=True,
        )
    if len(found) > ITEMS:
        console.print(f"  and {len(found) - ITEMS} more: --json or --html FILE shows all")
