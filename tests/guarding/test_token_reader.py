"""Tokens are issued, and no endpoint reads them: the dependency that does is written, and used."""

import ast
from pathlib import Path

import pytest

from backwright.errors import UsageError
from backwright.project import read_project
from backwright.tasks.auth_completion import completion
from backwright.tasks.drafted import put
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.guarding.completing import Completion, complete

FILES = {
    "database.py": """from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

engine = create_engine("sqlite:///people.db")
SessionLocal = sessionmaker(engine)


class Base(DeclarativeBase):
    pass


def get_db():
    with SessionLocal() as session:
        yield session
""",
    "models.py": """from sqlalchemy.orm import Mapped, mapped_column

from shop.database import Base


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
""",
    "tokens.py": """import jwt


def make_token(data: dict):
    return jwt.encode(data, 'a literal that is long enough to be a key', algorithm="HS256")  # signed
""",
    "main.py": """from fastapi import Depends, FastAPI, HTTPException
from passlib.context import CryptContext
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.database import get_db
from shop.models import User
from shop.tokens import make_token

app = FastAPI()
context = CryptContext(schemes=["bcrypt"])


class Credentials(BaseModel):
    name: str
    password: str


@app.post("/login")
def login(data: Credentials, db: Session = Depends(get_db)):
    user = db.scalar(select(User).where(User.email == data.name))
    if user is None or not context.verify(data.password, user.password):
        raise HTTPException(401)
    return make_token({"kind": "access", "sub": CLAIM})


@app.delete("/users/{user_id}")
def delete_user(user_id: int, db: Session = Depends(get_db)):
    db.delete(db.get(User, user_id))
    db.commit()
""",
}


def host(folder: Path, claim: str) -> Path:
    (folder / "shop").mkdir()
    for name, text in {**FILES, "__init__.py": ""}.items():
        (folder / "shop" / name).write_text(text.replace("CLAIM", claim))
    return folder


def completed(folder: Path) -> Draft:
    project, draft = read_project(folder), Draft(folder)
    wanted = completion(project, draft, Answers(yes=True))
    assert wanted.forgotten == wanted.accounts == (("DELETE", "/users/{user_id}"),)
    complete(draft, project, wanted)
    return draft


@pytest.mark.parametrize(
    ("claim", "asked", "options"),
    [
        ("data.name", "User.email == email", False),
        ("user.email", "User.email == email", False),
        ("str(user.id)", "User.id == id", False),
        ("user.id", "User.id == id", True),
    ],
)
def test_tokens_are_read_as_they_are_signed(
    tmp_path: Path, claim: str, asked: str, *, options: bool
) -> None:
    draft = completed(host(tmp_path, claim))
    code = draft.text("shop/tokens.py")
    assert asked in code
    assert ("verify_sub" in code) is options
    assert ('int(claims["sub"])' in code) is ("id" in claim)
    assert code.count("a literal that is long enough") == 1
    assert "jwt.encode(data, SECRET_KEY, algorithm=ALGORITHM)  # signed\n\n\n" in code
    assert code.index("SECRET_KEY = ") < code.index("def make_token") < code.index("def get_curr")
    ast.parse(code)
    main = draft.text("shop/main.py")
    assert "current_user: User = Depends(get_current_user)" in main
    assert "if user_id != current_user.id:" in main
    put(tmp_path, draft)
    after = read_project(tmp_path)
    assert completion(after, Draft(tmp_path), Answers(yes=True)) == Completion()


def test_a_claim_that_names_no_account_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no endpoint takes who is calling"):
        completed(host(tmp_path, "data.password"))


def test_a_key_that_only_the_signing_function_knows(tmp_path: Path) -> None:
    folder = host(tmp_path, "user.email")
    file = folder / "shop/tokens.py"
    code = file.read_text().replace("data: dict", "data: dict, key='one'")
    file.write_text(code.replace("'a literal that is long enough to be a key'", "key"))
    with pytest.raises(UsageError, match="no endpoint takes who is calling"):
        completed(folder)
