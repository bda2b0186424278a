"""Migrations of filled tables: up, down and up again; nobody is locked out, nothing is lost."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.transfer.migration.database import ROWS, Host, StoppedError, hardened, host

from backwright.host.postgres import Cluster, cluster
from backwright.transfer.migration import Able, Fill, Row, able_of, harden
from backwright.transfer.migration.wrapping import wrap_texts


@dataclass(frozen=True)
class Case:
    """A change of the models, what existing rows get, and what must be true of them then."""

    name: str
    change: str
    fills: dict[tuple[str, str], Fill] = field(default_factory=dict)
    holds: str = "true"
    notes: int = 0


def column(declaration: str, table: str = "person") -> str:
    return f"{table}.append_column(sa.Column({declaration}))\n"


def filled(
    name: str, sql: str, *, each: bool = False, table: str = "person"
) -> dict[tuple[str, str], Fill]:
    return {(table, name): Fill(sql, each)}


ALL = f"(SELECT count(*) FROM person WHERE {{}}) = {ROWS}"
CASES = [
    Case("a column that may be null", column('"note", sa.Text')),
    Case(
        "a required column with a server default",
        column('"rank", sa.Integer, nullable=False, server_default="3"'),
        holds=ALL.format("rank = 3"),
    ),
    Case(
        "a required number",
        column('"rank", sa.BigInteger, nullable=False'),
        filled("rank", "0"),
        ALL.format("rank = 0"),
        notes=1,
    ),
    Case(
        "a required text",
        column('"title", sa.String(200), nullable=False'),
        filled("title", "''"),
        ALL.format("title = ''"),
        notes=1,
    ),
    Case(
        "a required text with a quote in it",
        column('"title", sa.String(200), nullable=False'),
        filled("title", "'it''s \"new\" \\ 100%'"),
        ALL.format("title = 'it''s \"new\" \\ 100%'"),
        notes=1,
    ),
    Case(
        "a required flag with a server default",
        column('"done", sa.Boolean, nullable=False, server_default=sa.false()'),
        holds=ALL.format("NOT done"),
    ),
    Case(
        "a required document",
        column('"meta", postgresql.JSONB, nullable=False'),
        filled("meta", "'{}'"),
        ALL.format("meta = '{}'"),
        notes=1,
    ),
    Case(
        "a required time",
        column('"seen", sa.DateTime(timezone=True), nullable=False'),
        filled("seen", "now()"),
        ALL.format("seen <= now()"),
        notes=1,
    ),
    Case(
        "a required day with a server default",
        column('"due", sa.Date, nullable=False, server_default=sa.func.current_date()'),
        holds=ALL.format("due <= current_date"),
    ),
    Case(
        "a required price",
        column('"price", sa.Numeric(10, 2), nullable=False'),
        filled("price", "0"),
        ALL.format("price = 0.00"),
        notes=1,
    ),
    Case(
        "another value for each row",
        column('"key", sa.Uuid, nullable=False'),
        filled("key", "gen_random_uuid()", each=True),
        f"(SELECT count(DISTINCT key) FROM person) = {ROWS}",
        notes=1,
    ),
    Case(
        "another value for each row, and no two alike",
        column('"key", sa.Uuid, nullable=False, unique=True'),
        filled("key", "gen_random_uuid()", each=True),
        f"(SELECT count(DISTINCT key) FROM person) = {ROWS}",
        notes=1,
    ),
    Case(
        "a text for each row, and no two alike",
        column('"email", sa.String(254), nullable=False, unique=True'),
        filled("email", "'row-' || id || '@example.invalid'", each=True),
        f"(SELECT count(DISTINCT email) FROM person) = {ROWS}",
        notes=1,
    ),
    Case(
        "a server default that differs by row",
        column('"key", sa.Uuid, nullable=False, server_default=sa.text("gen_random_uuid()")'),
        holds=f"(SELECT count(DISTINCT key) FROM person) = {ROWS}",
    ),
    Case(
        "a choice with a server default",
        column(
            '"status", sa.Enum("open", "in-progress", name="person_status"), nullable=False, '
            'server_default="open"'
        ),
        holds=ALL.format("status = 'open'"),
    ),
    Case(
        "a required choice",
        column('"level", sa.Enum("low", "high", name="person_level"), nullable=False'),
        filled("level", "'low'"),
        ALL.format("level = 'low'"),
        notes=1,
    ),
    Case("a choice that may be null", column('"level", sa.Enum("low", "high", name="level")')),
    Case(
        "a choice of a type that is there",
        column('"evening", sa.Enum("calm", "merry", name="mood"), server_default="merry"'),
        holds=ALL.format("evening = 'merry'"),
    ),
    Case(
        "a reference with its index",
        column(
            '"friend_id", sa.Integer, sa.ForeignKey("person.id", ondelete="CASCADE"), index=True'
        ),
    ),
    Case(
        "a reference from a column that is there",
        'person.append_constraint(sa.ForeignKeyConstraint(["boss_id"], ["person.id"]))',
    ),
    Case("an index on a column that is there", "sa.Index(None, person.c.name)"),
    Case("an index over two columns", 'sa.Index("ix_both", person.c.name, person.c.id)'),
    Case("a unique index", 'sa.Index("ux_name", person.c.name, unique=True)'),
    Case(
        "a column that is there, and no two alike",
        'person.append_constraint(sa.UniqueConstraint("name"))',
    ),
    Case(
        "a unique column that may be null",
        column('"nick", sa.String(20), unique=True'),
    ),
    Case(
        "a table and a column whose names are words of SQL",
        column('"end", sa.Uuid, nullable=False, unique=True', "order"),
        filled("end", "gen_random_uuid()", each=True, table="Order"),
        f'(SELECT count(DISTINCT "end") FROM "Order") = {ROWS}',
        notes=1,
    ),
    Case(
        "a table of another schema",
        column('"place", sa.Uuid, nullable=False, unique=True', "stock"),
        filled("place", "gen_random_uuid()", each=True, table="stock"),
        f"(SELECT count(DISTINCT place) FROM shop.stock) = {ROWS}",
        notes=1,
    ),
    Case(
        "several columns at once",
        column('"rank", sa.Integer, nullable=False')
        + column('"key", sa.Uuid, nullable=False')
        + column('"level", sa.Enum("low", "high", name="level"), index=True')
        + column('"friend_id", sa.Integer, sa.ForeignKey("person.id"), index=True'),
        filled("rank", "1") | filled("key", "gen_random_uuid()", each=True),
        ALL.format("rank = 1 AND key IS NOT NULL"),
        notes=2,
    ),
    Case(
        "a link table, and a column beside it",
        'sa.Table("person_pet", metadata,\n'
        '    sa.Column("person_id", sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),\n'
        '    sa.Column("pet_id", sa.ForeignKey("pet.id", ondelete="CASCADE"), primary_key=True, index=True))\n'
        + column('"rank", sa.Integer, nullable=False, server_default="1"'),
        holds=ALL.format("rank = 1"),
    ),
    Case(
        "the key of one row, which all have",
        column('"boss", sa.Integer, sa.ForeignKey("person.id"), nullable=False, index=True', "pet"),
        {("pet", "boss"): Fill("", each=True, row=Row("person", "id", "name = 'person 7'"))},
        f"(SELECT count(*) FROM pet WHERE boss = 7) = {ROWS}",
        notes=1,
    ),
    Case(
        "a longer text",
        "person.c.name.type = sa.String(400)\n",
        notes=1,
    ),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_up_down_and_up(server: Cluster, case: Case) -> None:
    with host(server, case.change) as there:
        before = there.schema()
        made = hardened(there, case.fills)
        assert len(made.notes) == case.notes, made.notes
        there.migrate(made.code, "upgrade")
        assert_as_wanted(there, case)
        there.migrate(made.code, "downgrade")
        assert there.schema() == before
        there.migrate(made.code, "upgrade")
        assert_as_wanted(there, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_up_again_after_a_failure_at_any_statement(server: Cluster, case: Case) -> None:
    """What was committed by then stays, and the whole is run once more."""
    with host(server, case.change) as there:
        made = hardened(there, case.fills)
        before = there.schema()
        statements = len(there.migrate(made.code, "upgrade"))
        there.migrate(made.code, "downgrade")
        for number in range(1, statements + 1):
            with pytest.raises(StoppedError):
                there.migrate(made.code, "upgrade", stop_at=number)
            there.migrate(made.code, "upgrade")
            assert_as_wanted(there, case)
            there.migrate(made.code, "downgrade")
            assert there.schema() == before


OLD = {"alembic": "1.7.7", "sqlalchemy": "1.4.23"}


@pytest.mark.parametrize(
    "name",
    ["a reference with its index", "a unique column that may be null", "several columns at once"],
)
def test_in_the_words_of_older_versions(server: Cluster, name: str) -> None:
    """What they cannot be told is said in SQL; an interrupted run can be run again all the same."""
    case = next(one for one in CASES if one.name == name)
    with host(server, case.change) as there:
        before = there.schema()
        code = there.autogenerated()
        made = harden(code, fills=case.fills, known_types=("mood",), able=able_of(OLD)).code
        assert not re.search("if_(not_)?exists=|postgresql_not_valid", made)
        for _ in range(2):
            there.migrate(made, "upgrade")
            assert_as_wanted(there, case)
            there.migrate(made, "downgrade")
            assert there.schema() == before


def test_versions_that_are_not_known_are_taken_for_new_ones() -> None:
    assert able_of({}) == Able()
    assert able_of({"alembic": "1.16", "sqlalchemy": "2.1.0b1"}) == Able()
    assert able_of({"alembic": "1.12.0", "sqlalchemy": "2.0.23"}) == Able(
        columns=False, tables=False
    )
    # Alembic 1.12 knows how to make an index only if it is missing, and refuses beside 1.4
    assert able_of({"alembic": "1.12.1", "sqlalchemy": "1.4.50"}) == Able(
        columns=False, tables=False, indexes=False
    )
    assert able_of({"alembic": "1.16.4", "sqlalchemy": "1.4.54"}) == Able(
        columns=False, indexes=False
    )


def assert_as_wanted(there: Host, case: Case) -> None:
    assert there.drift() == []
    schema = there.schema()
    assert not [line for line in schema if line.startswith("invalid index")]
    checked = [line for line in schema if line.startswith("constraint")]
    assert not [line for line in checked if "not_null" in line or line.endswith(" false")]
    assert there.query(f"SELECT {case.holds}") is True
    assert there.query("SELECT count(*) FROM person") == ROWS


# Rules of Squawk about taste, and about what is meant here: the default and the check that are
# taken away stood there for the existing rows only.
NOT_MEANT = (
    "prefer-robust-stmts,prefer-bigint-over-int,prefer-text-field,prefer-identity,"
    "prefer-timestamptz,ban-char-field,ban-drop-default,ban-drop-constraint"
)
APART = ("CONCURRENTLY", "VALIDATE CONSTRAINT", "COMMIT;")


def squawk() -> str | None:
    beside = Path(sysconfig.get_path("scripts")) / "squawk"
    return str(beside) if beside.exists() else shutil.which("squawk")


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_linter_of_migrations_agrees(server: Cluster, case: Case, tmp_path: Path) -> None:
    program = squawk()
    assert program, "squawk-cli is among the development dependencies"
    with host(server, case.change) as there:
        made = hardened(there, case.fills)
        said = there.migrate(made.code, "upgrade")
    if "longer text" in case.name:
        return
    file = tmp_path / "upgrade.sql"
    file.write_text(as_script(said))
    # CURRENT_DATE is the same for all rows of a statement: PostgreSQL keeps it without a rewrite.
    more = ",adding-field-with-default" if "required day" in case.name else ""
    found = subprocess.run(
        [program, "--pg-version=16", f"--exclude={NOT_MEANT}{more}", str(file)],
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, f"{found.stdout}\n{file.read_text()}"


def as_script(said: list[str]) -> str:
    """Return what was executed, with the transactions that it was executed in.

    What stands apart may wait as long as it likes: it waits without holding anybody up.
    """
    lines, inside = ["SET statement_timeout = '60s';"], False
    for statement in said:
        apart = any(word in statement for word in APART) and "NOT VALID" not in statement
        if apart == inside:
            lines.append("COMMIT;" if inside else "BEGIN;")
            inside = not inside
        if apart:
            statement = (
                f"SET lock_timeout = '1h'; {statement.strip().rstrip(';')}; RESET lock_timeout"
            )
        lines.append(f"{statement.strip().rstrip(';')};")
    return "\n".join([*lines, *(["COMMIT;"] if inside else [])]) + "\n"


def test_the_linter_finds_what_is_left_as_alembic_wrote_it(server: Cluster, tmp_path: Path) -> None:
    program = squawk()
    assert program
    case = next(c for c in CASES if c.name == "a reference with its index")
    with host(server, case.change) as there:
        said = there.migrate(there.autogenerated(), "upgrade")
    file = tmp_path / "upgrade.sql"
    file.write_text(as_script(said))
    found = subprocess.run([program, str(file)], capture_output=True, text=True)
    for rule in ("require-concurrent-index-creation", "constraint-missing-not-valid"):
        assert rule in found.stdout


def test_where_nothing_may_leave_the_transaction(server: Cluster) -> None:
    change = column('"rank", sa.Integer, nullable=False, index=True') + column(
        '"key", sa.Uuid, nullable=False, unique=True'
    )
    fills = filled("rank", "1") | filled("key", "gen_random_uuid()", each=True)
    with host(server, change) as there:
        before = there.schema()
        made = harden(there.autogenerated(), fills=fills, apart=False)
        assert "autocommit_block" not in made.code
        assert any("while nobody can write" in note for note in made.notes)
        there.migrate(made.code, "upgrade")
        assert there.drift() == []
        there.migrate(made.code, "downgrade")
        assert there.schema() == before


def test_a_required_column_without_a_fill_is_told(server: Cluster) -> None:
    with host(server, column('"rank", sa.Integer, nullable=False')) as there:
        made = hardened(there, {})
        assert "nothing says what existing rows get" in made.notes[0]


def test_what_is_no_migration_stays_as_it_is() -> None:
    assert harden("x = 1\n").code == "x = 1\n"


def test_docstrings_stay_first_and_stand_once() -> None:
    code = '''from alembic import op
import sqlalchemy as sa


def upgrade() -> None:
    """Upgrade schema."""
    op.add_column("posts", sa.Column("rank", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_column("posts", "rank")
'''
    functions = [n for n in ast.parse(harden(code).code).body if isinstance(n, ast.FunctionDef)]
    assert [ast.get_docstring(f) for f in functions] == ["Upgrade schema.", "Downgrade schema."]
    assert [ast.unparse(f).count(' schema."""') for f in functions] == [1, 1]


