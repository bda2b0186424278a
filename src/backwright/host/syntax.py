"""Which interpreters can read a project's sources, where ours cannot."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

from backwright.host.interpreters import interpreters, version_of
from backwright.host.process import run

_SECONDS = 60.0
_READ = """\
import ast, sys
for path in sys.stdin.read().splitlines():
    try:
        with open(path, "rb") as file:
            ast.parse(file.read())
        print(path)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        pass
"""


def needed_python(paths: Iterable[Path]) -> str:
    """Return the range of versions that sources need, such as `>=3.12`; nothing if ours will do.

    Args:
        paths: the sources. What no interpreter of this machine reads is left out of account.
    """
    hard = [path for path in paths if not _is_read(path)]
    ours = version_of(interpreters()[0])
    newer = sorted((p for p in interpreters() if version_of(p) > ours), key=version_of)
    read = {program: _read_by(program, hard) for program in newer} if hard else {}
    most = max(read.values(), default=0)
    if not most:
        return ""
    first = next(program for program in newer if read[program] == most)
    return ">=" + ".".join(map(str, version_of(first)[:2]))


def _is_read(path: Path) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    except OSError:
        return True
    return True


def _read_by(program: str, paths: Sequence[Path]) -> int:
    """Return how many of some sources an interpreter can read."""
    given = "\n".join(map(str, paths)).encode()
    argv = [program, "-I", "-W", "ignore", "-c", _READ]
    return len(run(argv, cwd=Path("/"), timeout=_SECONDS, stdin=given).stdout.splitlines())
