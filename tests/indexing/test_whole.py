"""The whole command on a host with PostgreSQL and migrations: asked, tried, made, taken back."""

import shutil
from pathlib import Path

import pytest

from backwright.errors import QuestionError
from backwright.report.events import silence
from backwright.tasks.add_index import AddIndex, add_index
from backwright.tasks.capability import Order
from backwright.tasks.questions import Answers
from backwright.tasks.undo import take_back

JOURNAL = Path(__file__).parents[1] / "guarding" / "hosts" / "journal" / "before"


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a project but for what Backwright keeps for itself."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".backwright", "__pycache__"} & set(path.parts)
    }


@pytest.mark.slow
def test_proposed_tried_made_and_taken_back(tmp_path: Path) -> None:
    host = Path(shutil.copytree(JOURNAL, tmp_path / "journal"))
    before = contents(host)
    with pytest.raises(QuestionError) as raised:
        add_index(AddIndex(Order(host), rows=20_000), silence)
    question = raised.value.question
    assert [one.value for one in question.choices] == ["all", "Notebook.title", "none"]
    tried = question.choices[1]
    assert "journal/repositories/notebook.py:15" in tried.text
    assert "Seq Scan" in tried.trade_off
    assert "Index Scan" in tried.trade_off
    assert contents(host) == before

    none = add_index(AddIndex(Order(host, Answers({"indexes": "none"})), rows=20_000), silence)
    assert none.files == ()
    assert contents(host) == before

    report = add_index(AddIndex(Order(host, Answers(yes=True)), rows=20_000), silence)
    checks = {one.check: one for one in report.verified}
    for name in ("imports", "migrations", "starts", "tests", "plan Notebook.title"):
        assert checks[name].verdict == "pass", checks[name].detail
    migration = next(one.path for one in report.files if one.action == "create")
    code = (host / migration).read_text()
    assert "postgresql_concurrently=True" in code
    assert "autocommit_block()" in code

    made = contents(host)
    again = add_index(AddIndex(Order(host, Answers(yes=True))), silence)
    assert again.files == ()
    assert contents(host) == made
    assert report.undo
    take_back(host, report.undo)
    assert contents(host) == before
