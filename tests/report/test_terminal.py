"""What people read: files, checks, questions, errors."""

from io import StringIO

from rich.console import Console

from backwright.errors import QuestionError, UsageError, VerificationError
from backwright.report.change import ChangeReport, FileChange, PlanStep, change_document
from backwright.report.jsonable import jsonable
from backwright.report.terminal import print_change, print_error
from backwright.values import Check, Choice, Note, Place, Question

CHECK = Check("tests", "pass", 1.25, "841 passed (55 new)")
REPORT = ChangeReport(
    command="add resource",
    plan=(PlanStep("model", ("app/models.py",)),),
    files=(
        FileChange("app/models.py", "edit", 39, 1),
        FileChange("app/routes/tags.py", "create", 53, 0),
    ),
    verified=(CHECK,),
    notes=(Note("app/models.py", 7, "look at [this]"), Note("", 0, "of the whole")),
    undo="20261123-1",
    next_steps=("make migrate",),
    summary="Tag: learnt from Task",
)


def text_of(show: object, *values: object) -> str:
    stream = StringIO()
    assert callable(show)
    show(Console(file=stream, width=100), *values)
    return stream.getvalue()


def test_a_change_says_what_was_done_proved_and_what_is_next() -> None:
    text = text_of(print_change, REPORT)
    for part in (
        "Tag: learnt from Task",
        "~ app/models.py",
        "+39 -1",
        "+ app/routes/tags.py",
        "841 passed (55 new)",
        "app/models.py:7  look at [this]",
        "note of the whole",
        "make migrate",
        "backwright undo 20261123-1",
    ):
        assert part in text


def test_a_diff_that_is_redirected_stands_as_it_is() -> None:
    diff = f"--- a/m.py\n+++ b/m.py\n@@ -0,0 +1 @@\n+name = [{'x' * 200}]\n"
    report = ChangeReport("add resource", (), REPORT.files, summary="Tag", dry_run=True, diff=diff)
    assert text_of(print_change, report).startswith(diff)


def test_a_whole_project_is_told_by_folders() -> None:
    files = tuple(FileChange(f"app/m{i}.py", "create", 10, 0) for i in range(40))
    text = text_of(print_change, ChangeReport("new", (), files, summary="shop"))
    assert "app/" in text
    assert "40 files" in text
    assert "+400" in text
    assert "m7.py" not in text


def test_the_document_has_the_keys_of_the_contract() -> None:
    document = change_document(REPORT)
    assert document["schema"] == 1
    assert {"plan", "files", "verified", "notes", "undo"} <= document.keys()
    assert document["files"][0] == {  # type: ignore[index]
        "path": "app/models.py",
        "action": "edit",
        "added": 39,
        "removed": 1,
    }
    assert "diff" not in document


def test_an_error_names_place_and_remedy() -> None:
    error = UsageError("no [such] model", place=Place("app/models.py", 3), remedy="name one")
    text = text_of(print_error, error)
    assert "app/models.py:3: no [such] model" in text
    assert "remedy: name one" in text


def test_a_failed_check_is_told_once() -> None:
    failed = Check("tests", "fail", 1.0, "1 fails:\nAssertionError")
    text = text_of(print_error, VerificationError("`tests` failed: 1 fails:\nmore", [failed]))
    assert text.count("AssertionError") == 1
    assert "more" not in text


def test_a_question_shows_flags_and_trade_offs() -> None:
    question = Question(
        "owner", "Whose?", "Users exist.", (Choice("User", "Theirs.", "Private."),), "User"
    )
    text = text_of(print_error, QuestionError(question))
    assert "--answer owner=User (recommended)" in text
    assert "Private." in text


def test_dataclasses_go_to_json() -> None:
    assert jsonable((CHECK, {"a": Place("b", 1)})) == [
        {"check": "tests", "verdict": "pass", "seconds": 1.25, "detail": "841 passed (55 new)"},
        {"a": {"file": "b", "line": 1}},
    ]
