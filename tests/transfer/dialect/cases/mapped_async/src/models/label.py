import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
from src.db.base import Base, TimestampMixin


class LabelModel(TimestampMixin, Base):
    __tablename__ = 'labels'

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, comment='Key')
    name: Mapped[str] = mapped_column(sa.String(50), comment='Name')
