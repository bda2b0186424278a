"""Naming new dependencies where a project names its own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence

from backwright.host.requirements import name_of, read_requirements
from backwright.transfer.draft import Draft

_WIDTH = 60  # of the requirements on one line
_FILES = ("requirements.txt", "requirements.in", "requirements/base.txt", "requirements/base.in")


def needs_of(draft: Draft) -> frozenset[str]:
    """Return the normalized names of what a project says it needs."""
    return read_requirements(draft.root).names()


def add_dependencies(
    draft: Draft, lines: Sequence[str], start: str = ""
) -> tuple[str, tuple[str, ...]] | None:
    """Add requirements (PEP 508) to the project's own file; return its path, and what was added.

    Where there is no such file, `requirements.txt` is made. None where nothing was to be added.

    Args:
        draft: the project.
        lines: what is needed.
        start: the folder of its application, where it may say what it needs, as in those above it.
    """
    folders = _folders(start)
    known = {name for one in folders for name in read_requirements(draft.root / one).names()}
    missing = tuple(line for line in lines if name_of(line) not in known)
    if not missing:
        return None
    for one in folders:
        if found := _added_in(draft, one, missing):
            draft.write(*found)
            return found[0], missing
    missing = ("fastapi", *missing)
    draft.write("requirements.txt", "".join(f"{line}\n" for line in missing))
    return "requirements.txt", missing


def _added_in(draft: Draft, folder: str, lines: Sequence[str]) -> tuple[str, str] | None:
    """Return the file of a folder that says what is needed, and its text with more; None without one."""

    def at(name: str) -> tuple[str, str]:
        path = f"{folder}/{name}".removeprefix("/")
        return path, draft.text(path) if draft.exists(path) else ""

    path, text = at("pyproject.toml")
    if text and (changed := _in_pyproject(text, lines)) is not None:
        return path, changed
    path, text = at("Pipfile")
    if text and (changed := _in_section(text, "packages", lines)) is not None:
        return path, changed
    path = next((path for path, _ in map(at, _FILES) if draft.exists(path)), "")
    if not path:
        return None
    text = draft.text(path)
    end = "" if not text or text.endswith("\n") else "\n"
    return path, text + end + "".join(f"{line}\n" for line in lines)


def _folders(start: str) -> list[str]:
    """Return a folder and those above it, empty for the project's own."""
    parts = [part for part in start.split("/") if part not in ("", ".")]
    return ["/".join(parts[:end]) for end in range(len(parts), -1, -1)]


def _in_pyproject(text: str, lines: Sequence[str]) -> str | None:
    """Return pyproject.toml with requirements added; None where it names no dependencies."""
    data = tomllib.loads(text)
    if "dependencies" in data.get("project", {}):
        return _in_array(text, lines)
    if "dependencies" in data.get("tool", {}).get("poetry", {}):
        return _in_section(text, "tool.poetry.dependencies", lines)
    return None


def _in_array(text: str, lines: Sequence[str]) -> str | None:
    """Add to `dependencies = […]` of `[project]`, in the layout that it has."""
    section = re.search(r"^\[project\]\s*$", text, re.MULTILINE)
    start = re.compile(r"^dependencies\s*=\s*\[", re.MULTILINE).search(
        text, section.end() if section else 0
    )
    if start is None:
        return None
    end = _closing(text, start.end())
    inner = text[start.end() : end]
    quoted = [f'"{line}"' for line in lines]
    if "\n" not in inner.strip("\n") and not inner.strip():
        return text[: start.end()] + "\n" + "".join(f"    {q},\n" for q in quoted) + text[end:]
    if "\n" not in inner and len(inner) + sum(map(len, quoted)) > _WIDTH:
        there = [f'"{line}"' for line in tomllib.loads(f"a = [{inner}]")["a"]]
        rows = "".join(f"    {line},\n" for line in (*there, *quoted))
        return text[: start.end()] + f"\n{rows}" + text[end:]
    if "\n" not in inner:
        comma = "" if inner.rstrip().endswith(",") else ","
        return text[: start.end()] + inner.rstrip() + f"{comma} " + ", ".join(quoted) + text[end:]
    indent = re.search(r"\n([ \t]+)\S", inner)
    body = inner.rstrip()
    comma = "" if body.endswith(",") or not body.strip() else ","
    added = "".join(f"\n{indent[1] if indent else '    '}{q}," for q in quoted)
    return text[: start.end()] + body + comma + added + "\n" + text[end:]


def _closing(text: str, start: int) -> int:
    """Return the place of the bracket that closes an array, which may hold `[extras]` in quotes."""
    quote = ""
    for place in range(start, len(text)):
        char = text[place]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "#":
            quote = "\n"
        elif char == "]":
            return place
    return len(text)


def _in_section(text: str, name: str, lines: Sequence[str]) -> str | None:
    """Add to a table of names and versions, as Poetry and Pipenv have such."""
    section = re.search(rf"^\[{re.escape(name)}\][ \t]*\n", text, re.MULTILINE)
    if section is None:
        return None
    following = re.compile(r"^\s*\[", re.MULTILINE).search(text, section.end())
    end = following.start() if following else len(text)
    body = text[section.end() : end].rstrip()
    added = "".join(f"\n{_named(line)}" for line in lines)
    place = section.end() + len(body)
    return text[:place] + added + (text[place:] or "\n")


def _named(line: str) -> str:
    found = re.match(r"([\w.-]+)(?:\[([^\]]*)\])?(.*)", line)
    assert found is not None  # noqa: S101 - we wrote the line
    name, extras, version = found[1], found[2], found[3] or "*"
    if not extras:
        return f'{name} = "{version}"'
    listed = ", ".join(f'"{extra.strip()}"' for extra in extras.split(","))
    return f'{name} = {{extras = [{listed}], version = "{version}"}}'
