"""Which tools a project has settings for, and which its own scripts run."""

from __future__ import annotations

import configparser
import contextlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from backwright.host.requirements import read_text

_FILES = {
    "ruff.toml": "ruff",
    ".ruff.toml": "ruff",
    ".flake8": "flake8",
    ".isort.cfg": "isort",
    "mypy.ini": "mypy",
    ".mypy.ini": "mypy",
    "pyrightconfig.json": "pyright",
    "ty.toml": "ty",
}
_RUFF_WIDTH = 88
_FLAKE8_WIDTH = 79
_SCRIPTS = (
    ".pre-commit-config.yaml",
    "Makefile",
    "justfile",
    "Justfile",
    "tox.ini",
    "noxfile.py",
    "pyproject.toml",
    "package.json",
)
_PARALLEL = re.compile(
    r"\bpytest\b.*\s(?:-n|--numprocesses)[ =]?(?P<number>auto|logical|[1-9]\d*)\b"
)
_PARALLEL_OPTION = re.compile(r"--(maxprocesses|dist)[= ](\S+)")


def tables(folder: Path) -> frozenset[str]:
    """Return the tools with a file or table of settings, such as `ruff` and `ruff.format`."""
    found = {tool for name, tool in _FILES.items() if (folder / name).is_file()}
    for name in ("setup.cfg", "tox.ini"):
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(read_text(folder / name))
        except (OSError, UnicodeError, configparser.Error):
            continue
        found |= {section.split(":")[-1] for section in parser.sections()}
    for name in ("pyproject.toml", "ruff.toml", ".ruff.toml"):
        try:
            data = tomllib.loads(read_text(folder / name))
        except (OSError, UnicodeError, tomllib.TOMLDecodeError):
            continue
        tool = data.get("tool", {}) if name == "pyproject.toml" else {"ruff": data}
        found |= set(tool)
        found |= {f"ruff.{key}" for key in tool.get("ruff", {})}
    return frozenset(found)


def formatters(folder: Path) -> tuple[str, ...]:
    """Return the formatters that the project has settings for, or runs in its own scripts."""
    found, used = tables(folder), []
    if "ruff.format" in found or mentions(folder, r"ruff[- ]format"):
        used.append("ruff")
    if "black" in found or mentions(folder, r"psf/black|\bblack (?:--check|\.|app|src)"):
        used.append("black")
    return tuple(used)


def placeless(complaint: str) -> str:
    """Return what a tool says without the lines that it names, which an edit above them moves."""
    return re.sub(r"\b(lines?) \d+", r"\1 …", complaint)


def black_settings(folder: Path) -> tuple[int | None, bool]:
    """Return the longest line that Black is told to keep, and whether it leaves quotes alone."""
    try:
        told = tomllib.loads(read_text(folder / "pyproject.toml")).get("tool", {}).get("black", {})
    except (OSError, UnicodeError, tomllib.TOMLDecodeError):
        return None, False
    width = told.get("line-length", told.get("line_length"))
    return width, bool(told.get("skip-string-normalization"))


def ruff_width(folder: Path) -> int:
    """Return the longest line that the project's Ruff lets pass: its settings', else Ruff's own."""
    for name in ("ruff.toml", ".ruff.toml", "pyproject.toml"):
        try:
            data = tomllib.loads(read_text(folder / name))
        except (OSError, UnicodeError, tomllib.TOMLDecodeError):
            continue
        told = data.get("tool", {}).get("ruff") if name == "pyproject.toml" else data
        if isinstance(told, dict):
            return int(told.get("line-length", _RUFF_WIDTH))
    return _RUFF_WIDTH


def flake8_width(folder: Path) -> int | None:
    """Return the longest line that the project's flake8 lets pass; None where it looks at none."""
    for name in ("setup.cfg", "tox.ini", ".flake8"):
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(read_text(folder / name))
        except (OSError, UnicodeError, configparser.Error):
            continue
        if "flake8" not in parser:
            continue
        told = {key.replace("_", "-"): value or "" for key, value in parser["flake8"].items()}
        if "E501" in told.get("ignore", "") + told.get("extend-ignore", ""):
            return None
        width = told.get("max-line-length", "").strip()
        return int(width) if width.isdigit() else _FLAKE8_WIDTH
    return None


def mentions(folder: Path, pattern: str) -> bool:
    """Tell whether one of the project's scripts has a line of this kind."""
    return any(re.search(pattern, text) for text in _scripts(folder))


def workers(folder: Path) -> tuple[str, ...]:
    """Return the options by which the project's own scripts run pytest in parallel, if they do."""
    for text in _scripts(folder):
        for line in text.replace("\\\n", " ").splitlines():
            found = _PARALLEL.search(line)
            if found and not line.lstrip().startswith("#"):
                options = _PARALLEL_OPTION.findall(line)
                return ("-n", found["number"], *(f"--{name}={value}" for name, value in options))
    return ()


def _scripts(folder: Path) -> Iterator[str]:
    """Yield the texts of the project's scripts."""
    paths = [folder / name for name in _SCRIPTS]
    for place in ("scripts", ".github/workflows"):
        paths += sorted((folder / place).glob("*")) if (folder / place).is_dir() else []
    for path in paths:
        with contextlib.suppress(OSError, UnicodeError):
            yield read_text(path)


def mypy_targets(folder: Path) -> bool:
    """Tell whether mypy's own settings say what it is to check."""
    try:
        mypy = tomllib.loads(read_text(folder / "pyproject.toml")).get("tool", {}).get("mypy", {})
        if {"files", "packages", "modules"} & set(mypy):
            return True
    except (OSError, UnicodeError, tomllib.TOMLDecodeError):
        pass
    for name in ("mypy.ini", ".mypy.ini", "setup.cfg"):
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(read_text(folder / name))
        except (OSError, UnicodeError, configparser.Error):
            continue
        if any(parser.has_option("mypy", key) for key in ("files", "packages", "modules")):
            return True
    return False
