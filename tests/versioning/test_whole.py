"""The whole command on a host with PostgreSQL: the old version as it was, and taken back."""

import shutil
from pathlib import Path

import pytest
from tests.indexing.test_whole import JOURNAL, contents

from backwright.report.events import silence
from backwright.tasks.add_version import AddVersion, add_version
from backwright.tasks.capability import Order
from backwright.tasks.questions import Answers
from backwright.tasks.undo import take_back


@pytest.mark.slow
@pytest.mark.parametrize("by", ["path", "header"])
def test_versioned_proved_and_taken_back(by: str, tmp_path: Path) -> None:
    host = Path(shutil.copytree(JOURNAL, tmp_path / "journal"))
    before = contents(host)
    request = AddVersion(Order(host, Answers(yes=True)), "v2", by=by, sunset="2027-06-30")
    report = add_version(request, silence)
    checks = {one.check: one for one in report.verified}
    for name in ("imports", "starts", "tests", "document", "versions"):
        assert checks[name].verdict == "pass", checks[name].detail
    made = contents(host)
    assert add_version(request, silence).files == ()
    assert contents(host) == made
    assert report.undo
    take_back(host, report.undo)
    assert contents(host) == before
