"""The whole command on a host with PostgreSQL: proved page by page, and taken back."""

import shutil
from pathlib import Path

import pytest
from tests.indexing.test_whole import JOURNAL, contents

from backwright.report.events import silence
from backwright.tasks.add_pagination import AddPagination, add_pagination
from backwright.tasks.capability import Order
from backwright.tasks.questions import Answers
from backwright.tasks.undo import take_back


@pytest.mark.slow
def test_paged_proved_and_taken_back(tmp_path: Path) -> None:
    host = Path(shutil.copytree(JOURNAL, tmp_path / "journal"))
    before = contents(host)
    request = AddPagination(Order(host, Answers(yes=True)), "/api/entries")
    report = add_pagination(request, silence)
    checks = {one.check: one for one in report.verified}
    for name in ("imports", "starts", "tests", "pages"):
        assert checks[name].verdict == "pass", checks[name].detail
    made = contents(host)
    assert add_pagination(request, silence).files == ()
    assert contents(host) == made
    assert report.undo
    take_back(host, report.undo)
    assert contents(host) == before
