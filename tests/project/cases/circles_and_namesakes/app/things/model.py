from app.base import Base


class Thing(Base):
    __tablename__ = "things"
