import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Company(Base):
    __tablename__ = "company"
    __table_args__ = (sa.Index("idx_company_name", "name"),)

    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.String(100), nullable=False)


class Contact(Base):
    __tablename__ = "contact"

    id = sa.Column(sa.Integer, primary_key=True)
    company_id = sa.Column(sa.ForeignKey("company.id"), nullable=False)
    phone = sa.Column(sa.String(40))
