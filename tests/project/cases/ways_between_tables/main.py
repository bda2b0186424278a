from fastapi import FastAPI
from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Integer
from sqlalchemy.orm import DeclarativeBase, Mapped, backref, foreign, relationship

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Numbered(Base):
    __abstract__ = True
    id = Column(Integer, primary_key=True)


class Case(Base):
    __tablename__ = "case"
    id = Column(Integer, primary_key=True)
    assignee_id = Column(Integer, ForeignKey("member.id"))
    status = Column(Integer)
    by_status = Index("by_status", status)
    assignee = relationship("Member", foreign_keys=[assignee_id])
    members = relationship("Member", foreign_keys="[Member.case_id]", back_populates="case")


class Member(Base):
    __tablename__ = "member"
    id = Column(Integer, primary_key=True)
    case_id = Column(Integer, ForeignKey("case.id"))
    case = relationship("Case", foreign_keys=[case_id], back_populates="members")


class Settings(Base):
    __tablename__ = "settings"
    id = Column(Integer, primary_key=True)
    member_id = Column(Integer, ForeignKey("member.id"))
    member = relationship("Member", backref=backref("settings", uselist=False))


class Box(Numbered):
    __tablename__ = "box"
    size = Column(Integer)
    largest = Index("largest", size.desc())


class Lid(Numbered):
    __tablename__ = "lid"
    box_id = Column(Integer, ForeignKey(Box.id))


class Part(Base):
    __tablename__ = "part"
    id = Column(Integer, primary_key=True)
    whole_id = Column(Integer)
    whole = relationship("Whole", primaryjoin=lambda: foreign(Part.whole_id) == Whole.id)


class Whole(Base):
    __tablename__ = "whole"
    id = Column(Integer, primary_key=True)
    parts = relationship("Part", primaryjoin=lambda: Whole.id == foreign(Part.whole_id))


class Shelf(Base):
    __tablename__ = "shelf"
    room = Column(Integer, primary_key=True)
    number = Column(Integer, primary_key=True)


class Room(Base):
    __tablename__ = "room"
    id = Column(Integer, primary_key=True)


class Book(Base):
    __tablename__ = "book"
    __table_args__ = (
        ForeignKeyConstraint(["room", "number"], ["shelf.room", "shelf.number"]),
        ForeignKeyConstraint(["room"], ["room.id"]),
    )
    id = Column(Integer, primary_key=True)
    room = Column(Integer)
    number = Column(Integer)
    place = relationship("Room", backref="books")


class Gateway(Base):
    __tablename__ = "gateway"
    id = Column(Integer, primary_key=True)
    first_replica_id = Column(Integer, ForeignKey("replica.id"))
    owner_id = Column(Integer, ForeignKey("room.id"), unique=True)
    owner = relationship(Room, backref="gateways")
    first_replica: Mapped["Replica"] = relationship(
        foreign_keys=[first_replica_id], back_populates="first_of"
    )


class Replica(Base):
    __tablename__ = "replica"
    id = Column(Integer, primary_key=True)
    gateway_id = Column(Integer, ForeignKey("gateway.id"))
    first_of: Mapped["Gateway"] = relationship(
        foreign_keys="Gateway.first_replica_id", back_populates="first_replica"
    )
