"""Verification end to end: a change that is right passes, and each kind of fault is found."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.host.test_process import wait_for_file, wait_until_gone
from tests.workshop.hosts import REPOSITORY, SHELF, VARIABLES, environment, shelf
from tests.workshop.trees import snapshot

from backwright.errors import MissingError, VerificationError
from backwright.host.folders import start_time
from backwright.host.postgres import Cluster
from backwright.report.events import CheckEnded, CheckStarted, Event
from backwright.values import Check
from backwright.workshop import Bench, ChangeSet, FileEdit, prepare, require, verify
from backwright.workshop.registry import checkers


def only(bench: Bench, *names: str) -> dict[str, Check]:
    return {result.check: result for result in verify(bench, only=names)}


def test_every_check_has_a_place() -> None:
    names = [checker.name for checker in checkers()]
    assert names == ["imports", "lint", "migrations", "starts", "tests", "types"]
    assert all(set(checker.after) < set(names) for checker in checkers())


def test_a_good_change_passes_every_check(cluster: Cluster, tmp_path: Path) -> None:
    before = snapshot(SHELF / "before")
    events: list[Event] = []
    with shelf(cluster, tmp_path) as bench:
        checks = verify(bench, events.append)
    require(checks)
    assert {result.check: result.verdict for result in checks} == {
        checker.name: "pass" for checker in checkers()
    }
    details = {result.check: result.detail for result in checks}
    assert "2 new endpoints answer" in details["starts"]
    assert "3 passed, 2 of them new" in details["tests"]
    assert "1 failed before the change too (test_that_fails_since_long_ago)" in details["tests"]
    assert (
        "6 rows in 2 tables kept, by count and checksum; 3 rows in 1 new table as a trial"
        in details["migrations"]
    )
    assert "ruff, ruff format" in details["lint"]
    started = [event.check for event in events if isinstance(event, CheckStarted)]
    ended = [event.result.check for event in events if isinstance(event, CheckEnded)]
    assert sorted(started) == sorted(ended) == sorted(details)
    assert snapshot(SHELF / "before") == before


def test_an_application_that_cannot_be_imported(cluster: Cluster, tmp_path: Path) -> None:
    broken = {"app/main.py": ("app = FastAPI()", "app = FastAPI(\n")}
    with shelf(cluster, tmp_path, broken) as bench:
        checks = verify(replace(bench, migrations_folder=None), only=["imports", "starts", "tests"])
    assert [result.verdict for result in checks] == ["fail", "skipped", "skipped"]
    assert "SyntaxError" in checks[0].detail
    assert checks[1].detail == "not made, because `imports` failed"
    with pytest.raises(VerificationError, match="`imports` failed") as caught:
        require(checks)
    assert caught.value.checks == checks


def test_a_route_that_was_not_wired(cluster: Cluster, tmp_path: Path) -> None:
    unwired = {"app/main.py": ("app.include_router(reviews_router)\n", "")}
    with shelf(cluster, tmp_path, unwired) as bench:
        result = only(bench, "imports")["imports"]
    assert result.verdict == "fail"
    assert "GET /reviews, GET /reviews/{review_id}" in result.detail


def test_an_endpoint_with_a_server_error(cluster: Cluster, tmp_path: Path) -> None:
    wrong = {"app/routes/reviews.py": ("raise HTTPException(404)", "raise RuntimeError('oh')")}
    with shelf(cluster, tmp_path, wrong) as bench:
        result = only(bench, "migrations", "starts")["starts"]
    assert result.verdict == "fail"
    assert "GET /reviews/{review_id} answers 500" in result.detail
    assert "oh" in result.detail


def test_a_new_test_that_fails(cluster: Cluster, tmp_path: Path) -> None:
    wrong = {"tests/test_reviews.py": ("== []", "== [1]")}
    with shelf(cluster, tmp_path, wrong) as bench:
        result = only(bench, "migrations", "tests")["tests"]
    assert result.verdict == "fail"
    assert "1 of the new tests fail: tests/test_reviews.py::test_reviews" in result.detail


def test_tests_of_the_change_in_a_file_that_never_ran(cluster: Cluster, tmp_path: Path) -> None:
    before = tmp_path / "before"
    shutil.copytree(SHELF / "before", before)
    (before / "tests/test_reviews.py").write_text("import no_such_plugin\n")
    edits = {"tests/test_reviews.py": ("from ", "import no_such_plugin\nfrom ")}
    with shelf(cluster, tmp_path, edits, before) as bench:
        result = only(bench, "migrations", "tests")["tests"]
    assert result.verdict == "skipped"
    assert "1 could not run before the change either: tests/test_reviews.py" in result.detail


def test_new_tests_that_do_not_run(cluster: Cluster, tmp_path: Path) -> None:
    silent = {"tests/test_reviews.py": ("def test_", "def check_")}
    with shelf(cluster, tmp_path, silent) as bench:
        result = only(bench, "migrations", "tests")["tests"]
    assert result.verdict == "fail"
    assert "none of the new tests" in result.detail


def test_an_old_test_that_the_change_breaks(cluster: Cluster, tmp_path: Path) -> None:
    broken = {
        "app/main.py": (
            "Author.email).order_by(Author.id))).all())",
            "Author.email))).all()) + ['x']",
        )
    }
    with shelf(cluster, tmp_path, broken) as bench:
        result = only(bench, "migrations", "tests")["tests"]
    assert result.verdict == "fail"
    assert (
        "that passed before the change fail now: tests/test_authors.py::test_authors"
        in result.detail
    )
    assert "long_ago" not in result.detail


def test_lint_and_types(cluster: Cluster, tmp_path: Path) -> None:
    wrong = {
        "app/routes/reviews.py": (
            "from typing import Annotated",
            "import os\nfrom typing import Annotated",
        ),
        "app/main.py": ("app = FastAPI()", "app: int = FastAPI()"),
    }
    with shelf(cluster, tmp_path, wrong) as bench:
        result = only(bench, "lint")["lint"]
        types = only(bench, "types")["types"]
    assert result.verdict == "fail"
    assert "app/routes/reviews.py: F401" in result.detail
    assert types.verdict == "fail"
    assert "app/main.py: Incompatible types in assignment" in types.detail


def test_a_new_file_may_have_what_those_beside_it_have(cluster: Cluster, tmp_path: Path) -> None:
    """Code that is learnt from a file has that file's habits, those that its linter minds too."""
    before = tmp_path / "before"
    shutil.copytree(SHELF / "before", before)
    (before / "app" / "routes").mkdir()
    (before / "app" / "routes" / "others.py").write_text("import os\n\nOPEN = True\n")
    wrong = {
        "app/routes/reviews.py": (
            "from typing import Annotated",
            "import os\nfrom typing import Annotated",
        )
    }
    with shelf(cluster, tmp_path / "work", wrong, before) as bench:
        result = only(bench, "lint")["lint"]
    assert result.verdict == "pass", result.detail
    assert "F401" in result.detail
    assert "as of the project's own files" in result.detail
    assert "no new kind of complaint" in result.detail.splitlines()[0]


