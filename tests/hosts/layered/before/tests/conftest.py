from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool

from shop.database import Base, get_db
from shop.main import app
from shop.models import Category, Product


@pytest.fixture
def db() -> Iterator[Session]:
    engine = create_engine(
        "sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool
    )
    Base.metadata.create_all(engine)
    with sessionmaker(bind=engine)() as session:
        yield session


@pytest.fixture
def client(db: Session) -> Iterator[TestClient]:
    app.dependency_overrides[get_db] = lambda: db
    yield TestClient(app)
    app.dependency_overrides.clear()


@pytest.fixture
def category(db: Session) -> Category:
    category = Category(name="Tools")
    db.add(category)
    db.commit()
    return category


@pytest.fixture
def product(db: Session, category: Category) -> Product:
    product = Product(name="Hammer", stock=3, category_id=category.id)
    db.add(product)
    db.commit()
    return product
