"""Ways to an account stay open; what shows or changes accounts does not."""

import shutil
from pathlib import Path

import pytest

from backwright.project import read_project
from backwright.project.types import Endpoint
from backwright.tasks.auth_completion import completion
from backwright.tasks.auth_plan import stays_open
from backwright.tasks.auth_ways import Use
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.completing import Completion
from backwright.transfer.guarding.gate_homes import called

HALF = Path(__file__).parent / "hosts" / "half" / "before"
ACCOUNTS = "half/routes/accounts.py"
SESSIONS = """

class LoginSession(Base):
    __tablename__ = "login_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[str] = mapped_column(String(60))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
"""
WAYS = """

@router.post("/sessions")
def open_session(
    form: OAuth2PasswordRequestForm = Depends(), db: Session = Depends(get_db)
) -> dict[str, str]:
    user = db.scalar(select(User).where(User.email == form.username))
    if user is None or not is_password(form.password, user.hashed_password):
        raise HTTPException(status_code=401, detail="Wrong address or password")
    db.add(LoginSession(secret=token_of(user)[:60], user_id=user.id))
    db.commit()
    return {"access_token": token_of(user)}


@router.post("/sessions/refresh")
def refresh_session(secret: str, db: Session = Depends(get_db)) -> dict[str, str]:
    held = db.scalar(select(LoginSession).where(LoginSession.secret == secret))
    held.secret = f"{held.secret[:50]}-again"
    db.commit()
    return {"secret": held.secret}


@router.get("/confirmations/{token}")
def confirm(token: str, db: Session = Depends(get_db)) -> dict[str, str]:
    held = db.scalar(select(LoginSession).where(LoginSession.secret == token))
    return {"email": db.get(User, held.user_id).email}
"""
PEOPLE = """

@router.get("/users")
def list_users(db: Session = Depends(get_db)) -> list[str]:
    return [user.email for user in db.scalars(select(User))]


@router.delete("/users/{user_id}", status_code=204)
def delete_user(user_id: int, db: Session = Depends(get_db)) -> None:
    db.delete(db.get(User, user_id))
    db.commit()
"""


@pytest.fixture
def host(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HALF, tmp_path / "half"))


def added(host: Path, path: str, code: str) -> None:
    file = host / path
    file.write_text(file.read_text().replace("import User\n", "import LoginSession, User\n") + code)


def completed(host: Path, **given: str) -> Completion:
    return completion(read_project(host), Draft(host), Answers(given, yes=True))


def test_a_way_to_an_account_is_never_in_question(host: Path) -> None:
    before = completed(host, public="none")
    added(host, "half/models.py", SESSIONS)
    added(host, ACCOUNTS, WAYS)
    assert completed(host, public="none") == before


def test_what_shows_or_changes_accounts_asks_for_one(host: Path) -> None:
    added(host, "half/models.py", SESSIONS)
    added(host, ACCOUNTS, PEOPLE)
    asked = {("GET", "/users"), ("DELETE", "/users/{user_id}")}
    assert asked <= set(completed(host).forgotten)
    assert ("GET", "/users") not in completed(host, public="GET /users").forgotten


def test_rows_of_a_catalogue_that_come_as_accounts_ask_for_one(host: Path) -> None:
    added(host, "half/models.py", SESSIONS)
    open_ones = (
        "\n\nclass UserOut(BaseModel):\n    email: str\n\n\n"
        '@router.get("/labels/{label_id}/users"%s)\n'
        "def users_of(label_id: int, db: Session = Depends(get_db)):\n"
        "    label = db.get(Label, label_id)\n    return label.users if label else []\n"
    )
    file = host / ACCOUNTS
    plain = file.read_text().replace(
        "import User\n", "import Label, User\nfrom pydantic import BaseModel\n"
    )
    key = ("GET", "/labels/{label_id}/users")
    file.write_text(plain + open_ones % "")
    assert key not in completed(host).forgotten
    file.write_text(plain + open_ones % ", response_model=list[UserOut]")
    assert key in completed(host).forgotten


@pytest.mark.parametrize(
    ("path", "touched", "is_open"),
    [
        ("/api/auth/login", (), True),
        ("/sign-up", (), True),
        ("/scalar", (), False),  # nothing is posted to documentation
        ("/login", ("Note",), False),
        ("/notes/logins", (), False),
        ("/orders", (), False),
    ],
)
def test_what_signs_in_without_any_rows_stays_open(
    path: str, touched: tuple[str, ...], is_open: bool
) -> None:
    endpoint = Endpoint("a:app", "POST", path, "a:f", "a.py", 1, "none", (), None, None, None)
    assert stays_open(Use(endpoint, frozenset(touched), frozenset()), {"Note"}, set()) == is_open


@pytest.mark.parametrize("path", ["/scalar", "/swagger", "/rapidoc", "/api/docs"])
def test_documentation_stays_open(path: str) -> None:
    endpoint = Endpoint("a:app", "GET", path, "a:f", "a.py", 1, "none", (), None, None, None)
    assert stays_open(Use(endpoint, frozenset(), frozenset()), {"Note"}, set())


@pytest.mark.parametrize(
    ("path", "called_so"),
    [("/notes", "auth"), ("/auth/health", "auth"), ("/api/auth/login", "accounts")],
)
def test_ways_to_accounts_stand_where_nothing_answers_yet(path: str, called_so: str) -> None:
    endpoint = Endpoint("a:app", "POST", path, "a:f", "a.py", 1, "none", (), None, None, None)
    assert called([endpoint], '@router.post("/login")\ndef log_in(): ...').snake == called_so
