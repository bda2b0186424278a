"""A resource learnt from one that forgets, here and there, whose a row is: what is made looks.

A host is a folder: the project (`before/`), the words of the command (`close.txt`), the change
(`after.diff`). `UPDATE_GOLDEN=1 pytest tests/hosts` writes the changes anew; read what changed.
"""

import difflib
import os
import shutil
from pathlib import Path

import pytest

from backwright.errors import QuestionError
from backwright.project import read_project
from backwright.spec.resource import read_resource_line
from backwright.tasks.attempts import Attempt, first_that_fits
from backwright.tasks.by_example import lessons
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.completing import reaches_all

HERE = Path(__file__).parent
HOSTS = sorted(path.parent.name for path in HERE.glob("*/close.txt"))
VERSIONS = {"pydantic": "2.12.0", "sqlalchemy": "2.0.44", "fastapi": "0.120.0"}


@pytest.mark.parametrize("name", HOSTS)
def test_what_is_made_looks_whose_the_row_is(name: str, tmp_path: Path) -> None:
    before, host = HERE / name / "before", tmp_path / "host"
    shutil.copytree(before, host)
    spec = read_resource_line((HERE / name / "close.txt").read_text())
    project = read_project(host)

    with pytest.raises(QuestionError) as asked:
        lessons(Draft(host), project, spec, Answers())
    assert asked.value.question.recommended == "User"
    found = lessons(Draft(host), project, spec, Answers(yes=True))
    attempt = first_that_fits(host, before, found, VERSIONS)

    assert isinstance(attempt, Attempt)
    diff = "".join(_diff(path, before, host) for path in sorted(attempt.files))
    diff += "".join(f"note {n.file}:{n.line} {n.text}\n" for n in attempt.done.notes)
    golden = HERE / name / "after.diff"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(diff)
    assert diff == golden.read_text()
    after = read_project(host)
    made = [e for e in after.endpoints if (e.method, e.path) in attempt.endpoints]
    assert len(made) == 5
    assert not [e.path for e in made if reaches_all(after, e)]


@pytest.mark.parametrize("name", HOSTS)
def test_as_it_is_where_that_is_the_answer(name: str, tmp_path: Path) -> None:
    host = tmp_path / "host"
    shutil.copytree(HERE / name / "before", host)
    spec = read_resource_line((HERE / name / "close.txt").read_text())

    found = lessons(Draft(host), read_project(host), spec, Answers({"owner": "none"}))

    assert [one.closes for one in found] == [False]


def _diff(path: str, before: Path, after: Path) -> str:
    old, new = (_lines(folder / path) for folder in (before, after))
    return "".join(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"))


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines(keepends=True) if file.is_file() else []
