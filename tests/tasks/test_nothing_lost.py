"""`add field` and `add relation` lose nothing, however a project keeps its migrations and its files."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from backwright.errors import UsageError
from backwright.report.change import ChangeReport
from backwright.report.events import silence
from backwright.spec.fields import read_fields
from backwright.tasks.add_field import AddField, add_field
from backwright.tasks.add_relation import AddRelation, add_relation
from backwright.tasks.questions import Answers
from backwright.tasks.undo import take_back

pytestmark = pytest.mark.slow
REPOSITORY = Path(__file__).resolve().parents[2]
YES = Answers(yes=True)
VERSIONS = "migrations/versions"
REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = {revision!r}, {down!r}
branch_labels, depends_on = {label!r}, None


def upgrade():
    {up}


def downgrade():
    {down_again}
"""
TABLE = 'op.create_table("{0}", sa.Column("id", sa.Integer, primary_key=True), {1})'
NAME = 'sa.Column("name", sa.String(40), nullable=False)'
FILES = {
    "alembic.ini": "[alembic]\nscript_location = migrations\n",
    "migrations/env.py": """
        from alembic import context
        from shop.database import Base, engine
        from shop import models

        with engine.connect() as connection:
            context.configure(connection=connection, target_metadata=Base.metadata)
            with context.begin_transaction():
                context.run_migrations()
        """,
    "migrations/script.py.mako": '''
        """${message}"""
        from alembic import op
        import sqlalchemy as sa

        revision = ${repr(up_revision)}
        down_revision = ${repr(down_revision)}
        branch_labels = ${repr(branch_labels)}
        depends_on = ${repr(depends_on)}


        def upgrade():
            ${upgrades if upgrades else "pass"}


        def downgrade():
            ${downgrades if downgrades else "pass"}
        ''',
    f"{VERSIONS}/a1_person.py": REVISION.format(
        revision="a1",
        down=None,
        label=None,
        up=TABLE.format("person", NAME),
        down_again='op.drop_table("person")',
    ),
    f"{VERSIONS}/b2_team.py": REVISION.format(
        revision="b2",
        down="a1",
        label=None,
        up=TABLE.format("team", NAME),
        down_again='op.drop_table("team")',
    ),
    "shop/__init__.py": "",
    "shop/database.py": """
        import os

        from sqlalchemy import create_engine
        from sqlalchemy.orm import DeclarativeBase, Session

        engine = create_engine(os.environ["DATABASE_URL"])


        class Base(DeclarativeBase):
            pass


        def get_session():
            with Session(engine) as session:
                yield session
        """,
    "shop/models.py": """
        from sqlalchemy import String
        from sqlalchemy.orm import Mapped, mapped_column

        from shop.database import Base


        class Team(Base):
            __tablename__ = "team"

            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str] = mapped_column(String(40))


        class Person(Base):
            __tablename__ = "person"

            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str] = mapped_column(String(40))
        """,
    "shop/main.py": """
        from fastapi import Depends, FastAPI, HTTPException
        from pydantic import BaseModel, ConfigDict
        from sqlalchemy import select
        from sqlalchemy.orm import Session

        from shop.database import get_session
        from shop.models import Person

        app = FastAPI()


        class PersonCreate(BaseModel):
            name: str


        class PersonPublic(BaseModel):
            model_config = ConfigDict(from_attributes=True)

            id: int
            name: str


        @app.post("/persons", status_code=201, response_model=PersonPublic)
        def create_person(data: PersonCreate, session: Session = Depends(get_session)):
            person = Person(**data.model_dump())
            session.add(person)
            session.commit()
            return person


        @app.get("/persons", response_model=list[PersonPublic])
        def list_persons(session: Session = Depends(get_session)):
            return session.scalars(select(Person)).all()


        @app.get("/persons/{person_id}", response_model=PersonPublic)
        def get_person(person_id: int, session: Session = Depends(get_session)):
            person = session.get(Person, person_id)
            if person is None:
                raise HTTPException(status_code=404, detail="Person not found")
            return person
        """,
}
FIRST_LABELLED = FILES[f"{VERSIONS}/a1_person.py"].replace(
    "branch_labels, depends_on = None", "branch_labels, depends_on = ('people',)"
)
OTHER_HEAD = FILES[f"{VERSIONS}/b2_team.py"].replace("'a1'", "None")
CREATED = FILES["shop/main.py"].replace(
    "        app = FastAPI()\n",
    "        app = FastAPI()\n        Base.metadata.create_all(engine)\n",
)
HOSTS: dict[str, dict[str, str | None]] = {
    "one line of revisions": {},
    "several heads": {f"{VERSIONS}/b2_team.py": OTHER_HEAD},
    "a branch": {f"{VERSIONS}/a1_person.py": FIRST_LABELLED, f"{VERSIONS}/b2_team.py": OTHER_HEAD},
    "an environment of its own": {
        "migrations/env.py": FILES["migrations/env.py"].replace(
            "target_metadata=Base.metadata",
            'target_metadata=Base.metadata, version_table="shop_versions", compare_type=True, '
            "include_object=lambda thing, name, *rest: name != 'legacy'",
        )
    },
    "tables made at start": {
        "shop/main.py": CREATED.replace("import get_session", "import Base, engine, get_session"),
        **dict.fromkeys(
            (path for path in FILES if path.startswith(("migrations", "alembic"))), None
        ),
    },
}


def field(root: Path) -> ChangeReport:
    fields = read_fields(["rank:int:1..5:default=3", "born:date:optional"])
    return add_field(AddField(root, "Person", fields, YES), silence)


def relation(root: Path) -> ChangeReport:
    return add_relation(AddRelation(root, "Team", "one-to-many", "Person", answers=YES), silence)


CHANGES: dict[str, Callable[[Path], ChangeReport]] = {"field": field, "relation": relation}


def host(root: Path, other: dict[str, str | None]) -> Path:
    for path, text in (FILES | other).items():
        if text is not None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(textwrap.dedent(text).lstrip("\n"))
    (root / ".venv").symlink_to(REPOSITORY / ".venv")
    return root


def bytes_of(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not {".venv", ".backwright", "__pycache__"} & set(path.parts)
    }


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", HOSTS)
def test_a_change_is_made_once_and_goes_whole(tmp_path: Path, kind: str, change: str) -> None:
    root = host(tmp_path / "host", HOSTS[kind])
    before = bytes_of(root)
    made = CHANGES[change](root)
    after = bytes_of(root)
    assert {check.check: check.verdict for check in made.verified}["imports"] == "pass"
    assert not [check for check in made.verified if check.verdict == "fail"]
    assert before.keys() <= after.keys()
    revisions = [path for path in after.keys() - before.keys() if path.startswith(VERSIONS)]
    assert len(revisions) == (0 if kind == "tables made at start" else 1)
    for path in revisions:  # above the revision of its table, where there are several heads
        down = {"several heads": "a1", "a branch": "a1"}.get(kind, "b2")
        assert f"down_revision = '{down}'" in after[path].decode().replace('"', "'")
    again = CHANGES[change](root)
    assert not again.files
    assert bytes_of(root) == after
    take_back(root, str(made.undo))
    assert bytes_of(root) == before


@pytest.mark.parametrize("change", CHANGES)
def test_a_read_only_file_is_named_and_nothing_is_written(tmp_path: Path, change: str) -> None:
    root = host(tmp_path / "host", {})
    (root / "shop/models.py").chmod(0o444)
    before = bytes_of(root)
    with pytest.raises(UsageError, match=r"shop/models\.py is read-only"):
        CHANGES[change](root)
    assert bytes_of(root) == before
