"""An error that no diagnosis knows: what it means, at which line, and what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.doctor.cases import CLINIC, Case

from backwright.doctor.engine import examine
from backwright.doctor.evidence import Evidence
from backwright.doctor.explaining import explained
from backwright.doctor.sources import Sources
from backwright.project import read_project

_FRAMES = """Traceback (most recent call last):
  File "/srv/venv/lib/python3.12/site-packages/starlette/routing.py", line 73, in app
    response = await f(request)
  File "/srv/app/app/routes/authors.py", line 15, in list_authors
    result = await session.execute(select(Author).options(selectinload(Author.books)))
"""
_LIBRARY = """  File "/srv/venv/lib/python3.12/site-packages/stripe/client.py", line 9, in charge
    raise refused
"""


@pytest.mark.parametrize(
    ("raised", "meaning", "step"),
    [
        ("KeyError: 'access_token'", "what is read there has no 'access_token'", ".get('access_token')"),
        ("ValueError: invalid literal for int() with base 10: 'abc'", "'abc' is turned into a number", "422"),
        ("TypeError: '<' not supported between instances of 'str' and 'int'", "a str is compared with a int", "convert"),
        ("ValueError: non-hexadecimal number found in fromhex() arg", "a value that comes there has not", "4xx"),
        ("stripe.error.CardError: Your card was declined.", "stripe refuses what this line gives it", "select(Author)"),
    ],
)  # fmt: skip
def test_an_unknown_error_is_explained(
    raised: str, meaning: str, step: str, tmp_path: Path
) -> None:
    """The answer is never empty: meaning, the project's line, and the next step."""
    root = Case(CLINIC / "logs" / "none.toml", {"base": "async"}).make(tmp_path / "project")
    log = _FRAMES + (_LIBRARY if "stripe" in raised else "") + raised + "\n"
    evidence = Evidence(read_project(root), Sources(root), log)
    cause = examine(evidence).causes[0]
    assert cause.name == "exception"
    assert meaning in cause.text
    assert step in cause.remedy
    assert cause.place is not None
    assert str(cause.place) == "app/routes/authors.py:15"
    assert all(explained(evidence, evidence.grounds[0]))
