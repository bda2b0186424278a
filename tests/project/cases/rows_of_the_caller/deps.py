from typing import Annotated

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlmodel import Session, create_engine, select

from crud import ItemCrud
from models import Item, User

engine = create_engine("sqlite://")
bearer = OAuth2PasswordBearer(tokenUrl="login")


def get_session():
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]


def claims(token: Annotated[str, Depends(bearer)]) -> dict:
    return jwt.decode(token, "secret", algorithms=["HS256"])


def get_current_user(session: SessionDep, payload: Annotated[dict, Depends(claims)]) -> User:
    user = session.exec(select(User).where(User.id == int(payload["sub"]))).first()
    if user is None:
        raise HTTPException(401)
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


def own_item(item_id: int, session: SessionDep, user: CurrentUser) -> Item:
    item = session.get(Item, item_id)
    if item is None or item.owner_id != user.id:
        raise HTTPException(404)
    return item


def any_item(item_id: int, session: SessionDep, user: CurrentUser) -> Item:
    item = session.get(Item, item_id)
    if item is None:
        raise HTTPException(404)
    return item


class ItemService:
    def __init__(self, session: SessionDep, user: CurrentUser) -> None:
        self.session = session
        self.user = user
        self.crud = ItemCrud(Item)

    def mine(self):
        return self.crud.many(self.session, owner_id=self.user.id)

    def everyones(self):
        return self.crud.many(self.session)
