"""The host's own Black on what was written: its lines break at other places than Ruff's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from backwright.host.environment import Environment
from backwright.host.process import run

_SECONDS = 60


def blacken(environment: Environment, original: Path, folder: Path, paths: Iterable[str]) -> None:
    """Format files with the host's Black that were as it has them; new ones if others were.

    Args:
        environment: the host's, which may have no Black.
        original: the project as it was.
        folder: its copy with the change.
        paths: what was written.
    """
    files = [path for path in paths if path.endswith(".py")]
    if not environment.has("black") or not files:
        return
    black = [str(environment.python), "-m", "black", "--quiet"]
    edited = [path for path in files if (original / path).is_file()]
    kept = [path for path in edited if _passes([*black, "--check", path], original)]
    fresh = [path for path in files if path not in edited] if kept else []
    if kept:
        run([*black, *kept, *fresh], cwd=folder, timeout=_SECONDS)


def _passes(command: Sequence[str], folder: Path) -> bool:
    return run(list(command), cwd=folder, timeout=_SECONDS).ok
