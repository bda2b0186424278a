"""The whole command on a host with a database: proved, taken back, and a forgotten place found."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from backwright.errors import VerificationError
from backwright.project.types import Project
from backwright.report.events import silence
from backwright.tasks import add_auth as task
from backwright.tasks.questions import Answers
from backwright.tasks.undo import take_back
from backwright.transfer.guarding.guard import Guarded
from backwright.transfer.guarding.host import Wanted

JOURNAL = Path(__file__).parent / "hosts" / "journal" / "before"
HALF = JOURNAL.parents[1] / "half" / "before"
SCOPE = ".where(Notebook.owner_id == current_user.id)"


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a project but for what Backwright keeps for itself."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".backwright", "__pycache__"} & set(path.parts)
    }


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """Return a copy of a host."""
    return Path(shutil.copytree(JOURNAL, tmp_path / "journal"))


@pytest.mark.slow
def test_proved_and_taken_back(host: Path) -> None:
    before = contents(host)
    report = task.add_auth(task.AddAuth(host, Answers(yes=True)), silence)
    checks = {one.check: one for one in report.verified}
    for name in ("imports", "migrations", "starts", "tests", "guards", "isolation"):
        assert checks[name].verdict == "pass", checks[name].detail
    assert checks["isolation"].detail == "10 of 10 keep rows from other accounts"
    assert "tests/test_isolation.py" in [one.path for one in report.files]
    assert report.undo
    take_back(host, report.undo)
    assert contents(host) == before


@pytest.mark.slow
def test_half_an_authentication_is_completed(tmp_path: Path) -> None:
    host = Path(shutil.copytree(HALF, tmp_path / "half"))
    before = contents(host)
    report = task.add_auth(task.AddAuth(host, Answers(yes=True)), silence)
    checks = {one.check: one for one in report.verified}
    for name in ("imports", "migrations", "starts", "tests", "guards", "isolation"):
        assert checks[name].verdict == "pass", checks[name].detail
    assert checks["guards"].detail == "5 of 5 refuse who has no account"
    assert checks["isolation"].detail == "4 of 4 keep rows from other accounts"
    again = task.add_auth(task.AddAuth(host, Answers(yes=True)), silence)
    assert not again.files
    assert report.undo
    take_back(host, report.undo)
    assert contents(host) == before


@pytest.mark.slow
def test_a_forgotten_place_is_found(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetting(
        folder: Path, project: Project, wanted: Wanted, installed: Mapping[str, str]
    ) -> tuple[Guarded, list[str]]:
        done, files = write(folder, project, wanted, installed)
        file = folder / "journal" / "repositories" / "notebook.py"
        code = file.read_text()
        assert SCOPE in code
        file.write_text(code.replace(SCOPE, "", 1))
        return done, files

    before, write = contents(host), task.write
    monkeypatch.setattr(task, "write", forgetting)
    with pytest.raises(VerificationError) as raised:
        task.add_auth(task.AddAuth(host, Answers(yes=True)), silence)
    assert {one.check for one in raised.value.checks if one.verdict == "fail"} == {"isolation"}
    assert "GET /api/notebooks" in raised.value.message
    assert contents(host) == before
