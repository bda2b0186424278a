"""What a migration drops before its own transaction ends may be gone when it is run again."""

import pytest

from backwright.transfer.migration import harden
from backwright.transfer.migration.able import Able

CODE = """from alembic import op


def upgrade() -> None:
    op.drop_constraint(op.f("tags_name_key"), "tags", type_="unique")
    op.drop_index("ix_tags_word", table_name="tags")
    op.create_unique_constraint(None, "tags", ["owner_id", "name"])


def downgrade() -> None:
    op.drop_constraint("tags_owner_id_name_key", "tags", type_="unique")
    op.create_unique_constraint(op.f("tags_name_key"), "tags", ["name"])
"""
NEWER = (
    'op.drop_constraint(op.f("tags_name_key"), "tags", type_="unique", if_exists=True)',
    'op.drop_index("ix_tags_word", table_name="tags", if_exists=True)',
)
OLDER = (
    'op.execute("ALTER TABLE tags DROP CONSTRAINT IF EXISTS tags_name_key")',
    'op.execute("DROP INDEX IF EXISTS ix_tags_word")',
)


@pytest.mark.parametrize(
    ("able", "said"), [(Able(), NEWER), (Able(columns=False, indexes=False), OLDER)]
)
def test_what_is_dropped_first(able: Able, said: tuple[str, ...]) -> None:
    code = harden(CODE, able=able).code
    for one in said:
        assert one in code


def test_in_one_transaction_it_is_there() -> None:
    code = harden(CODE, apart=False).code
    assert 'op.drop_index("ix_tags_word", table_name="tags")' in code
