"""What Alembic leaves without a name gets the one that PostgreSQL gives, and no warning is left of it."""

from __future__ import annotations

from backwright.transfer.migration.naming import name_constraints

_WARNING = """    # WARNING: constraint name is None; this directive will fail as
    # rendered.  Add a name, or use a naming convention; see
    # https://alembic.sqlalchemy.org/en/latest/naming.html
"""
_UPGRADE = """from alembic import op


def upgrade() -> None:
    op.create_foreign_key(None, "notes", "users", ["owner_id"], ["id"])


def downgrade() -> None:
"""


def test_a_warning_goes_with_what_it_warns_of() -> None:
    drop = '    op.drop_constraint({name}, "notes", type_="foreignkey")\n'
    code = name_constraints(_UPGRADE + _WARNING + drop.format(name="None"))
    assert "WARNING" not in code
    assert code.endswith("def downgrade() -> None:\n" + drop.format(name="'notes_owner_id_fkey'"))


def test_what_gets_no_name_stays_with_its_warning() -> None:
    code = _UPGRADE + _WARNING + '    op.drop_constraint(None, "others", type_="check")\n'
    assert name_constraints(code).endswith(code.removeprefix(_UPGRADE))
