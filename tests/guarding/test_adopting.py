"""A table of users that is there already is taken over, or left beside the accounts."""

from pathlib import Path

import pytest

from backwright.errors import QuestionError, UsageError
from backwright.project import read_project
from backwright.tasks.add_auth import write
from backwright.tasks.auth_plan import plan
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft

MAIN = """from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import SessionLocal
from app.models import Pet, User

app = FastAPI()


class NewUser(BaseModel):
    email: str
    name: str
    password: str


@app.post("/users")
def add_user(data: NewUser):
    with SessionLocal() as db:
        if db.scalar(select(User).where(User.email == data.email)):
            raise HTTPException(400)
        user = User(email=data.email, name=data.name, password=data.password)
        db.add(user)
        db.commit()
        return user.id


@app.get("/users/{user_id}")
def read_user(user_id: int):
    with SessionLocal() as db:
        return db.get(User, user_id).name


@app.get("/pets")
def list_pets():
    with SessionLocal() as db:
        return [pet.name for pet in db.scalars(select(Pet))]


@app.post("/pets")
def add_pet(name: str):
    with SessionLocal() as db:
        db.add(Pet(name=name))
        db.commit()
"""
MODELS = """from typing import Optional

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(200))
    name: Mapped[str]
    role: Mapped[str]
    password: Mapped[str] = mapped_column(String({length}))
    pets: Mapped[list["Pet"]] = relationship(back_populates="keeper")


class Pet(Base):
    __tablename__ = "pets"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    keeper_id: Mapped[Optional[int]] = mapped_column(ForeignKey("users.id"))
    keeper: Mapped[Optional[User]] = relationship(back_populates="pets")
"""
DATABASE = """from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

engine = create_engine("sqlite:///pets.db")
SessionLocal = sessionmaker(engine)
"""


def host(folder: Path, length: int = 100) -> Path:
    (folder / "app").mkdir()
    texts = {"main": MAIN, "models": MODELS.replace("{length}", str(length)), "database": DATABASE}
    for name, text in {**texts, "__init__": ""}.items():
        (folder / "app" / f"{name}.py").write_text(text)
    return folder


def written(folder: Path, **given: str) -> dict[str, str]:
    """Return the modules of the host with authentication."""
    project = read_project(folder)
    wanted = plan(project, Draft(folder), Answers(given, yes=True))
    write(folder, project, wanted, {})
    return {
        path.relative_to(folder / "app").as_posix(): path.read_text()
        for path in (folder / "app").rglob("*.py")
    }


def squeezed(code: str) -> str:
    """Return code without the gaps that a formatter may put anywhere."""
    return "".join(code.split()).replace(",)", ")")


def test_the_table_is_taken_over(tmp_path: Path) -> None:
    made = written(host(tmp_path), role="keeper")
    main = squeezed(made["main.py"])
    assert "token_version: Mapped" in made["models.py"]
    assert "hashed_password" not in made["models.py"]
    assert (
        "owner_id" not in made["models.py"]
    )  # pets refer to users already, who sign up themselves
    assert squeezed("Pet(name=name, keeper_id=current_user.id)") in main
    assert squeezed("select(Pet).where(Pet.keeper_id == current_user.id)") in main
    assert squeezed("User.id == user_id, User.id == current_user.id") in main
    assert squeezed("def add_user(data: NewUser):") in main  # nobody has an account before
    assert squeezed("select(User).where(User.email == data.email))") in main


def test_accounts_that_others_make_belong_to_them(tmp_path: Path) -> None:
    made = written(host(tmp_path), role="keeper", public="none")
    main = squeezed(made["main.py"])
    assert "owner_id: Mapped[Optional[int]]" in made["models.py"]
    assert made["models.py"].count("owner_id") == 1  # pets have a reference to users already
    assert squeezed("select(Pet).where(Pet.keeper_id.in_(select(User.id)") in main
    assert squeezed("or_(User.id == current_user.id, User.owner_id == current_user.id)") in main
    assert squeezed("select(User).where(User.email == data.email))") in main  # taken by anybody


