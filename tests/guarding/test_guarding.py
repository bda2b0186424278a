"""Hosts without authentication are given one: the whole change is a diff that was read.

`UPDATE_GOLDEN=1 pytest tests/guarding` writes the changes anew; read what changed.
"""

import difflib
import os
import shutil
from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.tasks.add_auth import write
from backwright.tasks.auth_completion import completion
from backwright.tasks.auth_plan import plan
from backwright.tasks.drafted import put
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.completing import Completion, complete

HERE = Path(__file__).parent
HOSTS = {
    "flat": HERE.parent / "hosts" / "flat" / "before",
    "layered": HERE.parent / "hosts" / "layered" / "before",
    "journal": HERE / "hosts" / "journal" / "before",
    "shelter": HERE / "hosts" / "shelter" / "before",
}
VERSIONS = {"pydantic": "2.12.0", "sqlalchemy": "2.0.44", "sqlmodel": "0.0.27"}


@pytest.mark.parametrize("name", HOSTS)
def test_guard(name: str, tmp_path: Path) -> None:
    before, host = HOSTS[name], tmp_path / "host"
    shutil.copytree(before, host, ignore=shutil.ignore_patterns("__pycache__"))
    project = read_project(host)
    wanted = plan(project, Draft(host), Answers(yes=True))
    done, files = write(host, project, wanted, VERSIONS)
    diff = "".join(_diff(path, before, host) for path in sorted(files))
    diff += "".join(f"note {n.file}:{n.line} {n.text}\n" for n in done.notes)
    golden = HERE / "goldens" / f"{name}.diff"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(diff)
    assert diff == golden.read_text()

    after = read_project(host)
    asked = {(e.method, e.path): e.auth for e in after.endpoints}
    assert {asked[key] for key in done.guarded} == {"required"}
    assert {asked[key] for key in done.public} <= {"none"}
    assert len(after.endpoints) == len(project.endpoints) + 8
    assert after.auth.approach == "jwt"
    assert completion(after, Draft(host), Answers(yes=True)) == Completion()


def test_complete(tmp_path: Path) -> None:
    before, host = HERE / "hosts" / "half" / "before", tmp_path / "host"
    shutil.copytree(before, host, ignore=shutil.ignore_patterns("__pycache__"))
    project, draft = read_project(host), Draft(host)
    wanted = completion(project, draft, Answers(yes=True))
    done = complete(draft, project, wanted)
    diff = "".join(_diff(path, before, host) for path in sorted(put(host, draft)))
    golden = HERE / "goldens" / "half.diff"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(diff)
    assert diff == golden.read_text()

    after = read_project(host)
    asked = {(e.method, e.path): e.auth for e in after.endpoints}
    assert {asked[key] for key in done.guarded} == {"required"}
    assert completion(after, Draft(host), Answers(yes=True)) == Completion()


def _diff(path: str, before: Path, after: Path) -> str:
    old, new = (_lines(folder / path) for folder in (before, after))
    return "".join(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"))


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines(keepends=True) if file.is_file() else []
