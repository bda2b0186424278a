"""The project's tools: package manager, Python version, folders of tests."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from backwright.project.apps import is_test
from backwright.project.files import Tree
from backwright.project.requirements import declared_libraries

_LOCKS = {
    "uv.lock": "uv",
    "poetry.lock": "poetry",
    "pdm.lock": "pdm",
    "pixi.lock": "pixi",
    "Pipfile": "pipenv",
    "Pipfile.lock": "pipenv",
    "environment.yml": "conda",
}


_PINNED = ("fastapi", "fastapi-users", "fastcrud", "pydantic", "sqladmin")
_IMAGE = re.compile(
    r"^FROM\s+(?:--platform=\S+\s+)?\S*?(?:\bpython:|:python)(\d+\.\d+)",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Tooling:
    """How a project is installed and tested; the version as the project itself writes it."""

    package_manager: str | None
    python_version: str | None
    tests: tuple[str, ...]
    pins: dict[str, tuple[int, ...]]
    libraries: frozenset[str]
    entry_points: dict[str, dict[str, str]]


def read_tooling(tree: Tree) -> Tooling:
    """Return the project's tools from its configuration files."""
    names = {file.rpartition("/")[2]: file for file in reversed(tree.configuration)}
    return Tooling(
        _package_manager(tree, names),
        _python(tree, names),
        _tests(tree),
        _pins(tree),
        declared_libraries(tree),
        _entry_points(tree),
    )


def _package_manager(tree: Tree, names: dict[str, str]) -> str | None:
    for lock, manager in _LOCKS.items():
        if lock in names:
            return manager
    text = (tree.text(names["pyproject.toml"]) or "") if "pyproject.toml" in names else ""
    for manager in ("uv", "poetry", "pdm", "hatch", "rye"):
        if f"[tool.{manager}" in text and manager != "hatch":
            return manager
    plain = any("requirements" in file for file in names.values()) or "setup.py" in names
    return "pip" if plain or text else None


def _python(tree: Tree, names: dict[str, str]) -> str | None:
    if "pyproject.toml" in names:
        given = _from_pyproject(tree.text(names["pyproject.toml"]) or "")
        if given:
            return given
    if "Pipfile" in names:
        wanted = _inside(_toml(tree.text(names["Pipfile"]) or ""), "requires").get("python_version")
        if isinstance(wanted, str):
            return wanted
    for name in (".python-version", "runtime.txt"):
        if name in names:
            text = (tree.text(names[name]) or "").strip()
            return text.removeprefix("python-").splitlines()[0] if text else None
    if "Dockerfile" in names:
        text = tree.text(names["Dockerfile"]) or ""
        found = _IMAGE.search(text)
        return found[1] if found else None
    return None


def _from_pyproject(text: str) -> str | None:
    data = _toml(text)
    given = _inside(data, "project").get("requires-python")
    given = given or _inside(data, "tool", "poetry", "dependencies").get("python")
    return given if isinstance(given, str) else None


def _toml(text: str) -> Mapping[str, object]:
    """Return what a TOML file says, nothing if it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _inside(data: Mapping[str, object], *names: str) -> Mapping[str, object]:
    """Return a table inside of tables, an empty one where something else stands."""
    for name in names:
        found = data.get(name)
        data = found if isinstance(found, dict) else {}
    return data


def _tests(tree: Tree) -> tuple[str, ...]:
    """Return the outermost folders (or single files) that hold tests."""
    found: set[str] = set()
    for file in tree.python:
        name = file.rpartition("/")[2]
        if not is_test(file) or not (name.startswith("test_") or name.endswith("_test.py")):
            continue
        parts = file.split("/")
        named = [i for i, part in enumerate(parts[:-1]) if part in {"test", "tests", "testing"}]
        found.add("/".join(parts[: named[0] + 1]) if named else file.rpartition("/")[0] or ".")
    return tuple(sorted(found))


def _entry_points(tree: Tree) -> dict[str, dict[str, str]]:
    """Return the entry points that the project's own `pyproject.toml` files declare, by group."""
    found: dict[str, dict[str, str]] = {}
    for file in tree.configuration:
        if file.rpartition("/")[2] != "pyproject.toml":
            continue
        data = _toml(tree.text(file) or "")
        declared = (
            _inside(data, "project", "entry-points"),
            _inside(data, "tool", "poetry", "plugins"),
        )
        for group, entries in (one for groups in declared for one in groups.items()):
            if isinstance(entries, dict):
                known = found.setdefault(str(group), {})
                known.update({str(name): str(one) for name, one in entries.items()})
    return found


def _pins(tree: Tree) -> dict[str, tuple[int, ...]]:
    """Return the versions that matter here, as locks or requirements files pin them."""
    found: dict[str, tuple[int, ...]] = {}
    for file in tree.configuration:
        name = file.rpartition("/")[2]
        if "requirements" not in file and name not in {"uv.lock", "poetry.lock"}:
            continue
        text = tree.text(file) or ""
        for package in _PINNED:
            pin = re.search(rf"^{package}(?:\[[^\]]*\])?\s*[=~]=\s*(\d+(?:\.\d+)*)", text, re.M)
            pin = pin or re.search(rf'name = "{package}"\s*\nversion = "(\d+(?:\.\d+)*)', text)
            if pin:
                found.setdefault(package, tuple(int(part) for part in pin[1].split(".")))
    return found
