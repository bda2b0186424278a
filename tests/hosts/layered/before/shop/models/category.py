from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.database import Base


class Category(Base):
    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)

    products: Mapped[list["Product"]] = relationship(back_populates="category")
