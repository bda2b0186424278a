"""The libraries that a project declares: in requirements files, `pyproject.toml`, `Pipfile`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping

from backwright.project.files import Tree

_NAME = re.compile(r"\s*([A-Za-z][\w.-]*)")
_LINE = re.compile(r"^([A-Za-z][\w.-]*)[ \t]*(?:\[[^\]\n]*\])?[ \t]*(?:[=<>~!;@#]|$)", re.MULTILINE)
_QUOTED = re.compile(
    r"[\"']([A-Za-z][\w.-]*)\s*(?:\[[^\]]*\]\s*)?(?:[<>=~!]=?[^\"']*)?[\"']\s*[,\]]"
)
# Where TOML files list requirements, or have a table with one under each library's name.
_DECLARED = (
    ("project", "dependencies"),
    ("project", "optional-dependencies", "*"),
    ("dependency-groups", "*"),
    ("tool", "uv", "dev-dependencies"),
    ("tool", "pdm", "dev-dependencies", "*"),
    ("tool", "poetry", "dependencies"),
    ("tool", "poetry", "dev-dependencies"),
    ("tool", "poetry", "group", "*", "dependencies"),
    ("tool", "hatch", "envs", "*", "dependencies"),
    ("tool", "hatch", "envs", "*", "extra-dependencies"),
    ("tool", "pixi", "dependencies"),
    ("tool", "pixi", "pypi-dependencies"),
    ("packages",),
    ("dev-packages",),
)


def declared_libraries(tree: Tree) -> frozenset[str]:
    """Return the names that the declared dependencies are most likely imported by."""
    found: set[str] = set()
    for file in tree.configuration:
        name = file.rpartition("/")[2]
        if name.startswith("requirements") or "requirements/" in file:
            found.update(_LINE.findall(tree.text(file) or ""))
        elif name in {"pyproject.toml", "Pipfile"}:
            found.update(_of_toml(tree.text(file) or ""))
    return frozenset(one.lower().replace("-", "_") for one in found)


def _of_toml(text: str) -> Iterator[str]:
    """Yield the libraries of a TOML file; of one that is none, whatever looks like a requirement."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        yield from _QUOTED.findall(text)
        return
    for path in _DECLARED:
        for value in _at(data, path):
            given = value if isinstance(value, (list, dict)) else ()
            names = (_NAME.match(one) for one in given if isinstance(one, str))
            yield from (one[1] for one in names if one)


def _at(data: object, path: tuple[str, ...]) -> Iterator[object]:
    """Yield what stands at a path of tables; `*` is any key."""
    if not path:
        yield data
    elif isinstance(data, Mapping):
        keys = list(data) if path[0] == "*" else [path[0]]
        for key in keys:
            if key in data:
                yield from _at(data[key], path[1:])
