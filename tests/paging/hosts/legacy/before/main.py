from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

import crud

SessionLocal = sessionmaker(bind=create_engine("sqlite:///books.db"))
app = FastAPI()


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


@app.get("/books")
def books(db: Session = Depends(get_db)):
    return crud.all_books(db)


@app.get("/authors")
def authors(page: int = 1, per_page: int = 30, db: Session = Depends(get_db)):
    return crud.some_authors(db, (page - 1) * per_page, per_page)
