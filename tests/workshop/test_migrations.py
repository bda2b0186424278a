"""Migrations of a filled database: those that are right pass, each kind of fault is found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.workshop.hosts import FIRST, SECOND, migrating

from backwright.host.postgres import Cluster
from backwright.values import Check
from backwright.workshop import Bench, verify

ADD_NOTE = 'person.append_column(sa.Column("note", sa.String(9)))'
PET = """
pet = sa.Table(
    "pet", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Enum("cat", "dog", name="kind"), nullable=False),
    sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
)
"""
CREATE_PET = """
op.create_table("pet",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Enum("cat", "dog", name="kind"), nullable=False),
    sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id"), nullable=False))
"""


@dataclass(frozen=True)
class Case:
    """One migration, and what the check says of it."""

    name: str
    upgrade: str
    downgrade: str
    models: str
    verdict: str
    detail: str


# As SQLModel before 0.0.7 makes it of `id: int = Field(default=None, primary_key=True)`.
NULLED = PET.replace("primary_key=True)", "primary_key=True, nullable=True)")

CASES = [
    Case(
        "a key that may be null, as far as the models say, and cannot be",
        CREATE_PET.replace("primary_key=True)", "primary_key=True, nullable=True)"),
        'op.drop_table("pet"); sa.Enum(name="kind").drop(op.get_bind())',
        NULLED,
        "pass",
        "3 rows",
    ),
    Case(
        "a nullable column",
        'op.add_column("person", sa.Column("note", sa.String(9)))',
        'op.drop_column("person", "note")',
        ADD_NOTE,
        "pass",
        "3 rows in 1 table",
    ),
    Case(
        "a required column with a default for the rows that exist",
        'op.add_column("person", sa.Column("n", sa.Integer, nullable=False, server_default="1"))',
        'op.drop_column("person", "n")',
        'person.append_column(sa.Column("n", sa.Integer, nullable=False, server_default="1"))',
        "pass",
        "3 rows",
    ),
    Case(
        "a required column filled from another",
        'op.add_column("person", sa.Column("note", sa.String(50)))\n'
        'op.execute("UPDATE person SET note = name")\n'
        'op.alter_column("person", "note", nullable=False)',
        'op.drop_column("person", "note")',
        'person.append_column(sa.Column("note", sa.String(50), nullable=False))',
        "pass",
        "3 rows",
    ),
    Case(
        "a table with an enum",
        CREATE_PET,
        'op.drop_table("pet")\nop.execute("DROP TYPE kind")',
        PET,
        "pass",
        "3 rows in 1 new table",
    ),
    Case(
        "an index made concurrently",
        "with op.get_context().autocommit_block():\n"
        '    op.create_index("ix", "person", ["name"], postgresql_concurrently=True)',
        "with op.get_context().autocommit_block():\n"
        '    op.drop_index("ix", postgresql_concurrently=True)',
        'sa.Index("ix", person.c.name)',
        "pass",
        "3 rows",
    ),
    Case(
        "a column of another type",
        'op.alter_column("person", "name", type_=sa.Text())',
        'op.alter_column("person", "name", type_=sa.String(40))',
        "person.c.name.type = sa.Text()",
        "pass",
        "not compared: person.name",
    ),
    Case("nothing at all", "", "", "", "pass", "3 rows"),
    Case(
        "a required column without a default",
        'op.add_column("person", sa.Column("n", sa.Integer, nullable=False))',
        'op.drop_column("person", "n")',
        'person.append_column(sa.Column("n", sa.Integer, nullable=False))',
        "fail",
        "contains null values",
    ),
    Case(
        "a unique constraint that the rows do not meet",
        'op.create_unique_constraint("uq", "person", ["active"])',
        'op.drop_constraint("uq", "person")',
        'person.append_constraint(sa.UniqueConstraint("active", name="uq"))',
        "fail",
        "could not create unique index",
    ),
    Case(
        "an enum that the downgrade leaves behind",
        CREATE_PET,
        'op.drop_table("pet")',
        PET,
        "fail",
        "with enum kind cat,dog",
    ),
    Case(
        "a downgrade that leaves a column behind",
        'op.add_column("person", sa.Column("note", sa.String(9)))',
        "",
        ADD_NOTE,
        "fail",
        "with column person.note",
    ),
    Case(
        "a downgrade that takes too much",
        'op.add_column("person", sa.Column("note", sa.String(9)))',
        'op.drop_column("person", "note")\nop.drop_column("person", "active")',
        ADD_NOTE,
        "fail",
        "without column person.active",
    ),
    Case(
        "a downgrade that was never written",
        'op.add_column("person", sa.Column("note", sa.String(9)))',
        'raise NotImplementedError("no way back")',
        ADD_NOTE,
        "fail",
        "no way back",
    ),
    Case(
        "rows that vanish",
        'op.execute("DELETE FROM person WHERE active")',
        "",
        "",
        "fail",
        "person had 3 rows, has 1",
    ),
    Case(
        "values that change",
        "op.execute(\"UPDATE person SET name = 'x' WHERE active\")",
        "",
        "",
        "fail",
        "values in person are different",
    ),
    Case(
        "rows that the way back loses",
        "",
        'op.execute("DELETE FROM person WHERE active")',
        "",
        "fail",
        "the downgrade changes rows: person had 3 rows, has 1",
    ),
    Case("a model that no migration makes", "", "", PET, "fail", "models and migrations differ"),
    Case(
        "a migration that cannot be read",
        "this is no Python",
        "",
        "",
        "fail",
        "SyntaxError",
    ),
]


def made(bench: Bench) -> Check:
    (result,) = verify(bench, only=["migrations"])
    return result


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_migration(cluster: Cluster, tmp_path: Path, case: Case) -> None:
    with migrating(
        tmp_path / "host",
        cluster,
        upgrade=case.upgrade,
        downgrade=case.downgrade,
        models=case.models,
    ) as bench:
        result = made(bench)
    assert result.verdict == case.verdict, result.detail
    assert case.detail in result.detail


def test_drift_that_was_there_before_is_no_fault_of_the_change(
    cluster: Cluster, tmp_path: Path
) -> None:
    drifted = FIRST.replace('sa.Column("active", sa.Boolean, nullable=False),', "")
    with migrating(
        tmp_path / "host",
        cluster,
        upgrade='op.add_column("person", sa.Column("note", sa.String(9)))',
        downgrade='op.drop_column("person", "note")',
        models=ADD_NOTE,
        extra={"migrations/versions/a1.py": drifted},
    ) as bench:
        assert made(bench).verdict == "pass"


def test_one_of_two_heads_is_extended(cluster: Cluster, tmp_path: Path) -> None:
    other = SECOND.format(down="None", upgrade="    pass", downgrade="    pass")
    with migrating(
        tmp_path / "host",
        cluster,
        upgrade='op.add_column("person", sa.Column("note", sa.String(9)))',
        downgrade='op.drop_column("person", "note")',
        models=ADD_NOTE,
        extra={"migrations/versions/c3.py": other.replace("b2", "c3")},
    ) as bench:
        result = made(bench)
    assert result.verdict == "pass", result.detail


def test_sqlite(tmp_path: Path) -> None:
    with migrating(
        tmp_path / "host",
        None,
        upgrade='op.add_column("person", sa.Column("note", sa.String(9)))',
        downgrade='op.drop_column("person", "note")',
        models=ADD_NOTE,
        variables={"DATABASE_URL": "sqlite:///{file}"},
    ) as bench:
        result = made(bench)
    assert result.verdict == "pass", result.detail
    assert "3 rows in 1 table" in result.detail


def test_what_cannot_be_checked_says_why(cluster: Cluster, tmp_path: Path) -> None:
    with migrating(tmp_path / "host", cluster, variables={}) as bench:
        result = made(bench)
    assert result.verdict == "skipped"
    assert result.detail.startswith("before, too, KeyError: 'DATABASE_URL'")
