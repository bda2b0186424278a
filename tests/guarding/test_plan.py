"""What is asked before anything is written, and what is refused."""

import shutil
from pathlib import Path

import pytest

from backwright.errors import QuestionError, UsageError
from backwright.project import read_project
from backwright.tasks.auth_completion import completion
from backwright.tasks.auth_plan import plan
from backwright.tasks.drafted import put
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.completing import Completion, complete
from backwright.transfer.guarding.host import Wanted
from backwright.transfer.guarding.leaving_out import OPTIONAL

HERE = Path(__file__).parent
JOURNAL = HERE / "hosts" / "journal" / "before"
KEYS = """from fastapi import Security
from fastapi.security import APIKeyHeader

header = APIKeyHeader(name="X-Key")


def check_api_key(key: str = Security(header)) -> None:
    if key != "one for tests":
        raise HTTPException(status_code=403)


from half.security"""
HALF = HERE / "hosts" / "half" / "before"
OTHERS = HERE.parent / "hosts"


def planned(host: Path, **given: str) -> Wanted:
    """Return the plan for a host with some answers."""
    return plan(read_project(host), Draft(host), Answers(given))


def test_every_decision_is_asked_for() -> None:
    given: dict[str, str] = {}
    asked = {}
    for _ in range(4):
        with pytest.raises(QuestionError) as raised:
            planned(JOURNAL, **given)
        question = raised.value.question
        asked[question.key] = given[question.key] = question.recommended
        assert question.why
        assert all(choice.trade_off for choice in question.choices)
        assert question.recommended in [choice.value for choice in question.choices]
    assert asked == {
        "owned": "Entry,Notebook",
        "public": "GET /api/moods/,GET /health",
        "rows": "hidden",
        "endpoints": "refresh,logout,change-password,reset-password",
    }
    assert planned(JOURNAL, **given) == Wanted(
        ("Notebook",), ("Entry",), frozenset({("GET", "/api/moods/"), ("GET", "/health")})
    )


def test_other_answers_than_the_proposed() -> None:
    wanted = planned(JOURNAL, owned="Entry", public="none", rows="hidden", endpoints="logout")
    rest = frozenset(OPTIONAL) - {"logout"}
    assert wanted == Wanted(("Entry",), (), frozenset(), left_out=rest)
    assert planned(JOURNAL, owned="none", public="GET /health", endpoints="none").direct == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"owned": "Entri"}, "'Entri' in --answer owned is not known"),
        ({"owned": "none", "public": "none", "endpoints": "logot"}, "'logot' in --answer"),
        (
            {"owned": "Entry", "public": "none", "rows": "assign:nobody"},
            "'nobody' in --answer rows",
        ),
        ({"owned": "none", "public": "GET /helth"}, "'GET /helth' in --answer public"),
        ({"owned": "Entry", "public": "none", "rows": "burnt"}, "'burnt' is no answer"),
    ],
)
def test_answers_that_mean_nothing(given: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError) as raised:
        planned(JOURNAL, **given)
    assert said in raised.value.message


def test_an_authentication_that_is_whole_is_left_alone() -> None:
    host = OTHERS / "accounts" / "before"
    assert completed(host) == Completion()


def completed(host: Path, *, yes: bool = True, **given: str) -> Completion:
    """Return what is completed of a host's authentication with some answers."""
    return completion(read_project(host), Draft(host), Answers(given, yes=yes))


def test_what_is_missing_is_asked_for() -> None:
    given: dict[str, str] = {}
    asked = {}
    for _ in range(2):
        with pytest.raises(QuestionError) as raised:
            completed(HALF, yes=False, **given)
        question = raised.value.question
        asked[question.key] = given[question.key] = question.recommended
        assert all(choice.trade_off for choice in question.choices)
    assert asked == {"public": "GET /posts,GET /posts/{post_id},GET /labels", "shared": "none"}
    wanted = completed(HALF, yes=False, **given)
    assert wanted.forgotten == (("DELETE", "/tasks/{task_id}"), ("POST", "/labels"))
    assert set(wanted.unscoped) == {
        ("GET", "/tasks/{task_id}"),
        ("GET", "/tasks/{task_id}/remarks"),
        ("PATCH", "/posts/{post_id}"),
        ("DELETE", "/tasks/{task_id}"),
    }


def test_rows_that_belong_to_nobody_get_owners(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(HALF, tmp_path / "half"))
    said = (
        ("models.py", '    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))\n', ""),
        ("models.py", '    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))\n', ""),
        ("services.py", ", user_id=user.id", ""),
        ("services.py", ".where(Task.user_id == user.id)", ""),
        ("routes/tasks.py", ", Task.user_id == current_user.id", ""),
        ("routes/posts.py", ", author_id=current_user.id", ""),
    )
    for name, old, new in said:
        file = folder / "half" / name
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
    wanted = completed(folder)
    assert wanted.owned == ("Task", "Post")
    draft = Draft(folder)
    complete(draft, read_project(folder), wanted)
    services = "".join(draft.text("half/services.py").split())
    assert "Task(title=title,owner_id=user.id)" in services
    assert "select(Task).where(Task.owner_id==user.id)" in services
    assert "Remark.task_id.in_(select(Task.id).where(Task.owner_id==current_user.id))" in services
    put(folder, draft)
    assert completed(folder) == Completion()
    assert completed(Path(HALF), owned="none").owned == ()


def test_a_key_of_programs_is_nobodys_account(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(HALF, tmp_path / "half"))
    file = folder / "half" / "routes" / "tasks.py"
    code = file.read_text().replace("from half.security", KEYS, 1)
    file.write_text(
        f"{code}\n\n@router.get('/export', dependencies=[Depends(check_api_key)])\n"
        "def export(db: Session = Depends(get_db)):\n    return db.scalars(select(Task)).all()\n"
    )
    wanted = completed(folder)
    assert wanted == completed(HALF)
    assert ("GET", "/export") not in {*wanted.forgotten, *wanted.unscoped}


def test_what_stays_open_or_shared_is_left_alone() -> None:
    posts = "GET /posts,GET /posts/{post_id},GET /labels"
    wanted = completed(HALF, public=f"{posts},POST /labels", shared="PATCH /posts/{post_id}")
    assert wanted.forgotten == (("DELETE", "/tasks/{task_id}"),)
    assert ("PATCH", "/posts/{post_id}") not in wanted.unscoped
    with pytest.raises(UsageError, match="not known"):
        completed(HALF, public="GET /pots")
