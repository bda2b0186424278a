"""What is proposed for each host, and the models with it: a diff that was read by a person.

`UPDATE_GOLDEN=1 pytest tests/indexing` writes the diffs anew; read what changed.
"""

import difflib
import os
import shutil
from pathlib import Path

import pytest

from backwright.audit.subject import Subject
from backwright.errors import UsageError
from backwright.project import read_project
from backwright.project.files import read_tree
from backwright.project.types import Project
from backwright.tasks.add_index import AddIndex, add_index, declare
from backwright.tasks.capability import Order
from backwright.tasks.indexing.proposals import Wanted, propose
from backwright.tasks.indexing.queries import read_queries

HERE = Path(__file__).parent / "hosts"
HOSTS = sorted(path.name for path in HERE.iterdir())


def proposed(root: Path) -> tuple[Project, list[Wanted]]:
    project = read_project(root)
    return project, propose(project, read_queries(Subject(project, read_tree(root))))


@pytest.mark.parametrize("name", HOSTS)
def test_proposed_and_declared(name: str, tmp_path: Path) -> None:
    before, host = HERE / name / "before", tmp_path / "host"
    shutil.copytree(before, host)
    project, wanted = proposed(host)
    told = "".join(f"{w.word}: {w.why} ({', '.join(map(str, w.places))})\n" for w in wanted)
    files = declare(host, project, wanted)
    told += "".join(_diff(path, before, host) for path in sorted(files))
    golden = HERE / name / "after.diff"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told)
    assert told == golden.read_text()
    assert proposed(host)[1] == [], "a second run must find them there"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("Nte.slug", "'Nte' is no model of this project (did you mean 'note'?)"),
        ("Note.slgu", "'slgu' in 'Note.slgu' is no column of Note (did you mean 'slug'?)"),
        ("Note", "'Note' is no column of a model"),
        ("Note.slug,slug", "'Note.slug,slug' names a column twice"),
    ],
)
def test_wrong_words(word: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        add_index(AddIndex(Order(HERE / "fields" / "before"), (word,)), lambda _: None)
    assert raised.value.message == said


@pytest.mark.parametrize(
    ("host", "word"),
    [
        ("fields", "User.email"),  # unique
        ("fields", "Note.id"),  # the key
        ("columns", "Line.order_id"),  # begins a unique constraint
        ("columns", "Order.number"),
        ("named", "company.name"),  # by its table
    ],
)
def test_what_is_there_is_left(host: str, word: str) -> None:
    report = add_index(AddIndex(Order(HERE / host / "before"), (word,)), lambda _: None)
    assert report.files == ()
    assert "is indexed already" in report.summary


def _diff(path: str, before: Path, after: Path) -> str:
    old, new = ((folder / path).read_text().splitlines(keepends=True) for folder in (before, after))
    return "".join(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"))
