from sqlalchemy import Column, ForeignKey, Integer, String

from shop.database import Base


class User(Base):
    __tablename__ = 'users'

    id = Column(Integer, primary_key=True)
    email = Column(String(120), unique=True, nullable=False)
    token = Column(String(64), unique=True, nullable=False)


class Shelf(Base):
    __tablename__ = 'shelves'

    id = Column(Integer, primary_key=True)
    label = Column(String(20), nullable=False)
    user_id = Column(Integer, ForeignKey('users.id'), nullable=False)