def test_a_file_may_have_more_of_what_it_had(cluster: Cluster, tmp_path: Path) -> None:
    """What a team lives with in a file, such as how it takes a session, is no reason to refuse."""
    before = tmp_path / "before"
    shutil.copytree(SHELF / "before", before)
    main = (before / "app/main.py").read_text()
    (before / "app/main.py").write_text(f"{main}\nl = 1\n")
    after = (SHELF / "after/app/main.py").read_text()
    more = {"app/main.py": (after, f"{after}\nl = 1\nl = 2\n")}
    with shelf(cluster, tmp_path / "work", more, before) as bench:
        result = only(bench, "lint")["lint"]
    assert result.verdict == "pass", result.detail
    assert "E741" in result.detail
    assert "no new kind of complaint" in result.detail.splitlines()[0]
    another = {"app/main.py": (after, f"{after}\nl = 1\nI = 2\n")}
    with shelf(cluster, tmp_path / "again", another, before) as bench:
        assert only(bench, "lint")["lint"].verdict == "fail"


def test_a_project_that_is_not_told_its_database_is_led_to_the_throw_away_one(
    cluster: Cluster, tmp_path: Path
) -> None:
    with shelf(cluster, tmp_path) as bench:
        checks = only(replace(bench, database_variables={}), "migrations", "starts", "tests")
    assert [check.verdict for check in checks.values()] == ["pass"] * 3, checks


def test_without_alembic_create_all_meets_filled_tables(cluster: Cluster, tmp_path: Path) -> None:
    with shelf(cluster, tmp_path) as bench:
        result = only(
            replace(bench, migrations_folder=None, metadata_module="app.models"), "migrations"
        )
    assert result["migrations"].verdict == "pass", result["migrations"].detail
    assert (
        "create_all adds 1 table; 6 rows in 2 tables kept, by count and checksum"
        in result["migrations"].detail
    )


def test_without_alembic_an_application_that_reads_rows_as_it_is_imported(
    cluster: Cluster, tmp_path: Path
) -> None:
    column = "    author_id: int = Field(foreign_key"
    new = "    colour: str | None = None\n" + column
    seed = (
        "\n\nimport os\n\nfrom sqlmodel import Session, create_engine, select\n\n"
        'engine = create_engine(os.environ["DATABASE_URL"].replace("+asyncpg", ""))\n'
        "SQLModel.metadata.create_all(engine)\n"
        "with Session(engine) as session:\n    session.exec(select(Book)).all()\n"
    )
    models = (SHELF / "after/app/models.py").read_text()
    edits = {"app/models.py": (models, models.replace(column, new, 1) + seed)}
    with shelf(cluster, tmp_path, edits) as bench:
        result = only(
            replace(bench, migrations_folder=None, metadata_module="app.models"), "migrations"
        )["migrations"]
    assert result.verdict == "pass", result.detail
    assert "6 rows in 2 tables kept, by count and checksum" in result.detail
    assert 'only after ALTER TABLE book ADD COLUMN "colour" character varying' in result.detail


