"""What changes the account that a path names: it must be the caller's own."""

import shutil
from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.tasks.auth_completion import completion
from backwright.tasks.drafted import put
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.completing import Completion, complete

HALF = Path(__file__).parent / "hosts" / "half" / "before"
ACCOUNTS = "half/routes/accounts.py"
CHANGES = '''

class UnknownUser(Exception):
    """Nobody has this key."""


@router.put("/users/{user_id}")
def change_user(
    user_id: int, email: str, db: Session = Depends(get_db), who: User = Depends(get_current_user)
) -> None:
    """Change an address."""
    user = db.get(User, user_id)
    if user is None:
        raise UnknownUser(user_id)
    user.email = email
    db.commit()


@router.delete("/users/{user_id}", status_code=204)
def delete_user(user_id: str, db: Session = Depends(get_db)) -> None:
    db.delete(db.get(User, int(user_id)))
    db.commit()


@router.patch("/users/{user_id}")
def rename_user(
    user_id: int, email: str, db: Session = Depends(get_db), who: User = Depends(get_current_user)
) -> None:
    if who.id == user_id:
        db.get(User, user_id).email = email
        db.commit()


@router.put("/users/{user_id}/admin", dependencies=[Depends(get_admin)])
def promote_user(user_id: int, db: Session = Depends(get_db)) -> None:
    db.get(User, user_id).is_admin = True
    db.commit()
'''


@pytest.fixture
def host(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(HALF, tmp_path / "half"))
    file = folder / ACCOUNTS
    file.write_text(
        file.read_text().replace("import get_cur", "import get_admin, get_cur") + CHANGES
    )
    return folder


def completed(host: Path, **given: str) -> Completion:
    return completion(read_project(host), Draft(host), Answers(given, yes=True))


def test_only_the_callers_own_account_is_changed(host: Path) -> None:
    wanted = completed(host)
    assert set(wanted.accounts) == {("PUT", "/users/{user_id}"), ("DELETE", "/users/{user_id}")}
    draft = Draft(host)
    done = complete(draft, read_project(host), wanted)
    assert set(wanted.accounts) <= set(done.scoped) & set(done.guarded)
    code = draft.text(ACCOUNTS)
    assert (
        "    if user_id != who.id:\n        raise UnknownUser(user_id)\n    user = db.get(" in code
    )
    assert (
        "if user_id != str(current_user.id):\n        raise HTTPException(status_code=404" in code
    )
    assert code.index('"""Change an address."""') < code.index("if user_id != who.id")
    put(host, draft)
    assert completed(host) == Completion()


def test_what_may_change_any_account_stays_so(host: Path) -> None:
    wanted = completed(host, shared="PUT /users/{user_id}")
    assert wanted.accounts == (("DELETE", "/users/{user_id}"),)


def test_where_accounts_make_accounts_they_manage_them(host: Path) -> None:
    file = host / ACCOUNTS
    makes = (
        "\n\n@router.post('/users')\ndef add_user(email: str, db: Session = Depends(get_db), "
        "who: User = Depends(get_current_user)):\n    db.add(User(email=email))\n    db.commit()\n"
    )
    file.write_text(file.read_text() + makes)
    assert completed(host).accounts == (("DELETE", "/users/{user_id}"),)  # it asks nobody so far
    both = {("PUT", "/users/{user_id}"), ("DELETE", "/users/{user_id}")}
    assert set(completed(host, shared="none").accounts) == both


def test_a_dependency_that_looks_at_the_key_says_whose_it_may_be(host: Path) -> None:
    file = host / ACCOUNTS
    check = (
        "\n\ndef own(user_id: int, who: User = Depends(get_current_user)) -> None:\n"
        "    if who.id != user_id:\n        raise HTTPException(status_code=403)\n\n\n"
        '@router.put("/users/{user_id}/address", dependencies=[Depends(own)])\n'
        "def move_user(user_id: int, email: str, db: Session = Depends(get_db)) -> None:\n"
        "    db.get(User, user_id).email = email\n    db.commit()\n"
    )
    file.write_text(file.read_text() + check)
    assert ("PUT", "/users/{user_id}/address") not in completed(host).accounts


def test_a_caller_that_handlers_say_something_else_of(host: Path) -> None:
    for path in (host / "half/routes").glob("*.py"):
        path.write_text(path.read_text().replace(": User = Depends(get_c", ": int = Depends(get_c"))
    security = host / "half/security.py"
    code = security.read_text().replace(": User = Depends(get_c", ": int = Depends(get_c")
    security.write_text(code.replace("Depends(scheme)) -> User:", "Depends(scheme)):"))
    draft = Draft(host)
    complete(draft, read_project(host), completed(host))
    assert "user_id != who.id" in draft.text(ACCOUNTS)
    deletes = draft.text(ACCOUNTS).partition("def delete_user")[2]
    assert ": User = Depends(get_current_user)" in deletes


@pytest.mark.parametrize("join", ["join(Remark, Remark.task_id == Task.id, isouter=True)",
                                  "outerjoin(Remark, Remark.task_id == Task.id)"])  # fmt: skip
def test_rows_that_are_only_counted_are_left_in(host: Path, join: str) -> None:
    models = host / "half/models.py"
    models.write_text(
        models.read_text().replace(
            '    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))\n',
            '    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"))\n'
            '    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))\n',
        )
    )
    counting = (
        "\n\n@router.get('/counted/{task_id}')\ndef counted(task_id: int, "
        "db: Session = Depends(get_db), current_user: User = Depends(get_current_user)):\n"
        "    found = db.query(Task, func.count(Remark.id))"
        f".{join}.group_by(Task.id)\n    return found.filter(Task.id == task_id).first()[1]\n"
    )
    file = host / "half/routes/tasks.py"
    lead = "from sqlalchemy import func\nfrom half.models import Remark\n"
    file.write_text(lead + file.read_text() + counting)
    draft = Draft(host)
    complete(draft, read_project(host), completed(host))
    code = draft.text("half/routes/tasks.py")
    asked = code[code.index("def counted") :]
    assert ".filter(Task.user_id == current_user.id)" in asked
    assert "Remark.user_id" not in asked


def test_a_row_that_a_body_names_is_looked_at(host: Path) -> None:
    schemas = host / "half/schemas.py"
    schemas.write_text(schemas.read_text() + "\n\nclass TaskChange(TaskIn):\n    task_id: int\n")
    change = (
        "\n\n@router.put('/tasks')\ndef change_task(data: TaskChange, "
        "db: Session = Depends(get_db), current_user: User = Depends(get_current_user)):\n"
        "    task = services.get_task(db, data.task_id)\n    task.title = data.title\n    db.commit()\n"
        "\n\n@router.get('/titles/{task_id}')\ndef title(task_id: int, db: Session = Depends(get_db)):\n"
        "    return services.get_task(db, task_id).title\n"
    )
    file = host / "half/routes/tasks.py"
    lead = "from half import services\nfrom half.schemas import TaskChange\n"
    file.write_text(lead + file.read_text() + change)
    draft = Draft(host)
    complete(draft, read_project(host), completed(host, public="GET /titles/{task_id}"))
    changed = draft.text("half/routes/tasks.py").partition("def change_task")[2]
    asked = ".id == data.task_id, "
    assert asked in changed
    assert ".user_id == current_user.id)" in changed.partition(asked)[2].partition("\n")[0]
    assert "status_code=404" in changed.partition(asked)[2]
