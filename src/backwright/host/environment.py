"""The interpreter that a host's code runs in, found on disk without starting anything.

A folder is an environment of the host when it holds an interpreter and, in its site-packages, a
web framework to run. Names of folders that tools make are computed as the tools compute them.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from backwright.host.requirements import name_of, read_requirements, read_text

Kind = Literal["venv", "active", "uv", "poetry", "pdm", "pipenv", "conda", "system", "made"]

# What of our own environment must not reach a program of the host.
_OURS = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONSAFEPATH",
    "PYTHONWARNINGS",
    "PYTEST_ADDOPTS",
    "PYTEST_CURRENT_TEST",
    "PYTEST_PLUGINS",
    "PYTEST_VERSION",
    "PYTEST_XDIST_WORKER",
    "COVERAGE_PROCESS_START",
    "COVERAGE_RUN",
    "COVERAGE_FILE",
    "VIRTUAL_ENV",
    "__PYVENV_LAUNCHER__",
)


@dataclass(frozen=True, slots=True)
class Environment:
    """An interpreter with the host's packages.

    Attributes:
        python: The interpreter to start.
        kind: How it was found; `made` is one of ours, to which tools may be added.
        prefix: The folder of the environment.
        site_packages: Where its packages are.
        missing: Distributions that the project names and that are not in it.
    """

    python: Path
    kind: Kind
    prefix: Path
    site_packages: tuple[Path, ...]
    missing: tuple[str, ...] = ()

    def has(self, package: str) -> bool:
        """Tell whether a top-level package or module can be imported from site-packages."""
        return any(
            (folder / package).is_dir() or (folder / f"{package}.py").is_file()
            for folder in self.site_packages
        )

    def distributions(self) -> dict[str, str]:
        """Return the installed distributions and their versions, by normalized name."""
        found = {}
        for folder in self.site_packages:
            for entry in folder.glob("*.dist-info"):
                name, _, version = entry.name.removesuffix(".dist-info").partition("-")
                found[name_of(name)] = version
        return found

    def versions(self) -> dict[str, str]:
        """Return the versions of the distributions, and of `python` itself."""
        folder = next(
            (p.parent.name for p in self.site_packages if p.parent.name[-1:].isdigit()), ""
        )
        return {**self.distributions(), "python": folder.removeprefix("python")}

    def variables(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment variables for a program of the host: ours, cleaned, and `extra`.

        The interpreter's folder comes first in PATH, as in an activated environment.
        """
        kept = {name: value for name, value in os.environ.items() if name not in _OURS}
        kept["PATH"] = os.pathsep.join([str(self.python.parent), kept.get("PATH", os.defpath)])
        if (self.prefix / "pyvenv.cfg").exists():
            kept["VIRTUAL_ENV"] = str(self.prefix)
        kept["PYTHONUNBUFFERED"] = "1"
        kept["PYTHONIOENCODING"] = "utf-8"
        return {**kept, **(extra or {})}


def find(root: Path, *, framework: str = "fastapi") -> Environment | None:
    """Find the environment that a project's own people would use; None if there is none.

    In this order: a virtual environment in the project or above it, the active one, those of uv,
    PDM, Poetry, Pipenv and conda, the interpreter on PATH. One without the framework is passed
    over; among the rest the first wins that lacks nothing the project names, else the one that
    lacks least.

    Args:
        root: The project's folder.
        framework: The package that makes it an environment of a host.
    """
    root = root.resolve()
    wanted = read_requirements(root).names()
    best: Environment | None = None
    for kind, prefix in _candidates(root):
        found = inspect_prefix(prefix, kind)
        if found is None or not found.has(framework):
            continue
        missing = tuple(sorted(wanted - set(found.distributions())))
        found = Environment(found.python, kind, found.prefix, found.site_packages, missing)
        if not missing:
            return found
        if best is None or len(missing) < len(best.missing):
            best = found
    return best


def inspect_prefix(prefix: Path, kind: Kind) -> Environment | None:
    """Look at a folder that may be an environment; None if it has no interpreter or packages."""
    python = next(
        (path for name in ("python", "python3") if (path := prefix / "bin" / name).exists()), None
    )
    site_packages = tuple(
        folder
        for pattern in ("lib/python3.*/site-packages", "lib/python3.*/dist-packages")
        for folder in sorted(prefix.glob(pattern))
        if folder.is_dir()
    )
    if python is None or not site_packages:
        return None
    return Environment(python, kind, prefix, _with_system_packages(prefix, site_packages))


def _with_system_packages(prefix: Path, folders: tuple[Path, ...]) -> tuple[Path, ...]:
    """Add the base interpreter's packages where `pyvenv.cfg` says that they are seen."""
    with contextlib.suppress(OSError):
        text = (prefix / "pyvenv.cfg").read_text()
        home = re.search(r"^home\s*=\s*(.+)$", text, re.MULTILINE)
        if home and re.search(r"^include-system-site-packages\s*=\s*true", text, re.MULTILINE):
            return (*folders, *Path(home[1].strip()).parent.glob("lib/python3.*/site-packages"))
    return folders


