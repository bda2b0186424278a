"""A project's own env.py may write the making of enum types, as the house's does."""

from backwright.transfer.migration import harden

MIGRATION = """import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


def upgrade():
    op.execute("CREATE TYPE mood AS ENUM ('good', 'bad')")
    op.add_column('pet', sa.Column('mood', postgresql.ENUM('good', 'bad', name='mood', create_type=False)))
{more}

def downgrade():
    op.drop_column('pet', 'mood')
    op.execute("DROP TYPE mood")
"""


def test_a_type_is_made_and_dropped_once() -> None:
    code = harden(MIGRATION.format(more="")).code
    assert code.count("CREATE TYPE mood AS ENUM ('good', 'bad')") == 1
    assert code.count("DROP TYPE mood") == 1
    assert code.index("drop_column") < code.index("DROP TYPE")
    assert code.count("postgresql.ENUM('good', 'bad', name='mood', create_type=False)") == 1


def test_it_may_be_there_where_the_migration_may_be_run_again() -> None:
    more = "    op.create_index('ix_pet_mood', 'pet', ['mood'])\n"
    code = harden(MIGRATION.format(more=more)).code
    assert "EXCEPTION WHEN duplicate_object THEN NULL;" in code
    assert code.count("CREATE TYPE mood") == 1
