"""The host's own formatter on what we wrote, in staging, with the host's settings."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from backwright.errors import MissingError
from backwright.host.process import run
from backwright.workshop.settings import flake8_width, ruff_width

_MENDED = "I,F401,UP037"  # the order of imports, unused ones, quotes that are not needed


def tidy(folder: Path, paths: Iterable[str], *, compact: bool = False) -> None:
    """Sort the imports of Python files and format them, with the settings that stand there.

    Args:
        folder: where the project lies.
        paths: its files.
        compact: bring imports that fit into one line, although they once did not.

    Raises:
        MissingError: Ruff is not installed beside us.
    """
    files = [path for path in paths if path.endswith(".py")]
    if not files:
        return
    ruff = ruff_program()
    options = ["--config", "lint.isort.split-on-trailing-comma=false"] if compact else []
    limit = flake8_width(folder)
    narrow = [f"--line-length={limit}"] if limit and limit < ruff_width(folder) else []
    mend = ["check", "--quiet", "--fix", "--exit-zero", "--select", _MENDED, *options, *narrow]
    _run(ruff, [*mend, *files], folder)
    _run(ruff, ["format", "--quiet", *narrow, *files], folder)


def mend_all(folder: Path, path: str) -> None:
    """Mend in a new file whatever the host's own rules complain of and can mend safely.

    Raises:
        MissingError: Ruff is not installed beside us.
    """
    _run(ruff_program(), ["check", "--quiet", "--fix", "--exit-zero", path], folder)
    tidy(folder, [path])


def _run(ruff: Path, arguments: list[str], folder: Path) -> None:
    result = run([str(ruff), *arguments, "--no-cache"], cwd=folder, timeout=60)
    if not result.ok:
        raise MissingError(f"ruff failed: {result.stderr or result.stdout}")


def ruff_program() -> Path:
    """Return the Ruff that is installed beside us.

    Raises:
        MissingError: there is none.
    """
    for folder in (sysconfig.get_path("scripts"), Path(sys.executable).parent):
        ruff = Path(folder) / "ruff"
        if ruff.is_file():
            return ruff
    raise MissingError("ruff is not installed beside backwright", remedy="pip install ruff")