def _candidates(root: Path) -> Iterator[tuple[Kind, Path]]:
    """Yield folders that may be the host's environment, the most telling first."""
    for folder in (root, *_parents_in_repository(root)):
        for name in (".venv", "venv", "env", ".env", ".virtualenv", "virtualenv"):
            if (folder / name).is_dir():
                yield "venv", folder / name
    yield from _named_by_variables(root)
    with contextlib.suppress(OSError):
        yield "pdm", Path((root / ".pdm-python").read_text().strip()).parent.parent
    for kind, prefixes in _kept_elsewhere(root):
        for prefix in prefixes:
            yield kind, prefix
    for name in ("python3", "python"):
        program = shutil.which(name)
        found = _prefix_of(Path(program)) if program else None
        if found is not None:
            yield "system", found


def _named_by_variables(root: Path) -> Iterator[tuple[Kind, Path]]:
    """Yield the environments that the shell has activated or that uv is told to use."""
    if active := os.environ.get("VIRTUAL_ENV"):
        yield "active", Path(active)
    if active := os.environ.get("CONDA_PREFIX"):
        yield "conda", Path(active)
    if named := os.environ.get("UV_PROJECT_ENVIRONMENT"):
        yield "uv", root / named


def _kept_elsewhere(root: Path) -> tuple[tuple[Kind, Iterator[Path]], ...]:
    """Return the environments that tools keep in folders of their own."""
    return ("poetry", _poetry(root)), ("pipenv", _pipenv(root)), ("conda", _conda(root))


def _parents_in_repository(root: Path) -> tuple[Path, ...]:
    """Return the folders above the project, up to the repository's root; none without git."""
    parents = []
    for folder in (root, *root.parents):
        if folder != root:
            parents.append(folder)
        if (folder / ".git").exists():
            return tuple(parents)
    return ()


def _prefix_of(program: Path) -> Path | None:
    """Return the prefix of an interpreter on PATH, unless it is ours or a version manager's shim."""
    if "shims" in program.parts:
        return None
    prefix = program.parent.parent
    return None if prefix.resolve() == Path(sys.prefix).resolve() else prefix


def _poetry(root: Path) -> Iterator[Path]:
    """Yield Poetry's environments of a project: NAME-HASH-pyX.Y in its cache (EnvManager)."""
    pyproject = root / "pyproject.toml"
    if not pyproject.is_file():
        return
    with contextlib.suppress(OSError, UnicodeError, tomllib.TOMLDecodeError):
        data = tomllib.loads(read_text(pyproject))
        poetry = data.get("tool", {}).get("poetry", {})
        name = str(poetry.get("name") or data.get("project", {}).get("name", "")).lower()
        name = re.sub(r'[ $`!*@"\\\r\n\t]', "_", name)[:42]
        for folder in _poetry_folders():
            yield from sorted(folder.glob(f"{name}-{_short_hash(root, 8)}-py*"), reverse=True)


def _poetry_folders() -> Iterator[Path]:
    """Yield where Poetry keeps environments."""
    if explicit := os.environ.get("POETRY_VIRTUALENVS_PATH"):
        yield Path(explicit)
    if cache := os.environ.get("POETRY_CACHE_DIR"):
        yield Path(cache) / "virtualenvs"
    home = Path.home()
    yield Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "pypoetry/virtualenvs"
    yield home / "Library/Caches/pypoetry/virtualenvs"


def _pipenv(root: Path) -> Iterator[Path]:
    """Yield Pipenv's environments of a project: NAME-HASH of the Pipfile's path."""
    if not (root / "Pipfile").is_file():
        return
    base = Path(os.environ.get("WORKON_HOME") or Path.home() / ".local/share/virtualenvs")
    name = re.sub(r'[ &$`!*@"()\[\]\\\r\n\t]', "_", root.name)[:42]
    yield from base.glob(f"{name}-{_short_hash(root / 'Pipfile', 8)}*")


def _short_hash(path: Path, length: int) -> str:
    """Return the beginning of the SHA-256 of a path in URL-safe base64."""
    digest = hashlib.sha256(os.fsencode(path)).digest()
    return base64.urlsafe_b64encode(digest).decode()[:length]


def _conda(root: Path) -> Iterator[Path]:
    """Yield conda environments that bear the name in `environment.yml`, or the project's own."""
    names = {root.name}
    for file in ("environment.yml", "environment.yaml"):
        with contextlib.suppress(OSError, UnicodeError):
            if found := re.search(r"^name:\s*(\S+)", read_text(root / file), re.MULTILINE):
                names.add(found[1].strip("\"'"))
    known: list[str] = []
    with contextlib.suppress(OSError, RuntimeError):
        known = (Path.home() / ".conda/environments.txt").read_text().splitlines()
    for line in known:
        if Path(line).name in names:
            yield Path(line)


def describe(environment: Environment) -> str:
    """Return one line for people: what was found and where."""
    lacking = f", without {', '.join(environment.missing)}" if environment.missing else ""
    return f"{environment.kind}: {environment.python}{lacking}"
