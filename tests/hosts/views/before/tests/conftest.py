import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import StaticPool

from stock.database import Base, get_db
from stock.main import app
from stock.models import Part, Shelf


@pytest.fixture
def db():
    engine = create_engine(
        "sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool
    )
    Base.metadata.create_all(engine)
    session = sessionmaker(bind=engine)()
    yield session
    session.close()


@pytest.fixture
def client(db):
    app.dependency_overrides[get_db] = lambda: db
    yield TestClient(app)
    app.dependency_overrides.clear()


@pytest.fixture
def shelf(db):
    row = Shelf(label="A1")
    db.add(row)
    db.commit()
    return row


@pytest.fixture
def part(db, shelf):
    row = Part(name="Bolt", description="M8", quantity=3, shelf_id=shelf.id)
    db.add(row)
    db.commit()
    return row
