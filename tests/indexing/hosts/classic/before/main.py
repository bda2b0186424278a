from fastapi import Depends, FastAPI
from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, String, create_engine
from sqlalchemy.ext.declarative import declarative_base
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine("postgresql://localhost/blog")
SessionLocal = sessionmaker(bind=engine)
Base = declarative_base()


class InSchema(Base):
    __abstract__ = True
    __table_args__ = {"schema": "blog"}


class Author(Base):
    __tablename__ = "authors"
    __table_args__ = {"mysql_engine": "InnoDB"}
    id = Column(Integer, primary_key=True)
    name = Column(String, nullable=False)
    born = Column(DateTime)


class Post(Base):
    __tablename__ = "posts"
    id = Column(Integer, primary_key=True)
    author_id = Column(Integer, ForeignKey("authors.id"), nullable=False, index=False)
    published = Column(Boolean, default=False)
    published_at = Column(DateTime)


class Visit(InSchema):
    __tablename__ = "visits"
    id = Column(Integer, primary_key=True)
    post_id = Column(Integer, ForeignKey("posts.id"))
    at = Column(DateTime, nullable=False)


app = FastAPI()


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


@app.get("/authors")
def authors(name: str, db: Session = Depends(get_db)):
    return db.query(Author).filter_by(name=name).order_by(Author.born).all()


@app.get("/posts")
def posts(author_id: int, db: Session = Depends(get_db)):
    return db.query(Post).filter(Post.author_id == author_id, Post.published == True).all()


@app.get("/posts/{post_id}/visits")
def visits(post_id: int, db: Session = Depends(get_db)):
    return db.query(Visit).filter(Visit.post_id == post_id).order_by(Visit.at.desc()).limit(5).all()
