"""The proof of `add auth` as tests of the host's own: what each account may see, and nobody else."""

from __future__ import annotations

import contextlib
import re

from backwright.errors import BackwrightError
from backwright.source.imports import add_imports
from backwright.source.outline import outline
from backwright.source.text import Splice, splice
from backwright.tasks.change import Workplace
from backwright.tasks.probe_tests import stage_tests
from backwright.values import Note

_FIXTURE = '''

@pytest.fixture(autouse=True)
def without_account({client}):
    """Let requests bear no token but those that a test gives them."""
    signed_out({client})
'''


def keep_proof(place: Workplace, text: str, client: str | None) -> tuple[list[str], list[Note]]:
    """Write what was proved into the staging copy, as far as it passes there; else say why not.

    Args:
        place: the staging copy, changed.
        text: the tests.
        client: the fixture of the host that gives a client, None if there is none.
    """
    home = _signing_in(place)
    if client and home:
        text = _signed_out(text, client, home)
    before = set(_tests(place))
    try:
        path, notes = stage_tests(place, text)
    except BackwrightError as error:
        for name in set(_tests(place)) - before:
            with contextlib.suppress(OSError):
                (place.folder / name).unlink()
        why = error.message.splitlines()[0]
        return [], [Note("", 0, f"no tests of isolation were written: {why}")]
    return [path], [Note(path, 1, note) for note in notes]


def _tests(place: Workplace) -> list[str]:
    found = place.folder.rglob("test_isolation*.py")
    return [path.relative_to(place.folder).as_posix() for path in found]


def _signing_in(place: Workplace) -> str | None:
    """Return the module by which tests sign in, as they import it."""
    file = next(iter(sorted(place.folder.rglob("signing_in.py"))), None)
    if file is None:
        return None
    parts = ["signing_in"]
    folder = file.parent
    while (folder / "__init__.py").exists() and folder != place.folder:
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts)


def _signed_out(text: str, client: str, module: str) -> str:
    """Let the host's client be one without an account, but for the tokens that tests give it."""
    if not re.search(rf"\b{client}\b", text):
        return text
    text = add_imports(text, {module: {"signed_out"}, "pytest": {""}})
    imports = [one for one in outline(text) if re.match(r"(import|from) ", _first(text, one.start))]
    line = max((one.end for one in imports), default=0) + 1
    return splice(text, [Splice(line, line, _FIXTURE.format(client=client))])


def _first(text: str, line: int) -> str:
    return text.splitlines()[line - 1] if line <= len(text.splitlines()) else ""
