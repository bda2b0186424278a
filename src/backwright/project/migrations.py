"""The migration tool, its folder and its heads."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from backwright.project.files import Tree
from backwright.project.types import Migrations

_HEAD = re.compile(
    rb"^(revision|down_revision)\s*(?::[^=\n]+)?=\s*(.+?(?:\n[ \t)\]].*)*)$", re.MULTILINE
)


def read_migrations(tree: Tree) -> Migrations | None:
    """Return what Alembic (or Aerich, or yoyo) keeps, its folder as a path in the project."""
    for file in tree.configuration:
        if file.rpartition("/")[2] == "alembic.ini":
            return _alembic(tree, file)
    environments = [one for one in tree.python if one.endswith("/env.py")]
    for file in environments:
        folder = file.rpartition("/")[0]
        if any(one.startswith(f"{folder}/versions/") for one in tree.python):
            return _with_heads(tree, folder, [f"{folder}/versions"])
    return _others(tree)


def _alembic(tree: Tree, file: str) -> Migrations:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(tree.text(file) or "")
    except configparser.Error:
        return _with_heads(tree, "alembic", ["alembic/versions"])
    section = next(
        (one for one in parser.sections() if parser.has_option(one, "script_location")), ""
    )
    here = file.rpartition("/")[0]
    location = parser.get(section, "script_location", fallback="alembic") if section else "alembic"
    folder = _folder(tree, here, location)
    listed = parser.get(section, "version_locations", fallback="") if section else ""
    places = [
        _normal(here, one)
        for one in re.split(r"[\s,:;]+", listed.strip())
        if one and "%" not in one[1:2]
    ]
    return _with_heads(tree, folder, places or [f"{folder}/versions"])


def _folder(tree: Tree, here: str, location: str) -> str:
    """Return the folder of `script_location`; `package:path` is looked for as imports are."""
    package, _, inside = location.strip().rpartition(":")
    if not package or "%" in package:
        return _normal(here, location)
    wanted = f"{package.replace('.', '/')}/{inside}"
    found = [one for one in tree.python if f"/{one}".endswith(f"/{wanted}/env.py")]
    return found[0].removesuffix("/env.py") if found else wanted


def _normal(here: str, location: str) -> str:
    """Return a place named in `alembic.ini` as a path in the project."""
    plain = re.sub(r"%\(?here\)?s?", ".", location.strip())
    parts: list[str] = []
    for part in PurePosixPath(here, plain).parts:
        if part == "..":
            parts = parts[:-1]
        elif part not in {".", "/"}:
            parts.append(part)
    return "/".join(parts)


def _with_heads(tree: Tree, folder: str, places: Iterable[str]) -> Migrations:
    wanted = tuple(f"{place}/" for place in places)
    files = [one for one in tree.python if one.startswith(wanted)]
    if not files:
        files = [one for one in tree.python if one.startswith(f"{folder}/") and "/versions/" in one]
    below: set[str] = set()
    revisions: dict[str, None] = {}
    for file in files:
        own, before = revision_of(tree.content(file) or b"")
        if own:
            revisions.setdefault(own)
            below.update(before)
    heads = tuple(sorted(one for one in revisions if one not in below))
    return Migrations(
        "alembic", folder, heads[0] if len(heads) == 1 else None, heads, len(revisions)
    )


def revision_of(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return a migration's revision, empty where it has none, and the revisions before it."""
    found = dict(_HEAD.findall(content))
    own = _literal(found.get(b"revision"))
    return (own[0], _literal(found.get(b"down_revision"))) if len(own) == 1 else ("", ())


def _literal(raw: bytes | None) -> tuple[str, ...]:
    """Return the revisions of a literal: one, several, or none."""
    if raw is None:
        return ()
    try:
        value = ast.literal_eval(raw.decode("utf-8", errors="replace").split("  #")[0].strip())
    except (ValueError, SyntaxError):
        return ()
    many = value if isinstance(value, (tuple, list)) else (value,)
    return tuple(one for one in many if isinstance(one, str))


def _others(tree: Tree) -> Migrations | None:
    for file in tree.configuration:
        text = tree.text(file) or "" if file.endswith("pyproject.toml") else ""
        if "[tool.aerich]" in text:
            found = re.search(r"location\s*=\s*[\"']\.?/?([^\"']+)", text)
            return Migrations("aerich", found[1].rstrip("/") if found else "migrations", None)
    return None
