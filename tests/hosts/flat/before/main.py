"""A library of films: everything in one file."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, select

engine = create_engine(os.environ.get("DATABASE_URL", "sqlite:///films.db"))

app = FastAPI(title="Films")


def get_session():
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]


@app.on_event("startup")
def create_tables():
    SQLModel.metadata.create_all(engine)


# Studios


class Studio(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    films: list["Film"] = Relationship(back_populates="studio")


@app.post("/studios", status_code=201)
def create_studio(studio: Studio, session: SessionDep) -> Studio:
    session.add(studio)
    session.commit()
    session.refresh(studio)
    return studio


@app.get("/studios")
def read_studios(session: SessionDep) -> list[Studio]:
    return session.exec(select(Studio)).all()


# Films


class FilmBase(SQLModel):
    title: str = Field(index=True, min_length=1, max_length=100)
    year: int = Field(ge=1888)
    plot: str | None = None
    studio_id: int | None = Field(default=None, foreign_key="studio.id")


class Film(FilmBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    studio: Studio | None = Relationship(back_populates="films")


class FilmCreate(FilmBase):
    pass


class FilmUpdate(SQLModel):
    title: str | None = Field(default=None, min_length=1, max_length=100)
    year: int | None = Field(default=None, ge=1888)
    plot: str | None = None
    studio_id: int | None = None


class FilmPublic(FilmBase):
    id: int


@app.post("/films", response_model=FilmPublic, status_code=201)
def create_film(film: FilmCreate, session: SessionDep):
    db_film = Film.model_validate(film)
    session.add(db_film)
    session.commit()
    session.refresh(db_film)
    return db_film


@app.get("/films", response_model=list[FilmPublic])
def read_films(session: SessionDep, offset: int = 0, limit: Annotated[int, Query(le=100)] = 100):
    return session.exec(select(Film).offset(offset).limit(limit)).all()


@app.get("/films/{film_id}", response_model=FilmPublic)
def read_film(film_id: int, session: SessionDep):
    film = session.get(Film, film_id)
    if not film:
        raise HTTPException(status_code=404, detail="Film not found")
    return film


@app.patch("/films/{film_id}", response_model=FilmPublic)
def update_film(film_id: int, film: FilmUpdate, session: SessionDep):
    film_db = session.get(Film, film_id)
    if not film_db:
        raise HTTPException(status_code=404, detail="Film not found")
    film_db.sqlmodel_update(film.model_dump(exclude_unset=True))
    session.add(film_db)
    session.commit()
    session.refresh(film_db)
    return film_db


@app.delete("/films/{film_id}")
def delete_film(film_id: int, session: SessionDep):
    film = session.get(Film, film_id)
    if not film:
        raise HTTPException(status_code=404, detail="Film not found")
    session.delete(film)
    session.commit()
    return {"ok": True}
