"""The migrations make other tables than the models declare.

Why: what a model has and no migration makes works on the developer's machine (`create_all`), and is
missing in production: the first request that touches it is answered with 500.

Bad:

    # models.py
    from sqlmodel import Field, SQLModel
    class Item(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
        price: int = 0
    # alembic.ini
    [alembic]
    script_location = migrations
    # migrations/env.py
    import models
    target_metadata = models.SQLModel.metadata
    # migrations/versions/1_first.py
    import sqlalchemy as sa
    from alembic import op
    revision = "1"
    down_revision = None
    def upgrade() -> None:
        op.create_table("item", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String()))

Good:

    # models.py
    from sqlmodel import Field, SQLModel
    class Item(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        name: str
        price: int = 0
    # alembic.ini
    [alembic]
    script_location = migrations
    # migrations/env.py
    import models
    target_metadata = models.SQLModel.metadata
    # migrations/versions/1_first.py
    import sqlalchemy as sa
    from alembic import op
    revision = "1"
    down_revision = None
    def upgrade() -> None:
        op.create_table("item", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String()))
    # migrations/versions/2_price.py
    import sqlalchemy as sa
    from alembic import op
    revision = "2"
    down_revision = "1"
    def upgrade() -> None:
        op.add_column("item", sa.Column("price", sa.Integer()))

Leave it: for tables that another program makes.
"""

from __future__ import annotations

from collections.abc import Iterator

from backwright.audit.revisions import Schema, schema_of
from backwright.audit.rule import Found, Judged, rule
from backwright.audit.subject import Subject
from backwright.project.types import Model
from backwright.values import Place


@rule(item=None, level="warning")
def check(subject: Subject) -> Iterator[Judged]:
    """Compare the models with what the migrations make, where every step of them can be read."""
    schema = schema_of(subject)
    facts = subject.project.migrations
    if schema is None or facts is None:
        return
    beside = facts.folder.rpartition("/")[0]
    for model in subject.project.models:
        if beside and not model.file.startswith(f"{beside}/"):
            continue  # of another program, which has migrations of its own
        columns = schema.columns(model.table)
        place = Place(model.file, model.line)
        if columns is None:
            yield Found(
                place,
                f"no migration makes the table {model.table} of {model.name}",
                f'alembic revision --autogenerate -m "add {model.table}"',
                cause="tables that no migration makes",
            )
            continue
        yield from _columns(model, columns, schema)


def _columns(model: Model, made: frozenset[str], schema: Schema) -> Iterator[Judged]:
    """Judge the columns that only one side has."""
    for one in model.columns:
        if one.name not in made and one.name.lower() not in {it.lower() for it in made}:
            yield Found(
                Place(one.file or model.file, one.line or model.line),
                f"no migration makes the column {model.table}.{one.name}",
                f'alembic revision --autogenerate -m "add {one.name} to {model.table}"',
            )
    known = {one.name.lower() for one in model.columns}
    left = sorted(it for it in made if it.lower() not in known)
    if left and len(known) and not schema.renames:
        yield Found(
            Place(model.file, model.line),
            f"the migrations make {model.table}.{', '.join(left)}, which {model.name} does not have",
            "drop it in a migration, or declare it",
            level="note",
        )
