"""Names that written code uses and nothing defines: what was carried over is not whole."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from backwright.host.process import run
from backwright.source.fallback import tree_of
from backwright.source.text import decode
from backwright.tasks.tidy import ruff_program

_LATE = (3, 14)  # since then, annotations may name what is defined below them
_NAME = re.compile(r"`(\w+)`")


def undefined_names(
    folder: Path, paths: Sequence[str], original: Path, python: tuple[int, ...] = ()
) -> list[str]:
    """Return the names that files use and do not define, but for those that they lacked before.

    Names in quotes do not count: relationships are found by them without an import.

    Args:
        folder: where the changed files lie.
        paths: the files.
        original: the project as it was.
        python: the oldest version that it runs on, if that is known.
    """
    late = python >= _LATE
    found = set(_lacking(folder, paths, late=late))
    before = set(_lacking(original, [p for p in paths if (original / p).is_file()], late=late))
    return sorted({name for path, name in found - before if name in _used(folder / path)})


def _lacking(folder: Path, paths: Sequence[str], *, late: bool) -> Iterator[tuple[str, str]]:
    files = [path for path in paths if path.endswith(".py")]
    if not files:
        return
    options = ["check", "--isolated", "--no-cache", "--exit-zero", "--select=F821"]
    options += ["--target-version=py314"] if late else []
    done = run([str(ruff_program()), *options, "--output-format=json", *files], cwd=folder)
    for entry in json.loads(done.stdout or "[]"):
        name = _NAME.search(entry["message"])
        if entry["code"] == "F821" and name:
            yield (
                Path(entry["filename"]).resolve().relative_to(folder.resolve()).as_posix(),
                name[1],
            )


def _used(file: Path) -> set[str]:
    return {n.id for n in ast.walk(tree_of(decode(file.read_bytes()))) if isinstance(n, ast.Name)}
