"""Alembic's files in a project: its configuration, and where its people run it."""

from __future__ import annotations

import configparser
from pathlib import Path


def alembic_configuration(folder: Path, migrations_folder: str) -> tuple[Path | None, Path]:
    """Return Alembic's configuration file and the folder that its people run it in."""
    scripts = (folder / migrations_folder).resolve()
    places = [folder, *(path for path in scripts.parents if path.is_relative_to(folder))]
    found: list[Path] = []
    for place in dict.fromkeys(path.resolve() for path in places):
        found += sorted(place.glob("*.ini"), key=lambda path: path.name != "alembic.ini")
    for ini in found:
        location = _script_location(ini)
        if location is None:
            continue
        for cwd in (folder, ini.parent):
            if (cwd / location.replace("%(here)s", str(ini.parent))).resolve() == scripts:
                return ini, cwd
    pyproject = folder / "pyproject.toml"
    if pyproject.is_file() and "[tool.alembic]" in pyproject.read_text(errors="replace"):
        return pyproject, folder
    return None, folder


def _script_location(ini: Path) -> str | None:
    """Return where a configuration file says that the scripts are; None if it is not Alembic's."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(ini.read_text(encoding="utf-8-sig"))
        return parser.get("alembic", "script_location")
    except (OSError, UnicodeError, configparser.Error):
        return None
