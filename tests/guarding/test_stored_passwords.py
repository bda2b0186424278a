"""What is stored of passwords in a table that is taken over: never itself a password, unless it is one."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from backwright.errors import QuestionError, UsageError
from backwright.project import read_project
from backwright.project.types import Project
from backwright.tasks.add_auth import write
from backwright.tasks.auth_plan import plan
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.grow.sources import Sources
from backwright.transfer.guarding.program import Program
from backwright.transfer.guarding.stored_passwords import Storing, stored_passwords

PASSWORD = "correct horse"
SALT = "0f1e2d3c4b5a6978"
MODELS = """from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
{columns}

class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
"""
MAIN = """{imports}from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from models import Note, User

engine = create_engine("sqlite:///notes.db")
SessionLocal = sessionmaker(engine)
app = FastAPI()


def get_db():
    with SessionLocal() as db:
        yield db


class NewUser(BaseModel):
    email: str
    password: str

{helper}
@app.post("/users")
def add_user(data: NewUser, db: Session = Depends(get_db)):
{made}
    db.add(user)
    db.commit()
    return user.id


@app.post("/notes")
def add_note(text: str, db: Session = Depends(get_db)):
    note = Note(text=text)
    db.add(note)
    db.commit()
    return note.id


@app.get("/notes")
def list_notes(db: Session = Depends(get_db)):
    return [one.text for one in db.scalars(select(Note))]
"""
PLAIN = ("password", "", "", "    user = User(email=data.email, password=data.password)")
SALTED = (
    "password_hash salt",
    "import hashlib\nimport secrets\n\n",
    "\ndef hashed(salt: str, password: str) -> str:\n"
    "    return hashlib.sha256((salt + password).encode()).hexdigest()\n\n",
    "    salt = secrets.token_hex(8)\n"
    "    user = User(email=data.email, salt=salt, password_hash=hashed(salt, data.password))",
)

DIGESTED = (
    "password_hash",
    "import hashlib\n\n",
    "\ndef hashed(password: str) -> str:\n"
    "    return hashlib.sha256(password.encode()).hexdigest()\n\n",
    "    user = User(email=data.email, password_hash=hashed(data.password))",
)


def host(folder: Path, columns: str, imports: str, helper: str, made: str) -> Path:
    """Write a small host whose users have such columns, made by such code."""
    rows = "".join(f"    {name}: Mapped[str]\n" for name in columns.split())
    (folder / "models.py").write_text(MODELS.format(columns=rows))
    (folder / "main.py").write_text(MAIN.format(imports=imports, helper=helper, made=made))
    return folder


def written(folder: Path, **given: str) -> str:
    """Return the host's one file with authentication."""
    project = read_project(folder)
    wanted = plan(project, Draft(folder), Answers(given, yes=True))
    write(folder, project, wanted, {})
    return (folder / "main.py").read_text()


SIGNING_IN = """
import json, sys
from fastapi.testclient import TestClient
from sqlalchemy import insert
import main, models

models.Base.metadata.create_all(main.engine)
column, others, rows, tried = json.loads(sys.argv[1])
with main.engine.begin() as connection:
    for email, stored in rows.items():
        values = {"email": email, column: stored, **others}
        connection.execute(insert(models.User.__table__).values(**values))
client = TestClient(main.app)
answers = [client.post("/auth/login", data={"username": a, "password": b}) for a, b in tried]
print(json.dumps([one.status_code for one in answers]))
"""


