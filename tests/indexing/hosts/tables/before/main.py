from fastapi import FastAPI
from sqlalchemy import Column, DateTime, ForeignKey, Integer, MetaData, String, Table, create_engine

metadata = MetaData()
engine = create_engine("postgresql://localhost/events")

places = Table(
    "places",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(100), nullable=False),
)
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("place_id", Integer, ForeignKey("places.id"), nullable=False),
    Column("begins_at", DateTime, nullable=False),
)

app = FastAPI()


@app.get("/places")
def find_places(name: str):
    with engine.connect() as connection:
        rows = connection.execute(places.select().where(places.c.name == name))
        return [dict(row._mapping) for row in rows]


@app.get("/places/{place_id}/events")
def next_events(place_id: int):
    query = events.select().where(events.c.place_id == place_id).order_by(events.c.begins_at)
    with engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(query.limit(10))]
