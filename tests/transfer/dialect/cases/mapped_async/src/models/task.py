from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship
from src.db.base import Base, TimestampMixin

if TYPE_CHECKING:
    from src.models.account import UserModel


class TaskModel(TimestampMixin, Base):
    """A piece of work."""

    __tablename__ = 'tasks'

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, comment='Key')
    user_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey('users.id', ondelete='CASCADE'), comment='Whose it is'
    )
    title: Mapped[str] = mapped_column(sa.String(255), nullable=False, comment='Heading')
    description: Mapped[str | None] = mapped_column(sa.Text, nullable=True, comment='Text')
    is_completed: Mapped[bool] = mapped_column(
        server_default=sa.false(), nullable=False, comment='Whether it is done'
    )

    user: Mapped['UserModel'] = relationship(back_populates='tasks', lazy='selectin')
