"""The account that gets the rows that are there: made by the migration, without a password."""

from pathlib import Path

from backwright.project.types import Column, Model
from backwright.tasks.heirs import Heir, make_heir
from backwright.transfer.guarding.adopting import Accounts

CODE = '''"""add accounts"""


def upgrade() -> None:
    op.create_table("users", sa.Column("id", sa.Integer()))
    op.add_column("pets", sa.Column("owner_id", sa.Integer()))


def downgrade() -> None:
    op.drop_table("users")
'''


def column(name: str, kind: str, *, nullable: bool = False) -> Column:
    return Column(name, kind, nullable, name == "id", None, index=False, unique=False)


def heir(*more: Column) -> Heir:
    columns = (column("id", "int"), column("email", "str"), column("hashed_password", "str"))
    model = Model("User", "users", "app/models.py", 1, (*columns, *more), ())
    return Heir("it's@example.com", Accounts(), model, "int", ("pets",), sqlite=False)


def test_the_account_is_made_behind_its_table(tmp_path: Path) -> None:
    (tmp_path / "1.py").write_text(CODE)
    make_heir(tmp_path, ["1.py"], heir(column("is_active", "bool"), column("note", "str")))
    code = (tmp_path / "1.py").read_text()
    assert code.index("create_table") < code.index("INSERT INTO users") < code.index("add_column")
    assert "(email, hashed_password, is_active, note)" in code
    assert "'it''s@example.com'" in code
    assert "true, ''" in code
    assert "$2b$12$" in code
    assert "WHERE NOT EXISTS (SELECT id FROM users WHERE email = 'it''s@example.com'" in code


def test_rows_get_its_key() -> None:
    assert heir().fills["pets", "owner_id"].each
    assert "SELECT id FROM users" in heir().fills["pets", "owner_id"].sql
