"""The loop: what is asked, performed, proved, asked again, spent and moved over."""

import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.agent.loop.scripted import QuickJudge, Step, bash, edit, project, read, scripted

from backwright.agent.loop import places, session
from backwright.agent.loop.budget import Budget
from backwright.agent.loop.places import Needs, Places
from backwright.agent.loop.session import ModelTask, Worked, work
from backwright.agent.loop.transcript import read_transcript
from backwright.errors import BackwrightError, QuestionError, UsageError, VerificationError
from backwright.host.environment import inspect_prefix
from backwright.report.events import Listener, silence
from backwright.tasks.host_facts import HostFacts
from backwright.tasks.questions import Answers
from backwright.workshop import history, undo

GREETING = edit("main.py", '"hello"', '"good morning"')


@pytest.fixture(autouse=True)
def judge(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> QuickJudge:
    """A quick judge, no boundary, and a cache of the test's own."""
    quick = QuickJudge()
    monkeypatch.setenv("BACKWRIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(session, "judge_inside", lambda *_, **__: quick)
    monkeypatch.setattr(session, "engine", lambda: None)
    monkeypatch.setattr(session.where, "needs_of", needs)
    monkeypatch.setattr(session.where, "tools_site", lambda at, *_: places.Site(at.work))
    return quick


def needs(_root: Path, _: Places, __: Listener) -> Needs:
    environment = inspect_prefix(Path(sys.prefix), "venv")
    assert environment is not None
    return Needs(environment, HostFacts("main:app"), {})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The project."""
    return project(tmp_path / "greeter")


def go(root: Path, steps: Sequence[Step], **more: Any) -> Worked:
    task = "" if "resume" in more else "greet otherwise"
    return work(ModelTask(root, task, unconfined=True, **more), silence, scripted(steps))


def kinds(worked: Worked) -> list[str]:
    return [one.kind for one in read_transcript(worked.transcript)]


def test_a_change_is_proved_moved_over_and_taken_back(root: Path, judge: QuickJudge) -> None:
    before = (root / "main.py").read_bytes()
    done = go(root, [[read("main.py")], [GREETING], "GET / says good morning."])
    assert "good morning" in (root / "main.py").read_text()
    assert [scope for _, scope in judge.judged] == ["quick", "probe"]
    assert [one.check for one in done.change.verified] == [
        "imports", "nothing-lost", "tests", "probe", "files", "claims",
    ]  # fmt: skip
    assert done.change.plan[0].step == "Edit main.py"
    assert [(n.file, n.line) for n in done.change.notes if n.file] == [("main.py", 11)]
    assert any("there was no boundary" in note.text for note in done.change.notes)
    assert kinds(done)[-3:] == ["moving", "moved", "ended"]
    (change,) = history(root)
    assert change.id == done.change.undo
    assert done.run in change.command
    undo(root, change.id)
    assert (root / "main.py").read_bytes() == before


def test_what_does_not_hold_is_told_and_never_moved(root: Path, judge: QuickJudge) -> None:
    heard: list[str] = []
    steps = [[read("main.py")], [edit("main.py", '"hello"', '"BUG"')], "All is done and proved."]
    before = (root / "main.py").read_bytes()
    with pytest.raises(VerificationError, match="it is not: - imports: BUG is there") as caught:
        work(ModelTask(root, "x", unconfined=True), silence, scripted(steps, heard.append))
    assert (root / "main.py").read_bytes() == before
    assert not history(root)
    assert sum(text.startswith("[verification]") for text in heard) >= 3
    assert caught.value.run
    assert f"--resume {caught.value.run}" in caught.value.remedy
    mended = [*steps, *[steps[2]] * 3, [edit("main.py", '"BUG"', '"morning"')], "Now it is."]
    go(root, mended, resume=caught.value.run)
    assert '"morning"' in (root / "main.py").read_text()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("I added GET /greetings.", "there is no GET /greetings"),
        ("All 40 tests pass.", "3 tests passed, not 40"),
    ],
)
def test_an_invention_is_not_done(root: Path, said: str, why: str) -> None:
    with pytest.raises(VerificationError, match=why):
        go(root, [[read("main.py")], [GREETING], said])
    assert '"hello"' in (root / "main.py").read_text()


def test_to_have_changed_nothing_is_not_done(root: Path) -> None:
    with pytest.raises(VerificationError, match="nothing was changed"):
        go(root, ["It was right already."])


def test_a_question_ends_the_process_and_an_answer_goes_on(root: Path) -> None:
    asked = "QUESTION: Which greeting?\n- morning: short\n- evening: long"
    steps: list[Step] = [[read("main.py")], asked, [GREETING], "Done."]
    with pytest.raises(QuestionError) as caught:
        go(root, steps)
    question = caught.value.question
    assert [one.value for one in question.choices] == ["morning", "evening"]
    assert (question.recommended, question.free) == ("morning", True)
    with pytest.raises(QuestionError):
        go(root, steps, resume=caught.value.run)
    answers = Answers({question.key: "whatever you like"})
    heard: list[str] = []
    work(
        ModelTask(root, resume=caught.value.run, answers=answers, unconfined=True),
        silence, scripted(steps, heard.append),
    )  # fmt: skip
    assert "The user answers: whatever you like" in heard
    assert "good morning" in (root / "main.py").read_text()


def test_what_is_taken_away_is_the_users_to_give(root: Path) -> None:
    steps: list[Step] = [[bash("rm notes.txt")], "Done.", "Done.", "Done."]
    with pytest.raises(QuestionError) as caught:
        go(root, steps)
    assert caught.value.question.recommended == "no"
    run = caught.value.run
    with pytest.raises(VerificationError):
        go(root, steps, resume=run, answers=Answers(yes=True))
    assert (root / "notes.txt").exists()


def test_what_the_user_gives_away_goes_and_is_no_pass(root: Path) -> None:
    steps: list[Step] = [[bash("rm notes.txt")], "Done.", "Done."]
    done = go(root, steps, answers=Answers({"nothing-lost": "yes"}))
    assert not (root / "notes.txt").exists()
    verdicts = {one.check: one.verdict for one in done.change.verified}
    assert verdicts["nothing-lost"] == "skipped"


def test_what_could_not_be_proved_needs_a_yes(root: Path) -> None:
    steps: list[Step] = [[read("main.py")], [edit("main.py", '"hello"', '"UNPROVED"')], "Done."]
    with pytest.raises(QuestionError) as caught:
        go(root, steps)
    with pytest.raises(VerificationError, match="was not agreed to"):
        go(root, steps, resume=caught.value.run, answers=Answers(yes=True))
    with pytest.raises(QuestionError) as caught:
        go(root, steps)
    go(root, steps, resume=caught.value.run, answers=Answers({"unproved": "proceed"}))
    assert "UNPROVED" in (root / "main.py").read_text()


@pytest.mark.parametrize(
    ("budget", "spent"),
    [
        (Budget(requests=2), "2 of 2 requests"),
        (Budget(tokens=1), "of 1 tokens"),
        (Budget(minutes=0.0001), "minutes"),
    ],
)
def test_a_budget_ends_the_run_which_then_goes_on(root: Path, budget: Budget, spent: str) -> None:
    steps: list[Step] = [[read("main.py")], [bash("sleep 0.1")], [GREETING], "Done."]
    with pytest.raises(VerificationError, match=f"the budget is spent: .*{spent}") as caught:
        go(root, steps, budget=budget)
    assert '"hello"' in (root / "main.py").read_text()
    go(root, steps, resume=caught.value.run)
    assert "good morning" in (root / "main.py").read_text()


def test_a_cost_that_nobody_knows_cannot_be_bounded(root: Path) -> None:
    with pytest.raises(UsageError, match="the price of script:test is not known"):
        go(root, [[read("main.py")], "Done."], budget=Budget(cost=Decimal(1)))


def test_a_file_that_the_user_edits_meanwhile_is_not_lost(root: Path) -> None:
    steps: list[Step] = [[read("main.py")], [GREETING], "Done."]
    with pytest.raises(VerificationError) as caught:
        go(root, steps, budget=Budget(requests=2))
    mine = (root / "main.py").read_text().replace("Greet.", "Greet me.")
    (root / "main.py").write_text(mine)
    with pytest.raises(UsageError, match=r"main.py changed since"):
        go(root, steps, resume=caught.value.run)
    assert (root / "main.py").read_text() == mine


def test_a_dry_run_moves_nothing_over_until_it_goes_on(root: Path) -> None:
    steps: list[Step] = [[read("main.py")], [GREETING], "Done."]
    done = go(root, steps, dry_run=True)
    assert '+    return "good morning"' in done.change.diff
    assert '"hello"' in (root / "main.py").read_text()
    go(root, steps, resume=done.run)
    assert "good morning" in (root / "main.py").read_text()


@pytest.mark.parametrize(
    "command",
    [
        "mkdir -p .husky && echo x >.husky/pre-commit",
        "mkdir -p app/.git/hooks && echo x >app/.git/hooks/pre-commit; echo x >a.txt; ln -s / l",
        "ln -s /etc/passwd users.txt",
        "rm notes.txt; ln -s /etc/passwd notes.txt",
        "chmod 777 notes.txt",
    ],
)  # fmt: skip
def test_what_is_no_plain_file_is_not_moved_over(root: Path, command: str) -> None:
    steps: list[Step] = [[read("main.py")], [GREETING], [bash(command)], "Done."]
    with pytest.raises(BackwrightError, match=r"cannot be moved over|takes something away"):
        go(root, steps)
    assert sorted(one.name for one in root.iterdir() if one.name != ".backwright") == [
        "main.py", "notes.txt", "requirements.txt",
    ]  # fmt: skip


def test_what_running_leaves_behind_is_left_aside(root: Path) -> None:
    junk = bash("printf 'SQLite\\0' >films.db; mkdir __pycache__; touch __pycache__/main.pyc")
    done = go(root, [[read("main.py")], [GREETING, junk], "Done."])
    assert not (root / "films.db").exists()
    assert "films.db" in {note.file for note in done.change.notes}


def test_a_narrower_definition_holds(root: Path) -> None:
    (root / ".agents").mkdir()
    text = (Path(session.__file__).parents[2] / "agents" / "backend-developer.md").read_text()
    (root / ".agents" / "backend-developer.md").write_text(text.replace("    - Bash\n", ""))
    heard: list[str] = []
    steps: list[Step] = [[bash("touch made")], [read("main.py")], [GREETING], "Done."]
    work(ModelTask(root, "x", unconfined=True), silence, scripted(steps, heard.append))
    assert any(text.startswith("refused: there is no tool 'Bash'") for text in heard)
    assert not (root / "made").exists()


@pytest.mark.parametrize("name", ["no-such-run", "../runs", "", "."])
def test_an_unknown_run_is_an_error(root: Path, name: str) -> None:
    with pytest.raises(UsageError, match="there is no run"):
        go(root, ["Done."], resume=name)


def test_a_run_goes_on_only_where_and_as_it_began(root: Path, tmp_path: Path) -> None:
    steps: list[Step] = [[read("main.py")], [GREETING], "Done."]
    with pytest.raises(VerificationError) as caught:
        go(root, steps, budget=Budget(requests=1))
    run = caught.value.run
    with pytest.raises(UsageError, match="is of another project"):
        go(project(tmp_path / "other"), steps, resume=run)
    with pytest.raises(UsageError, match="was begun without a boundary"):
        work(ModelTask(root, resume=run), silence, scripted(steps))
    file = tmp_path / "cache" / "runs" / run / "transcript.jsonl"
    file.write_text(file.read_text().replace("greet otherwise", "delete all"))
    with pytest.raises(UsageError, match="the transcript was changed: line 1"):
        go(root, steps, resume=run)
