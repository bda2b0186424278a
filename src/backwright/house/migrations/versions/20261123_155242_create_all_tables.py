"""Create all tables

Revision: 93fb732dae6c
After: nothing
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "93fb732dae6c"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("CREATE TYPE task_status AS ENUM ('open', 'closed')")
    op.execute("CREATE TYPE token_purpose AS ENUM ('reset_password', 'confirm_email')")
    op.create_table(
        "category",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("position >= 0", name=op.f("ck_category_position_in_range")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_category_parent_id_is_of_another")),
        sa.ForeignKeyConstraint(["parent_id"], ["category.id"], name=op.f("fk_category_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("name", name=op.f("uq_category_name")),
    )
    op.create_index(
        op.f("ix_category_created_at_id"), "category", ["created_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_category_parent_id_created_at_id"),
        "category",
        ["parent_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "label",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
        sa.UniqueConstraint("name", name=op.f("uq_label_name")),
    )
    op.create_index(op.f("ix_label_created_at_id"), "label", ["created_at", "id"], unique=False)
    op.create_table(
        "user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("full_name", sa.String(length=200), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_email_is_lower_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_table(
        "category_label",
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("label_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["category.id"],
            name=op.f("fk_category_label_category_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["label_id"], ["label.id"], name=op.f("fk_category_label_label_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("category_id", "label_id", name=op.f("pk_category_label")),
    )
    op.create_index(
        op.f("ix_category_label_label_id"), "category_label", ["label_id"], unique=False
    )
    op.create_table(
        "login_session",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "last_used_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_agent", sa.String(length=200), nullable=True),
        sa.Column("refresh_token_id", sa.Uuid(), nullable=False),
        sa.Column("previous_refresh_token_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_login_session_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_login_session")),
    )
    op.create_table(
        "one_time_token",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            postgresql.ENUM(
                "reset_password", "confirm_email", name="token_purpose", create_type=False
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_one_time_token_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "purpose", name=op.f("pk_one_time_token")),
    )
    op.create_table(
        "project",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("inbox", sa.String(length=254), nullable=False),
        sa.Column("site", sa.String(length=2083), nullable=True),
        sa.Column("budget", sa.Numeric(precision=12, scale=2), server_default="0", nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_project_category_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_project_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_project")),
        sa.UniqueConstraint("owner_id", "inbox", name=op.f("uq_project_owner_id_inbox")),
    )
    op.create_index(
        op.f("ix_project_owner_id_category_id_created_at_id"),
        "project",
        ["owner_id", "category_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_project_owner_id_created_at_id"),
        "project",
        ["owner_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "tag",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_tag_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_tag")),
        sa.UniqueConstraint("owner_id", "key", name=op.f("uq_tag_owner_id_key")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_tag_owner_id_name")),
    )
    op.create_index(
        op.f("ix_tag_owner_id_created_at_id"), "tag", ["owner_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "task",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("done", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("priority", sa.Integer(), server_default="3", nullable=False),
        sa.Column(
            "status",
            postgresql.ENUM("open", "closed", name="task_status", create_type=False),
            server_default="open",
            nullable=False,
        ),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("priority BETWEEN 1 AND 5", name=op.f("ck_task_priority_in_range")),
        sa.ForeignKeyConstraint(
            ["owner_id", "project_id"],
            ["project.owner_id", "project.id"],
            name=op.f("fk_task_owner_id_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_task_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_task")),
    )
    op.create_index(
        op.f("ix_task_owner_id_created_at_id"),
        "task",
        ["owner_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_task_owner_id_priority_id"), "task", ["owner_id", "priority", "id"], unique=False
    )
    op.create_index(
        op.f("ix_task_owner_id_project_id_created_at_id"),
        "task",
        ["owner_id", "project_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "comment",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "meta",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("tag_id", sa.Uuid(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_comment_parent_id_is_of_another")),
        sa.ForeignKeyConstraint(
            ["owner_id", "parent_id"],
            ["comment.owner_id", "comment.id"],
            name=op.f("fk_comment_owner_id_parent_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "tag_id"],
            ["tag.owner_id", "tag.id"],
            name=op.f("fk_comment_owner_id_tag_id"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "task_id"],
            ["task.owner_id", "task.id"],
            name=op.f("fk_comment_owner_id_task_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_comment_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", "id", name=op.f("pk_comment")),
    )
    op.create_index(
        op.f("ix_comment_owner_id_created_at_id"),
        "comment",
        ["owner_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_comment_owner_id_parent_id_created_at_id"),
        "comment",
        ["owner_id", "parent_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_comment_owner_id_tag_id_created_at_id"),
        "comment",
        ["owner_id", "tag_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_comment_owner_id_task_id_created_at_id"),
        "comment",
        ["owner_id", "task_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "task_tag",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("tag_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "tag_id"],
            ["tag.owner_id", "tag.id"],
            name=op.f("fk_task_tag_owner_id_tag_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id", "task_id"],
            ["task.owner_id", "task.id"],
            name=op.f("fk_task_tag_owner_id_task_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_task_tag_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", "task_id", "tag_id", name=op.f("pk_task_tag")),
    )
    op.create_index(
        op.f("ix_task_tag_owner_id_tag_id"), "task_tag", ["owner_id", "tag_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_task_tag_owner_id_tag_id"), table_name="task_tag")
    op.drop_table("task_tag")
    op.drop_index(op.f("ix_comment_owner_id_task_id_created_at_id"), table_name="comment")
    op.drop_index(op.f("ix_comment_owner_id_tag_id_created_at_id"), table_name="comment")
    op.drop_index(op.f("ix_comment_owner_id_parent_id_created_at_id"), table_name="comment")
    op.drop_index(op.f("ix_comment_owner_id_created_at_id"), table_name="comment")
    op.drop_table("comment")
    op.drop_index(op.f("ix_task_owner_id_project_id_created_at_id"), table_name="task")
    op.drop_index(op.f("ix_task_owner_id_priority_id"), table_name="task")
    op.drop_index(op.f("ix_task_owner_id_created_at_id"), table_name="task")
    op.drop_table("task")
    op.drop_index(op.f("ix_tag_owner_id_created_at_id"), table_name="tag")
    op.drop_table("tag")
    op.drop_index(op.f("ix_project_owner_id_created_at_id"), table_name="project")
    op.drop_index(op.f("ix_project_owner_id_category_id_created_at_id"), table_name="project")
    op.drop_table("project")
    op.drop_table("one_time_token")
    op.drop_table("login_session")
    op.drop_index(op.f("ix_category_label_label_id"), table_name="category_label")
    op.drop_table("category_label")
    op.drop_table("user")
    op.drop_index(op.f("ix_label_created_at_id"), table_name="label")
    op.drop_table("label")
    op.drop_index(op.f("ix_category_parent_id_created_at_id"), table_name="category")
    op.drop_index(op.f("ix_category_created_at_id"), table_name="category")
    op.drop_table("category")
    op.execute("DROP TYPE task_status")
    op.execute("DROP TYPE token_purpose")
