"""The middleware of versions in a host: what clients of the old one are told, and who gets which."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from backwright.project.types import App
from backwright.source.imports import add_imports
from backwright.transfer.attach.proofs import TestStyle, in_style, template
from backwright.transfer.attach.spots import outermost, put
from backwright.transfer.grow.sources import Sources

CHOOSING = {"header": "version_header", "media-type": "version_media_type"}
_FOLDERS = re.compile(r"(^|/)middlewares?/[^/]+\.py$")


@dataclass(frozen=True, slots=True)
class Told:
    """What clients of the old version are told.

    Attributes:
        versions: For each prefix of the old version, that of the next one.
        names: What the two are called, where a request names one.
        since: Since when the old one is deprecated.
        sunset: When it is switched off.
        apart: Paths that belong to no version.
        by: How a request names its version: path, header or media-type.
    """

    versions: Mapping[str, str]
    names: tuple[str, str]
    since: date
    sunset: date | None = None
    apart: tuple[str, ...] = ()
    by: str = "path"


def add_deprecation(sources: Sources, app: App, told: Told) -> list[str]:
    """Let the old version say that it is deprecated; return the files.

    Raises:
        UsageError: there is no place for it.
    """
    days = [f"deprecated_on={_day(told.since)}"]
    days += [f"sunset_on={_day(told.sunset)}"] if told.sunset else []
    arguments = [f"versions={_literal(told.versions)}", *days, *_apart(told)]
    return _added(sources, app, "deprecation", "DeprecationMiddleware", arguments, days=True)


def add_choice(sources: Sources, app: App, told: Told) -> list[str]:
    """Let a request name its version other than by its path; return the files.

    Raises:
        UsageError: there is no place for it.
    """
    names = [f'old="{told.names[0]}"', f'new="{told.names[1]}"']
    arguments = [f"versions={_literal(told.versions)}", *names, *_apart(told)]
    return _added(sources, app, CHOOSING[told.by], "VersionMiddleware", arguments)


def _apart(told: Told) -> list[str]:
    return [f"apart={_listed(told.apart)}"] if told.apart else []


def _added(
    sources: Sources,
    app: App,
    module: str,
    name: str,
    arguments: Sequence[str],
    *,
    days: bool = False,
) -> list[str]:
    draft = sources.draft
    spot = outermost(sources, app)
    home = _home(sources, spot.file, module)
    draft.write(home, template(f"app/{module}.py"))
    code = put(draft.text(spot.file), spot, name, arguments)
    wanted = {_module(sources, spot.file, home): {name}}
    if days:
        wanted["datetime"] = {"date"}
    draft.write(spot.file, add_imports(code, wanted))
    return [home, spot.file]


def _home(sources: Sources, beside: str, module: str) -> str:
    """Return where a module of middleware goes: to its like, else beside the application."""
    root = PurePosixPath(beside).parent.as_posix()
    like = [path for path in sources.draft.modules() if _FOLDERS.search(path)]
    near = [path for path in like if path.startswith(sources.root)]
    folder = PurePosixPath(near[0]).parent.as_posix() if near else root
    names = (module, *(f"{module}_{number}" for number in range(2, 100)))
    paths = (f"{name}.py" if folder == "." else f"{folder}/{name}.py" for name in names)
    return next(path for path in paths if not sources.draft.exists(path))


def _module(sources: Sources, path: str, other: str) -> str:
    """Return what a module imports another one as: relatively where it imports its own so."""
    tree = sources.trees.get(path)
    nodes = [n for n in tree.body if isinstance(n, ast.ImportFrom)] if tree is not None else []
    relative = any(n.level for n in nodes)
    absolute = any(not n.level and sources.file(n.module or "") for n in nodes)
    if not relative or absolute:
        return sources.module(other)
    here, dots = PurePosixPath(path).parent, "."
    while not PurePosixPath(other).is_relative_to(here):
        here, dots = here.parent, f"{dots}."
    return dots + ".".join(PurePosixPath(other).relative_to(here).with_suffix("").parts)


def _literal(versions: Mapping[str, str]) -> str:
    inner = ", ".join(f'"{old}": "{new}"' for old, new in versions.items())
    return f"{{{inner}}}"


def _listed(paths: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{path}"' for path in paths) + "]"


def _day(day: date) -> str:
    return f"date({day.year}, {day.month}, {day.day})"


def versions_test(
    style: TestStyle, path: str, following: str, told: Told, method: str = "GET"
) -> str:
    """Return the module of tests, in the host's way of testing.

    Args:
        style: how the host tests.
        path: a path of the old version.
        following: the same in the new one.
        told: what clients are told.
        method: how it is asked; one that no handler takes is refused by the router itself (405).
    """
    code = template("tests/test_api_versions.py")
    code = code.replace('PATH = "/v1/items"', f'PATH = "{path}"')
    code = code.replace('NEXT = "/v2/items"', f'NEXT = "{following}"')
    asked = {
        "header": f'{{"API-Version": "{told.names[1]}"}}',
        "media-type": f'{{"Accept": "application/vnd.api.{told.names[1]}+json"}}',
    }.get(told.by)
    if asked is None:
        code = code.replace("ASKED: dict[str, str] = {}\n", "")
        code = code.replace(", headers=ASKED", "")
    else:
        code = code.replace("ASKED: dict[str, str] = {}", f"ASKED = {asked}")
        code = code.replace("client.get(NEXT, headers", "client.get(PATH, headers")
    if told.sunset is not None:
        line = '    assert response.headers["deprecation"].startswith("@")\n'
        code = code.replace(line, f'{line}    assert response.headers["sunset"].endswith(" GMT")\n')
    if method != "GET":
        code = code.replace("client.get(", f'client.request("{method}", ')
        code = code.replace("status_code not in (404, 405)", "status_code == 405")
    return in_style(code, style, {})
