"""Who runs asynchronous tests in a host: anyio, unless pytest-asyncio runs all of them there."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from backwright.source.outline import outline
from backwright.source.text import Splice, splice

_CONFIGURATION = ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
_AUTO = re.compile(r"""^\s*asyncio_mode\s*=\s*["']?auto\b""", re.MULTILINE)
_FIXTURES = re.compile(r"""^\s*asyncio_default_fixture_loop_scope\s*=\s*["']?(\w+)""", re.MULTILINE)
_TESTS = re.compile(r"""^\s*asyncio_default_test_loop_scope\s*=\s*["']?(\w+)""", re.MULTILINE)


def run_by_host(root: Path, home: str, code: str) -> str:
    """Return tests or fixtures of the template as pytest-asyncio runs them, where it does so here.

    In its mode `auto` it takes every asynchronous fixture and test, those marked for anyio as well,
    and the two do not share an event loop. A test runs in a loop of its own unless told otherwise,
    which must be that of the fixtures.

    Args:
        root: the host's folder.
        home: the path of the tests in it; pytest's configuration stands above it.
        code: the module.
    """
    folders = [folder.as_posix() for folder in PurePosixPath(home).parents]
    said = "\n".join(_text(root / folder / name) for folder in folders for name in _CONFIGURATION)
    if not _AUTO.search(said):
        return code
    fixtures, tests = _FIXTURES.search(said), _TESTS.search(said)
    scope = fixtures[1] if fixtures else "function"
    if scope != (tests[1] if tests else "function"):
        marker = f'pytest.mark.asyncio(loop_scope="{scope}")'
        return without_name(code.replace("pytest.mark.anyio", marker), "anyio_backend")
    return without_name(without_name(code, "anyio_backend"), "pytestmark")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        return ""


def without_name(code: str, name: str) -> str:
    """Return a module without the definition of a name, and without pytest if only that used it."""
    found = [s for s in outline(code) if name in s.names]
    made = splice(code, [Splice(s.start, s.end + 1, "") for s in found])
    return re.sub(r"\n{4,}", "\n\n\n", without_unused_pytest(made))


def without_unused_pytest(code: str) -> str:
    """Return a module without `import pytest` where it does not speak of it."""
    if re.search(r"\bpytest\.", code):
        return code
    return re.sub(r"(?m)^import pytest\n", "", code)
