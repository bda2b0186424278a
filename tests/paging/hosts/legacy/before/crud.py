from sqlalchemy.orm import Session

import models


def all_books(db: Session):
    return (
        db.query(models.Book)
        .filter(models.Book.hidden.is_(False))
        .all()
    )


def some_authors(db: Session, offset: int, limit: int):
    return db.query(models.Author).order_by(models.Author.id).offset(offset).limit(limit).all()


def titles(db: Session):
    return [book.title for book in all_books(db)]
