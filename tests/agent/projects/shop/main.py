"""A shop: what it sells, and what its customers order."""

from datetime import datetime
from decimal import Decimal

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from jose import jwt
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, select

engine = create_engine("postgresql://localhost/shop")
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="/api/auth/login")
app = FastAPI()


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True, index=True)
    password_hash: str
    orders: list["Order"] = Relationship(back_populates="user")


class Category(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    products: list["Product"] = Relationship(back_populates="category")


class Product(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    price: Decimal
    category_id: int = Field(foreign_key="category.id")
    category: Category = Relationship(back_populates="products")


class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    created_at: datetime
    total: Decimal
    user_id: int = Field(foreign_key="user.id")
    user: User = Relationship(back_populates="orders")


def get_session():
    with Session(engine) as session:
        yield session


def get_current_user(
    token: str = Depends(oauth2_scheme), session: Session = Depends(get_session)
) -> User:
    payload = jwt.decode(token, "secret", algorithms=["HS256"])
    user = session.get(User, int(payload["sub"]))
    if user is None:
        raise HTTPException(status_code=401)
    return user


@app.get("/api/products")
def list_products(session: Session = Depends(get_session)) -> list[Product]:
    return session.exec(select(Product)).all()


@app.get("/api/orders")
def list_orders(
    session: Session = Depends(get_session), user: User = Depends(get_current_user)
) -> list[Order]:
    return session.exec(select(Order).where(Order.user_id == user.id)).all()