def test_signing_up_that_shares_code_with_others_is_not_proposed_open(tmp_path: Path) -> None:
    folder = host(tmp_path)
    known = plan(read_project(folder), Draft(folder), Answers(yes=True))
    assert ("POST", "/users") in known.public
    assert known.alone
    shared = (
        "\n\ndef find(db, email):\n    return db.scalar(select(User).where(User.email == email))\n"
        "\n\n@app.get('/find')\ndef search(email: str):\n    with SessionLocal() as db:\n"
        "        return find(db, email).name\n"
    )
    old = "db.scalar(select(User).where(User.email == data.email))"
    assert old in MAIN
    (folder / "app/main.py").write_text(MAIN.replace(old, "find(db, data.email)") + shared)
    known = plan(read_project(folder), Draft(folder), Answers(yes=True))
    assert ("POST", "/users") not in known.public
    assert not known.alone


def test_an_owner_in_a_dictionary_is_replaced_by_the_caller(tmp_path: Path) -> None:
    folder = host(tmp_path)
    old = '@app.post("/pets")\ndef add_pet(name: str):\n    with SessionLocal() as db:\n        db.add(Pet(name=name))'
    assert old in MAIN
    new = (
        "class NewPet(BaseModel):\n    name: str\n    keeper_id: int\n\n\n"
        "def store(db, values: dict):\n    db.add(Pet(**values))\n\n\n"
        '@app.post("/pets")\ndef add_pet(data: NewPet):\n    with SessionLocal() as db:\n'
        "        store(db, data.model_dump())"
    )
    (folder / "app/main.py").write_text(MAIN.replace(old, new))
    made = written(folder, role="keeper")
    assert squeezed('Pet(**{**values, "keeper_id": current_user.id})') in squeezed(made["main.py"])


def test_registering_gives_what_accounts_need(tmp_path: Path) -> None:
    made = written(host(tmp_path), role="keeper")
    auth = next(text for text in made.values() if "def register_user" in text)
    assert "role='keeper'" in auth.replace('"', "'")
    assert "name=name" in auth
    assert "password=hashed" in auth
    assert "verify_any" in auth
    assert any("class Registration" in text and "    name: str" in text for text in made.values())
    assert "user.password = hash_password(value)" in made["older_passwords.py"]


def test_sessions_are_made_as_the_host_makes_them(tmp_path: Path) -> None:
    made = written(host(tmp_path))
    assert "with SessionLocal() as session:" in made["sessions.py"]


def test_accounts_may_be_separate(tmp_path: Path) -> None:
    made = written(host(tmp_path), accounts="separate", owned="User,Pet")
    assert "class AuthUser(" in made["models.py"]
    assert squeezed("password=data.password, owner_id=current_user.id") in squeezed(made["main.py"])


def test_the_role_of_new_accounts_is_asked_for(tmp_path: Path) -> None:
    folder = host(tmp_path)
    with pytest.raises(QuestionError) as raised:
        plan(read_project(folder), Draft(folder), Answers({"accounts": "User"}))
    assert raised.value.question.key == "role"
    assert "app/models.py:17" in raised.value.question.why


def test_passwords_that_do_not_fit(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="50 letters"):
        written(host(tmp_path, length=50))


def test_a_schema_of_the_same_name_is_not_taken_for_the_table(tmp_path: Path) -> None:
    folder = host(tmp_path)
    (folder / "app/schemas.py").write_text(
        "from pydantic import BaseModel\n\n\nclass User(BaseModel):\n    name: str\n"
    )
    code = MAIN.replace("import Pet, User", "import Pet").replace(
        "select(User)", "select(tables.User)"
    )
    code = code.replace("User.email == data", "tables.User.email == data").replace(
        "= User(", "= tables.User("
    )
    code = code.replace("db.scalars(select(Pet))", "all_pets(db)").replace(
        "db.get(User", "db.get(tables.User"
    )
    lead = "from app import models as tables\nfrom app.schemas import User\n"
    rest = "\n\ndef all_pets(db):\n    return db.scalars(select(Pet))\n"
    (folder / "app/main.py").write_text(lead + code + rest)
    made = written(folder, role="keeper")["main.py"]
    assert "def all_pets(db, *, current_user: UserModel):" in made
    assert "User as UserModel" in made
    assert "from app.schemas import User\n" in made