def signing_in(
    folder: Path, column: str, stored: dict[str, str], tried: list[tuple[str, str]]
) -> list[int]:
    """Return how the application answers who signs in, with such rows in its database."""
    others = {"salt": SALT} if "salt" in (folder / "models.py").read_text() else {}
    given = json.dumps([column, others, stored, tried])
    done = subprocess.run(
        [sys.executable, "-c", SIGNING_IN, given],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers: list[int] = json.loads(done.stdout)
    return answers


def storing(folder: Path, column: str) -> Storing:
    """Return how a host stores passwords."""
    project: Project = read_project(folder)
    model = next(one for one in project.models if one.name == "User")
    return stored_passwords(Program(Sources(Draft(folder), project)), model, column)


def test_a_hash_that_is_stored_does_not_log_in(tmp_path: Path) -> None:
    written(host(tmp_path, *SALTED))
    salted = hashlib.sha256((SALT + PASSWORD).encode()).hexdigest()
    key = hashlib.pbkdf2_hmac("sha384", PASSWORD.encode(), SALT.encode(), 10)
    every = (
        salted, f"{SALT}:{salted}", key.hex(), f"pbkdf2:sha256:10${SALT}${key.hex()}",
        f"pbkdf2_sha256$10${SALT}${'a' * 43}=", "$argon2id$v=19$m=1,t=1,p=1$YWJj${'a' * 43}=", "{SSHA}YWJj", "!",
    )  # fmt: skip
    stored = {f"{number}@example.com": one for number, one in enumerate(every)}
    tried = [(email, word) for email, one in stored.items() for word in (one, PASSWORD)]
    assert set(signing_in(tmp_path, "password_hash", stored, tried)) == {401}


@pytest.mark.parametrize("column", ["password", "passwd"])
def test_what_is_shown_to_be_plain_signs_in(tmp_path: Path, column: str) -> None:
    _, imports, helper, made = PLAIN
    made = made.replace("password=", f"{column}=")
    written(host(tmp_path, column, imports, helper, made))
    salted = f"{SALT}:{hashlib.sha256((SALT + PASSWORD).encode()).hexdigest()}"
    stored = {"a@example.com": PASSWORD, "b@example.com": salted, "c@example.com": "pa$$word"}
    tried = [("a@example.com", PASSWORD), ("b@example.com", salted), ("b@example.com", PASSWORD),
             ("a@example.com", "another one"), ("c@example.com", "pa$$word")]  # fmt: skip
    assert signing_in(tmp_path, column, stored, tried) == [200, 401, 401, 401, 200]


def test_an_unsalted_digest_signs_in_and_is_none_itself(tmp_path: Path) -> None:
    written(host(tmp_path, *DIGESTED))
    stored = {"a@example.com": hashlib.sha256(PASSWORD.encode()).hexdigest()}
    tried = [("a@example.com", stored["a@example.com"]), ("a@example.com", PASSWORD)]
    assert signing_in(tmp_path, "password_hash", stored, tried) == [401, 200]


def test_who_has_a_salted_hash_is_asked_about(tmp_path: Path) -> None:
    folder = host(tmp_path, *SALTED)
    known, draft = read_project(folder), Draft(folder)
    given = {"accounts": "User", "owned": "none", "public": "none", "endpoints": "none"}
    with pytest.raises(QuestionError) as raised:
        plan(known, draft, Answers(given))
    assert raised.value.question.key == "passwords"
    assert "models.py:14: User has a salt" in raised.value.question.why
    assert raised.value.question.recommended == "stop"  # without the endpoint that resets one
    with pytest.raises(UsageError, match="cannot be verified") as refused:
        plan(known, draft, Answers({**given, "passwords": "stop"}))
    assert str(refused.value.place) == "models.py:14"
    with pytest.raises(UsageError, match="reset-password"):
        plan(known, draft, Answers({**given, "passwords": "reset"}))
    assert plan(
        known, draft, Answers({**given, "endpoints": "reset-password", "passwords": "reset"})
    )


def test_registering_is_not_asked_for_a_salt(tmp_path: Path) -> None:
    code = written(host(tmp_path, *SALTED))
    assert 'salt=""' in code
    assert "salt: str" not in code.partition("class Registration")[2].partition("class ")[0]


def test_what_the_host_stores_is_not_hashed_again(tmp_path: Path) -> None:
    code = written(host(tmp_path, *SALTED))
    assert "keep_hashed" not in code
    assert "may_be_hash" not in code


def test_no_question_where_it_is_known(tmp_path: Path) -> None:
    folder = host(tmp_path, *PLAIN)
    given = {"accounts": "User", "owned": "none", "public": "none", "endpoints": "none"}
    assert plan(read_project(folder), Draft(folder), Answers(given))


PARTED = ("\ndef stored(word: str) -> str:\n    return word[::-1]\n\n"
          "\ndef make(email: str, password: str) -> User:\n"
          "    return User(email=email, password=password)\n\n")  # fmt: skip
HASHED = "import hashlib\n\n"


@pytest.mark.parametrize(
    ("column", "imports", "helper", "made", "way"),
    [
        (*PLAIN, "plain"),
        ("password", "", "", "    user = User(**data.model_dump())", "plain"),
        ("password", "", PARTED, "    user = make(data.email, data.password)", "plain"),
        ("password", "", PARTED, "    user = make(data.email, stored(data.password))", "unknown"),
        ("password", "", PARTED, "    word = stored(data.password)\n    user = make(data.email, word)", "unknown"),
        ("password", "", PARTED, "    data.password = stored(data.password)\n    user = User(**data.model_dump())", "unknown"),
        ("password", "", PARTED, '    user = User(**{**data.model_dump(), "password": stored(data.password)})', "unknown"),
        ("password", "", "", "    user = None", "unknown"),
        ("password", "import bcrypt\n\n", "", PLAIN[3], "known"),
        ("password", "import argon2\n\n", "", PLAIN[3], "unknown"),
        ("password", "", "\ndef hash_password(word): ...\n\n", PLAIN[3], "unknown"),
        ("password_hash", "", "", "    user = User(email=data.email, password_hash=data.password)", "unknown"),
        (*SALTED, "unknown"),
        (*DIGESTED, "known"),
        ("password_hash", HASHED, DIGESTED[2].replace("password.encode()", "(password + 'x').encode()"), DIGESTED[3], "unknown"),
        ("password_hash", HASHED, DIGESTED[2].replace("sha256", "sha3_256"), DIGESTED[3], "unknown"),
    ],
)  # fmt: skip
def test_how_passwords_are_stored(
    tmp_path: Path, column: str, imports: str, helper: str, made: str, way: str
) -> None:
    folder = host(tmp_path, column, imports, helper, made)
    assert storing(folder, column.split()[0]).way == way