def test_a_database_that_does_not_start_is_missing(tmp_path: Path) -> None:
    from backwright.host import postgres

    with (
        postgres.cluster({"shared_buffers": "nonsense"}) as server,
        shelf(server, tmp_path) as bench,
        pytest.raises(MissingError, match="shared_buffers"),
    ):
        verify(bench, only=["migrations"])


INTERRUPTED = """
import pathlib, sys
from backwright.host import postgres
from backwright.workshop import verify
from tests.workshop.hosts import shelf
note = sys.argv[1]
edits = {"app/main.py": ("app = FastAPI()", f"import os, time; open({note!r}, 'w').write(str(os.getpid()) + chr(10)); time.sleep(600); app = FastAPI()")}
with postgres.cluster() as server, shelf(server, pathlib.Path("/tmp"), edits) as bench:
    print(bench.staging.scratch, server.folder, flush=True)
    verify(bench, only=["imports", "lint"])
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupt_leaves_no_process_and_no_folder(tmp_path: Path, sent: signal.Signals) -> None:
    note = tmp_path / "note"
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(note)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as owner:
        assert owner.stdout is not None
        staging, server = owner.stdout.readline().split()
        pid = int(wait_for_file(note, 60))
        assert start_time(pid)
        owner.send_signal(sent)
        assert owner.wait(60) != 0
    assert wait_until_gone(pid)
    for folder in (staging, server):
        for _ in range(200):
            if not Path(folder).exists():
                break
            signal.sigtimedwait([], 0.05)
        assert not Path(folder).exists()


def test_what_did_not_work_before_is_no_fault_of_the_change(
    cluster: Cluster, tmp_path: Path
) -> None:
    """The project's application cannot start, nor can its old migrations run."""
    root = tmp_path / "host"
    shutil.copytree(SHELF / "before", root)
    (root / "app/main.py").write_text("import module_that_is_not_installed\n")
    (root / "migrations/versions/0001_first.py").write_text("raise RuntimeError('old')\n")
    changes = ChangeSet((FileEdit("app/new.py", None, b"X = 1\n"),))
    with prepare(root) as staging:
        staging.apply(changes)
        bench = Bench(
            staging,
            changes,
            environment(),
            cluster,
            app="app.main:app",
            migrations_folder="migrations",
            database_variables=VARIABLES,
        )
        checks = only(bench, "imports", "migrations", "starts")
    assert {name: result.verdict for name, result in checks.items()} == dict.fromkeys(
        ("imports", "migrations", "starts"), "skipped"
    )
    assert "before, too, app.main:app cannot be imported" in checks["imports"].detail
    assert "module_that_is_not_installed" in checks["starts"].detail
    assert "RuntimeError: old" in checks["migrations"].detail


def test_where_no_test_passes_before_nor_after_nothing_is_proved(
    cluster: Cluster, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    shutil.copytree(SHELF / "before", before)
    for file in (before / "tests").glob("test_*.py"):
        file.unlink()
    (before / "tests/test_old.py").write_text("import no_such_plugin\n\n\ndef test_old(): ...\n")
    (before / "tests/test_reviews.py").write_text(
        "import no_such_plugin\n\n\ndef test_reviews(): ...\n"
    )
    edits = {"tests/test_reviews.py": ("from ", "import no_such_plugin\nfrom ")}
    with shelf(cluster, tmp_path, edits, before) as bench:
        result = only(bench, "migrations", "tests")["tests"]
    assert result.verdict == "skipped"


def test_a_choice_may_be_declared_as_its_neighbours_are(cluster: Cluster, tmp_path: Path) -> None:
    """`class Color(str, Enum)`, as newer linters do not want it: the project says so, too."""
    before = tmp_path / "before"
    shutil.copytree(SHELF / "before", before)
    settings = (before / "pyproject.toml").read_text()
    wanted = settings.replace('select = ["E"', 'preview = true\nselect = ["UP042", "E"')
    (before / "pyproject.toml").write_text(wanted)
    code = "\n\nclass {}(str, enum.Enum):\n    ONE = 'one'\n"
    main = "import enum\n\n" + (before / "app/main.py").read_text()
    (before / "app/main.py").write_text(main + code.format("Old"))
    after = (SHELF / "after/app/main.py").read_text()
    more = "import enum\n\n" + after + code.format("Old") + code.format("New")
    told = (SHELF / "after/pyproject.toml").read_text()
    changed = {"app/main.py": (after, more), "pyproject.toml": (told, wanted)}
    with shelf(cluster, tmp_path / "work", changed, before) as bench:
        result = only(bench, "lint")["lint"]
    assert result.verdict == "pass", result.detail
    assert "UP042 Class New" in result.detail
