from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship
from src.db.base import Base, TimestampMixin

if TYPE_CHECKING:
    from src.models.task import TaskModel


class UserModel(TimestampMixin, Base):
    __tablename__ = 'users'

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, comment='Key')
    email: Mapped[str] = mapped_column(sa.String(320), unique=True, index=True, comment='Address')
    password_hash: Mapped[str] = mapped_column(sa.String(255), comment='Password')

    tasks: Mapped[list['TaskModel']] = relationship(back_populates='user', lazy='selectin')
