"""Migrations are written where the host's own people would, and hold nothing but the change."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from backwright.errors import VerificationError
from backwright.report.events import silence
from backwright.tasks.change import workplace
from backwright.tasks.migration import Revision, write_revision
from backwright.values import Place

REPOSITORY = Path(__file__).resolve().parents[2]
INI = "[alembic]\nscript_location = db/scripts\nsqlalchemy.url = postgresql://u:p@db.example.com/shop\n"
HOOKS = "[post_write_hooks]\nhooks = black\nblack.type = console_scripts\nblack.entrypoint = none\n"
ENV = """
from alembic import context
from sqlalchemy import engine_from_config
from shop.models import Base

engine = engine_from_config(context.config.get_section("alembic"), prefix="sqlalchemy.")
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
MAKO = '''"""${message}"""
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
'''
MODELS = """
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base
from shop.types import Money

Base = declarative_base()


class Person(Base):
    __tablename__ = "person"
    id = Column(Integer, primary_key=True)
    name = Column(String(40), nullable=False)
    nickname = Column(String(20))


class Parcel(Base):
    __tablename__ = "parcel"
    id = Column(Integer, primary_key=True)
"""
INVOICE = """

class Invoice(Base):
    __tablename__ = "invoice"
    id = Column(Integer, primary_key=True)
    total = Column(Money)
    person_id = Column(Integer, ForeignKey("person.id"), nullable=False, index=True)
"""
TYPES = """
from sqlalchemy import Numeric, TypeDecorator


class Money(TypeDecorator):
    impl = Numeric
    cache_ok = True
"""
MAIN = "from fastapi import FastAPI\nfrom shop import models\n\napp = FastAPI()\n"
REVISION = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = {revision!r}, {down!r}
def upgrade():
    op.create_table({table!r}, sa.Column("id", sa.Integer, primary_key=True){more})
def downgrade():
    op.drop_table({table!r})
"""
NAME = ', sa.Column("name", sa.String(40), nullable=False)'


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BACKWRIGHT_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "repository"
    put(root, "backend/alembic.ini", INI + HOOKS)
    put(root, "backend/db/scripts/env.py", ENV)
    put(root, "backend/db/scripts/script.py.mako", MAKO)
    put(root, "backend/shop/__init__.py", "")
    put(root, "backend/shop/main.py", MAIN)
    put(root, "backend/shop/models.py", MODELS)
    put(root, "backend/shop/types.py", TYPES)
    first = REVISION.format(revision="a1", down=None, table="person", more=NAME)
    put(root, "backend/db/scripts/versions/a1_person.py", first)
    (root / ".venv").symlink_to(REPOSITORY / ".venv")
    return root


def put(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(textwrap.dedent(text))


def written(host: Path, more: str) -> tuple[Revision, str]:
    with workplace(host, "test", silence) as place:
        models = place.folder / "backend/shop/models.py"
        models.write_text(models.read_text() + more)
        revision = write_revision(place, "add invoice")
        return revision, "".join((place.folder / path).read_text() for path in revision.paths)


def test_what_differed_before_is_left_out_and_noted(host: Path) -> None:
    revision, text = written(host, INVOICE)
    (path,) = revision.paths
    assert path.startswith("backend/db/scripts/versions/")
    assert path.endswith("_add_invoice.py")
    assert "op.create_table('invoice'" in text
    assert "op.drop_table('invoice')" in text
    assert "nickname" not in text
    assert "parcel" not in text
    assert [(note.file, note.line) for note in revision.notes] == [
        ("backend/shop/models.py", 16),
        ("backend/shop/models.py", 9),
    ]
    assert [note.text for note in revision.notes] == [
        "parcel differs from its migrations since before; the new migration leaves that as it is",
        "person differs from its migrations since before (nickname); "
        "the new migration leaves that as it is",
    ]


def test_what_is_said_of_a_column_besides_does_not_make_it_new(host: Path) -> None:
    """Whether its number is counted up depends on which tables Alembic met before it."""
    revision = host / "backend/db/scripts/versions/a1_person.py"
    counted = 'sa.Column("id", sa.Integer, primary_key=True, nullable=True)'
    code = revision.read_text().replace('sa.Column("id", sa.Integer, primary_key=True)', counted)
    revision.write_text(code.replace("nullable=False", "nullable=True"))
    with_dated = INVOICE.replace("Invoice", "Account").replace("invoice", "account")
    _, text = written(host, with_dated)
    assert "op.create_table('account'" in text
    assert "alter_column" not in text


def test_a_key_that_may_be_null_by_its_models_is_not_changed(host: Path) -> None:
    """PostgreSQL would refuse `ALTER COLUMN id DROP NOT NULL`, in the new table as in an old one."""
    models = host / "backend/shop/models.py"
    nulled = "id = Column(Integer, primary_key=True, nullable=True)"
    models.write_text(
        models.read_text().replace("id = Column(Integer, primary_key=True)", nulled, 1)
    )
    _, text = written(host, INVOICE)
    assert "op.create_table('invoice'" in text
    assert "alter_column" not in text


def test_modules_that_the_template_does_not_import_are_imported(host: Path) -> None:
    _, text = written(host, INVOICE)
    assert "sa.Column('total', shop.types.Money()" in text
    assert "import sqlalchemy as sa\nimport shop.types\n" in text


def test_the_first_migration_makes_what_its_tables_refer_to(host: Path) -> None:
    """Where there is none yet, nobody has made the tables that were there before."""
    (host / "backend/db/scripts/versions/a1_person.py").unlink()
    revision, text = written(host, INVOICE)
    assert text.index("op.create_table('person'") < text.index("op.create_table('invoice'")
    assert revision.notes == ()


def test_a_table_that_no_migration_makes_is_not_referred_to(host: Path) -> None:
    """The database's own error would not say whose fault it is."""
    more = INVOICE + '    parcel_id = Column(Integer, ForeignKey("parcel.id"))\n'
    with pytest.raises(VerificationError, match="do not create the table parcel") as raised:
        written(host, more)
    assert raised.value.place == Place("backend/shop/models.py", 16)
    assert "migration of parcel first" in raised.value.remedy


def test_a_table_with_a_name_in_quotes_is_known(host: Path) -> None:
    """PostgreSQL writes the name of a table `user`, or of one with capitals, in quotes."""
    models = host / "backend/shop/models.py"
    models.write_text(models.read_text().replace('"parcel"', '"user"'))
    first = REVISION.format(revision="b1", down="a1", table="user", more="")
    put(host, "backend/db/scripts/versions/b1_user.py", first)
    more = INVOICE + '    user_id = Column(Integer, ForeignKey("user.id"))\n'
    assert "['user.id']" in written(host, more)[1]


def test_without_a_change_nothing_is_written(host: Path) -> None:
    revision, _ = written(host, "")
    assert revision == Revision()


def test_of_several_heads_the_one_is_followed_that_makes_what_is_referred_to(host: Path) -> None:
    other = REVISION.format(revision="b1", down=None, table="parcel", more="")
    put(host, "backend/db/scripts/versions/b1_parcel.py", other)
    second = REVISION.format(revision="b2", down="b1", table="stamp", more="")
    put(host, "backend/db/scripts/versions/b2_stamp.py", second)
    revision, text = written(host, INVOICE)
    assert "down_revision = 'a1'" in text
    assert any("several heads" in note.text for note in revision.notes)
    both = INVOICE + '    parcel_id = Column(Integer, ForeignKey("parcel.id"))\n'
    _, text = written(host, both)
    assert "depends_on = 'a1'" in text or "depends_on = 'b2'" in text