def test_long_statements_are_broken_between_words() -> None:
    code = (
        "def upgrade():\n"
        '    op.execute("ALTER TABLE tasks VALIDATE CONSTRAINT fk_tasks_project_id_projects")\n'
        '    op.execute("SELECT 1")\n'
    )
    made = wrap_texts(code, 60)
    assert max(map(len, made.splitlines())) <= 60
    told = [
        ast.literal_eval(n.args[0]) for n in ast.walk(ast.parse(made)) if isinstance(n, ast.Call)
    ]
    assert told == [
        "ALTER TABLE tasks VALIDATE CONSTRAINT fk_tasks_project_id_projects",
        "SELECT 1",
    ]
    assert wrap_texts(code, 200) == code


NEW_TABLE = """
def upgrade() -> None:
    op.create_table("room", sa.Column("id", sa.Uuid(), primary_key=True))
    op.create_table(
        "desk",
        sa.Column("room_id", sa.Uuid(), sa.ForeignKey("room.id")),
        sa.Column("owner_id", sa.Uuid()),
        sa.ForeignKeyConstraint(["owner_id"], ["{target}.id"]),
    )


def downgrade() -> None:
    op.drop_table("desk")
    op.drop_table("room")
"""


@pytest.mark.parametrize(
    ("target", "locks"), [("person", True), ("public.person", True), ("room", False)]
)
def test_a_new_table_waits_for_those_in_use_for_a_moment_only(target: str, *, locks: bool) -> None:
    """To refer to one locks it, and so does taking the reference away; among new ones nobody waits."""
    code = NEW_TABLE.format(target=target)
    made = harden(code)
    assert made.notes == ()
    assert made.code.count("SET LOCAL lock_timeout = ") == (4 if locks else 0)  # and at last
    assert made.code.count(f"LOCK TABLE {target}") == (4 if locks else 0)
    up, _, down = made.code.partition("def downgrade")
    assert up.count("IN SHARE ROW EXCLUSIVE MODE") == (2 if locks else 0)  # reads go on
    assert down.count("IN ACCESS EXCLUSIVE MODE") == (2 if locks else 0)
    if not locks:
        assert made.code == code
